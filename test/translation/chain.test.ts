/** Two mappings fused to one through the shared vocabulary: the document of both, one after the other, and one report of all losses. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { translateCommand } from '../../src/cli/translate.ts'
import type { JsonObject } from '../../src/kit/kit.ts'
import { ProblemsError } from '../../src/terms/terms.ts'
import { gatherLosses, joinLosses } from '../../src/translation/chain-loss.ts'
import type { Origin } from '../../src/translation/chain-origins.ts'
import { makeJoin } from '../../src/translation/chain-report.ts'
import { ListedReport, type Report } from '../../src/translation/report.ts'
import {
  type CompiledMapping,
  chainsOf,
  compileMapping,
  type LossOutcome,
  type Manner,
  type Mapping,
  makeMappingBook,
  type ReportLine,
  readReport,
  type Translation,
} from '../../src/translation/translation.ts'
import { jsonIn, runCommand } from '../policy/commands/run.ts'
import { dig } from '../support/dig.ts'
import { cases, context, mappingSource, schemas } from './support.ts'

const registry = schemas()
const STATUS = 'police.planningUnit.to.joint.resourceStatus'
const STATUS_TO_ARMY = 'joint.resourceStatus.to.army.taskOrg'
const STATUS_TO_POLICE = 'joint.resourceStatus.to.police.unitDeployment'
const STRENGTH_TO_ARMY = 'joint.strengthAggregate.to.army.taskOrg'

/** The lines of a request as rows of an aggregate. Only a test needs it: officers who are asked for are no strength. */
const LINES = `
format: concordat-mapping/1
id: police.mutualAidRequest.to.joint.strengthAggregate
from: { schema: police.mutualAidRequest, version: 1.0.0 }
to: { schema: joint.strengthAggregate, version: 1.0.0 }
delivers: false
tables:
  kind:
    PSU: PSU
    SPECIALIST: { is: OTHER, outcome: WIDENED, note: any specialist }
    GENERAL: { is: OTHER, outcome: NARROWED, note: any officer }
    STAFF: { is: COMMAND, outcome: APPROXIMATED, note: staff of a command }
    EQUIPMENT: { unmapped: no people }
rules:
  - { id: lines.operation, to: operationId, from: operationId, convert: text }
  - { id: lines.at, to: at, from: { value: sentAt }, convert: instant }
  - { id: lines.k, to: k, value: 5 }
  - to: rows[]
    each: lines[]
    rules:
      - { id: row.sector, to: sector, from: skill, convert: text }
      - { id: row.kind, to: unitType, from: resourceType, convert: table, with: { table: kind } }
      - { id: row.count, to: officers, from: quantity, convert: count }
      - { id: row.units, to: units, from: line, convert: count }
  - { id: label.own, to: label, from: label, convert: label }
  - { id: label.originator, to: originatorLabel, from: $label, convert: label }
`

/** A track as a status. Only a test needs it: nobody asked for the resource. */
const TRACK = `
format: concordat-mapping/1
id: army.positionReport.to.joint.resourceStatus
from: { schema: army.positionReport, version: 1.0.0 }
to: { schema: joint.resourceStatus, version: 1.0.0 }
delivers: false
tables:
  status:
    Operational: Staging
    SubstantiallyOperational: { is: Staging, outcome: WIDENED }
    MarginallyOperational: { is: Staging, outcome: WIDENED, note: hardly }
    NotOperational: Camp
    TemporarilyNotOperational: { is: Camp, outcome: APPROXIMATED, note: for a time }
    NotKnown: { unmapped: not known }
rules:
  - { id: track.request, to: requestRef, from: unit, convert: text }
  - { id: track.unit, to: unitRef, from: unit, convert: text }
  - { id: track.status, to: status, from: statusCode, convert: table, with: { table: status } }
blocked:
  - { id: track.alert, from: alert, when: true }
`

/** Compiles a mapping; what it does not speak of is declared unmapped, so that a test says only what it is about. */
function compiled(source: string): CompiledMapping {
  try {
    return compileMapping(source, 'm.yaml', registry)
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    const gaps = error.problems.map(({ code, says }) => {
      if (code !== 'source-uncovered') throw error
      return `  - { from: "${says.split('`')[1]}", why: not in this test }`
    })
    return compileMapping(`${source}\nunmapped:\n${gaps.join('\n')}\n`, 'm.yaml', registry)
  }
}

const status = compiled(mappingSource(STATUS))
const statusToArmy = compiled(mappingSource(STATUS_TO_ARMY))
const statusToPolice = compiled(mappingSource(STATUS_TO_POLICE))
const strengthToArmy = compiled(mappingSource(STRENGTH_TO_ARMY))
const lines = compiled(LINES)
const track = compiled(TRACK)

function fused(first: CompiledMapping, second: CompiledMapping): Mapping {
  const [chain] = chainsOf([first, second], registry).chains
  if (!chain) throw new Error(`${first.id} and ${second.id} are no chain`)
  return chain.mapping
}

function walk(mapping: Mapping, document: JsonObject): { document: JsonObject; report: Report } {
  const translation = mapping.translate(document, context)
  if (translation.kind === 'blocked') throw new Error(`blocked by ${translation.rule}`)
  return translation
}

const OUTCOMES: readonly LossOutcome[] = [
  'EXACT',
  'APPROXIMATED',
  'WIDENED',
  'NARROWED',
  'DEFAULTED',
  'UNMAPPED',
  'BLOCKED',
]

const manner: fc.Arbitrary<Manner> = fc
  .record(
    {
      outcome: fc.constantFrom(...OUTCOMES),
      rule: fc.constantFrom('a', 'b', 'c'),
      error: fc.record({
        value: fc.integer({ min: 0, max: 100 }),
        unit: fc.constantFrom('m', 's', 'mil'),
      }),
      note: fc.constantFrom('x', 'y', 'z'),
      reversible: fc.boolean(),
    },
    { requiredKeys: ['outcome', 'rule'] },
  )
  .map(made => made as Manner)

const rankOf = ({ outcome }: Pick<Manner, 'outcome'>) => OUTCOMES.indexOf(outcome)

void t.test('two losses of one value are one loss', t => {
  const moved = {
    outcome: 'APPROXIMATED',
    rule: 'geo',
    error: { value: 7.1, unit: 'm' },
    note: 'grid',
  } as const
  const again = {
    outcome: 'NARROWED',
    rule: 'geo.back',
    error: { value: 0.2, unit: 'm' },
    note: 'cut',
  } as const
  t.same(joinLosses(moved, again), {
    outcome: 'NARROWED',
    rule: 'geo+geo.back',
    error: { value: 7.3, unit: 'm' },
    note: 'grid; cut',
  })
  t.same(joinLosses(moved, { outcome: 'EXACT', rule: 'same', reversible: false }), {
    ...moved,
    rule: 'geo+same',
    reversible: false,
  })
  t.same(joinLosses(moved, { outcome: 'EXACT', rule: 'late', error: { value: 3, unit: 's' } }), {
    outcome: 'APPROXIMATED',
    rule: 'geo+late',
    error: { value: 3, unit: 's' },
    note: 'grid; and off by up to 7.1 m',
  })
  const many = ['a', 'b', 'c', 'd'].map((note): Manner => ({ outcome: 'WIDENED', rule: note, note }))
  t.same(gatherLosses(many), { outcome: 'WIDENED', rule: 'a,b,c,d', note: 'a; b; c; and others' })
  t.equal(gatherLosses([]), undefined)
  fc.assert(
    fc.property(manner, manner, (first, second) => {
      const both = joinLosses(first, second)
      const errors = [first.error, second.error].filter(error => error?.unit === both.error?.unit)
      return (
        rankOf(both) === Math.max(rankOf(first), rankOf(second)) &&
        (both.reversible === false) === [first, second].some(({ reversible }) => reversible === false) &&
        [first.note, second.note].every(note => note === undefined || both.note?.includes(note)) &&
        both.error?.value === (first.error || second.error ? sum(errors) : undefined) &&
        [first.error, second.error].every(
          error =>
            !error || error.unit === both.error?.unit || both.note?.includes(` ${error.value} ${error.unit}`),
        )
      )
    }),
  )
  fc.assert(
    fc.property(fc.array(manner, { minLength: 2, maxLength: 6 }), manners => {
      const all = gatherLosses(manners)
      const errors = manners.flatMap(({ error }) =>
        error && error.unit === all?.error?.unit ? [error.value] : [],
      )
      return (
        all !== undefined &&
        rankOf(all) === Math.max(...manners.map(rankOf)) &&
        (all.reversible === false) === manners.some(({ reversible }) => reversible === false) &&
        (all.error === undefined
          ? manners.every(({ error }) => error === undefined)
          : all.error.value === Math.max(...errors))
      )
    }),
  )
  t.end()
})

function sum(errors: readonly (Manner['error'] | undefined)[]): number {
  return errors.reduce((total, error) => total + (error?.value ?? 0), 0)
}

/** A line of a report, written short. */
function reportOf(...said: readonly (readonly [string, LossOutcome, string])[]): Report {
  const report = new ListedReport()
  for (const [path, outcome, rule] of said) {
    const [place = ''] = /^.*\/\d+/.exec(path) ?? []
    report.add(place, path.slice(place.length), { outcome, rule })
  }
  return report
}

function origin(target: string, sources: readonly string[], lists: Origin['lists'] = []): Origin {
  return { target, sources, lists }
}

void t.test('a value goes back to the entries that it was made of', t => {
  const first = [
    origin('a[].n', ['x[].n'], ['x[]']),
    origin('a[].b[].v', ['x[].y[].v'], ['x[]', 'x[].y[]']),
    origin('place', ['lat']),
    origin('fixed', []),
  ]
  const second = [
    origin('u[].n', ['a[].n'], ['a[]']),
    origin('u[].w[].v', ['a[].b[].v'], ['a[]', 'a[].b[]']),
    origin('u[].text', ['a[].b[]'], ['a[]']),
    origin('all', ['a[]']),
    origin('spot', ['place.lat', 'place.lon']),
    origin('one[].n', ['fixed'], [undefined]),
    origin('alone', []),
  ]
  const hub = {
    document: {
      a: [
        { n: 1, b: [{ v: 1 }, { v: 2 }] },
        { n: 2, b: [{ v: 3 }] },
      ],
    },
    report: reportOf(
      ['/a/0/n', 'EXACT', 'n'],
      ['/a/0/b/0/v', 'WIDENED', 'v'],
      ['/a/0/b/1/v', 'EXACT', 'v.same'],
      ['/a/1/n', 'DEFAULTED', 'n.default'],
      ['/a/1/b/0/v', 'NARROWED', 'v.cut'],
      ['/a', 'UNMAPPED', 'n.lost'],
      ['/place', 'APPROXIMATED', 'place'],
      ['/fixed', 'DEFAULTED', 'fixed'],
      ['', 'UNMAPPED', 'unmapped.mood'],
    ),
  }
  const said = [
    '/u/0/n',
    '/u/1/n',
    '/u/0/w/0/v',
    '/u/0/w/1/v',
    '/u/0/text',
    '/u/1/text',
    '/all',
    '/spot',
  ] as const
  const target = {
    document: { u: [{ w: [{ v: 1 }, { v: 2 }] }, { w: [{ v: 3 }] }] },
    report: reportOf(
      ...said.map(path => [path, 'EXACT', 's'] as const),
      ['/one/0/n', 'EXACT', 's'],
      ['/alone', 'EXACT', 's'],
      ['', 'UNMAPPED', 'unmapped.fixed'],
      ['', 'UNMAPPED', 'unmapped.place.lat'],
      ['', 'UNMAPPED', 'unmapped.a[]'],
    ),
  }
  const joined = (document: JsonObject) =>
    makeJoin(first, second)(hub, { document, report: target.report })
      .lines()
      .map(({ path, outcome, rule }) => `${path} ${outcome} ${rule}`)
  const lost = [
    'UNMAPPED unmapped.place.lat',
    'UNMAPPED unmapped.a[]',
    'UNMAPPED n.lost',
    'UNMAPPED unmapped.mood',
  ]
  const ends = [
    '/spot APPROXIMATED place+s',
    '/one/0/n DEFAULTED fixed+s',
    '/alone EXACT s',
    ...lost.map(line => ` ${line}`),
  ]
  t.same(joined(target.document), [
    '/u/0/n EXACT n+s',
    '/u/1/n DEFAULTED n.default+s',
    '/u/0/w/0/v WIDENED v+s',
    '/u/0/w/1/v EXACT v.same+s',
    '/u/0/text WIDENED v,v.same+s',
    '/u/1/text NARROWED v.cut+s',
    '/all DEFAULTED n,n.default,v,v.same,v.cut+s',
    ...ends,
  ])
  const gone = { u: [{ w: [{ v: 3 }] }] }
  t.same(
    joined(gone),
    [
      '/u/0/n DEFAULTED n,n.default+s',
      '/u/1/n DEFAULTED n,n.default+s',
      '/u/0/w/0/v NARROWED v,v.same,v.cut+s',
      '/u/0/w/1/v NARROWED v,v.same,v.cut+s',
      '/u/0/text NARROWED v,v.same,v.cut+s',
      '/u/1/text NARROWED v,v.same,v.cut+s',
      '/all DEFAULTED n,n.default,v,v.same,v.cut+s',
      ...ends,
    ],
    'where an entry was dropped, the worst of all is told',
  )
  t.end()
})

const ALIAS = fc.constantFrom('alias-1', 'alias-2')
const LABEL = fc.constantFrom(
  { policy: 'UK-GSC', classification: 'OFFICIAL' },
  { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true },
)
const KIND = fc.constantFrom('PSU', 'SPECIALIST', 'GENERAL', 'STAFF', 'EQUIPMENT', 'alias')
const COUNT = fc.oneof(fc.integer({ min: 0, max: 500 }), fc.constantFrom('below 10', '10-49'))
/** A line that comes to a group of the task organisation, or to nothing there. */
const LINE = fc.oneof(
  fc.record(
    { skill: ALIAS, resourceType: KIND, quantity: COUNT, line: fc.integer({ min: 1, max: 9 }) },
    { requiredKeys: [] },
  ),
  fc.record({ line: fc.integer({ min: 1, max: 9 }) }),
)
const TIME = fc.constantFrom('2021-11-06T12:04:31Z', '2021-11-06', '2021-11-06T12:04:00+02:00')

/** Each chain with documents as they may come, whole or after policy. */
const CHAINS = [
  {
    first: status,
    second: statusToArmy,
    documents: fc.record(
      {
        id: ALIAS,
        requestRef: ALIAS,
        line: COUNT,
        status: fc.constantFrom('PROPOSED', 'OFFERED', 'CONFIRMED', 'DEPLOYED', 'CANCELLED', 'RELEASED', 'x'),
        realm: fc.constantFrom('REAL', 'EXERCISE'),
        size: COUNT,
        label: LABEL,
      },
      { requiredKeys: [] },
    ),
  },
  {
    first: lines,
    second: strengthToArmy,
    documents: fc.record(
      {
        operationId: ALIAS,
        sentAt: TIME,
        lines: fc.array(LINE, { maxLength: 4 }),
        hostForce: ALIAS,
        label: LABEL,
      },
      { requiredKeys: [] },
    ),
  },
  {
    first: track,
    second: statusToPolice,
    documents: fc.record(
      {
        unit: ALIAS,
        track: ALIAS,
        statusCode: fc.constantFrom(
          'Operational',
          'MarginallyOperational',
          'TemporarilyNotOperational',
          'NotKnown',
        ),
        alert: fc.boolean(),
        seq: fc.nat(),
      },
      { requiredKeys: [] },
    ),
  },
] as const

/** What both mappings make with the schema of the hub between them, as its file stands on the disk. */
function oneAfterTheOther(first: Mapping, second: Mapping, document: JsonObject): Translation {
  const hub = first.translate(document, context)
  if (hub.kind === 'blocked') return hub
  const { resource, version } = first.to
  const fits = registry.get(resource, version)?.check(hub.document) === undefined
  return fits
    ? second.translate(hub.document, context)
    : { kind: 'blocked', rule: `${resource}.invalid`, path: '' }
}

void t.test('a chain makes what its two mappings make one after the other', t => {
  for (const { first, second, documents } of CHAINS) {
    const chain = fused(first, second)
    let [made, stopped] = [0, 0]
    fc.assert(
      fc.property(documents, document => {
        const before = JSON.stringify(document)
        const result = chain.translate(document, context)
        const target = oneAfterTheOther(first, second, document)
        if (JSON.stringify(document) !== before || result.kind !== target.kind) return false
        if (target.kind === 'blocked') {
          stopped++
          return result.kind === 'blocked' && result.rule === target.rule
        }
        made++
        return (
          result.kind === 'translated' && JSON.stringify(result.document) === JSON.stringify(target.document)
        )
      }),
      { numRuns: 500 },
    )
    t.ok(made > 100 && (stopped > 0 || first === lines), `${chain.id}: ${made} made, ${stopped} stopped`)
  }
  t.end()
})

/** The hub paths that a second mapping reads for each target path, written by hand from its file. */
const READS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [STATUS_TO_ARMY]: {
    '/effective': '/at',
    '/root': '/unitRef',
    '/units/*/id': '/unitRef',
    '/units/*/deploymentStatus': '/status',
    '/label': '/label',
  },
  [STRENGTH_TO_ARMY]: {
    '/operation': '/operationId',
    '/effective': '/at',
    '/units/*/name': '/rows/*/unitType',
    '/units/*/parent': '/rows/*/sector',
    '/units/*/strength/others': '/rows/*/officers',
    '/label': '/label',
  },
  [STATUS_TO_POLICE]: {
    '/unitId': '/unitRef',
    '/deploymentStatus': '/status',
    '/label': '/label',
  },
}

const starred = (path: string) => path.replaceAll(/\/\d+/g, '/*')

/** The lines of the hub from which one line of the target has come: those of its own entry, or of all where one was dropped. */
function hubLinesOf(
  { path }: ReportLine,
  { second, hub, target }: { second: Mapping; hub: ReturnType<typeof walk>; target: JsonObject },
): readonly ReportLine[] {
  const read = READS[second.id]?.[starred(path)]
  const aligned = lengthOf(hub.document['rows']) === lengthOf(target['units'])
  const exact = aligned ? read?.replace('*', /\d+/.exec(path)?.[0] ?? '') : undefined
  return hub.report
    .lines()
    .filter(line => line.outcome !== 'UNMAPPED')
    .filter(line => (exact === undefined ? starred(line.path) === read : line.path === exact))
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0
}

void t.test('the report of a chain is the join of both reports', t => {
  for (const { first, second, documents } of CHAINS) {
    const chain = fused(first, second)
    let [lossy, dropped] = [0, 0]
    fc.assert(
      fc.property(documents, document => {
        const result = chain.translate(document, context)
        if (result.kind === 'blocked') return true
        const hub = walk(first, document)
        const target = walk(second, hub.document)
        if (lengthOf(hub.document['rows']) > lengthOf(target.document['units'])) dropped++
        const told = result.report.lines()
        const alone = target.report.lines().filter(({ path }) => path !== '')
        const joined = told.filter(({ path }) => path !== '')
        const same = alone.every((line, index) => {
          const sources = hubLinesOf(line, { second, hub, target: target.document })
          const all = [...sources, line]
          const found = joined[index]
          if (found && found.outcome !== line.outcome) lossy++
          return (
            found?.path === line.path &&
            rankOf(found) === Math.max(...all.map(rankOf)) &&
            (found.reversible === false) === all.some(({ reversible }) => reversible === false) &&
            all.every(({ note }) => note === undefined || found.note?.includes(note)) &&
            all.every(({ rule }) => found.rule.includes(rule))
          )
        })
        const lost = hub.report.lines().filter(({ outcome }) => outcome === 'UNMAPPED')
        const kept = told.filter(({ path }) => path === '')
        return (
          same &&
          joined.length === alone.length &&
          lost.every(({ rule }) => kept.some(line => line.rule === rule && line.outcome === 'UNMAPPED')) &&
          JSON.stringify(readReport(result.report.kept())) === JSON.stringify(told)
        )
      }),
      { numRuns: 500 },
    )
    t.ok(
      lossy > 20 && (dropped > 20 || first !== lines),
      `${chain.id}: ${lossy} lines tell a loss of the first step`,
    )
  }
  t.end()
})

void t.test('a report never tells less than what a value of the hub had lost', t => {
  let checked = 0
  for (const { first, second, documents } of CHAINS) {
    const chain = fused(first, second)
    fc.assert(
      fc.property(documents, document => {
        const result = chain.translate(document, context)
        if (result.kind === 'blocked') return true
        const hub = walk(first, document)
        const told = new Map(result.report.lines().map(line => [line.path, line]))
        return hub.report.lines().every(lost => {
          if (lost.path === '' || lost.outcome === 'UNMAPPED') return true
          const without = second.translate(remove(hub.document, lost.path), context)
          if (
            without.kind === 'blocked' ||
            lengthOf(without.document['units']) !== lengthOf(result.document['units'])
          )
            return true
          const rest = new Map(without.report.lines().map(line => [line.path, line.rule]))
          return [...told.values()].every(line => {
            if (line.path === '' || rest.has(line.path)) return true
            checked++
            return rankOf(line) >= rankOf(lost)
          })
        })
      }),
      { numRuns: 300 },
    )
  }
  t.ok(checked > 300, `${checked} values were followed by taking them away`)
  t.end()
})

function remove(document: JsonObject, path: string): JsonObject {
  const copy = structuredClone(document) as Record<string, unknown>
  const names = path.split('/').slice(1)
  const last = names.pop() ?? ''
  let place: Record<string, unknown> | undefined = copy
  for (const name of names) place = place?.[name] as Record<string, unknown> | undefined
  if (place) Reflect.deleteProperty(place, last)
  return copy as JsonObject
}

const PLANNED = cases().find(({ name }) => name === 'planning-status-full')?.document ?? {}

void t.test('a planning unit reaches an army through the shared vocabulary', t => {
  const chain = fused(status, statusToArmy)
  t.match(chain, {
    id: `${STATUS}+${STATUS_TO_ARMY}`,
    digest: /^sha256:[0-9a-f]{64}$/,
    from: { resource: 'police.planningUnit', version: '1.0.0' },
    to: { resource: 'army.taskOrg', version: '1.0.0' },
  })
  const other = compiled(`${mappingSource(STATUS_TO_ARMY)}\n# read by two\n`)
  t.not(chain.digest, fused(status, other).digest, 'the digest is of both files')
  const { document, report } = walk(chain, { ...PLANNED, status: 'DEPLOYED' })
  const marking = { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true }
  t.match(document, {
    root: 'PU-SS-0101',
    units: [{ id: 'PU-SS-0101', deploymentStatus: 'Mobilized' }],
    label: marking,
    originatorLabel: marking,
  })
  t.equal(registry.get('army.taskOrg')?.check(document), undefined)
  const told = new Map(report.lines().map(line => [`${line.path} ${line.rule}`, line]))
  t.match(told.get('/units/0/id status.unit+unit.id'), { outcome: 'EXACT' })
  t.match(
    [...told.values()].find(({ path }) => path === '/units/0/deploymentStatus'),
    {
      outcome: 'APPROXIMATED',
      rule: /^status\.deployment.*\+status\.deployment/,
      note: 'where it is by now is not said',
    },
  )
  t.match(told.get(' unmapped.nominalRoll[]'), { outcome: 'UNMAPPED' }, 'lost in the first step')
  t.match(told.get(' unmapped.requestRef'), { outcome: 'UNMAPPED' }, 'lost in the second')
  t.notOk(told.has(' unmapped.originatorLabel'), 'what only the hub document held is not told')
  const empty = walk(chain, { requestRef: 'r-1', status: 'DEPLOYED' }).report.lines()
  t.same(
    empty.filter(({ outcome }) => outcome === 'UNMAPPED').map(({ rule }) => rule),
    ['unmapped.requestRef'],
    'nothing is told of what did not come',
  )
  t.notOk(
    walk(fused(lines, strengthToArmy), { operationId: 'op-1' })
      .report.lines()
      .some(({ rule }) => rule === 'unmapped.k'),
  )
  t.end()
})

void t.test('what stops one step stops the chain', t => {
  const chain = fused(status, statusToArmy)
  t.same(chain.translate({ ...PLANNED, status: 'RELEASED' }, context), {
    kind: 'blocked',
    rule: 'status.released',
    path: '',
  })
  t.match(chain.translate({ ...PLANNED, realm: 'EXERCISE' }, context), {
    kind: 'blocked',
    rule: 'realm.exercise',
  })
  t.match(chain.translate({ ...PLANNED, realm: 'TEST' }, context), { kind: 'blocked', rule: 'realm.test' })
  const late = fused(lines, strengthToArmy).translate({ sentAt: 'noon' }, context)
  t.same(
    late,
    { kind: 'blocked', rule: 'lines.at.form', path: '' },
    'no path into a document that nobody sees',
  )
  t.end()
})

function bookOf(...mappings: readonly CompiledMapping[]) {
  return makeMappingBook(
    mappings.map(mapping => ({ file: `${mapping.id}.yaml`, mapping })),
    registry,
  )
}

/** A mapping as it is, but for some of what it says of itself. */
function like(mapping: CompiledMapping, said: Partial<CompiledMapping>): CompiledMapping {
  return { ...mapping, ...said }
}

void t.test('a gateway finds a chain where nothing else delivers', t => {
  const { book, problems } = bookOf(status, statusToArmy, statusToPolice, lines, strengthToArmy)
  t.same(problems, [])
  t.equal(book.find('police.planningUnit', '1.0.0')?.id, `${STATUS}+${STATUS_TO_ARMY}`)
  t.equal(book.find('police.planningUnit', '2.0.0'), undefined)
  t.equal(book.find('police.mutualAidRequest', '1.0.0')?.id, `${lines.id}+${STRENGTH_TO_ARMY}`)
  t.match(book.find('joint.resourceStatus', '1.0.0'), { id: 'joint.resourceStatus.as-it-is' })
  t.equal(bookOf(track, statusToArmy).book.find('army.positionReport', '1.0.0'), undefined, 'never back')
  t.equal(
    bookOf(track, statusToPolice).book.find('army.positionReport', '1.0.0')?.id,
    `${track.id}+${STATUS_TO_POLICE}`,
  )
  const direct = compiled(mappingSource('police.planningUnit.to.army.taskOrg'))
  for (const order of [
    [direct, status, statusToArmy],
    [statusToArmy, status, direct],
  ])
    t.equal(bookOf(...order).book.find('police.planningUnit', '1.0.0')?.id, direct.id, 'a direct one wins')
  const aside = like(direct, { delivers: false })
  t.match(
    bookOf(aside, status, statusToArmy).book.find('police.planningUnit', '1.0.0')?.id,
    '+',
    'if it delivers',
  )
  const asHub = bookOf(like(status, { delivers: true }), statusToArmy)
  t.equal(asHub.book.find('police.planningUnit', '1.0.0')?.id, STATUS, 'also one that delivers shared words')
  t.end()
})

void t.test('two chains, and chains that do not meet, are told when mappings are loaded', t => {
  const otherWay = like(statusToArmy, { id: 'joint.resourceStatus.to.army.other' })
  const twice = bookOf(status, statusToArmy, otherWay)
  t.match(twice.problems, [{ code: 'mapping-twice', file: `${STATUS}.yaml` }])
  t.match(twice.problems[0]?.says, `${STATUS}+${STATUS_TO_ARMY}`)
  t.match(twice.problems[0]?.says, `${STATUS}+${otherWay.id}`)
  const direct = compiled(mappingSource('police.planningUnit.to.army.taskOrg'))
  t.same(bookOf(status, statusToArmy, otherWay, direct).problems, [], 'no chain is needed')
  const next = like(statusToArmy, { from: { resource: 'joint.resourceStatus', version: '2.0.0' } })
  const apart = bookOf(status, next)
  t.match(apart.problems, [{ code: 'chain-version', file: `${STATUS}.yaml`, says: /1\.0\.0.*2\.0\.0/ }])
  t.equal(apart.book.find('police.planningUnit', '1.0.0'), undefined)
  t.same(bookOf(status, next, statusToArmy).problems, [], 'one that meets is enough')
  t.same(bookOf(status, next, direct).problems, [])
  t.end()
})

const directory = mkdtempSync(join(tmpdir(), 'concordat-chain-'))
t.teardown(() => rmSync(directory, { recursive: true, force: true }))

/** A folder with some mappings. */
function folder(name: string, sources: readonly string[]): string {
  mkdirSync(join(directory, name))
  for (const [index, source] of sources.entries())
    writeFileSync(join(directory, name, `${index}.yaml`), source)
  return name
}

void t.test('the command line runs and lists chains', async t => {
  writeFileSync(join(directory, 'unit.json'), JSON.stringify(PLANNED))
  const run = (mappings: string, ...args: readonly string[]) =>
    runCommand(translateCommand, directory, ['unit.json', '--mappings', mappings, ...args])
  const there = ['--from', 'police.planningUnit', '--to', 'army.taskOrg'] as const
  const shipped = [mappingSource(STATUS), mappingSource(STATUS_TO_ARMY)]
  const chain = folder('chain', shipped)
  const both = folder('both', [...shipped, mappingSource('police.planningUnit.to.army.taskOrg')])
  const ran = await run(chain, ...there)
  t.equal(ran.code, 0, ran.err)
  t.same(dig(jsonIn(ran.out), 'units', 0, 'deploymentStatus'), 'Accepted')
  t.match(ran.err, /\n\/root +EXACT +status\.unit\+deployment\.root\n/)
  t.match((await run(both, ...there)).err, /planning\.root\n/, 'a mapping of its own comes first')
  for (const through of ['joint.resourceStatus', 'joint.resourceStatus@1.0.0'])
    t.match((await run(both, ...there, '--through', through)).err, /status\.unit\+deployment\.root\n/)
  t.match(await run(both, ...there, '--through', 'joint.macaRequest'), {
    code: 2,
    err: /no chain from .* through joint\.macaRequest; there are\n {2}police\.planningUnit@1\.0\.0 to army\.taskOrg@1\.0\.0 through joint\.resourceStatus@1\.0\.0/,
  })
  t.match(await run(chain, '--from', 'police.planningUnit', '--to', 'army.opord'), {
    code: 2,
    err: /there is no mapping .*; there are\n.*\n {2}police\.planningUnit@\S+ to army\.taskOrg@\S+ through joint\.resourceStatus@/s,
  })
  const twice = folder('twice', [
    ...shipped,
    mappingSource(STATUS_TO_ARMY).replace(`id: ${STATUS_TO_ARMY}`, 'id: again'),
  ])
  t.match(await run(twice, ...there), { code: 2, err: /through joint\.resourceStatus@1\.0\.0\n.*through/s })
  const broken = folder('broken', [...shipped.map(text => text.replace('convert: text', 'convert: magic'))])
  await t.rejects(run(broken, ...there), /magic/)
})

void t.test('a document that the schema of the hub refuses never reaches the second step', async t => {
  const chain = fused(status, statusToArmy)
  const unasked = remove({ ...PLANNED, status: 'DEPLOYED' }, '/requestRef')
  const invalid = { kind: 'blocked', rule: 'joint.resourceStatus.invalid', path: '' }
  const alone = walk(status, unasked).document
  t.equal(registry.get('joint.resourceStatus')?.check(alone)?.says, 'member `requestRef` is missing')
  t.equal(walk(statusToArmy, alone).document['root'], 'PU-SS-0101', 'the second step would take it')
  t.same(chain.translate(unasked, context), invalid)
  t.same(fused(track, statusToPolice).translate({ unit: 'u-1', statusCode: 'NotKnown' }, context), invalid)
  t.same(fused(lines, strengthToArmy).translate({ hostForce: 'f-1' }, context), {
    ...invalid,
    rule: 'joint.strengthAggregate.invalid',
  })
  const judged: string[] = []
  const [own] = chainsOf([status, statusToArmy], {
    get: (resource, version) => {
      judged.push(`${resource} ${version}`)
      return registry.get(resource, version)
    },
  }).chains
  t.same(judged, ['joint.resourceStatus 1.0.0'], 'the version that both steps speak of, once')
  t.equal(own?.mapping.translate({ ...PLANNED, status: 'DEPLOYED' }, context).kind, 'translated')
  const [blind] = chainsOf([status, statusToArmy], { get: () => undefined }).chains
  t.same(blind?.mapping.translate(PLANNED, context), invalid, 'without its schema nothing passes')

  const found = bookOf(status, statusToArmy).book.find('police.planningUnit', '1.0.0')
  t.same(found?.translate(unasked, context), invalid, 'nor in a gateway')
  const shipped = folder('judged', [mappingSource(STATUS), mappingSource(STATUS_TO_ARMY)])
  const args = ['unit.json', '--mappings', shipped, '--from', 'police.planningUnit', '--to', 'army.taskOrg']
  writeFileSync(join(directory, 'unit.json'), JSON.stringify(unasked))
  t.match(await runCommand(translateCommand, directory, args), {
    code: 1,
    out: '',
    err: /blocked by the rule joint\.resourceStatus\.invalid/,
  })
})

void t.test(
  'no item of a schema is named by a number, which a report would take for an entry of a list',
  t => {
    const numbered = [...registry.values()].flatMap(({ catalogue }) =>
      [...catalogue.leaves.keys()].filter(path => /(?:^|\.)\d+(?:\.|\[|$)/.test(path)),
    )
    t.same(numbered, [])
    t.end()
  },
)
