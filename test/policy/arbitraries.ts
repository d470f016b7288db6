import fc from 'fast-check'
import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import { covers } from '../../src/policy/table.ts'
import type { Leaf } from '../../src/terms/terms.ts'
import { mission, policyWith } from './support.ts'

export { documents, wildDocuments } from './mission-documents.ts'

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
  table: [],
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

/** Group rows: they may withhold anything, but share only what is public. */
const groups: fc.Arbitrary<JsonObject> = fc
  .record(
    {
      '*': fc.constant('withhold'),
      'weather.*': fc.constantFrom('share', 'withhold'),
      'sectors[].*': fc.constant('withhold'),
      'sectors[].commander.*': fc.constant('withhold'),
      'people[].*': fc.constant('withhold'),
    },
    { requiredKeys: [] },
  )
  .map(rows => Object.fromEntries(Object.entries(rows).map(([group, cell]) => [group, { all: cell }])))

const exactRows: fc.Arbitrary<JsonObject> = fc
  .tuple(
    ...SHAREABLE.map(leaf => fc.option(cellFor(leaf), { freq: 4 }).map(cell => [leaf.path, cell] as const)),
  )
  .map(rows =>
    Object.fromEntries(rows.flatMap(([path, cell]) => (cell === null ? [] : [[path, { all: cell }]]))),
  )

function tablesWith(rows: fc.Arbitrary<JsonObject>): fc.Arbitrary<Table> {
  return fc.record({
    rows,
    include: fc
      .tuple(
        ...lists.map(list =>
          fc
            .constantFrom('every', 'every', 'none', ...conditionsAt(list))
            .map(all => [list, { all }] as const),
        ),
      )
      .map(Object.fromEntries),
    redLines: fc.array(redLine, { maxLength: 3 }),
  })
}

/** A random table without group rows, with random inclusions and red lines. */
export const tables: fc.Arbitrary<Table> = tablesWith(exactRows)

/** As {@link tables}, with group rows beside the exact ones. */
export const groupedTables: fc.Arbitrary<Table> = tablesWith(
  fc.tuple(groups, exactRows).map(([group, exact]) => ({ ...group, ...exact })),
)

/** Another cell for one item. */
export const changes: fc.Arbitrary<{ readonly path: string; readonly cell: Json }> = fc
  .constantFrom(...SHAREABLE)
  .chain(leaf => cellFor(leaf).map(cell => ({ path: leaf.path, cell })))

/** What the table says about an item: its own row, or else the longest group. */
export function rowOf({ rows }: Table, path: string): Json | undefined {
  const covering = Object.keys(rows).filter(row => covers(row, path))
  const best = covering.toSorted((a, b) => Number(b === path) - Number(a === path) || b.length - a.length)[0]
  return best === undefined ? undefined : rows[best]
}

export function neverPaths({ redLines }: Table): ReadonlySet<string> {
  return new Set(
    redLines.flatMap(line => (isJsonObject(line) ? ((line['never'] as string[] | undefined) ?? []) : [])),
  )
}

/** Whether some branch of what the table says about an item lets anything of it go. */
export function mayLeave(table: Table, path: string): boolean {
  const row = rowOf(table, path)
  if (row === undefined || neverPaths(table).has(path)) return false
  const texts = JSON.stringify(row)
  return ['share', ...Object.keys(treatments)].some(name => texts.includes(`"${name}"`))
}

/** A policy with this table and whatever else is given. */
export function sourceOf(
  { rows, include, redLines }: Table,
  about: Partial<Parameters<typeof policyWith>[0]> = {},
): string {
  const numbered = redLines.map((line, index) => ({ id: `RL${index}`, ...(line as JsonObject) }))
  const resource = { redLines: numbered, include, fields: rows }
  return policyWith({ conditions, treatments, resource, ...about })
}
