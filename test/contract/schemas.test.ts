import { fileURLToPath } from 'node:url'
import t from 'tap'
import { loadSchemas } from '../../src/contract/contract.ts'
import { isDigest, type JsonObject } from '../../src/kit/kit.ts'
import { type Problem, ProblemsError, SENSITIVITIES } from '../../src/terms/terms.ts'
import { load, only, schemaWith } from './note-schema.ts'
import { schemaFiles } from './schema-files.ts'

const published = loadSchemas(fileURLToPath(new URL('../../schemas', import.meta.url)))

const text = { type: 'string', 'x-sensitivity': 'operational' }

function problemsOf(...schemas: readonly (JsonObject | string)[]): readonly Problem[] {
  try {
    load(...schemas)
    return []
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems
    throw error
  }
}

const codes = (problems: readonly Problem[]) => problems.map(problem => problem.code)

void t.test('every published schema is a catalogue that agreements can be written against', t => {
  const filed = schemaFiles().map(({ name }) => name.replace('/', '.').replace(/(?:@.*)?\.json$/, ''))
  t.same([...published.keys()].sort(), [...new Set(filed)].sort(), 'each is filed under its name')
  for (const { resource, catalogue, orderBy, subject } of published.values()) {
    t.ok(
      catalogue.leaves.has(orderBy) && catalogue.leaves.has(subject),
      `${resource} is ordered by a leaf and about one`,
    )
    t.ok(isDigest(catalogue.digest))
    const loose = [...catalogue.leaves.values()].filter(leaf => leaf.valid({ nothing: 'like it' }))
    t.same(loose, [], 'no leaf takes anything')
    const items = [...catalogue.leaves.keys()].flatMap(path => path.match(/^.*\[\](?=\.)/)?.[0] ?? [])
    t.same(
      items.filter(item => !catalogue.items.has(item)),
      [],
      'every list of objects names its entries',
    )
  }
  const sensitivities = [...published.values()].flatMap(one =>
    [...one.catalogue.leaves.values()].map(leaf => leaf.sensitivity),
  )
  t.same(
    sensitivities.filter(one => !SENSITIVITIES.includes(one)),
    [],
  )
  t.end()
})

void t.test('a leaf has the type that treatments are chosen by', t => {
  const { catalogue } = only(
    load(
      schemaWith({
        text,
        kind: { enum: ['A', 'B'], 'x-sensitivity': 'public' },
        count: { type: 'integer', 'x-sensitivity': 'operational' },
        share: { type: ['number', 'null'], 'x-sensitivity': 'operational' },
        armed: { type: 'boolean', 'x-sensitivity': 'sensitive' },
        at: { type: 'string', format: 'date-time', 'x-sensitivity': 'operational' },
        born: { type: 'string', format: 'date', 'x-sensitivity': 'personal' },
        phone: { type: 'string', 'x-type': 'phone', 'x-sensitivity': 'personal' },
        place: {
          type: 'object',
          additionalProperties: false,
          properties: { lat: { type: 'number' } },
          'x-type': 'place',
          'x-sensitivity': 'operational',
        },
        tags: { type: 'array', items: { type: 'string' }, 'x-sensitivity': 'public', 'x-control': true },
      }),
    ),
  )
  t.same(Object.fromEntries([...catalogue.leaves].map(([path, leaf]) => [path, leaf.type])), {
    id: 'id',
    text: 'text',
    kind: 'enum',
    count: 'count',
    share: 'number',
    armed: 'bool',
    at: 'time',
    born: 'date',
    phone: 'phone',
    place: 'place',
    'tags[]': 'text',
  })
  t.same(catalogue.leaves.get('kind')?.values, ['A', 'B'])
  t.same(
    [...catalogue.leaves.values()].filter(leaf => leaf.control).map(leaf => leaf.path),
    ['id', 'tags[]'],
  )
  t.equal(catalogue.leaves.get('tags[]')?.sensitivity, 'public', 'entries of a list have what the list says')
  t.equal(catalogue.leaves.get('kind')?.valid('A'), true)
  t.equal(catalogue.leaves.get('kind')?.valid('C'), false)
  t.equal(catalogue.leaves.get('tags[]')?.valid(1), false)
  t.end()
})

void t.test('a leaf knows how large it can be, and a list how long', t => {
  const band = { type: ['integer', 'string'], minimum: 0, maximum: 9, pattern: '^[0-9]$' }
  const place = { type: 'object', additionalProperties: false, properties: { lat: { type: 'number' } } }
  const { catalogue } = only(
    load(
      schemaWith({
        text: { ...text, minLength: 1, maxLength: 40, pattern: '^a' },
        free: text,
        kind: { enum: ['A', 'B'], 'x-sensitivity': 'public' },
        count: { ...band, 'x-sensitivity': 'operational' },
        place: { ...place, 'x-type': 'place', 'x-accuracy-m': 10, 'x-sensitivity': 'operational' },
        tags: { type: 'array', maxItems: 7, items: { ...text, maxLength: 3 } },
        long: { type: 'array', items: text },
      }),
    ),
  )
  const bounds = (path: string) => catalogue.leaves.get(path)?.bounds
  t.same(bounds('text'), { minLength: 1, maxLength: 40, pattern: '^a' })
  t.same(bounds('free'), {})
  t.same(bounds('kind'), {}, 'an enumeration is bounded by its values')
  t.same(bounds('count'), { minimum: 0, maximum: 9, banded: true }, 'the pattern is that of the band')
  t.same(bounds('place'), { accuracyM: 10 })
  t.same(bounds('tags[]'), { maxLength: 3 })
  t.same([...catalogue.lengths], [['tags[]', 7]])
  t.end()
})

void t.test('an object knows what it has to hold, and a list how many entries', t => {
  const closed = { type: 'object', additionalProperties: false, properties: { a: text, b: text } }
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  const tagsIf = (condition: JsonObject) => ({ if: condition, then: { required: ['tags'] } })
  const { catalogue } = only(
    load(
      schemaWith(
        {
          free: closed,
          order: { $ref: '#/$defs/order', required: ['b'] },
          posts: {
            type: 'array',
            'x-item': 'post',
            minItems: 2,
            items: { ...closed, anyOf: [{ required: ['a'] }, { required: ['b'] }, { type: 'null' }] },
          },
          tags: { type: 'array', minItems: 1, items: text },
          place: { ...closed, required: ['a'], 'x-type': 'place', 'x-sensitivity': 'operational' },
        },
        {
          $defs: {
            order: { ...closed, required: ['a'], allOf: [{ $ref: '#/$defs/again' }] },
            again: { $ref: '#/$defs/order' },
          },
          allOf: [tagsIf({ required: ['free'] }), tagsIf({ properties: { id: { const: 'x' } } })],
          not: { required: ['tags', 'free'] },
        },
      ),
    ),
  )
  const member = (name: string) => ({ kind: 'member', name })
  const nothing = { kind: 'all', of: [] }
  const ifFree = { kind: 'if', member: 'free', values: undefined, holds: member('tags'), fails: nothing }
  t.same(
    [...catalogue.requirements],
    [
      ['', { kind: 'all', of: [member('id'), ifFree] }],
      ['order', { kind: 'all', of: [member('b'), member('a')] }],
      ['posts[]', { kind: 'any', of: [member('a'), member('b')] }],
    ],
    'a reference that leads back adds nothing, and of a condition that cannot be read nothing is known',
  )
  t.same(Object.fromEntries(catalogue.fewest), { 'posts[]': 2, 'tags[]': 1 })
  t.end()
})

void t.test('lists of objects and references are followed to their leaves, whose values can be judged', t => {
  const { catalogue } = only(
    load(
      schemaWith(
        {
          posts: { type: 'array', 'x-item': 'post', items: { $ref: '#/$defs/post' } },
          'a/b~c': { $ref: '#/$defs/person' },
        },
        {
          $defs: {
            person: {
              type: 'object',
              additionalProperties: false,
              properties: { rank: { $ref: '#/$defs/rank' }, name: text },
            },
            post: {
              type: 'object',
              additionalProperties: false,
              properties: { officer: { $ref: '#/$defs/person' } },
            },
            rank: { enum: ['PC', 'SGT'], 'x-sensitivity': 'operational' },
          },
        },
      ),
    ),
  )
  t.same([...catalogue.leaves.keys()].sort(), [
    'a/b~c.name',
    'a/b~c.rank',
    'id',
    'posts[].officer.name',
    'posts[].officer.rank',
  ])
  t.same([...catalogue.items], [['posts[]', 'post']])
  for (const path of ['a/b~c.rank', 'posts[].officer.rank']) {
    t.equal(catalogue.leaves.get(path)?.valid('SGT'), true, path)
    t.equal(catalogue.leaves.get(path)?.valid('GEN'), false, path)
  }
  t.end()
})

void t.test('an object that accepts unknown members is reported, wherever it stands', t => {
  const openObject = { type: 'object', properties: { a: text } }
  t.same(codes(problemsOf(schemaWith({}, { additionalProperties: true }))), ['schema-open'])
  t.match(problemsOf(schemaWith({ person: openObject })), [
    { code: 'schema-open', says: '`person` is an object that accepts unknown members' },
  ])
  t.same(codes(problemsOf(schemaWith({ list: { type: 'array', 'x-item': 'one', items: openObject } }))), [
    'schema-open',
  ])
  t.same(codes(problemsOf(schemaWith({ any: { type: 'object' } }))), ['schema-open'])
  const patterned = {
    ...openObject,
    additionalProperties: false,
    patternProperties: { '^x-': { type: 'string' } },
  }
  t.same(
    codes(problemsOf(schemaWith({ patterned }))),
    ['schema-open'],
    'names by pattern are unknown members too',
  )
  t.end()
})

void t.test('what the catalogue cannot know is reported', t => {
  const cases: readonly (readonly [code: string, properties: JsonObject])[] = [
    ['schema-sensitivity', { name: { type: 'string' } }],
    ['schema-sensitivity', { name: { type: 'string', 'x-sensitivity': 'secretish' } }],
    ['schema-sensitivity', { tags: { type: 'array', items: { type: 'string' } } }],
    ['schema-type', { any: { 'x-sensitivity': 'public' } }],
    ['schema-type', { name: { type: 'string', 'x-type': 'fish', 'x-sensitivity': 'public' } }],
    ['schema-list', { list: { type: 'array', 'x-sensitivity': 'public' } }],
    [
      'schema-item',
      { list: { type: 'array', items: { type: 'object', additionalProperties: false, properties: {} } } },
    ],
  ]
  for (const [code, properties] of cases)
    t.same(codes(problemsOf(schemaWith(properties))), [code], JSON.stringify(properties))
  const self = {
    type: 'object',
    additionalProperties: false,
    properties: { child: { $ref: '#/$defs/self' } },
  }
  t.same(codes(problemsOf(schemaWith({ self: { $ref: '#/$defs/self' } }, { $defs: { self } }))), [
    'schema-deep',
  ])
  const circle = schemaWith(
    { a: { $ref: '#/$defs/a' } },
    { $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } },
  )
  t.same(codes(problemsOf(circle)), ['schema-invalid'])
  t.end()
})

void t.test('a file that is no schema is reported, and the others are read on', t => {
  const [good, other] = [
    schemaWith({}),
    schemaWith({ name: { type: 'string' } }, { $id: 'urn:test:other', 'x-resource': 'police.other' }),
  ]
  const problems = problemsOf('{', '[]', '{"a":1,"a":2}', good, { type: 'object' }, other)
  t.same(codes(problems), [
    'schema-unreadable',
    'schema-unreadable',
    'schema-unreadable',
    'schema-header',
    'schema-sensitivity',
  ])
  t.same(
    problems.map(problem => problem.file.at(-6)),
    ['0', '1', '2', '4', '5'],
    'each is named',
  )
  t.end()
})

void t.test('a schema that is wrong in itself is a problem and no crash', t => {
  t.same(codes(problemsOf(schemaWith({ name: { ...text, type: 'strnig' } }))), ['schema-invalid'])
  t.same(
    codes(problemsOf(schemaWith({ name: { ...text, maxLenght: 3 } }))),
    ['schema-invalid'],
    'a misspelt keyword',
  )
  t.same(codes(problemsOf(schemaWith({ name: { $ref: '#/$defs/gone' } }))), ['schema-invalid'])
  t.same(codes(problemsOf(schemaWith({ name: { ...text, pattern: '(' } }))), ['schema-invalid'])
  t.same(codes(problemsOf(schemaWith({}), schemaWith({}))), ['schema-invalid'], 'an $id used twice')
  t.same(codes(problemsOf(schemaWith({}), schemaWith({}, { $id: 'urn:test:again' }))), ['schema-twice'])
  t.end()
})

void t.test('a document is judged as it is, and never repeated', t => {
  const schema = only(
    load(
      schemaWith({
        count: { type: 'integer', 'x-sensitivity': 'public' },
        at: { type: 'string', format: 'date-time', 'x-sensitivity': 'public' },
      }),
    ),
  )
  t.equal(schema.check({ id: 'a', count: 1, at: '2026-03-01T08:00:00Z' }), undefined)
  t.same(
    schema.check({ id: 'a', count: '1' }),
    { pointer: '/count', says: 'must be integer' },
    'no text becomes a number',
  )
  t.same(schema.check({ count: 1 }), { pointer: '', says: 'member `id` is missing', missing: 'id' })
  t.same(schema.check({ id: 'a', swordfish: 1 }), { pointer: '', says: 'unknown member `swordfish`' })
  t.match(schema.check({ id: 'a', at: 'swordfish' }), { pointer: '/at' })
  t.notMatch(JSON.stringify(schema.check({ id: 'a', at: 'swordfish' })), /swordfish/)
  t.match(schema.check(JSON.parse('{"id":"a","__proto__":{"count":1}}')), {
    says: 'unknown member `__proto__`',
  })
  t.ok(schema.check(Object.create({ id: 'inherited' })), 'what is inherited is not there')
  for (const other of [null, [], 'text', 1, undefined]) t.ok(schema.check(other))
  t.end()
})

void t.test('the digest of a schema is that of its meaning, not of its spelling', t => {
  const schema = schemaWith({})
  const turned = Object.fromEntries(Object.entries(schema).reverse())
  t.equal(
    only(load(schema)).catalogue.digest,
    only(load(JSON.stringify(turned, undefined, 4))).catalogue.digest,
  )
  t.not(only(load(schema)).catalogue.digest, only(load(schemaWith({ text }))).catalogue.digest)
  t.end()
})

void t.test('what the gateway works out is an item of the catalogue that no system sends', t => {
  const figure = {
    type: 'object',
    'x-type': 'table',
    'x-derived': true,
    'x-sensitivity': 'operational',
    propertyNames: { enum: ['GOLD', 'SILVER'] },
    additionalProperties: { type: ['integer', 'string'] },
  }
  const schema = only(
    load(
      schemaWith({
        figure,
        posts: { type: ['integer', 'string'], 'x-derived': true, 'x-sensitivity': 'public' },
      }),
    ),
  )
  t.match(schema.catalogue.leaves.get('figure'), { type: 'table', derived: true, values: ['GOLD', 'SILVER'] })
  t.match(schema.catalogue.leaves.get('posts'), { type: 'count', derived: true })
  t.same(schema.check({ id: 'a', figure: { GOLD: 20, SILVER: 'withheld' } }), {
    pointer: '/figure',
    says: 'the gateway works this out; no system sends it',
  })
  const valid = (value: unknown) => schema.catalogue.leaves.get('figure')?.valid(value)
  t.ok(valid({ GOLD: 20, SILVER: 'withheld' }), 'alone it has its form')
  t.notOk(valid({ BRONZE: 20 }))
  for (const broken of [
    { ...figure, 'x-derived': false },
    { ...figure, 'x-control': true },
  ])
    t.same(codes(problemsOf(schemaWith({ figure: broken }))), ['schema-derived'])
  const inList = {
    type: 'array',
    'x-item': 'one',
    items: { type: 'object', additionalProperties: false, properties: { figure } },
  }
  t.same(codes(problemsOf(schemaWith({ inList }))), ['schema-derived'])
  t.end()
})

void t.test('a leaf that is limited by a list alone is judged as a whole document is', t => {
  const letters = { type: 'string', enum: ['A', 'B', 'C'] }
  const forms: Readonly<Record<string, JsonObject>> = {
    plain: letters,
    untyped: { enum: ['A', 'B'] },
    referred: { $ref: '#/$defs/letters', description: 'a letter' },
    through: { $ref: '#/$defs/again' },
    narrowed: { $ref: '#/$defs/letters', enum: ['A', 'D'] },
    narrowedOnTheWay: { $ref: '#/$defs/fewer' },
    patterned: { ...letters, pattern: '^[AX]$' },
    referredAndPatterned: { $ref: '#/$defs/letters', pattern: '^[AX]$' },
    absent: { ...letters, type: ['string', 'null'] },
    mixed: { enum: ['A', 1, null], type: ['string', 'integer', 'null'] },
    contradicted: { $ref: '#/$defs/letters', not: { const: 'A' } },
  }
  const properties = Object.fromEntries(
    Object.entries(forms).map(([name, form]) => [name, { ...form, 'x-sensitivity': 'public' }]),
  )
  const again = { $ref: '#/$defs/letters' }
  const $defs = { letters, again, fewer: { $ref: '#/$defs/letters', enum: ['B'] } }
  const schema = only(load(schemaWith(properties, { $defs })))
  for (const name of Object.keys(forms)) {
    const leaf = schema.catalogue.leaves.get(name)
    for (const value of ['A', 'B', 'C', 'D', 'X', '', 'constructor', 1, null, true, {}, ['A']])
      t.equal(
        leaf?.valid(value),
        schema.check({ id: 'a', [name]: value }) === undefined,
        `${name}: ${JSON.stringify(value)}`,
      )
  }
  t.end()
})
