import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import { follow, kindOf, objectAt, textsAt, typesOf } from './schema-files.ts'

/** One change that makes a good document a bad one. */
export interface Spoiling {
  readonly what: string
  /** Steps to what is changed. */
  readonly at: readonly (string | number)[]
  /** What stands there instead; undefined takes it away. */
  readonly put: Json | undefined
}

interface Spot {
  readonly schema: JsonObject
  readonly node: JsonObject
  readonly value: Json
  readonly at: readonly (string | number)[]
}

/** Every way in which the schema of a document says that the document could be wrong, one at a time. */
export function spoilings(schema: JsonObject, document: JsonObject): readonly Spoiling[] {
  return [...spoil({ schema, node: schema, value: document, at: [] })]
}

function* spoil(spot: Spot): Generator<Spoiling> {
  const { node, value, at } = spot
  if (node['x-derived'] === true) return
  const nullable = at.length === 0 || typesOf(node).includes('null')
  if (!nullable) yield { what: 'nothing', at, put: null }
  if (value === null) return
  switch (kindOf(node)) {
    case 'object':
      return yield* spoilObject(spot)
    case 'list':
      return yield* spoilList(spot)
    default:
      yield { what: 'another type', at, put: [['swordfish']] }
      yield* spoilLeaf(node, at)
  }
}

function* spoilObject({ schema, node, value, at }: Spot): Generator<Spoiling> {
  if (!isJsonObject(value)) throw new Error(`/${at.join('/')} is not the object it should be`)
  yield { what: 'an unknown member', at: [...at, 'swordfish'], put: 1 }
  if (at.length > 0) yield { what: 'another type', at, put: 'swordfish' }
  for (const name of textsAt(node, 'required'))
    yield { what: 'a missing member', at: [...at, name], put: undefined }
  const members = objectAt(node, 'properties')
  for (const [name, member] of Object.entries(value))
    yield* spoil({ schema, node: follow(schema, members[name]), value: member ?? null, at: [...at, name] })
}

function* spoilList({ schema, node, value, at }: Spot): Generator<Spoiling> {
  if (!Array.isArray(value)) throw new Error(`/${at.join('/')} is not the list it should be`)
  const most = node['maxItems']
  const [entry] = value
  if (typeof most !== 'number' || entry === undefined)
    throw new Error(`/${at.join('/')} cannot be made too long`)
  yield { what: 'another type', at, put: { swordfish: 1 } }
  yield { what: 'too many entries', at, put: Array.from({ length: most + 1 }, () => entry) }
  for (const [index, one] of value.entries())
    yield* spoil({ schema, node: follow(schema, node['items']), value: one, at: [...at, index] })
}

function* spoilLeaf(node: JsonObject, at: Spot['at']): Generator<Spoiling> {
  if (node['x-type'] === 'place') return yield* spoilPlace(at)
  const types = typesOf(node)
  const { minimum, maximum, maxLength, minLength } = node
  if (types.includes('boolean')) yield { what: 'a text for yes', at, put: 'true' }
  if (typeof minimum === 'number') yield { what: 'too small a number', at, put: minimum - 1 }
  if (typeof maximum === 'number') yield { what: 'too large a number', at, put: maximum + 1 }
  if (types.includes('integer')) yield { what: 'half a number', at, put: 1.5 }
  if (Array.isArray(node['enum'])) return yield { what: 'a value that is not listed', at, put: 'SWORDFISH' }
  if (typeof maxLength === 'number' && node['format'] === undefined)
    yield { what: 'too long a text', at, put: '1'.repeat(maxLength + 1) }
  if (minLength === 1) yield { what: 'an empty text', at, put: '' }
  if (node['pattern'] !== undefined) yield { what: 'a character that cannot be seen', at, put: 'a\u0000b' }
  if (node['format'] === 'date-time') {
    yield { what: 'a time without its offset', at, put: '2026-03-14T12:00:00' }
    yield { what: 'a day that does not exist', at, put: '2026-02-30T12:00:00Z' }
  }
  if (node['format'] === 'date') yield { what: 'a day that does not exist', at, put: '2026-02-30' }
}

function* spoilPlace(at: Spot['at']): Generator<Spoiling> {
  yield { what: 'a longitude beyond the world', at, put: { type: 'Point', coordinates: [181, 0] } }
  yield { what: 'a latitude beyond the world', at, put: { type: 'Point', coordinates: [0, 91] } }
  yield { what: 'a place with a height', at, put: { type: 'Point', coordinates: [0, 0, 0] } }
  yield { what: 'a place of a shape nobody knows', at, put: { type: 'Sphere', coordinates: [0, 0] } }
  yield {
    what: 'a place with an unknown member',
    at,
    put: { type: 'Point', coordinates: [0, 0], swordfish: 1 },
  }
  yield { what: 'a place without coordinates', at, put: { type: 'Point' } }
  yield { what: 'a place as text', at, put: '53.8, -1.5' }
}

/** The document with one change. */
export function spoilt(document: Json, { at, put }: Pick<Spoiling, 'at' | 'put'>): Json {
  const [step, ...rest] = at
  if (step === undefined) return put ?? null
  if (Array.isArray(document))
    return document.map((entry, index) => (index === step ? spoilt(entry, { at: rest, put }) : entry))
  if (!isJsonObject(document)) throw new Error('the path leaves the document')
  if (rest.length > 0) return { ...document, [step]: spoilt(document[step] ?? {}, { at: rest, put }) }
  const { [String(step)]: _, ...others } = document
  return put === undefined ? others : { ...others, [step]: put }
}
