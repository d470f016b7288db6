import type { Json } from '../../kit/kit.ts'
import { checkResults } from '../bounds.ts'
import { blocked, type Converted, type Converter, choiceOf, made, ofValues, type Site } from '../converter.ts'

/** 3x5x2 source evaluation ⇄ reliability of the Admiralty system (A completely reliable … F cannot be judged). */
const RELIABILITY: ReadonlyMap<string, string> = new Map(Object.entries({ 1: 'B', 2: 'F', 3: 'E' }))
const SOURCE: ReadonlyMap<string, string> = new Map(
  Object.entries({ A: '1', B: '1', C: '2', D: '3', E: '3', F: '2' }),
)
/** 3x5x2 says how the source knows; Admiralty credibility says how true it looks (1 confirmed … 6 cannot be judged). */
const CREDIBILITY: ReadonlyMap<string, string> = new Map(
  Object.entries({ A: '3', B: '2', C: '3', D: '6', E: '5' }),
)
const ASSESSMENT: ReadonlyMap<string, string> = new Map(
  Object.entries({ 1: 'B', 2: 'B', 3: 'C', 4: 'D', 5: 'E', 6: 'D' }),
)

const TABLES = {
  reliability: RELIABILITY,
  source: SOURCE,
  credibility: CREDIBILITY,
  assessment: ASSESSMENT,
} as const

/**
 * An intelligence grade: 3x5x2 (College of Policing, intelligence report) ⇄ Admiralty (STANAG 2511, AJP-2.1). The two measure
 * different things, so nothing is exact, and the grade must stand beside the original.
 *
 * Slot: `value` (enum, text or count). Parameter `to`: `reliability` (from source evaluation 1 to 3), `credibility` (from
 * assessment A to E), `source` (from reliability A to F), `assessment` (from credibility 1 to 6). Gives: enum, text or count.
 * Loss: APPROXIMATED, not reversible. Refuses: `unknown`.
 */
export const grade: Converter = {
  slots: [{ name: 'value', types: ['enum', 'text', 'count'] }],
  gives: ['enum', 'text', 'count'],
  parameters: ['to'],
  compile(site: Site) {
    const to = choiceOf(site, 'to', ['reliability', 'credibility', 'source', 'assessment'])
    const table = TABLES[to]
    const numeric = site.target.type === 'count'
    checkGrades(site, table)
    checkResults(site, numeric ? [...table.values()].map(Number) : table.values())
    const manner = {
      outcome: 'APPROXIMATED',
      rule: site.rule,
      note: 'another scale; read it with the original',
      reversible: false,
    } as const
    const answers: ReadonlyMap<string, Converted> = new Map(
      [...table].map(([from, is]) => [from, made(numeric ? Number(is) : is, manner)]),
    )
    const refusal = blocked(`${site.rule}.unknown`)
    return ofValues(([value]) => (value === undefined ? undefined : (answers.get(keyOf(value)) ?? refusal)))
  },
}

function keyOf(value: Json): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : ''
}

function checkGrades(site: Site, table: ReadonlyMap<string, string>): void {
  for (const value of site.sources[0]?.values ?? [])
    if (!table.has(value)) site.complain('enum-unmapped', `nothing is known of the grade \`${value}\``)
  if (site.target.type === 'count' && [...table.values()].some(value => !/^\d$/.test(value)))
    site.complain('type-mismatch', `\`${site.target.path}\` holds numbers, and the grade is a letter`)
}
