import { createSecretKey } from 'node:crypto'
import fc from 'fast-check'
import type { SchemaRegistry } from '../../src/contract/contract.ts'
import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import { type Agreement, compileAgreement } from '../../src/policy/policy.ts'
import { readPlace } from '../../src/policy/treatments/place.ts'
import type { Catalogue, Leaf } from '../../src/terms/terms.ts'
import { squareOf } from '../../src/translation/translation.ts'
import { label, policyWith } from './support.ts'

/** Treatments from the finer to the coarser; each tells at most what the one before it tells. */
const treatments = {
  'grid-100m': { says: 'a', generalisePlace: { grid: '100m' } },
  'grid-1km': { says: 'a', generalisePlace: { grid: '1km' } },
  'grid-10km': { says: 'a', generalisePlace: { grid: '10km' } },
  minute: { says: 'a', generaliseTime: { to: 'PT1M' } },
  quarter: { says: 'a', generaliseTime: { to: 'PT15M' } },
  'half-day': { says: 'a', generaliseTime: { to: 'PT12H' } },
  day: { says: 'a', generaliseTime: { to: 'P1D' } },
  month: { says: 'a', generaliseTime: { to: 'P1M' } },
  bands: { says: 'a', band: { edges: [10, 25, 50, 100, 250] } },
  'wide-bands': { says: 'a', band: { edges: [10, 50, 250] } },
  'last-two': { says: 'a', mask: { keepLast: 2 } },
  alias: { says: 'a', pseudonymise: { key: 'k', scope: ['agreement'], prefix: 'N-' } },
  'alias-for-purpose': {
    says: 'a',
    pseudonymise: { key: 'k', scope: ['agreement', 'purpose'], prefix: 'N-' },
  },
}

/** Masks that keep more and fewer are on no one ladder: what is too short for the one shows its end under the other. */
const TEXT = [['last-two'], ['alias', 'alias-for-purpose']] as const
const SIZE = [['bands', 'wide-bands']] as const
const LADDERS: Readonly<Record<Leaf['type'], readonly (readonly (keyof typeof treatments)[])[]>> = {
  place: [['grid-100m', 'grid-1km', 'grid-10km']],
  time: [['minute', 'quarter', 'half-day', 'day', 'month']],
  date: [['day', 'month']],
  text: TEXT,
  id: TEXT,
  phone: TEXT,
  count: SIZE,
  number: SIZE,
  enum: [],
  bool: [],
  table: [],
}

/** A cell and one that is at least as strict. */
export interface Rung {
  readonly loose: string
  readonly strict: string
}

function rungs({ type }: Leaf): fc.Arbitrary<Rung> {
  return fc.tuple(fc.nat(LADDERS[type].length), fc.nat(7), fc.nat(7)).map(([ladder, one, other]) => {
    const cells = ['share', ...(LADDERS[type][ladder] ?? []), 'withhold']
    const at = (step: number) => cells[Math.min(step, cells.length - 1)] ?? 'withhold'
    return { loose: at(Math.min(one, other)), strict: at(Math.max(one, other)) }
  })
}

const NEVER = new Set(['free-text', 'source-protection', 'covert'])

const WHOLE = new Set([
  'share',
  'withhold',
  'grid-100m',
  'grid-1km',
  'grid-10km',
  'minute',
  'quarter',
  'half-day',
])

/** Whether what the looser cell gives is again a value that the stricter one can treat. */
export function composes({ loose, strict }: Rung): boolean {
  return WHOLE.has(loose) || strict === 'withhold'
}

/** For every item that may be shared at all, a cell and a stricter one; for every list, whether the stricter policy has it. */
export interface Pair {
  readonly cells: Readonly<Record<string, Rung>>
  readonly closed: readonly string[]
}

/** @param fit which cells may stand beside each other */
export function pairs(
  { leaves, items }: Catalogue,
  fit: (rung: Rung) => boolean = () => true,
): fc.Arbitrary<Pair> {
  const open = [...leaves.values()].filter(({ sensitivity, derived }) => !NEVER.has(sensitivity) && !derived)
  const cells = fc.tuple(
    ...open.map(leaf =>
      rungs(leaf)
        .filter(fit)
        .map(rung => [leaf.path, rung] as const),
    ),
  )
  const closed = fc.subarray([...items.keys()])
  return fc.tuple(cells, fc.oneof(fc.constant([]), closed)).map(([made, lists]) => {
    return { cells: Object.fromEntries(made), closed: lists }
  })
}

/** The agreement of one side of a pair over a shipped schema. */
export function agreementOf(
  side: keyof Rung,
  { cells, closed }: Pair,
  catalogue: Catalogue,
  registry: SchemaRegistry,
): Agreement {
  const fields = Object.fromEntries(Object.entries(cells).map(([path, rung]) => [path, { all: rung[side] }]))
  const include = Object.fromEntries(
    [...catalogue.items.keys()].map(list => [
      list,
      { all: side === 'strict' && closed.includes(list) ? 'none' : 'every' },
    ]),
  )
  const drawn = JSON.parse(policyWith({ treatments, resource: {} })) as JsonObject
  const resources = { [catalogue.resource]: { schema: { version: catalogue.version }, include, fields } }
  const samples = { one: { resource: catalogue.resource, label, document: {} } }
  const refused = { name: 'a purpose that there is not', purpose: 'other', refused: 'purpose-unknown' }
  const tests = [{ ...refused, as: 'planner', sample: 'one' }]
  const key = createSecretKey(Buffer.alloc(32, 3))
  return compileAgreement(JSON.stringify({ ...drawn, resources, samples, tests }), 'policy.yaml', {
    catalogueOf: resource => registry.get(resource)?.catalogue,
    squareOf,
    pseudonymKey: () => key,
  })
}

/** Documents like a given one: items are missing, or something else of their type, and every list has one entry at most. */
export function documentsLike(model: JsonObject, { leaves }: Catalogue): fc.Arbitrary<JsonObject> {
  return fc.infiniteStream(fc.nat(99_999)).map(numbers => {
    const draw = () => numbers.next().value ?? 0
    const vary = (value: Json, path: string): Json | undefined => {
      const leaf = leaves.get(path)
      const chance = draw() % 20
      if (chance < 2) return undefined
      if (leaf) return chance < 10 ? value : variantOf(leaf, value, draw())
      if (Array.isArray(value))
        return (value as readonly Json[]).slice(0, 1).flatMap(entry => vary(entry, `${path}[]`) ?? [])
      if (!isJsonObject(value)) return value
      const members = Object.entries(value).flatMap(([name, member]): [string, Json][] => {
        const made = vary(member, path === '' ? name : `${path}.${name}`)
        return made === undefined ? [] : [[name, made]]
      })
      return Object.fromEntries(members)
    }
    const made = vary(model, '')
    return isJsonObject(made ?? null) ? (made as JsonObject) : {}
  })
}

/** Another value that the schema takes: a time in words, say, does not become a text that stops the whole document. */
function variantOf(leaf: Leaf, value: Json, number: number): Json {
  const made = variant(leaf, value, number)
  return leaf.valid(made) ? made : value
}

function variant({ type, values }: Leaf, value: Json, number: number): Json {
  switch (type) {
    case 'enum':
      return values?.[number % values.length] ?? value
    case 'bool':
      return number % 2 === 0
    case 'count':
    case 'number':
      return number % 400
    case 'time':
      return new Date(Date.UTC(2026, 4, 1) + number * 61_000).toISOString().replace('.000', '')
    case 'date':
      return new Date(Date.UTC(2026, 4, 1) + number * 3_600_000).toISOString().slice(0, 10)
    case 'place':
      return moved(value, number)
    default:
      return typeof value === 'string' ? `${value.slice(0, 12)} ${number}` : value
  }
}

/** The same place up to some kilometres away. */
function moved(value: Json, number: number): Json {
  const place = readPlace(value)
  if (!place || place.form === 'mgrs' || !isJsonObject(value)) return value
  const [lon, lat] = [place.lon + (number % 300) / 1_000, place.lat + (number % 170) / 1_000]
  return place.form === 'point' ? { type: 'Point', coordinates: [lon, lat] } : { lat, lon, accuracyM: 10 }
}
