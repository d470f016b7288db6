/** What is said twice is compared here: code, contract, README and configuration. */
import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { DOORS, type DoorName, loadApi } from '../src/contract/contract.ts'
import { consoleOperations } from '../src/http/console.ts'
import { makeMetrics, STATUS } from '../src/http/http.ts'
import { innerOperations } from '../src/http/inner.ts'
import { officersOperations } from '../src/http/officers.ts'
import { outerOperations } from '../src/http/outer.ts'
import { recordsOperations } from '../src/http/records.ts'
import { isJsonObject, type Json, type JsonObject } from '../src/kit/kit.ts'
import { EVENT_CODES } from '../src/ledger/ledger.ts'
import { REFUSALS } from '../src/terms/terms.ts'
import { contractFile, generateTypes, typesFile } from './support/openapi-types.ts'

const codes = Object.keys(REFUSALS).sort()
const contract: unknown = parse(readFileSync(contractFile, 'utf8'))
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const configSchema: unknown = JSON.parse(
  readFileSync(new URL('../schemas/gateway-config.json', import.meta.url), 'utf8'),
)

/** The value at a path of member names; fails the run where there is none. */
function at(value: unknown, ...path: readonly string[]): Json {
  let found = value as Json
  for (const name of path) {
    const below = isJsonObject(found) ? found[name] : undefined
    if (below === undefined) throw new Error(`nothing at ${path.join('/')}`)
    found = below
  }
  return found
}

void t.test('the refusals of the code are those of the contract, each with one status', t => {
  t.same([...(at(contract, 'components', 'schemas', 'RefusalCode', 'enum') as string[])].sort(), codes)
  t.same(Object.keys(STATUS).sort(), codes)
  const without = (rule: (code: string, sentence: string) => boolean) =>
    Object.entries(REFUSALS).filter(([code, sentence]) => !rule(code, sentence))
  t.same(
    without(code => /^[a-z]+(-[a-z]+)*$/.test(code)),
    [],
    'codes are kebab-case',
  )
  t.same(
    without((_code, sentence) => /^[A-Z].*\.$/.test(sentence)),
    [],
    'each has a public sentence',
  )
  t.same(
    Object.values(STATUS).filter(status => status < 400 || status > 599),
    [],
  )
  t.end()
})

/** Rows of README tables that begin with a code and its status: | `token-missing` | 401 | … */
const readmeRows = [...readme.matchAll(/^\|\s*`([a-z-]+)`\s*\|\s*(\d{3})\s*\|/gm)]

void t.test('the README lists every refusal with its status, and no other', t => {
  const listed = Object.fromEntries(readmeRows.map(([, code, status]) => [code ?? '', Number(status)]))
  t.same(listed, { ...STATUS })
  t.equal(readmeRows.length, codes.length, 'each once')
  t.end()
})

void t.test('the generated types are current', async t => {
  t.equal(readFileSync(typesFile, 'utf8'), await generateTypes(), 'otherwise: npm run types')
})

/** The operations of one door as the contract has them. */
function operationsOf(door: DoorName): string[] {
  const paths = at(loadApi(contractFile).contractOf(door), 'paths') as JsonObject
  const operations = Object.values(paths).flatMap(item => Object.values(item as JsonObject))
  const ids = operations.map(operation => at(operation, 'operationId'))
  return ids.filter(id => typeof id === 'string').sort()
}

void t.test(
  'every operation of the contract has a handler at its door, and every handler an operation',
  t => {
    const limits = { documentBytes: 1, batchBytes: 1 }
    // What handlers need is asked for when a request comes; their names are there before.
    const handlers = {
      inner: innerOperations({ limits } as never),
      outer: outerOperations({ limits } as never),
      console: {
        ...consoleOperations({} as never),
        ...officersOperations({} as never),
        ...recordsOperations({} as never),
      },
    } satisfies Record<DoorName, object>
    for (const door of DOORS) t.same(operationsOf(door), Object.keys(handlers[door]).sort(), door)
    const everywhere = DOORS.flatMap(operationsOf)
    t.equal(new Set(everywhere).size, everywhere.length, 'an operation stands at one door')
    const all = Object.values(at(contract, 'paths') as JsonObject).flatMap(item =>
      Object.keys(item as JsonObject),
    )
    t.equal(everywhere.length, all.length, 'no operation is without a door')
    t.end()
  },
)

void t.test('each kind of leaf has an event code of its own', t => {
  const events = Object.values(EVENT_CODES)
  t.equal(new Set(events).size, events.length)
  t.same(
    events.filter(event => !/^XG-\d{4}$/.test(event)),
    [],
  )
  t.end()
})

void t.test('metrics are ours by name and have help', async t => {
  const text = await makeMetrics().print()
  const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(found => found[1] ?? '')
  const samples = text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  t.ok(names.includes('concordat_refusals_total'))
  t.same(
    names.filter(name => !/^concordat_[a-z0-9_]+$/.test(name)),
    [],
  )
  t.same(
    names.filter(name => !text.includes(`# HELP ${name} `)),
    [],
    'each has help',
  )
  t.same(
    samples.filter(sample => !sample.startsWith('concordat_')),
    [],
  )
})

/** Every property below a schema: where it stands, and what it says of itself or by its reference. */
function propertiesOf(schema: Json, path: string): { readonly path: string; readonly says: boolean }[] {
  if (Array.isArray(schema)) return schema.flatMap((entry, index) => propertiesOf(entry, `${path}/${index}`))
  if (!isJsonObject(schema)) return []
  return Object.entries(schema).flatMap(([name, below]) => {
    if (name !== 'properties' || !isJsonObject(below)) return propertiesOf(below, `${path}/${name}`)
    return Object.entries(below).flatMap(([property, one]) => {
      const here = `${path}/properties/${property}`
      return [{ path: here, says: isDescribed(one) }, ...propertiesOf(one, here)]
    })
  })
}

function isDescribed(property: Json): boolean {
  if (!isJsonObject(property)) return false
  const { description, $ref } = property
  if (typeof description === 'string') return description !== ''
  return typeof $ref === 'string' && isDescribed(at(configSchema, ...$ref.split('/').slice(1)))
}

void t.test('every setting of the configuration describes itself', t => {
  const properties = propertiesOf(configSchema as Json, '')
  t.ok(properties.length > 40, `${properties.length} settings were read`)
  t.same(
    properties.filter(property => !property.says).map(property => property.path),
    [],
  )
  t.end()
})

void t.test('the README names every part of the configuration', t => {
  for (const key of Object.keys(at(configSchema, 'properties') as JsonObject))
    t.match(readme, new RegExp(`\`${key}(?:[.\`])`), key)
  t.end()
})

void t.test('the image is made of what is there, by the Node that is tested', t => {
  const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
  const dockerfile = read('Dockerfile')
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
    found => found[1]?.split(' ') ?? [],
  )
  t.ok(copied.includes('src'))
  const allowed = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(found => found[1] ?? '')
  t.same([...new Set(copied)].sort(), allowed.sort(), 'the rest stays outside')
  t.same(
    copied.filter(name => !existsSync(new URL(`../${name}`, import.meta.url))),
    [],
  )
  const version = at(JSON.parse(read('package.json')), 'devDependencies', 'node')
  t.match(dockerfile, `ARG NODE=node:${JSON.stringify(version).slice(1, -1)}-`)
  t.match(dockerfile, /^USER (?!0|root)/m)
  t.end()
})
