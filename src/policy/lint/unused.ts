import type { Reference } from '../read.ts'
import { cellWords } from '../words.ts'
import type { Check } from './check.ts'
import { idleFigures } from './figures.ts'
import { cellsOf, type Found, listed, openCells, placeAt, type Subject } from './subject.ts'
import { namesUsed } from './uses.ts'

/** Checks 12 and 13: what the file says and nothing follows from. */
export const UNUSED = {
  12: {
    title: 'nothing is written that nobody uses',
    level: 'ask',
    needs: 'meaning',
    codes: [],
    run: unused,
  },
  13: {
    title: 'no two purposes with the same columns',
    level: 'note',
    needs: 'meaning',
    codes: [],
    run: identicalColumns,
  },
} satisfies Record<number, Check>

function unused(subject: Subject): readonly Found[] {
  const { tree, resolved } = subject
  const { draft } = resolved
  const used = namesUsed(draft)
  const purposes = new Set(openCells(resolved).map(({ purpose }) => purpose))
  const sides = [...draft.purposes.values()].flatMap(({ providerBasis, recipientBasis }) => [
    providerBasis,
    recipientBasis,
  ])
  const bases = namesOf(sides)
  const samples = namesOf(draft.examples.map(({ sample }) => sample))
  const idle = (
    section: string,
    names: Iterable<string>,
    isUsed: ReadonlySet<string>,
    says: string,
  ): Found[] =>
    [...names]
      .filter(name => !isUsed.has(name))
      .map(name => ({
        place: placeAt(tree, section, name),
        says: says.replace('…', `\`${name}\``),
        fix: 'use it, or leave it out',
      }))
  return [
    ...idle('purposes', draft.purposes.keys(), purposes, 'nothing goes for purpose …'),
    ...idle('legalBases', draft.legalBases.keys(), bases, 'no purpose rests on the legal basis …'),
    ...idle('conditions', draft.conditions.keys(), used, 'nothing asks for the condition …'),
    ...idle('treatments', draft.treatments.keys(), used, 'no cell names the treatment …'),
    ...idleFigures(subject),
    ...idle('samples', draft.samples.keys(), samples, 'no worked example starts from the sample …'),
  ]
}

function namesOf(references: readonly (Reference | undefined)[]): ReadonlySet<string> {
  return new Set(references.flatMap(reference => reference?.name ?? []))
}

function identicalColumns({ tree, resolved }: Subject): readonly Found[] {
  const columns = new Map<string, string[]>()
  for (const purpose of resolved.draft.purposes.keys()) {
    const cells = cellsOf(resolved).filter(one => one.purpose === purpose)
    const lists = [...resolved.resources.values()].flatMap(({ include }) =>
      [...include.values()].map(row => row.get(purpose)),
    )
    const column = JSON.stringify([
      cells.map(({ cell }) => cellWords(cell)),
      lists.map(one => (one?.kind === 'condition' ? one.condition.name : (one?.kind ?? ''))),
    ])
    columns.set(column, [...(columns.get(column) ?? []), purpose])
  }
  return [...columns.values()].flatMap(names => {
    if (names.length < 2) return []
    const says = `the purposes ${listed(names)} have the same cell in every row`
    return [{ place: placeAt(tree, 'purposes', names[1] ?? ''), says, fix: 'make them one, if they are one' }]
  })
}
