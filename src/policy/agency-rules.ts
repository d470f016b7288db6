import { type AgencyId, isAgencyId, type Problem } from '../terms/terms.ts'
import { ABILITIES, isAbility } from './abilities.ts'
import { didYouMean, type Findings, makeFindings } from './findings.ts'
import { type LimitParts, readLimit } from './limit.ts'
import { type AgencyRules, ORDINARY_RULES } from './lint/rules.ts'
import { readChoice, readInteger, readLabel, readList, readRecord, readReference, readText } from './read.ts'
import type { BaselineLine } from './restrict.ts'
import { readSource, type Source } from './source.ts'

export type AgencyRulesReading =
  | { readonly ok: true; readonly rules: AgencyRules }
  | { readonly ok: false; readonly problems: readonly Problem[] }

const KEYS = {
  format: 'required',
  agency: 'required',
  longestDays: 'optional',
  smallestGroup: 'optional',
  smallestBand: 'optional',
  finestGrid: 'optional',
  reviewers: 'optional',
  retiredKeys: 'optional',
  abilities: 'optional',
  ceiling: 'optional',
  baseline: 'optional',
  acceptance: 'optional',
} as const

type Written = Readonly<Record<keyof typeof KEYS, Source | undefined>>

/**
 * Reads an agency's own document, format `agency-rules/1`, in the same strict YAML as agreements. What it does not say is as in
 * {@link ORDINARY_RULES}. Never throws for what stands in the file.
 *
 * @param file the name that problems carry
 * @returns the rules, or every problem found, each with line and column
 */
export function readAgencyRules(source: string, file: string, parts: LimitParts): AgencyRulesReading {
  const findings = makeFindings(file)
  const tree = readSource(source, findings)
  const guessed = findings.problems.some(({ code }) => code === 'yaml-syntax')
  const rules = tree && !guessed ? readRules(findings, tree, parts) : undefined
  if (rules && findings.problems.length === 0) return { ok: true, rules }
  return { ok: false, problems: findings.problems.toSorted((a, b) => a.line - b.line || a.column - b.column) }
}

function readRules(findings: Findings, tree: Source, parts: LimitParts): AgencyRules {
  const file = readRecord(findings, tree, { what: 'the rules file', keys: KEYS })
  if (file.format) readChoice(findings, file.format, { what: '`format`', choices: ['agency-rules/1'] })
  const lines = (kind: BaselineLine['kind']) => {
    return readList(findings, file[kind], {
      what: `\`${kind}\``,
      each: one => readLimit(findings, one, kind, parts),
    }).flatMap(line => line ?? [])
  }
  const [baseline, acceptance] = [lines('baseline'), lines('acceptance')]
  checkIds(findings, file)
  return { agency: readAgency(findings, file.agency), ...readBounds(findings, file), baseline, acceptance }
}

function readAgency(findings: Findings, source: Source | undefined): AgencyId | undefined {
  if (!source) return undefined
  const id = readText(findings, source, '`agency`')
  if (isAgencyId(id)) return id
  findings.note(source.place, 'name-unfit', `\`${id}\` is not the id of an agency`)
  return undefined
}

function readBounds(
  findings: Findings,
  file: Written,
): Omit<AgencyRules, 'agency' | 'baseline' | 'acceptance'> {
  const ordinary = ORDINARY_RULES
  const number = (name: 'longestDays' | 'smallestGroup' | 'smallestBand', least: number, most: number) => {
    return file[name]
      ? readInteger(findings, file[name], { what: `\`${name}\``, least, most })
      : ordinary[name]
  }
  return {
    longestDays: number('longestDays', 1, 3_660),
    smallestGroup: number('smallestGroup', 2, 10_000),
    smallestBand: number('smallestBand', 5, 10_000),
    finestGrid: file.finestGrid
      ? readChoice(findings, file.finestGrid, { what: '`finestGrid`', choices: ['10km', '1km', '100m'] })
      : ordinary.finestGrid,
    reviewers: readSet(findings, file.reviewers, '`reviewers`'),
    retiredKeys: readSet(findings, file.retiredKeys, '`retiredKeys`') ?? ordinary.retiredKeys,
    abilities: readAbilities(findings, file.abilities),
    ceiling: file.ceiling ? readLabel(findings, file.ceiling, '`ceiling`') : undefined,
  }
}

function readSet(
  findings: Findings,
  source: Source | undefined,
  what: string,
): ReadonlySet<string> | undefined {
  if (!source) return undefined
  const each = (one: Source) => readText(findings, one, `an entry of ${what}`)
  return new Set(readList(findings, source, { what, each }))
}

function readAbilities(findings: Findings, source: Source | undefined): AgencyRules['abilities'] {
  if (!source) return undefined
  const each = (one: Source) => readReference(findings, one, 'an ability')
  const words = readList(findings, source, { what: '`abilities`', each })
  for (const { name, place } of words) {
    if (name === '' || isAbility(name)) continue
    const says = `there is no ability \`${name}\`${didYouMean(name, Object.keys(ABILITIES))}`
    findings.note(place, 'unknown-word', says)
  }
  return new Set(words.flatMap(({ name }) => (isAbility(name) ? [name] : [])))
}

/** An explanation names a line by its kind and id. */
function checkIds(findings: Findings, file: Written): void {
  for (const list of [file.baseline, file.acceptance]) {
    const seen = new Set<unknown>()
    for (const line of list?.kind === 'list' ? list.entries : []) {
      const id = line.kind === 'map' ? line.members.get('id')?.value : undefined
      if (id?.kind !== 'scalar') continue
      if (seen.has(id.value)) findings.note(id.place, 'id-twice', `the id \`${id.value}\` is used twice`)
      seen.add(id.value)
    }
  }
}
