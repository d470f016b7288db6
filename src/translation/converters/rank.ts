import { type Converter, choiceOf, exactly, made, type Site, unmapped } from '../converter.ts'
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

/** Police rank → NATO code. Parameter `by`: `seniority` or `span`. */
export const rank: Converter = {
  slots: [{ name: 'value', types: ['enum'] }],
  gives: ['text'],
  parameters: ['by'],
  compile(site: Site) {
    const by = choiceOf(site, 'by', ['seniority', 'span'])
    for (const value of site.sources[0]?.values ?? [])
      if (!TABLE.has(value)) site.complain('enum-unmapped', `nothing is known of the rank \`${value}\``)
    const exact = exactly(site.rule)
    const approximate: Manner = { outcome: 'APPROXIMATED', rule: site.rule }
    return ([value]) => {
      const codes = typeof value === 'string' ? TABLE.get(value) : undefined
      if (codes === undefined) return unmapped(site.rule, 'no such rank')
      const code = codes[by]
      if (code === undefined) return undefined
      const same = codes.seniority === codes.span || codes.span === undefined
      return made(code, same ? exact : approximate)
    }
  },
}
