import { checkResults } from '../bounds.ts'
import {
  blocked,
  type Converter,
  choiceOf,
  exactly,
  made,
  ofValues,
  type Site,
  unmapped,
} from '../converter.ts'
import type { Manner } from '../mapping.ts'

/**
 * Police ranks as NATO codes (APersP-01): by seniority, and by how many people the rank leads. A working convention, no standard;
 * where both differ the code is an approximation and both travel, with the rank as it came.
 */
const RANKS = {
  PC: { seniority: 'OR-2', span: 'OR-2' },
  SGT: { seniority: 'OR-6', span: 'OR-4' },
  INSP: { seniority: 'OF-2', span: 'OF-1' },
  CHINSP: { seniority: 'OF-3', span: 'OF-2' },
  SUPT: { seniority: 'OF-4', span: 'OF-4' },
  CHSUPT: { seniority: 'OF-5', span: 'OF-5' },
  ACC: { seniority: 'OF-6', span: 'OF-6' },
  CMDR: { seniority: 'OF-6', span: 'OF-6' },
  DCC: { seniority: 'OF-7', span: undefined },
  CC: { seniority: 'OF-8', span: undefined },
} satisfies Record<string, { seniority: string; span: string | undefined }>

const TABLE: ReadonlyMap<string, { seniority: string; span: string | undefined }> = new Map(
  Object.entries(RANKS),
)

/**
 * Police rank → NATO code. The rank as it came travels beside it (`text`, and `constant` for its system).
 *
 * Slot: `value` (enum). Parameter `by`: `seniority` or `span`. Gives: text. Loss: EXACT; APPROXIMATED where the two differ;
 * UNMAPPED for no rank; silent where nobody is led.
 */
export const rank: Converter = {
  slots: [{ name: 'value', types: ['enum'] }],
  gives: ['text'],
  parameters: ['by'],
  compile(site: Site) {
    const by = choiceOf(site, 'by', ['seniority', 'span'])
    for (const value of site.sources[0]?.values ?? [])
      if (!TABLE.has(value)) site.complain('enum-unmapped', `nothing is known of the rank \`${value}\``)
    const codes = [...TABLE.values()].map(rank => rank[by]).filter(code => code !== undefined)
    checkResults(site, codes)
    const exact = exactly(site.rule)
    const approximate: Manner = { outcome: 'APPROXIMATED', rule: site.rule }
    return ofValues(([value]) => {
      const codes = typeof value === 'string' ? TABLE.get(value) : undefined
      if (codes === undefined) return unmapped(site.rule, 'no such rank')
      const code = codes[by]
      if (code === undefined) return undefined
      const same = codes.seniority === codes.span || codes.span === undefined
      return made(code, same ? exact : approximate)
    })
  },
}

/**
 * NATO codes as police ranks. No code stands above one of a lower rank, by seniority and by span alike. OR-7 to OR-9 have no
 * police rank, nor have OF-9 and OF-10: the nearest below stands for them.
 */
const BY_SENIORITY: ReadonlyMap<string, readonly [rank: string, exact: boolean]> = new Map([
  ['OR-1', ['PC', false]],
  ['OR-2', ['PC', true]],
  ['OR-3', ['PC', false]],
  ['OR-4', ['PC', false]],
  ['OR-5', ['PC', false]],
  ['OR-6', ['SGT', true]],
  ['OR-7', ['SGT', false]],
  ['OR-8', ['SGT', false]],
  ['OR-9', ['SGT', false]],
  ['OF-1', ['INSP', false]],
  ['OF-2', ['INSP', true]],
  ['OF-3', ['CHINSP', true]],
  ['OF-4', ['SUPT', true]],
  ['OF-5', ['CHSUPT', true]],
  ['OF-6', ['ACC', true]],
  ['OF-7', ['DCC', true]],
  ['OF-8', ['CC', true]],
  ['OF-9', ['CC', false]],
  ['OF-10', ['CC', false]],
])
const BY_SPAN: ReadonlyMap<string, readonly [rank: string, exact: boolean]> = new Map([
  ...BY_SENIORITY,
  ['OR-4', ['SGT', true]],
  ['OR-5', ['SGT', false]],
  ['OR-6', ['SGT', false]],
  ['OF-1', ['INSP', true]],
  ['OF-2', ['CHINSP', true]],
  ['OF-3', ['CHINSP', false]],
])
const CODE = /^(?:[A-Z]{2,3}(?:\([A-Z]{1,3}\))? )?(O[RF])-(10|\d)$/

/**
 * NATO code (APersP-01: `OF-5`, `GBR(A) OF-5`) → the police rank that stands for it. The code as it came travels beside it.
 *
 * Slot: `value` (text or enum). Parameter `by`: `seniority` or `span`. Gives: enum, text. Loss: APPROXIMATED; NARROWED where
 * police have no such rank. Refuses: `unknown`.
 */
export const rankOfCode: Converter = {
  slots: [{ name: 'value', types: ['text', 'enum'] }],
  gives: ['enum', 'text'],
  parameters: ['by'],
  compile(site: Site) {
    const table = choiceOf(site, 'by', ['seniority', 'span']) === 'span' ? BY_SPAN : BY_SENIORITY
    checkResults(
      site,
      [...table.values()].map(([police]) => police),
    )
    const near: Manner = { outcome: 'APPROXIMATED', rule: site.rule }
    const below: Manner = { outcome: 'NARROWED', rule: site.rule, note: 'police have no such rank' }
    const answers = new Map(
      [...table].map(([code, [police, exact]]) => [code, made(police, exact ? near : below)]),
    )
    const refusal = blocked(`${site.rule}.unknown`)
    return ([value]) => {
      if (value === undefined) return undefined
      const found = typeof value === 'string' ? CODE.exec(value) : null
      return (found && answers.get(`${found[1]}-${found[2]}`)) ?? refusal
    }
  },
}
