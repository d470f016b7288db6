/**
 * How often each property is tried: a thousand times, or as `CONCORDAT_RUNS` says, such as `CONCORDAT_RUNS=10000 node
 * test/policy/properties.test.ts` at night.
 */
export const RUNS: number = readRuns(process.env['CONCORDAT_RUNS'] ?? '1000')

function readRuns(text: string): number {
  const runs = Number(text)
  if (!Number.isSafeInteger(runs) || runs < 1) throw new Error('CONCORDAT_RUNS has to be a whole number')
  return runs
}
