import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { loadSchemas, type SchemaRegistry } from '../../src/contract/contract.ts'
import type { JsonObject } from '../../src/kit/kit.ts'
import { type Problem, ProblemsError } from '../../src/terms/terms.ts'
import { schemaFolder } from './schema-files.ts'

/** A schema in good order; a later version has more items. */
function note(version: string, change: JsonObject = {}): JsonObject {
  const [major = '', minor = ''] = version.split('.')
  const item = { type: 'string', 'x-sensitivity': 'public' }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:test:police.note:${version}`,
    'x-resource': 'police.note',
    'x-version': version,
    'x-order-by': 'head.serial',
    'x-subject': 'id',
    type: 'object',
    additionalProperties: false,
    properties: {
      id: item,
      head: { type: 'object', additionalProperties: false, properties: { serial: item } },
      tags: { type: 'array', items: item },
      [`new${major}${minor}`]: item,
    },
    ...change,
  }
}

function load(files: Readonly<Record<string, JsonObject>>): SchemaRegistry {
  const directory = mkdtempSync(join(tmpdir(), 'schemas-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  mkdirSync(join(directory, 'police'))
  mkdirSync(join(directory, 'codes'))
  writeFileSync(join(directory, 'codes/list.json'), '{"name":"list"}')
  for (const [name, schema] of Object.entries(files))
    writeFileSync(join(directory, 'police', name), JSON.stringify(schema))
  return loadSchemas(directory)
}

function problemsOf(files: Readonly<Record<string, JsonObject>>): readonly Problem[] {
  try {
    load(files)
    return []
  } catch (thrown) {
    if (thrown instanceof ProblemsError) return thrown.problems
    throw thrown
  }
}

void t.test('several versions of one resource live at the same time', t => {
  const registry = load({
    'note.json': note('1.10.0'),
    'note@1.2.0.json': note('1.2.0'),
    'note@1.9.1.json': note('1.9.1'),
  })
  t.same([...registry.keys()], ['police.note'])
  t.same(registry.versionsOf('police.note'), ['1.10.0', '1.9.1', '1.2.0'], 'newest first, by number')
  t.same([...registry.values()].length, 3)
  t.equal(registry.get('police.note')?.version, '1.10.0')
  for (const version of registry.versionsOf('police.note')) {
    const member = `new${version.split('.').slice(0, 2).join('')}`
    t.equal(registry.get('police.note', version)?.check({ [member]: 'x' }), undefined, version)
    t.ok(registry.catalogueOf('police.note', version)?.leaves.has(member))
  }
  t.match(registry.get('police.note', '1.2.0')?.check({ new110: 'x' }), { says: /unknown member/ })
  t.equal(new Set([...registry.values()].map(({ catalogue }) => catalogue.digest)).size, 3)
  for (const unknown of ['1.1.0', '', '1.2', '__proto__']) {
    t.equal(registry.get('police.note', unknown), undefined)
    t.equal(registry.catalogueOf('police.note', unknown), undefined)
  }
  t.same([registry.get('police.other'), registry.versionsOf('police.other')], [undefined, []])
  t.end()
})

void t.test('a file that says another version than its name is reported', t => {
  const [today, before] = [note('1.1.0'), note('1.0.0')]
  const cases: readonly (readonly [Readonly<Record<string, JsonObject>>, ...string[]])[] = [
    [{ 'note.json': today, 'note@1.0.0.json': before }],
    [{ 'note.json': today, 'note@1.0.1.json': before }, 'schema-version'],
    [{ 'note.json': before, 'note@1.1.0.json': today }, 'schema-version'],
    [{ 'note@1.0.0.json': before }, 'schema-version'],
    [{ 'note.json': today, 'other.json': before }, 'schema-twice'],
    [
      {
        'note.json': today,
        'note@1.0.0.json': before,
        'other@1.0.0.json': note('1.0.0', { $id: 'urn:test:other' }),
      },
      'schema-twice',
    ],
    [{ 'note.json': today, 'note@1.1.0.json': note('1.1.0', { $id: 'urn:test:other' }) }, 'schema-twice'],
    [{ 'note.json': note('1.1') }, 'schema-header'],
    [{ 'note.json': note('v1.1.0') }, 'schema-header'],
  ]
  for (const [files, ...codes] of cases)
    t.same(
      problemsOf(files).map(({ code }) => code),
      codes,
      Object.keys(files).join(' '),
    )
  t.match(problemsOf({ 'note.json': today, 'note@1.0.1.json': before }), [
    { file: /note@1\.0\.1\.json$/, says: /`1\.0\.0`/ },
  ])
  t.end()
})

void t.test('what a document is about, and which lane it takes, may stand inside a part of it', t => {
  const schema = load({ 'note.json': note('1.0.0') }).get('police.note')
  t.same(schema?.namesIn({ id: 'N1', head: { serial: '7' } }), { orderedBy: '7', subject: 'N1' })
  for (const document of [{}, { head: 'x' }, { head: {} }, { head: ['7'] }])
    t.same(schema?.namesIn(document), { orderedBy: undefined, subject: undefined })
  t.same(
    problemsOf({ 'note.json': note('1.0.0', { 'x-subject': 'tags[]' }) }).map(({ code }) => code),
    ['schema-header'],
  )
  t.end()
})

void t.test('what is published names its file by its version', t => {
  const published = loadSchemas(schemaFolder)
  t.same(published.versionsOf('army.opord'), ['1.1.0', '1.0.0'])
  const [newest, before] = published.versionsOf('army.opord').map(version => {
    return published.catalogueOf('army.opord', version)
  })
  t.same(
    [...(before?.leaves.keys() ?? [])].filter(path => !newest?.leaves.has(path)),
    [],
    'a minor version takes nothing away',
  )
  t.end()
})
