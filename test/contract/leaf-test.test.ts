import fc from 'fast-check'
import t from 'tap'
import { leafTest } from '../../src/contract/leaf-test.ts'
import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import { load, only, schemaWith } from './note-schema.ts'
import { schemaFiles } from './schema-files.ts'

function patternsIn(value: Json): readonly string[] {
  if (Array.isArray(value)) return (value as Json[]).flatMap(patternsIn)
  if (!isJsonObject(value)) return []
  const { pattern } = value
  return [...(typeof pattern === 'string' ? [pattern] : []), ...Object.values(value).flatMap(patternsIn)]
}

/** All patterns that the published schemas have for texts, and a few of the same kind. */
const patterns = [...new Set(schemaFiles().flatMap(({ schema }) => patternsIn(schema)))]
const choices = ['^[\\]a-c]*$', '^[^äö😀]*$', '^[\\u{1F600}-\\u{1F64F}a]*$', '^[.]*$', '^[a-z]*$']

const leaves: JsonObject = Object.fromEntries(
  [...patterns, ...choices].flatMap((pattern, at): [string, JsonObject][] => {
    const limits = { pattern, 'x-sensitivity': 'operational' }
    return [
      [`text${at}`, { type: 'string', ...limits }],
      [`short${at}`, { type: ['string', 'null'], maxLength: 3, ...limits }],
    ]
  }),
)
const schema = schemaWith(leaves)

void t.test('a text is judged by itself as the whole document judges it', t => {
  t.ok(patterns.length > 10, 'the published schemas have patterns')
  const note = only(load(schema))
  const names = Object.keys(leaves)
  for (const name of names) t.ok(leafTest(schema, `#/properties/${name}`), `${name} is judged by itself`)
  const letters = fc.constantFrom(
    ...Array.from('aZ09+-*#() .:/äö😀\u0000\u001f\u007f]\\^$\n'),
    '\ud800',
    '\udc00',
  )
  const value = fc.oneof(
    fc.array(letters, { maxLength: 6 }).map(list => list.join('')),
    fc.string({ unit: 'binary', maxLength: 8 }),
    ...patterns
      .filter(pattern => !pattern.includes('(?='))
      .map(pattern => fc.stringMatching(new RegExp(pattern, 'u'))),
    fc.constantFrom(null, 1, true, [], {}),
  )
  let taken = 0
  fc.assert(
    fc.property(fc.constantFrom(...names), value, (name, one) => {
      const isValid = note.catalogue.leaves.get(name)?.valid(one)
      if (isValid) taken++
      return isValid === (note.check({ id: 'a', [name]: one }) === undefined)
    }),
    { numRuns: 20_000 },
  )
  t.ok(taken > 1_000, 'many are taken')
  t.end()
})

void t.test('what has other limits is left to its schema', t => {
  const text = { type: 'string', pattern: '^[a-z]*$' }
  const root = {
    at: { ...text, 'x-sensitivity': 'public' },
    reference: { $ref: '#/at', description: 'the same' },
    minimum: { ...text, minLength: 1 },
    format: { ...text, format: 'date' },
    number: { type: ['string', 'integer'], pattern: '^[a-z]*$' },
    derived: { ...text, 'x-derived': true },
    beside: { $ref: '#/at', maxLength: 2 },
    circle: { $ref: '#/circle' },
    unformed: { type: 'string' },
  }
  const known = Object.keys(root).filter(name => leafTest(root, `#/${name}`) !== undefined)
  t.same(known, ['at', 'reference'])
  t.equal(leafTest(root, '#/nowhere'), undefined)
  t.end()
})
