import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { loadSchemas } from '../../src/contract/contract.ts'
import type { Json, JsonObject } from '../../src/kit/kit.ts'
import { type Problem, ProblemsError } from '../../src/terms/terms.ts'
import { compileMapping } from '../../src/translation/translation.ts'
import { allMappings, mappingIds, mappingSource, schemas } from './support.ts'

const registry = schemas()
const text = { type: 'string', maxLength: 41, 'x-sensitivity': 'operational' }
const word = { enum: ['A', 'B'], 'x-sensitivity': 'operational' }

function object(properties: JsonObject, asks: JsonObject = {}): JsonObject {
  return { type: 'object', additionalProperties: false, properties, ...asks }
}

function list(items: JsonObject, asks: JsonObject = {}): JsonObject {
  return { type: 'array', 'x-item': 'entry', items, ...asks }
}

const TEXTS: JsonObject = { a: text, b: text, c: text, kind: word }
const SOURCE = object({
  id: text,
  ...TEXTS,
  notes: list(object({ ...TEXTS, parts: list(object(TEXTS)) }), { maxItems: 3 }),
  tags: { ...list(text), maxItems: 3, 'x-sensitivity': 'operational' },
})

function published(resource: string, schema: JsonObject): string {
  const head = { $id: `urn:test:${resource}`, 'x-resource': resource, 'x-version': '1.0.0' }
  return JSON.stringify({ ...head, 'x-order-by': 'id', 'x-subject': 'id', ...schema })
}

/** What is wrong with rules for a target with these members beside an `id`; that they leave sources out is not told. */
function problemsOf(
  test: Test,
  { target, asks = {}, rules }: { target: JsonObject; asks?: JsonObject; rules: string },
): readonly Problem[] {
  const directory = test.testdir({
    police: { 'note.json': published('police.note', SOURCE) },
    army: { 'note.json': published('army.note', object({ id: text, ...target }, asks)) },
  })
  return complaints(
    `format: concordat-mapping/1
id: notes
from: { schema: police.note, version: 1.0.0 }
to: { schema: army.note, version: 1.0.0 }
tables:
  none: { A: { unmapped: no word for it }, B: { unmapped: no word for it } }
  one: { A: A, B: { unmapped: no word for it } }
rules:
  - { id: id, to: id, from: id, convert: text }
${rules}`,
    loadSchemas(directory),
  )
}

function complaints(source: string, parts = registry): readonly Problem[] {
  try {
    compileMapping(source, 'm.yaml', parts)
    return []
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    return error.problems.filter(({ code }) => code !== 'source-uncovered')
  }
}

function said(problems: readonly Problem[]): readonly string[] {
  return problems.map(({ line, column, code, says }) => `${line}:${column} ${code}: ${says}`)
}

const lacks = (holder: string, gap: string) =>
  `target-unreached: ${holder} has to hold ${gap}, and no rule makes it`
/** The line of the first rule after that of the `id`. */
const FIRST = 10

void t.test('what every document has to hold needs a rule', t => {
  const given = { target: { a: text, b: text, c: text }, asks: { required: ['id', 'a', 'b'] } }
  const gap = (name: string) => `1:1 ${lacks('the document', name)}`
  t.same(said(problemsOf(t, { ...given, rules: '' })), [gap('`a`'), gap('`b`')])
  const some = '  - { id: a, to: a, from: a, convert: text }\n'
  t.same(said(problemsOf(t, { ...given, rules: some })), [gap('`b`')])
  t.same(problemsOf(t, { ...given, rules: `${some}  - { id: b, to: b, value: it }\n` }), [])
  const wrong = `${some}  - { id: b, to: bee, from: c, convert: texts }\n`
  t.same(
    problemsOf(t, { ...given, rules: wrong }).map(({ code }) => code),
    ['target-unknown', 'converter-unknown', 'target-unreached'],
    'told together with everything else',
  )
  t.end()
})

void t.test('an object needs what it has to hold where a rule makes a part of it', t => {
  const order = object(
    { a: text, b: text, deep: object({ a: text, b: text }, { required: ['b'] }) },
    {
      required: ['a'],
    },
  )
  const rule = (to: string) => `  - { id: ${to}, to: ${to}, from: a, convert: text }\n`
  t.same(problemsOf(t, { target: { order }, rules: '' }), [], 'one that is never made needs nothing')
  t.same(said(problemsOf(t, { target: { order }, asks: { required: ['order'] }, rules: '' })), [
    `1:1 ${lacks('the document', '`order`')}`,
  ])
  t.same(said(problemsOf(t, { target: { order }, rules: rule('order.b') })), [
    `${FIRST}:24 ${lacks('`order`', '`order.a`')}`,
  ])
  t.same(said(problemsOf(t, { target: { order }, rules: rule('order.a') + rule('order.deep.a') })), [
    `${FIRST + 1}:29 ${lacks('`order.deep`', '`order.deep.b`')}`,
  ])
  t.same(said(problemsOf(t, { target: { order }, rules: rule('order.deep.b') })), [
    `${FIRST}:29 ${lacks('`order`', '`order.a`')}`,
  ])
  t.same(problemsOf(t, { target: { order }, rules: rule('order.a') + rule('order.deep.b') }), [])
  t.end()
})

void t.test('so does an entry of a list, and what lies in it', t => {
  const inner = list(object({ a: text, b: text }, { required: ['b'] }))
  const part = object({ a: text }, { required: ['a'] })
  const target = { notes: list(object({ a: text, b: text, inner, part }, { required: ['a', 'inner'] })) }
  const rules = (...entries: readonly string[]) =>
    `  - to: notes[]\n    each: notes[]\n    rules:\n${entries.map(entry => `      - ${entry}\n`).join('')}`
  const [a, b] = ['a', 'b'].map(to => `{ id: ${to}2, to: ${to}, from: ${to}, convert: text }`)
  const nested = (to: string) =>
    `{ to: "inner[]", each: "parts[]", rules: [{ id: ${to}3, to: ${to}, from: a, convert: text }] }`
  t.same(said(problemsOf(t, { target, rules: rules(String(b)) })), [
    `${FIRST}:9 ${lacks('`notes[]`', '`notes[].a`')}`,
    `${FIRST}:9 ${lacks('`notes[]`', '`notes[].inner`')}`,
  ])
  t.same(said(problemsOf(t, { target, rules: rules(String(a), nested('a')) })), [
    `${FIRST + 4}:15 ${lacks('`notes[].inner[]`', '`notes[].inner[].b`')}`,
  ])
  t.same(problemsOf(t, { target, rules: rules(String(a), nested('b')) }), [])
  const none = '  - { to: "notes[]", each: "notes[]", rules: [] }\n'
  t.same(
    said(problemsOf(t, { target, asks: { required: ['notes'] }, rules: none })),
    [`1:1 ${lacks('the document', '`notes`')}`],
    'entries that nothing is put into never come',
  )
  t.end()
})

void t.test('a rule that can be silent is one, and a table that never speaks is none', t => {
  const given = { target: { kind: word }, asks: { required: ['kind'] } }
  const rules = (table: string) =>
    `  - { id: kind, to: kind, from: kind, convert: table, with: { table: ${table} } }\n`
  t.same(problemsOf(t, { ...given, rules: rules('one') }), [])
  t.same(said(problemsOf(t, { ...given, rules: rules('none') })), [`1:1 ${lacks('the document', '`kind`')}`])
  t.end()
})

void t.test('references and branches of the schema count', t => {
  const target = { a: text, b: text, c: text, kind: word }
  const rule = (to: string) => `  - { id: ${to}, to: ${to}, from: ${to}, convert: text }\n`
  const gaps = (asks: JsonObject, ...made: readonly string[]) =>
    problemsOf(t, { target, asks, rules: made.map(rule).join('') }).map(({ says }) =>
      says.split('`').join(''),
    )
  const says = (gap: string) => [`the document has to hold ${gap}, and no rule makes it`]
  const needs = (...required: readonly string[]): JsonObject => ({ required: [...required] })

  t.same(gaps({ allOf: [needs('a'), { allOf: [needs('a')] }] }), says('a'), 'told once')
  t.same(gaps({ $ref: '#/$defs/both', $defs: { both: needs('a', 'b') } }, 'a'), says('b'))
  t.same(gaps({ anyOf: [needs('a', 'b'), needs('c')] }), says('a and b, or c'))
  t.same(gaps({ anyOf: [needs('a', 'b'), needs('c')] }, 'a'), says('b, or c'))
  t.same(gaps({ anyOf: [needs('a', 'b'), needs('c')] }, 'a', 'b'), [])
  t.same(gaps({ oneOf: [needs('a'), needs('b')] }), says('a, or b'))
  t.same(gaps({ oneOf: [needs('a'), {}] }), [], 'a branch that asks for nothing')
  t.same(gaps({ anyOf: [needs('a'), { type: 'null' }] }), says('a'), 'a branch that is for no object')
  t.same(gaps({ dependentRequired: { a: ['b'] } }), [])
  t.same(gaps({ not: needs('a') }), [], 'not judged')
  t.end()
})

void t.test(
  'what is required beside some value of another member is, where the mapping says that value',
  t => {
    const target = { a: text, kind: word }
    const asks = (asked: JsonObject): JsonObject => ({
      if: { required: ['kind'], properties: { kind: asked } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { required: ['a'] },
    })
    const given = (asked: JsonObject, rules: string) =>
      problemsOf(t, { target, asks: asks(asked), rules }).length
    const fixed = '  - { id: kind, to: kind, value: A }\n'
    const open = '  - { id: kind, to: kind, from: kind, convert: code }\n'
    t.equal(given({ const: 'A' }, fixed), 1)
    t.equal(given({ const: 'B' }, fixed), 0)
    t.equal(given({ enum: ['B', 'A'] }, fixed), 1)
    t.equal(given({}, fixed), 1, 'whatever its value')
    t.equal(given({ const: 'A' }, `${fixed}  - { id: a, to: a, from: a, convert: text }\n`), 0)
    t.equal(given({ const: 'A' }, open), 0, 'a matter of the document')
    t.equal(given({ const: 'A' }, ''), 0, 'it never comes')
    const dependent = { dependentRequired: { kind: ['a'] } }
    t.equal(problemsOf(t, { target, asks: dependent, rules: fixed }).length, 1)
    t.end()
  },
)

void t.test('a list needs a source with as many entries', t => {
  const made = (minItems: number, each: string) =>
    said(
      problemsOf(t, {
        target: { tags: { ...list(text, { minItems }), 'x-sensitivity': 'operational' } },
        rules: `  - { to: "tags[]", each: ${each}, rules: [{ id: t, to: ., from: ${each === '.' ? 'a' : '.'}, convert: text }] }\n`,
      }),
    )
  const short = (most: number, needed: number) =>
    `${FIRST}:11 list-too-short: a list of ${most} entries at most can come, and \`tags[]\` needs ${needed}`
  t.same(made(1, '.'), [])
  t.same(made(2, '.'), [short(1, 2)])
  t.same(made(3, '"tags[]"'), [])
  t.same(made(4, '"tags[]"'), [short(3, 4)])
  t.end()
})

void t.test('every mapping that comes with the program reaches what its target has to hold', t => {
  t.equal(allMappings(registry).size, mappingIds().length)
  let removed = 0
  for (const id of mappingIds()) {
    const file: unknown = parse(mappingSource(id))
    if (!isJsonFile(file)) throw new Error(`${id} is no mapping`)
    for (const name of requiredBy(file.to.schema)) {
      const rules = file.rules.filter(({ to }) => typeof to === 'string' && to.split(/[.[]/)[0] !== name)
      t.match(
        said(complaints(JSON.stringify({ ...file, rules }))),
        [`1:1 ${lacks('the document', `\`${name}\``)}`],
        `${id} without \`${name}\``,
      )
      removed++
    }
  }
  t.ok(removed > mappingIds().length, 'each has something that it must not leave out')
  t.end()
})

interface MappingFile {
  readonly to: { readonly schema: string }
  readonly rules: readonly JsonObject[]
}

function isJsonFile(file: unknown): file is MappingFile {
  return typeof file === 'object' && file !== null && 'to' in file && 'rules' in file
}

/** What stands under `required` in the schema itself. */
function requiredBy(resource: string): readonly string[] {
  const names: Json = registry.get(resource)?.source['required'] ?? []
  return Array.isArray(names) ? names.filter(name => typeof name === 'string') : []
}

void t.test('a draft is all that can be made without what a person has to add', t => {
  const draft = mappingSource('police.mutualAidRequest.to.joint.macaRequest')
  t.same(complaints(draft), [])
  t.same(said(complaints(draft.replace('value: DRAFT', 'value: WITH_JRLO'))), [
    `5:1 ${lacks('the document', '`criteria`')}`,
    `5:1 ${lacks('the document', '`effectRequired`')}`,
  ])
  const criterion = (name: string) =>
    draft.replace('rules:\n', `rules:\n  - { id: criterion, to: criteria.${name}, value: true }\n`)
  t.match(said(complaints(criterion('justification'))).join('\n'), /`criteria\.mutualAidExhausted`/)
  t.match(
    said(complaints(criterion('mutualAidExhausted'))).join('\n'),
    /`criteria` has to hold `criteria\.lacksCapability`, or `criteria\.urgentLacksCapacity`, and/,
  )
  const answer = mappingSource('joint.macaResponse.to.police.mutualAidOffer')
  t.match(
    said(complaints(answer.replace(/.*to: requestRef.*\n/, ''))).join('\n'),
    /the document has to hold `requestRef`/,
    'only what nobody asked for answers no request',
  )
  t.end()
})
