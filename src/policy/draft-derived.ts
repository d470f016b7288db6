import type { Findings, Place } from './findings.ts'
import { type Reference, readInteger, readRecord, readReference, readText } from './read.ts'
import type { Source } from './source.ts'

/** No agreement may tell a number below this one. */
const SMALLEST_HIDDEN = 5
const ORDINARY_HIDDEN = 10
const MOST = 1_000_000_000

/** How one figure is worked out: `{ count: "people[]", by: role, hideBelow: 10, roundTo: 5, says: … }`. */
export interface DerivedDraft {
  readonly place: Place
  readonly says: string
  /** The list whose entries are counted. */
  readonly count: Reference | undefined
  /** The item of an entry that tells its group; undefined for one number over all of them. */
  readonly by: Reference | undefined
  readonly hideBelow: number
  readonly roundTo: number
}

/** @param name the item that the figure becomes */
export function readDerived(findings: Findings, source: Source, { name, place }: Reference): DerivedDraft {
  const keys = {
    count: 'required',
    by: 'optional',
    hideBelow: 'optional',
    roundTo: 'optional',
    says: 'required',
  } as const
  const figure = readRecord(findings, source, { what: `the figure \`${name}\``, keys })
  const about = { what: '`hideBelow`', least: SMALLEST_HIDDEN, most: MOST }
  return {
    place,
    says: readText(findings, figure.says, '`says`'),
    count: figure.count ? readReference(findings, figure.count, '`count`') : undefined,
    by: figure.by ? readReference(findings, figure.by, '`by`') : undefined,
    hideBelow: figure.hideBelow ? readInteger(findings, figure.hideBelow, about) : ORDINARY_HIDDEN,
    roundTo: readInteger(findings, figure.roundTo, { what: '`roundTo`', least: 1, most: MOST }),
  }
}
