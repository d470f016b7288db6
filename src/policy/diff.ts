import type { Agreement } from './compile.ts'
import { diffCells, type Pair } from './diff-cells.ts'
import { type Change, change, type Direction, namesOf, type Side } from './diff-change.ts'
import { diffDuties } from './diff-duties.ts'
import { diffFrame } from './diff-frame.ts'
import { diffRules } from './diff-rules.ts'
import type { Draft } from './draft.ts'
import type { ConditionDraft } from './draft-terms.ts'
import { figureOutcome } from './figure.ts'
import type { Reading } from './reading.ts'
import { treatmentWords } from './words.ts'

const ORDER: readonly Direction[] = ['looser', 'not-comparable', 'tighter', 'other']

/**
 * Everything in which one revision of an agreement differs from another one, by what it means and not by how it is written:
 * looser first, then what cannot be compared, then tighter, then what changes nothing that flows. Empty for equal ones.
 *
 * Rules with conditions are compared in every case that the conditions can tell apart; where there are too many, the change
 * counts as looser.
 */
export function diffAgreements(
  { reading: before }: Pick<Agreement, 'reading'>,
  { reading: after }: Pick<Agreement, 'reading'>,
): readonly Change[] {
  const [old, now] = [before.resolved, after.resolved]
  const pairs = namesOf(old.resources, now.resources).map((name): Pair => {
    return { name, before: sideOf(before, name), after: sideOf(after, name) }
  })
  const changes = [
    ...diffFrame(old.draft, now.draft),
    ...pairs.flatMap(diffResource),
    ...[...old.draft.purposes.keys()]
      .filter(purpose => now.draft.purposes.has(purpose))
      .flatMap(purpose => diffDuties(before, after, purpose)),
  ]
  const figures = pairs.flatMap(pair => diffFigures(pair, changes))
  const all = [...changes, ...figures, ...diffNamed(before, after, changes)]
  return all.toSorted((a, b) => ORDER.indexOf(a.direction) - ORDER.indexOf(b.direction))
}

function sideOf(reading: Reading, name: string): Side | undefined {
  const resource = reading.resolved.resources.get(name)
  return resource && { reading, resource }
}

function diffResource(pair: Pair): readonly Change[] {
  const { name, before, after } = pair
  const about = { kind: 'resource', resource: name, subject: name } as const
  if (!before || !after) {
    const direction = after ? 'looser' : 'tighter'
    const said = { before: before && schemaWords(before), after: after && schemaWords(after) }
    return [change({ ...about, direction, ...said }), ...diffCells(pair)]
  }
  const said = { before: schemaWords(before), after: schemaWords(after) }
  const schema = said.before === said.after ? [] : [change({ ...about, direction: 'other', ...said })]
  return [...schema, ...diffRules({ name, before, after }), ...diffCells(pair)]
}

function schemaWords({ resource: { catalogue } }: Side): string {
  return `schema ${catalogue.version}, ${catalogue.digest}`
}

/** Conditions and treatments under one name with other words. How much that matters is what it does where they are used. */
function diffNamed(before: Reading, after: Reading, changes: readonly Change[]): readonly Change[] {
  const [old, now] = [before.resolved.draft, after.resolved.draft]
  const terms = {
    condition: [
      new Map([...old.conditions].map(conditionEntry)),
      new Map([...now.conditions].map(conditionEntry)),
    ],
    treatment: [treatmentEntries(old), treatmentEntries(now)],
  } as const
  return (['condition', 'treatment'] as const).flatMap(kind => {
    const [were, are] = terms[kind]
    return namesOf(were, are).flatMap(subject => {
      const said = { before: were.get(subject), after: are.get(subject) }
      return said.before === said.after ? [] : [namedChange(kind, subject, said, changes)]
    })
  })
}

function conditionEntry([name, { says, written, opensWhenAbsent }]: [string, ConditionDraft]): [
  string,
  string,
] {
  const absent = opensWhenAbsent === undefined ? '' : `; where an item is absent: ${opensWhenAbsent}`
  return [name, `${says} (${written.trim()}${absent})`]
}

function treatmentEntries({ treatments }: Draft): ReadonlyMap<string, string> {
  const entries = [...treatments].flatMap(([name, treatment]): [string, string][] => {
    if (!treatment) return []
    const { says, kind, prepared } = treatment
    return [[name, `${says} (${treatmentWords(kind, prepared.terms)})`]]
  })
  return new Map(entries)
}

/** How a figure is worked out counts where a cell shares it. */
function diffFigures({ name, before, after }: Pair, changes: readonly Change[]): readonly Change[] {
  const [were, are] = [figureEntries(before), figureEntries(after)]
  const here = changes.filter(({ resource }) => resource === name)
  return namesOf(were, are).flatMap(subject => {
    const said = { before: were.get(subject), after: are.get(subject) }
    if (said.before === said.after) return []
    return [{ ...namedChange('derived', subject, said, here), resource: name }]
  })
}

function figureEntries(side: Side | undefined): ReadonlyMap<string, string> {
  const figures = [...(side?.resource.figures ?? [])]
  return new Map(
    figures.map(([path, figure]) => {
      const { says, prepared } = figureOutcome(figure)
      return [path, `${says} (${treatmentWords('count', prepared.terms)})`]
    }),
  )
}

function namedChange(
  kind: 'condition' | 'treatment' | 'derived',
  subject: string,
  said: Pick<Change, 'before' | 'after'>,
  changes: readonly Change[],
): Change {
  const uses = changes.filter(({ restsOn }) => restsOn.includes(subject))
  const direction = ORDER.find(one => uses.some(use => use.direction === one)) ?? 'other'
  const both = said.before !== undefined && said.after !== undefined
  const because = direction === 'other' && both ? 'proven to change nothing where it is used' : undefined
  return change({ direction, kind, subject, ...said, because })
}
