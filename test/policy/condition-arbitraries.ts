import fc from 'fast-check'
import type { Json, JsonObject } from '../../src/kit/kit.ts'
import type { Scene } from '../../src/policy/condition.ts'
import type { Catalogue } from '../../src/terms/terms.ts'
import { label, mission } from './support.ts'

/** The mission vocabulary with every item that can be compared open to conditions. */
export const open: Catalogue = {
  ...mission,
  leaves: new Map([...mission.leaves].map(([path, leaf]) => [path, { ...leaf, control: true }])),
}

/** One place in a condition where something is read, and as what it has to be there. */
export interface Read {
  readonly path: string
  /** `any` for whether a member of the request is there: nobody has said of which type it should be. */
  readonly type: 'string' | 'number' | 'boolean' | 'any'
}

/** A condition that can be written so that some of what it reads is a fault: how the CEL library is told of wrong types. */
export interface Written {
  readonly reads: readonly Read[]
  write(isFault: (read: Read) => boolean): string
}

const BOOLEANS = ['team.armed', 'label.sensitive', 'request.urgent', 'request.search.night']
const NUMBERS = [
  'mission.crowdEstimate',
  'mission.weather.windKph',
  'sector.officersDeployed',
  'request.radius',
]
const TEXTS = [
  'mission.reference',
  'mission.title',
  'mission.weather.summary',
  'sector.code',
  'sector.commander.mobile',
  'team.name',
  'label.classification',
  'request.missionReference',
  'request.search.area',
]
const ENUMERATIONS: ReadonlyMap<string, readonly string[]> = new Map(
  ['phase', 'threatLevel', 'sectors[].kind'].map(path => [
    path.startsWith('sectors') ? 'sector.kind' : `mission.${path}`,
    mission.leaves.get(path)?.values ?? [],
  ]),
)
const ALL = [...BOOLEANS, ...NUMBERS, ...TEXTS, ...ENUMERATIONS.keys()]

const words = ['', 'a', 'A', 'é', "it's", '"q"', 'a\nb', '\\', '\u{1f600}', 'planning', 'true', '1']
const numbers = [-3, -1, -0.5, 0, 0.5, 1, 2, 2.5, 3, 31, 1_000, Number.MAX_SAFE_INTEGER]
const spellings = [
  '-3',
  '-1',
  '-0.5',
  '-0',
  '0',
  '0.5',
  '1',
  '1.0',
  '2',
  '2.5',
  '3',
  '0x1F',
  '1e3',
  '9007199254740991',
]

function literal(value: string): string {
  return JSON.stringify(value)
}

function read(path: string, type: Read['type']): Written {
  const one = { path, type }
  return { reads: [one], write: isFault => (isFault(one) ? '(1 / 0)' : path) }
}

function has(path: string): Written {
  const one = { path, type: path.startsWith('request.') ? 'any' : typeOf(path) } as const
  return { reads: [one], write: isFault => (isFault(one) ? '(1 / 0 == 1)' : `has(${path})`) }
}

function plain(text: string): Written {
  return { reads: [], write: () => text }
}

function join(parts: readonly Written[], write: (texts: readonly string[]) => string): Written {
  return {
    reads: parts.flatMap(({ reads }) => reads),
    write: isFault => write(parts.map(part => part.write(isFault))),
  }
}

function typeOf(path: string): Read['type'] {
  if (BOOLEANS.includes(path)) return 'boolean'
  return NUMBERS.includes(path) ? 'number' : 'string'
}

/** Nothing says what a request holds, so two parts of it tell nothing about each other's type. */
function typed(sides: fc.Arbitrary<readonly [string, string]>): fc.Arbitrary<readonly [string, string]> {
  return sides.filter(([one, other]) => !one.startsWith('request.') || !other.startsWith('request.'))
}

/** Whether a condition is nothing but a part of the request. */
function isAsked({ write }: Written): boolean {
  return /^request\.[\w.]+$/.test(write(() => false))
}

const anyOrder = fc.constantFrom('==', '!=', '<', '<=', '>', '>=')
const equality = fc.constantFrom('==', '!=')

/** `one operator other`, either way round. */
function compared(
  sides: fc.Arbitrary<readonly [Written, Written]>,
  operators: fc.Arbitrary<string>,
): fc.Arbitrary<Written> {
  return fc.tuple(sides, operators, fc.boolean()).map(([[one, other], operator, turned]) => {
    const ordered = turned ? [other, one] : [one, other]
    return join(ordered, ([left = '', right = '']) => `${left} ${operator} ${right}`)
  })
}

function pathAnd(
  paths: readonly string[],
  type: Read['type'],
  written: readonly string[],
): fc.Arbitrary<readonly [Written, Written]> {
  return fc
    .tuple(fc.constantFrom(...paths), fc.constantFrom(...written))
    .map(([path, value]) => [read(path, type), plain(value)])
}

function pathAndPath(
  paths: readonly string[],
  type: Read['type'],
): fc.Arbitrary<readonly [Written, Written]> {
  const two = fc.tuple(fc.constantFrom(...paths), fc.constantFrom(...paths))
  return typed(two).map(([one, other]) => [read(one, type), read(other, type)])
}

function among(path: fc.Arbitrary<Written>, values: readonly string[]): fc.Arbitrary<Written> {
  const list = fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 4 })
  return fc.tuple(path, list).map(([one, listed]) => {
    return join([one], ([text = '']) => `${text} in [${listed.join(', ')}]`)
  })
}

const pathsOf = (paths: readonly string[], type: Read['type']) =>
  fc.constantFrom(...paths).map(path => read(path, type))
const written = words.map(literal)

const leaf: fc.Arbitrary<Written> = fc.oneof(
  pathsOf(BOOLEANS, 'boolean'),
  fc.constantFrom(...ALL).map(has),
  fc.constantFrom('true', 'false').map(plain),
  compared(pathAnd(NUMBERS, 'number', spellings), anyOrder),
  compared(pathAndPath(NUMBERS, 'number'), anyOrder),
  compared(pathAnd(TEXTS, 'string', written), equality),
  compared(pathAndPath([...TEXTS, ...ENUMERATIONS.keys()], 'string'), equality),
  compared(pathAnd(BOOLEANS, 'boolean', ['true', 'false']), equality),
  ...[...ENUMERATIONS].map(([path, values]) =>
    compared(pathAnd([path], 'string', values.map(literal)), equality),
  ),
  ...[...ENUMERATIONS].map(([path, values]) => among(pathsOf([path], 'string'), values.map(literal))),
  among(pathsOf(NUMBERS, 'number'), spellings),
  among(pathsOf(TEXTS, 'string'), written),
  among(pathsOf(BOOLEANS, 'boolean'), ['true', 'false']),
)

/** Conditions of every form that we allow, for a team in a sector. */
export const writtenConditions: fc.Arbitrary<Written> = fc.letrec<{ node: Written }>(tie => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 3, arbitrary: leaf },
    tie('node').map(node => join([node], ([text]) => `!(${text})`)),
    fc.tuple(tie('node'), tie('node')).map(both => join(both, ([a, b]) => `(${a}) && (${b})`)),
    fc.tuple(tie('node'), tie('node')).map(both => join(both, ([a, b]) => `(${a}) || (${b})`)),
    fc
      .tuple(tie('node'), tie('node'))
      .filter(both => !both.every(isAsked))
      .map(both => join(both, ([a, b]) => `(${a}) == (${b})`)),
  ),
})).node

// Scenes ----------------------------------------------------------------------------------------------------------

const wrong = fc.constantFrom<Json>('a', 'true', 0, 1, true, false, {}, [], ['a'], { length: 1 })

/** A value that is there, absent, null or of another type. */
function member(value: fc.Arbitrary<Json>): fc.Arbitrary<Json | undefined> {
  return fc.oneof(
    { weight: 14, arbitrary: value },
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 2, arbitrary: wrong },
  )
}

function group(members: Readonly<Record<string, fc.Arbitrary<Json | undefined>>>): fc.Arbitrary<JsonObject> {
  return fc.record({ ...members }).map(made => {
    return Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)) as JsonObject
  })
}

const text = member(fc.constantFrom(...words))
const number = member(fc.constantFrom(...numbers))
const flag = member(fc.boolean())
const oneOf = (path: string) => member(fc.constantFrom(...(ENUMERATIONS.get(path) ?? []), 'other'))

/** What a team in a sector of a mission, its label and the request look like, with much that is missing or wrong. */
export const scenes: fc.Arbitrary<Scene> = fc
  .record({
    document: group({
      reference: text,
      title: text,
      phase: oneOf('mission.phase'),
      threatLevel: oneOf('mission.threatLevel'),
      crowdEstimate: number,
      weather: member(group({ windKph: number, summary: text })),
    }),
    sector: group({
      code: text,
      kind: oneOf('sector.kind'),
      officersDeployed: number,
      commander: member(group({ mobile: text })),
    }),
    team: group({ name: text, armed: flag }),
    sensitive: fc.constantFrom(undefined, true, false),
    request: group({
      urgent: flag,
      radius: number,
      missionReference: text,
      search: member(group({ night: flag, area: text })),
    }),
  })
  .map(({ document, sector, team, sensitive, request }) => ({
    document,
    entries: [sector, team],
    label: sensitive === undefined ? label : { ...label, sensitive },
    request,
  }))
