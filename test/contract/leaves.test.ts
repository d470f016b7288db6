import t from 'tap'
import type { JsonObject } from '../../src/kit/kit.ts'
import { SENSITIVITIES } from '../../src/terms/terms.ts'
import { type Part, partsOf, schemaFiles, textsAt, typesOf } from './schema-files.ts'

/** Units that `x-unit` may name, as UCUM and ISO 4217 write them; `[mi_i]/h` is miles per hour, `a` is a year. */
const UNITS = new Set(['m', 'km/h', 'm/s', '[mi_i]/h', 'deg', 'mil', 'h', 'min', 's', 'd', 'a', '%', 'GBP'])

/** Names that say their unit themselves: `accuracyM`, `speedMph`. */
const UNIT_IN_NAME = /(?:M|Mph|Kmh|Deg|Mils|GBP|Percent)$|^hours/

/** What is wrong with one part of a schema as a page that officers read and a bound that machines keep. */
function faultsOf({ path, node, kind }: Part): readonly string[] {
  const faults: string[] = []
  const says = node['description']
  if (typeof says !== 'string' || !/^[A-Z].{2,}\.$/s.test(says))
    faults.push('has no description in sentences')
  if (kind === 'list' && !isNumber(node['maxItems'])) faults.push('is a list without an end')
  if (kind === 'object' && node['additionalProperties'] !== false) faults.push('is open')
  if (kind === 'leaf') faults.push(...leafFaults(path, node))
  return faults.map(fault => `\`${path || '(root)'}\` ${fault}`)
}

function leafFaults(path: string, node: JsonObject): readonly string[] {
  const types = typesOf(node)
  const faults: string[] = []
  if (types.length === 0) faults.push('has no type')
  if (!SENSITIVITIES.some(one => one === node['x-sensitivity'])) faults.push('has no sensitivity')
  const numeric = types.includes('integer') || types.includes('number')
  if (numeric && !(isNumber(node['minimum']) && isNumber(node['maximum'])))
    faults.push('is a number without bounds')
  const listed = Array.isArray(node['enum'])
  if (types.includes('string') && !listed && !isNumber(node['maxLength']))
    faults.push('is a text without an end')
  if (listed && new Set(textsAt(node, 'enum')).size !== textsAt(node, 'enum').length)
    faults.push('lists a value twice')
  if (types.includes('object') && node['x-type'] === undefined) faults.push('is an object and a leaf')
  if (!hasUnit(path, node)) faults.push('measures something and does not say in what')
  const unit = node['x-unit']
  if (unit !== undefined && !(typeof unit === 'string' && UNITS.has(unit)))
    faults.push('has a unit nobody knows')
  return faults
}

/** Whole numbers count; a number that need not be whole measures. */
function hasUnit(path: string, node: JsonObject): boolean {
  if (!typesOf(node).includes('number') || node['x-unit'] !== undefined) return true
  const name = path.slice(path.lastIndexOf('.') + 1)
  return (
    UNIT_IN_NAME.test(name) || /\b(?:metres|degrees|mils|days|per ?cent)\b/i.test(String(node['description']))
  )
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number'
}

void t.test(
  'every part of every schema has a description, every leaf a type, bounds, a unit and a sensitivity',
  t => {
    const files = schemaFiles()
    t.ok(files.length >= 14, 'the schemas were read')
    for (const { name, schema } of files) {
      const parts = partsOf(schema)
      const leaves = parts.filter(({ kind }) => kind === 'leaf').length
      t.same(parts.flatMap(faultsOf), [], `${name}: ${leaves} leaves`)
    }
    t.end()
  },
)

void t.test('what conditions may read has names that conditions can write', t => {
  const word = /^[A-Za-z_][A-Za-z0-9_]*$/
  for (const { name, schema } of schemaFiles()) {
    const resource = String(schema['x-resource'])
    const short = resource.slice(resource.lastIndexOf('.') + 1)
    const parts = partsOf(schema)
    const items = parts.flatMap(({ node }) => (node['x-item'] === undefined ? [] : [String(node['x-item'])]))
    const roots = [short, 'label', 'request', ...items]
    t.equal(new Set(roots).size, roots.length, `${name}: no two things have one name in conditions`)
    const control = parts.filter(({ node }) => node['x-control'] === true)
    const names = [...roots, ...control.flatMap(({ path }) => path.replaceAll('[]', '').split('.'))]
    t.same(
      names.filter(one => !word.test(one)),
      [],
      name,
    )
  }
  t.end()
})

void t.test('a leaf that lacks something is found', t => {
  const leaf = { type: 'string', description: 'A text.', maxLength: 3, 'x-sensitivity': 'public' }
  const without = (name: string, change: JsonObject = {}) => {
    const rest = Object.fromEntries(Object.entries(leaf).filter(([key]) => key !== name))
    return faultsOf({ path: 'a', node: { ...rest, ...change }, kind: 'leaf' })
  }
  t.same(without(''), [])
  t.match(without('description'), [/description/])
  t.match(without('', { description: 'short' }), [/description/])
  t.match(without('maxLength'), [/without an end/])
  t.match(without('x-sensitivity'), [/sensitivity/])
  t.match(without('type'), [/no type/])
  t.match(without('type', { type: 'integer', minimum: 0 }), [/bounds/])
  t.match(without('type', { type: 'number', minimum: 0, maximum: 1 }), [/in what/])
  t.same(without('type', { type: 'number', minimum: 0, maximum: 1, 'x-unit': 'm' }), [])
  t.match(without('', { 'x-unit': 'cubits' }), [/nobody knows/])
  t.match(without('maxLength', { enum: ['A', 'A'] }), [/twice/])
  t.match(faultsOf({ path: 'a', node: { description: 'A list.', type: 'array' }, kind: 'list' }), [
    /list without/,
  ])
  t.match(faultsOf({ path: '', node: { description: 'A thing.', type: 'object' }, kind: 'object' }), [/open/])
  t.end()
})
