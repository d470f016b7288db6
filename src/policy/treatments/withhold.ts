import type { PreparedTreatment } from './treatment.ts'

/** Nothing leaves, so nothing is accepted. */
export const withhold: PreparedTreatment = {
  terms: {},
  reads: [],
  fits: () => true,
  forLeaf: () => ({ apply: () => undefined, accepts: () => false }),
}
