import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadSchemas } from '../../src/contract/contract.ts'
import type { Json, JsonObject } from '../../src/kit/kit.ts'
import { type Change, RULES } from './rules.ts'
import {
  conformanceFolder,
  documentFolder,
  hasConformanceData,
  partsOf,
  readObject,
  schemaFiles,
  schemaFolder,
} from './schema-files.ts'
import { type Spoiling, spoilings, spoilt } from './spoil.ts'

const registry = loadSchemas(schemaFolder)

function schemaOf(resource: string) {
  const schema = registry.get(resource)
  if (schema === undefined) throw new Error(`there is no schema for ${resource}`)
  return schema
}

/** The newest version of a schema as it is written. */
function writtenOf(resource: string): JsonObject {
  const { version } = schemaOf(resource)
  const found = schemaFiles().find(
    ({ schema }) => schema['x-resource'] === resource && schema['x-version'] === version,
  )
  if (found === undefined) throw new Error(`the schema of ${resource} was not found`)
  return found.schema
}

const documents = readdirSync(documentFolder).map(file => ({
  resource: file.replace(/\.json$/, ''),
  document: readObject(documentFolder, file),
}))

void t.test('every resource has an example document that meets its schema and holds every item', t => {
  const named = documents.map(({ resource }) => resource)
  t.same(
    [...registry.keys()].filter(resource => !named.includes(resource)),
    [],
    'none is missing',
  )
  for (const { resource, document } of documents) {
    const { check, catalogue } = schemaOf(resource)
    t.equal(check(document), undefined, resource)
    const held = new Set(pathsIn(writtenOf(resource), document, ''))
    const asked = [...catalogue.leaves.values()].filter(({ derived }) => !derived).map(({ path }) => path)
    t.same(
      asked.filter(path => !held.has(path)),
      [],
      `${resource} shows all of its ${asked.length} items`,
    )
  }
  t.end()
})

/** Paths of the leaves that a document holds. */
function pathsIn(schema: JsonObject, value: Json, path: string): readonly string[] {
  const leaf = partsOf(schema).find(part => part.path === path)?.kind === 'leaf'
  if (leaf || typeof value !== 'object' || value === null) return [path]
  if (Array.isArray(value)) return value.flatMap(entry => pathsIn(schema, entry, `${path}[]`))
  return Object.entries(value).flatMap(([name, member]) =>
    pathsIn(schema, member ?? null, path === '' ? name : `${path}.${name}`),
  )
}

void t.test('each schema refuses every document that is wrong in one thing, and never repeats it', t => {
  for (const { resource, document } of documents) {
    const { check } = schemaOf(resource)
    const all = spoilings(writtenOf(resource), document)
    const missed = all.filter(spoiling => check(spoilt(document, spoiling)) === undefined)
    t.same(missed, [], `${resource}: all ${all.length} are refused`)
    const elsewhere = all.filter(spoiling => !isTold(spoiling, check(spoilt(document, spoiling))?.pointer))
    t.same(elsewhere, [], `${resource}: each is told where it is`)
    const said = all.map(spoiling => check(spoilt(document, spoiling))?.says ?? '')
    t.notMatch(said.filter(says => !says.startsWith('unknown member')).join(), /swordfish/i)
  }
  t.end()
})

/** A place is one item: what is wrong within it is told there or inside it. What is unknown or missing is told at its owner. */
function isTold({ at }: Spoiling, pointer: string | undefined): boolean {
  const place = `/${at.join('/')}`
  return (
    pointer !== undefined && (pointer === place || pointer.startsWith(`${place}/`) || isOwner(pointer, at))
  )
}

function isOwner(pointer: string, at: Spoiling['at']): boolean {
  return (
    pointer ===
    at
      .slice(0, -1)
      .map(step => `/${step}`)
      .join('')
  )
}

void t.test('items that depend on each other are judged together', t => {
  for (const [says, resource, changes, pointer] of RULES) {
    const { document } = documents.find(one => one.resource === resource) ?? { document: {} }
    const changed = changes.reduce<Json>(
      (held, [at, put]) => spoilt(held, { at: stepsOf(at), put }),
      document,
    )
    t.equal(schemaOf(resource).check(changed)?.pointer, pointer, `${resource}: ${says}`)
  }
  t.end()
})

function stepsOf(at: string): readonly (string | number)[] {
  return at.split('/').map(step => (/^\d+$/.test(step) ? Number(step) : step))
}

/** Where the published examples of the domain differ from our schemas, how they are put right, and why. */
const ADAPTED: ReadonlyMap<string, { readonly why: string; readonly changes: readonly Change[] }> = new Map([
  [
    'police.incident.methane',
    {
      why: 'the rendezvous point is a GeoJSON point like every other place, so that agreements can make it coarser',
      changes: [
        ['access/rvp/coordinates', undefined],
        ['access/rvp/geometry', { type: 'Point', coordinates: [-4.2519, 55.8611] }],
      ],
    },
  ],
])

/** Names in the examples that are not names of resources. */
const RENAMED = new Map([
  // Conditions name a document by the last part of its resource, and no name in them begins with a digit.
  ['police.intelligence.3x5x2', 'police.intelligenceReport'],
])

void t.test('the examples of the domain meet the schemas', t => {
  const folder = join(conformanceFolder, 'domain-examples')
  if (!hasConformanceData || !existsSync(folder)) {
    t.comment('skipped: there is no independent test data beside the project')
    return t.end()
  }
  const examples = readdirSync(folder).filter(file => file.endsWith('.json'))
  t.equal(examples.length, 18)
  for (const file of examples) {
    const written = file.replace(/\.json$/, '')
    const resource = RENAMED.get(written) ?? written
    const { why = 'as it is', changes = [] } = ADAPTED.get(resource) ?? {}
    const example = readObject(folder, file)
    if (changes.length > 0) t.ok(schemaOf(resource).check(example), `${file} differs: ${why}`)
    const adapted = changes.reduce<Json>((held, [at, put]) => spoilt(held, { at: stepsOf(at), put }), example)
    t.equal(schemaOf(resource).check(adapted), undefined, `${file}: ${why}`)
  }
  t.end()
})
