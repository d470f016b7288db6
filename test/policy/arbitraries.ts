import fc from 'fast-check'
import type { Json, JsonObject } from '../../src/kit/kit.ts'
import type { Leaf } from '../../src/terms/terms.ts'
import { mission, policyWith } from './support.ts'

/** Treatments of every kind, with the types of leaves they fit. */
export const treatments = {
  three: { says: 'the end', mask: { keepLast: 3 } },
  two: { says: 'the start', mask: { keepFirst: 2, with: '#' } },
  square: { says: 'a square', generalisePlace: { grid: '1km' } },
  field: { says: 'a small square', generalisePlace: { grid: '100m' } },
  quarter: { says: 'a quarter', generaliseTime: { to: 'PT15M' } },
  day: { says: 'a day', generaliseTime: { to: 'P1D' } },
  month: { says: 'a month', generaliseTime: { to: 'P1M' } },
  sizes: { says: 'a size', band: { edges: [10, 50, 100] } },
  alias: { says: 'an alias', pseudonymise: { key: 'kms://drill/2026', scope: ['agreement'], prefix: 'N-' } },
  scoped: {
    says: 'an alias',
    pseudonymise: { key: 'kms://drill/2026', scope: ['agreement', 'mission.reference'] },
  },
}

const FITTING: Readonly<Record<Leaf['type'], readonly string[]>> = {
  text: ['three', 'two', 'alias'],
  id: ['three', 'alias', 'scoped'],
  phone: ['three', 'alias'],
  place: ['square', 'field'],
  time: ['quarter', 'day', 'month'],
  date: ['month'],
  count: ['sizes'],
  number: ['sizes'],
  enum: [],
  bool: [],
}

/** Conditions by the list they stand in; every one is safe where an item is absent. */
export const conditions = {
  hot: { says: 'hot', test: "mission.threatLevel in ['SEVERE', 'CRITICAL'] || mission.crowdEstimate >= 50" },
  early: { says: 'early', test: "mission.phase != 'closed' && mission.threatLevel != 'LOW'" },
  labelled: { says: 'labelled', test: "label.classification == 'OFFICIAL'" },
  custody: { says: 'custody', test: "sector.kind == 'custody'" },
  unarmed: { says: 'unarmed', test: "!team.armed && sector.kind != 'custody'" },
  overt: { says: 'overt', test: 'unit.covert == false' },
  young: { says: 'young', test: "person.ageYears < 18 || person.role == 'missing'" },
  free: { says: 'free', test: "report.handlingCode == 'P'" },
}

const DOCUMENT = ['hot', 'early', 'labelled']
const IN_LIST: Readonly<Record<string, readonly string[]>> = {
  'sectors[]': ['custody'],
  'sectors[].teams[]': ['custody', 'unarmed'],
  'units[]': ['overt'],
  'people[]': ['young'],
  'intelligence[]': ['free'],
}

export function conditionsAt(path: string): readonly string[] {
  return [
    ...DOCUMENT,
    ...Object.entries(IN_LIST).flatMap(([list, names]) =>
      path.startsWith(`${list}.`) || path === list ? names : [],
    ),
  ]
}

const SHAREABLE = [...mission.leaves.values()].filter(
  ({ sensitivity }) => !['free-text', 'source-protection', 'covert'].includes(sensitivity),
)

function cellFor(leaf: Leaf): fc.Arbitrary<Json> {
  const outcome = fc.constantFrom('share', 'withhold', ...FITTING[leaf.type])
  const condition = fc.constantFrom(...conditionsAt(leaf.path))
  const branches = fc
    .tuple(condition, outcome, condition, outcome, outcome)
    // biome-ignore lint/suspicious/noThenProperty: the word of the file format; the objects are never awaited
    .map(([a, x, b, y, z]): Json => [{ if: a, then: x }, { if: b, then: y }, { else: z }])
  return fc.oneof({ weight: 3, arbitrary: outcome }, { weight: 1, arbitrary: branches })
}

export interface Table {
  readonly rows: JsonObject
  readonly include: JsonObject
  readonly redLines: readonly Json[]
}

const lists = [...mission.items.keys()]

const redLine: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.constantFrom(...mission.leaves.keys()).map((path): JsonObject => ({ says: 'never', never: [path] })),
  fc
    .constantFrom(...lists)
    .chain(list =>
      fc
        .tuple(fc.constantFrom('when', 'unless'), fc.constantFrom(...conditionsAt(list)))
        .map(([mode, condition]): JsonObject => ({ says: 'drop', drop: list, [mode]: condition })),
    ),
  fc
    .tuple(fc.constantFrom('when', 'unless'), fc.constantFrom(...DOCUMENT))
    .map(([mode, condition]): JsonObject => ({ says: 'drop', drop: 'document', [mode]: condition })),
)

/** A random table without group rows, with random inclusions and red lines. */
export const tables: fc.Arbitrary<Table> = fc.record({
  rows: fc
    .tuple(
      ...SHAREABLE.map(leaf => fc.option(cellFor(leaf), { freq: 4 }).map(cell => [leaf.path, cell] as const)),
    )
    .map(rows =>
      Object.fromEntries(rows.flatMap(([path, cell]) => (cell === null ? [] : [[path, { all: cell }]]))),
    ),
  include: fc
    .tuple(
      ...lists.map(list =>
        fc.constantFrom('every', 'every', 'none', ...conditionsAt(list)).map(all => [list, { all }] as const),
      ),
    )
    .map(Object.fromEntries),
  redLines: fc.array(redLine, { maxLength: 3 }),
})

export function sourceOf({ rows, include, redLines }: Table): string {
  const numbered = redLines.map((line, index) => ({ id: `RL${index}`, ...(line as JsonObject) }))
  return policyWith({ conditions, treatments, resource: { redLines: numbered, include, fields: rows } })
}

/** Every text, number and time is unlike all others, so that it can be found again wherever it went. */
function mark(leaf: Leaf, entry: number, choice: number): Json {
  const at = [...mission.leaves.keys()].indexOf(leaf.path)
  const number = 1_000_003 + at * 1_009 + entry
  switch (leaf.type) {
    case 'enum':
      return leaf.values?.[choice % leaf.values.length] ?? ''
    case 'bool':
      return choice % 2 === 0
    case 'count':
      return choice % 3 === 0 ? choice : number
    case 'number':
      return number + 0.5
    case 'time':
      return new Date(1_700_000_000_000 + number * 61_003).toISOString()
    case 'date':
      return new Date(number * 86_400_000 - 8e13).toISOString().slice(0, 10)
    case 'place':
      return { type: 'Point', coordinates: [at + entry / 100 + 0.001_234, 50 + at / 10 + 0.004_321] }
    default:
      return `mark-${at}-${entry}-${'x'.repeat(choice % 4)}end`
  }
}

/** Documents of the mission vocabulary: every item may be absent or null, and unknown members stand anywhere. */
export const documents: fc.Arbitrary<JsonObject> = fc
  .infiniteStream(fc.nat({ max: 99 }))
  .map(stream => build(() => stream.next().value ?? 0))

function build(draw: () => number): JsonObject {
  const entry = { count: 0 }
  return object('', draw, entry)
}

function object(base: string, draw: () => number, entry: { count: number }): JsonObject {
  const made: { [name: string]: Json } = {}
  const names = new Set(
    [...mission.leaves.keys()].flatMap(path =>
      path.startsWith(base) ? [path.slice(base.length).split('.')[0] ?? ''] : [],
    ),
  )
  for (const name of names) {
    const chance = draw()
    if (chance < 8) continue
    const bare = name.replace('[]', '')
    made[bare] = chance < 12 ? null : member(base + name, draw, entry)
  }
  if (draw() < 30) made['unknown'] = `stranger-${entry.count}`
  return made
}

function member(path: string, draw: () => number, entry: { count: number }): Json {
  const leaf = mission.leaves.get(path)
  if (path.endsWith('[]')) {
    return Array.from({ length: draw() % 4 }, () => {
      entry.count++
      return leaf ? mark(leaf, entry.count, draw()) : object(`${path}.`, draw, entry)
    })
  }
  return leaf ? mark(leaf, entry.count, draw()) : object(`${path}.`, draw, entry)
}
