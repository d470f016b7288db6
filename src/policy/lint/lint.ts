import type { Problem } from '../../terms/terms.ts'
import type { Agreement } from '../compile.ts'
import type { PolicyParts } from '../reading.ts'
import type { SeenShape } from '../shapes/replay.ts'
import type { Source } from '../source.ts'
import type { Check } from './check.ts'
import { CHECKS } from './checks.ts'
import { type AgencyRules, ORDINARY_RULES } from './rules.ts'
import { type Found, type Level, type Look, lookAt, type Subject } from './subject.ts'

/** Something an officer should know before an agreement is proposed. */
export interface Finding {
  /** The number of the check in the design of the linter. */
  readonly check: number
  readonly level: Level
  readonly file: string
  /** Both counted from one. */
  readonly line: number
  readonly column: number
  /** The row of the table it is about. */
  readonly row?: string
  /** What would happen. Lower case, no full stop; never a value of a sample. */
  readonly says: string
  readonly fix?: string
}

/** What is looked at, and from where. */
export interface Linted {
  readonly source: string
  /** The name that findings carry. */
  readonly file: string
  readonly parts: PolicyParts
  /** The revision in force, which this one is to follow. */
  readonly previous?: Agreement | undefined
  /** What the agency demands; ordinary rules where it has set none. */
  readonly agency?: AgencyRules | undefined
  /** The shapes of past documents, for a replay. */
  readonly traffic?: readonly SeenShape[] | undefined
  /** Milliseconds since 1970. */
  readonly now: number
  /** Only these checks are made; all of them where it is absent. The others may take seconds. */
  readonly only?: ReadonlySet<number> | undefined
}

/**
 * Everything that can be said about an agreement from its file, the catalogues and the revision before: stops first, then what
 * has to be answered, then notes, each in the order of the file. Never throws for what stands in the file.
 */
export function lintAgreement({
  source,
  file,
  parts,
  previous,
  agency,
  traffic,
  now,
  only,
}: Linted): readonly Finding[] {
  const { problems, look } = lookAt(source, file, parts)
  const told = problems.map(problem => findingOf(problem, look?.text.tree))
  const checked = look
    ? runChecks(look, { previous, rules: agency ?? ORDINARY_RULES, traffic, now }, only)
    : []
  const found = checked.map(({ check, level, place, says, row, fix }): Finding => {
    const finding = { check, level, file, line: place.line, column: place.column, says }
    return { ...finding, ...(row === undefined ? {} : { row }), ...(fix === undefined ? {} : { fix }) }
  })
  return inOrder([...told, ...found])
}

const LEVELS: readonly Level[] = ['stop', 'ask', 'note']

function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const gravity = ({ level }: Finding) => LEVELS.indexOf(level)
  return findings.toSorted(
    (a, b) => gravity(a) - gravity(b) || a.line - b.line || a.column - b.column || a.check - b.check,
  )
}

type Checked = Found & { readonly check: number; readonly level: Level }

/** A check is left out where the agreement could not be read as far as it needs. */
function runChecks(
  look: Look,
  given: Pick<Subject, 'previous' | 'rules' | 'traffic' | 'now'>,
  only: Linted['only'],
): readonly Checked[] {
  const subject = look.kind === 'text' ? undefined : subjectOf(look, given)
  return Object.entries(CHECKS).flatMap(([number, check]: [string, Check]) => {
    if (only && !only.has(Number(number))) return []
    const found = foundBy(check, look, subject)
    return found.map((one): Checked => ({ level: check.level, ...one, check: Number(number) }))
  })
}

function subjectOf(
  { text, reading, engineOf }: Exclude<Look, { kind: 'text' }>,
  given: Pick<Subject, 'previous' | 'rules' | 'traffic' | 'now'>,
): Subject {
  return { ...text, ...given, reading, resolved: reading.resolved, engine: reading.practice, engineOf }
}

function foundBy(check: Check, look: Look, subject: Subject | undefined): readonly Found[] {
  switch (check.needs) {
    case 'text':
      return check.run(look.text)
    case 'meaning':
      return subject ? check.run(subject) : []
    case 'examples':
      return subject && look.kind === 'examples' ? check.run(subject) : []
    case 'compiler':
    case 'more':
      return []
  }
}

/** A problem of the compiler as the check that it belongs to; all of them stop. */
function findingOf({ file, line, column, code, says }: Problem, tree: Source | undefined): Finding {
  const [said = says, hint] = says.split('; did you mean ')
  const check = checkOf(code, tree, line, column)
  const finding = { check, level: 'stop', file, line, column, says: said } as const
  return hint === undefined ? finding : { ...finding, fix: `did you mean ${hint}` }
}

/** The section of the file decides where one code has two meanings. What no check claims is a question of form. */
function checkOf(code: string, tree: Source | undefined, line: number, column: number): number {
  const section = `${sectionAt(tree, line, column)}/${code}`
  const claims = (wanted: string) => Object.entries(CHECKS).find(([, { codes }]) => codes.includes(wanted))
  const [number] = claims(section) ?? claims(code) ?? ['2']
  return Number(number)
}

/** The top-level member that a place lies in. */
function sectionAt(tree: Source | undefined, line: number, column: number): string {
  if (tree?.kind !== 'map') return ''
  const before = [...tree.members].filter(
    ([, { key }]) => key.line < line || (key.line === line && key.column <= column),
  )
  return before.at(-1)?.[0] ?? ''
}
