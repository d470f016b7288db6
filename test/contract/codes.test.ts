import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { isJsonObject, type JsonObject } from '../../src/kit/kit.ts'
import {
  conformanceFolder,
  hasConformanceData,
  objectAt,
  partsOf,
  readObject,
  schemaFiles,
  schemaFolder,
  textsAt,
} from './schema-files.ts'

const folder = join(schemaFolder, 'codes')
const lists = new Map(
  readdirSync(folder).map(file => [file.replace(/\.json$/, ''), readObject(folder, file)]),
)

function codesOf(name: string): readonly string[] {
  const entries = lists.get(name)?.['entries']
  if (!Array.isArray(entries)) throw new Error(`there is no code list ${name}`)
  return entries.map(entry => (isJsonObject(entry) ? String(entry['code']) : ''))
}

void t.test('every code list says where it comes from, and what each code means', t => {
  for (const [name, list] of lists) {
    const { entries, version, ...about } = list
    t.same(Object.keys(about).sort(), ['licence', 'name', 'source', 'title'], name)
    t.equal(about['name'], name, 'the file has the name of the list')
    t.ok(Object.values(about).every(text => typeof text === 'string' && text.length > 2))
    t.match(version, /^\d+\.\d+\.\d+$/)
    t.ok(Array.isArray(entries) && entries.every(isEntry), `${name}: each entry is a code and what it says`)
    t.equal(new Set(codesOf(name)).size, codesOf(name).length, `${name}: no code is there twice`)
  }
  t.end()
})

function isEntry(entry: unknown): boolean {
  if (!isJsonObject(entry) || Object.keys(entry).join() !== 'code,says') return false
  return Object.values(entry).every(text => typeof text === 'string' && text !== '' && text === text.trim())
}

interface Named {
  readonly where: string
  readonly list: string
  readonly values: readonly string[]
}

/** Enumerations of older schemas, whose digests agreements have pinned; they are code lists all the same. */
const UNNAMED: readonly (readonly [resource: string, path: string, list: string, more: readonly string[]])[] =
  [
    ['police.operation', 'command[].role', 'police-command-roles', []],
    ['police.operation', 'strategicIntent.approvedBy', 'police-command-roles', []],
    ['police.operation', 'command[].rank', 'police-ranks', []],
    ['police.unitDeployment', 'commander.rank', 'police-ranks', []],
    ['police.unitDeployment', 'unitType', 'police-unit-types', []],
    ['police.unitDeployment', 'capabilities[]', 'police-capabilities', []],
    ['police.unitDeployment', 'task', 'police-tactical-options', ['RESERVE', 'SEARCH']],
    ['police.unitDeployment', 'deploymentStatus', 'niem-deployment-status', []],
    ['police.deploymentBoard', 'units[].task', 'police-tactical-options', ['RESERVE', 'SEARCH']],
    ['police.unitPosition', 'unitType', 'board-unit-types', []],
    ['army.taskOrg', 'units[].statusCode', 'niem-operational-status', []],
    ['army.taskOrg', 'units[].relationship', 'niem-command-relationships', []],
  ]

function partAt(schema: JsonObject, path: string): JsonObject {
  return partsOf(schema).find(part => part.path === path)?.node ?? {}
}

void t.test('an enumeration that names a code list is that list', t => {
  const named = schemaFiles().flatMap(({ name, schema }) =>
    partsOf(schema).flatMap(({ path, node }): readonly Named[] => {
      const list = node['x-code-list']
      return list === undefined
        ? []
        : [{ where: `${name} ${path}`, list: String(list), values: textsAt(node, 'enum') }]
    }),
  )
  t.ok(named.length > 25, `${named.length} enumerations name a list`)
  for (const { where, list, values } of named)
    t.same(values, lists.has(list) ? codesOf(list) : 'no such list', where)
  t.end()
})

void t.test('enumerations that were there before the lists say the same', t => {
  for (const [resource, path, list, more] of UNNAMED) {
    const found = schemaFiles().filter(({ schema }) => schema['x-resource'] === resource)
    t.ok(found.length > 0, resource)
    for (const { name, schema } of found)
      t.same(textsAt(partAt(schema, path), 'enum'), [...codesOf(list), ...more], `${name} ${path}`)
  }
  const plan =
    schemaFiles().find(({ schema }) => schema['x-resource'] === 'police.tacticalPlan')?.schema ?? {}
  const counted = objectAt(partAt(plan, 'summary.reservesByType'), 'propertyNames')
  t.same(
    textsAt(counted, 'enum'),
    codesOf('police-unit-types'),
    'reserves are counted by the kinds there are',
  )
  const position =
    schemaFiles().find(({ schema }) => schema['x-resource'] === 'police.unitPosition')?.schema ?? {}
  const { minimum, maximum } = partAt(position, 'state')
  const states = codesOf('police-states').map(Number)
  t.same([minimum, maximum], [Math.min(...states), Math.max(...states)])
  t.same(
    states,
    Array.from({ length: 17 }, (_, index) => index),
  )
  t.end()
})

void t.test('every list is used', t => {
  const used = new Set([
    ...schemaFiles().flatMap(({ schema }) => partsOf(schema).map(({ node }) => node['x-code-list'])),
    ...UNNAMED.map(([, , list]) => list),
    'police-states',
  ])
  t.same(
    [...lists.keys()].filter(name => !used.has(name)),
    [],
  )
  t.end()
})

void t.test('lists taken from standards hold what the standards hold', t => {
  if (!hasConformanceData) {
    t.comment('skipped: there is no independent test data beside the project')
    return t.end()
  }
  const niem = objectAt(readObject(conformanceFolder, 'niem/niem6-unit-and-deployment-codes.json'), 'codes')
  for (const [list, type] of [
    ['niem-deployment-status', 'DeploymentStatusCodeSimpleType'],
    ['niem-operational-status', 'UnitOperationalStatusCodeSimpleType'],
    ['niem-command-relationships', 'UnitCommandOrSupportRelationshipCategoryCodeSimpleType'],
  ] as const)
    t.same([...codesOf(list)].sort(), textsAt(niem, type))
  t.same(
    codesOf('jc3iedm-event-categories').toSorted(),
    firstColumn('niem/jc3iedm-event-category-codes.csv').toSorted(),
  )
  const fitness = readFileSync(
    join(conformanceFolder, 'symbology/jmsml-Coded_Domain_CombatEffectiveness.csv'),
    'utf8',
  )
  for (const code of codesOf('combat-effectiveness')) t.match(fitness, new RegExp(`,${code}\\b`))
  const said = [...codesOf('edxl-rm-consumer-messages'), ...codesOf('edxl-rm-supplier-messages')]
  t.equal(new Set(said).size, 16, 'the message types of EDXL-RM 1.0, two of which both sides send')
  const samples = join(conformanceFolder, 'edxl-rm')
  const files = existsSync(samples) ? readdirSync(samples).filter(file => file.endsWith('.xml')) : []
  t.ok(files.length > 0)
  for (const file of files) {
    const type = /<\w+:MessageContentType>(\w+)</.exec(readFileSync(join(samples, file), 'utf8'))?.[1]
    t.ok(type !== undefined && said.includes(type), `${file}: ${type}`)
  }
  const listed = readFileSync(join(conformanceFolder, 'niem/edxl_rm.xsd'), 'utf8')
  const words = new Set(
    [...listed.matchAll(/enumeration value="([^"]+)"/g)].map(([, value]) => joined(value ?? '')),
  )
  const shared = said.filter(code => words.has(joined(code)))
  t.ok(shared.length >= 10, `${shared.length} of them are in NIEM under the same words`)
  t.end()
})

function firstColumn(file: string): readonly string[] {
  const [, ...lines] = readFileSync(join(conformanceFolder, file), 'utf8').trim().split(/\r?\n/)
  return lines.map(line => line.split(',')[0] ?? '')
}

/** NIEM writes a message type in words and ends some in the plural. */
function joined(words: string): string {
  return words
    .replace(/\(.*\)/, '')
    .replaceAll(' ', '')
    .replace(/s$/, '')
    .toLowerCase()
}
