import type { Label } from '../terms/terms.ts'
import type { Findings } from './findings.ts'
import { readChoice, readFlag, readRecord, readText } from './read.ts'
import type { Source } from './source.ts'
import { byAmount, type Strictness, worstOf } from './strictness.ts'

/** How far a thing may be passed on, widest first: the Traffic Light Protocol 2.0 (FIRST, 2022). */
export const TLP = ['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'] as const
export type Tlp = (typeof TLP)[number]

/** A confidentiality label of NATO's STANAG 4774: whose policy, and the classification in its words. */
export interface StanagLabel {
  readonly policy: string
  readonly classification: string
}

/** What everything that goes under an agreement is marked with. */
export interface Marking extends Label {
  readonly tlp?: Tlp
  readonly stanag4774?: StanagLabel
}

/** `{ policy, classification, sensitive, tlp, stanag4774: { policy, classification } }`, the last three where they are wanted. */
export function readMarking(findings: Findings, source: Source | undefined): Marking {
  const keys = {
    policy: 'required',
    classification: 'required',
    sensitive: 'optional',
    tlp: 'optional',
    stanag4774: 'optional',
  } as const
  const written = source ? readRecord(findings, source, { what: '`marking`', keys }) : undefined
  const sensitive = readFlag(findings, written?.sensitive, '`sensitive`')
  const tlp = written?.tlp && readChoice<Tlp>(findings, written.tlp, { what: '`tlp`', choices: TLP })
  const stanag4774 = written?.stanag4774 && readStanag(findings, written.stanag4774)
  return {
    policy: readText(findings, written?.policy, '`policy`'),
    classification: readText(findings, written?.classification, '`classification`'),
    ...(sensitive === undefined ? {} : { sensitive }),
    ...(tlp === undefined ? {} : { tlp }),
    ...(stanag4774 === undefined ? {} : { stanag4774 }),
  }
}

function readStanag(findings: Findings, source: Source): StanagLabel {
  const keys = { policy: 'required', classification: 'required' } as const
  const label = readRecord(findings, source, { what: '`stanag4774`', keys })
  return {
    policy: readText(findings, label.policy, '`policy`'),
    classification: readText(findings, label.classification, '`classification`'),
  }
}

/** Heights of classifications by policy; the same number stands for what is handled alike (GSC and NATO equivalences). */
const HEIGHTS: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map([
  ['UK-GSC', heights({ OFFICIAL: 1, SECRET: 4, 'TOP SECRET': 5 })],
  ['UK', heights({ OFFICIAL: 1, 'OFFICIAL-SENSITIVE': 2, SECRET: 4, 'TOP SECRET': 5 })],
  [
    'NATO',
    heights({
      ...{ UNCLASSIFIED: 1, RESTRICTED: 2, CONFIDENTIAL: 3, SECRET: 4, 'TOP SECRET': 5 },
      ...{ 'NATO UNCLASSIFIED': 1, 'NATO RESTRICTED': 2, 'NATO CONFIDENTIAL': 3, 'NATO SECRET': 4 },
      'COSMIC TOP SECRET': 5,
    }),
  ],
])

function heights(known: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  return new Map(Object.entries(known))
}

/** How high a label stands, so that two policies can be compared; undefined for one that we do not know. */
export function heightOf({
  policy,
  classification,
  sensitive,
}: Label | (StanagLabel & { sensitive?: never })): number | undefined {
  const height = HEIGHTS.get(policy)?.get(classification)
  return height === 1 && sensitive === true ? 2 : height
}

/** How a marking stands to an earlier one: what is marked lower, or may be passed on further, is handled less carefully. */
export function compareMarkings(before: Marking, after: Marking): Strictness {
  const named = before.policy === after.policy && before.classification === after.classification
  const sensitive = byAmount(Number(before.sensitive ?? false), Number(after.sensitive ?? false), 'tighter')
  const tlp = byAmount(tlpHeight(before), tlpHeight(after), 'tighter')
  const parts = [named ? 'same' : 'not-comparable', sensitive, tlp] as const
  return worstOf([...parts, compareStanag(before.stanag4774, after.stanag4774)])
}

/** Minus one where nothing is said. */
function tlpHeight({ tlp }: Marking): number {
  return tlp === undefined ? -1 : TLP.indexOf(tlp)
}

function compareStanag(before: StanagLabel | undefined, after: StanagLabel | undefined): Strictness {
  if (!before || !after) return byAmount(before ? 1 : 0, after ? 1 : 0, 'tighter')
  if (before.policy === after.policy && before.classification === after.classification) return 'same'
  const [old, now] = [heightOf(before), heightOf(after)]
  return before.policy !== after.policy || old === undefined || now === undefined
    ? 'not-comparable'
    : byAmount(old, now, 'tighter')
}
