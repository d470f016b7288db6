import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { parse } from 'yaml'
import { isJsonObject, type Json, type JsonObject } from '../../../src/kit/kit.ts'
import type { SimulatedDifference } from '../../../src/policy/policy.ts'
import { releasedValues } from '../../../src/policy/trial.ts'
import { documents, sourceOf, tables } from '../arbitraries.ts'
import { compiled, label, mission } from '../support.ts'
import { army, edited, jsonIn, police, run } from './run.ts'

/** A sample of the police policy as the document it holds. */
function sample(name: string): JsonObject {
  const { samples } = parse(readFileSync(police, 'utf8')) as {
    samples: Record<string, { document: JsonObject }>
  }
  return samples[name]?.document ?? {}
}

const rally = sample('harbour-rally')
/** Values of the sample that no output may hold unless it was asked for. */
const SECRETS = ['A. Vale', 'NS0001', '+447700900123', 'Mariners', 'P. Example', 'steward', 'HARBOUR RALLY']

const about = ['--resource', 'police.operation', '--at', '2026-05-02T10:00:00Z', '--document', 'doc.json']
const live = [...about, '--purpose', 'live-coordination', '--role', 'ops-room']

// Explain ---------------------------------------------------------------------------------------------------------

void t.test('explain says for each item what happens, by which row and why, and shows no value', async t => {
  const directory = t.testdir({ 'doc.json': JSON.stringify({ ...rally, kind: undefined }) })
  const { out, err, code } = await run(directory, 'explain', police, ...live)
  t.equal(code, 0, err)
  t.match(out, 'of `venues[]`, 2 of 3 entries could go; left out: 1 by red line RL2')
  t.match(out, /^shared {4}`id` was shared as it is: row `id`/m)
  t.match(
    out,
    /^withheld {2}`command\[\]\.officer\.name` is withheld for live-coordination by row `command\[\]\.officer\.\*`/m,
  )
  t.match(
    out,
    /^mixed.*`venues\[\]\.geometry` was reduced to the 1 km square it lies in \(grid-1km\), because the venue is a custody site/m,
  )
  t.match(out, /more could go and are not in the document/)
  for (const secret of SECRETS) t.notMatch(out + err, secret, secret)
  const { out: json } = await run(directory, 'explain', police, ...live, '--json')
  const { kind, items, values } = jsonIn(json) as unknown as { kind: string; items: Json[]; values?: Json }
  t.equal(kind, 'release')
  t.ok(items.length > 50)
  t.equal(values, undefined)
  for (const secret of SECRETS) t.notMatch(json, secret, secret)
})

void t.test('with values, what we hold stands beside what they would get', async t => {
  const directory = t.testdir({ 'doc.json': JSON.stringify(rally) })
  const { out } = await run(directory, 'explain', police, ...live, '--values')
  t.match(out, /^item +we hold +they would get$/m)
  t.match(out, /^command\[0\]\.contact\.tel +\+447700900123 +\*\*\*123$/m)
  t.match(out, /^command\[1\]\.contact\.tel +\+447700900456 +\+447700900456$/m)
  t.match(out, /^venues\[2\]\.name +Mariners hostel +–$/m)
  t.match(out, /^command\[0\]\.officer\.collar +NS0001 +N-[0-9a-f]{32}$/m)
})

const REFUSALS: readonly (readonly [args: readonly string[], says: string])[] = [
  [
    ['--purpose', 'debrief', '--role', 'lessons-team'],
    'refused (purpose-window): `debrief` applies only while the operation is over (`operation-is-over`), and that is not so or cannot be told',
  ],
  [
    ['--purpose', 'debrief', '--role', 'planner'],
    'refused (role-not-allowed): `planner` may not ask for `debrief`; `lessons-team` may',
  ],
  [
    ['--purpose', 'debreif', '--role', 'planner'],
    'refused (purpose-unknown): the agreement has `joint-planning`, `live-coordination` and `debrief`, and no purpose `debreif`; did you mean `debrief`?',
  ],
  [
    ['--purpose', 'live-coordination', '--role', 'ops-room', '--label', 'SECRET'],
    'refused (gate-failed): gate or red line G1 stops the whole document: within the ceiling of the link',
  ],
  [
    ['--purpose', 'live-coordination', '--role', 'ops-room', '--at', '2028-01-01T00:00:00Z'],
    'refused (agreement-expired): nothing goes since 1 January 2028, 00:00 UTC',
  ],
  [
    ['--purpose', 'live-coordination', '--role', 'ops-room', '--at', '2025-01-01T00:00:00Z'],
    'refused (agreement-not-yet-in-force): nothing goes before 1 January 2026, 00:00 UTC',
  ],
  [
    ['--purpose', 'live-coordination', '--role', 'ops-room', '--resource', 'police.operations'],
    'refused (resource-unknown): the agreement covers `police.operation`, `police.unitDeployment` and `police.unitPosition`, and no `police.operations`; did you mean `police.operation`?',
  ],
]

void t.test('a refusal is explained too, and ends with 1', async t => {
  const directory = t.testdir({ 'doc.json': JSON.stringify(rally) })
  for (const [args, says] of REFUSALS) {
    const { out, code } = await run(directory, 'explain', police, ...about, ...args)
    t.equal(out, `${says}\n`)
    t.equal(code, 1)
  }
})

void t.test('a member that the schema does not know stays, and the document is told to be unfit', async t => {
  const directory = t.testdir({ 'doc.json': JSON.stringify({ ...rally, 'sur\u001bprise': 'x' }) })
  const { out, err, code } = await run(directory, 'explain', police, ...live)
  t.match(out, '`sur prise` stays, because the schema does not know it')
  t.match(err, 'does not meet its schema')
  t.equal(code, 1)
})

void t.test('label and context come from the command line, as JSON or as a file', async t => {
  const directory = t.testdir({
    'doc.json': JSON.stringify({ ...rally, label: undefined }),
    'context.json': '{"a":1}',
    'list.json': '[]',
  })
  t.equal((await run(directory, 'explain', police, ...live)).code, 2, 'a document without a label needs one')
  for (const given of ['OFFICIAL', 'OFFICIAL-SENSITIVE', '{"policy":"UK-GSC","classification":"OFFICIAL"}']) {
    const { out } = await run(
      directory,
      'explain',
      police,
      ...live,
      '--label',
      given,
      '--context',
      'context.json',
    )
    t.match(out, /^shared {4}`id`/m)
  }
  for (const wrong of [
    ['--label', 'x'],
    ['--label', '{"policy":1}'],
    ['--context', '{'],
    ['--context', 'list.json'],
    ['--at', 'soon'],
  ])
    t.equal(
      (await run(directory, 'explain', police, ...live, '--label', 'OFFICIAL', ...wrong)).code,
      2,
      wrong.join(' '),
    )
  t.equal((await run(directory, 'explain', police, ...about)).code, 2)
  const list = [...live.slice(0, 4), '--document', 'list.json', ...live.slice(6)]
  t.equal((await run(directory, 'explain', police, ...list)).code, 2, 'a document is an object')
  t.match((await run(directory, 'explain', '--help')).out, /practice key/)
})

/** The plain values of a JSON value, in order. */
function leavesOf(value: Json | undefined): Json[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value.flatMap(leavesOf)
  return isJsonObject(value) ? Object.values(value).flatMap(leavesOf) : [value]
}

void t.test('side by side, each value is what the whole document gives at that place', t => {
  let given = 0
  const property = fc.property(tables, documents, (table, document) => {
    const { practice, resolved } = compiled(sourceOf(table)).reading
    const asked = { resource: 'drill.mission', purpose: 'drill', role: 'planner', label, request: {} }
    const decision = practice.decide({ ...asked, document, now: resolved.draft.effectiveFrom })
    if (decision.kind === 'refuse') return true
    const beside = releasedValues(practice, decision, mission).flatMap(value => leavesOf(value.given))
    const whole = leavesOf(practice.project(decision).document)
    given += whole.length
    return JSON.stringify(beside.map(String).sort()) === JSON.stringify(whole.map(String).sort())
  })
  fc.assert(property, { numRuns: 100 })
  t.ok(given > 100, `${given} values were given`)
  t.end()
})

// Test ------------------------------------------------------------------------------------------------------------

void t.test('test runs every worked example and names the first place that differs', async t => {
  const good = await run('.', 'test', police)
  const names = good.out.match(/^pass {2}/gm) ?? []
  t.ok(names.length > 20)
  t.match(good.out, new RegExp(`${names.length} examples: ${names.length} passed, 0 failed`))
  t.equal(good.code, 0)
  const bad = edited(
    police,
    ['cell: 1km } }\n      strategicIntent:', 'cell: 10km } }\n      strategicIntent:'],
    ['refused: G1', 'refused: G2'],
  )
  const directory = t.testdir({ 'bad.yaml': bad })
  const { out, code } = await run(directory, 'test', 'bad.yaml')
  t.match(
    out,
    /^FAIL {2}Planners see .*\n {6}bad\.yaml:\d+:5 example-fails: .* differs at `venues\[1\]\.geometry\.cell`/m,
  )
  t.match(out, /^FAIL {2}A SECRET document never leaves .*\n.*instead of `G2`/m)
  t.match(out, `${names.length - 2} passed, 2 failed`)
  t.equal(code, 1)
  const json = jsonIn((await run(directory, 'test', 'bad.yaml', '--json')).out)
  t.match(json, { passed: names.length - 2, failed: 2 })
  t.match((await run(directory, 'test', '--help')).out, /first place that differs/)
})

void t.test('a sample that does not meet its schema fails each example that starts from it', async t => {
  const directory = t.testdir({
    'bad.yaml': edited(police, ['tier: 2\n      lifecycle: LIVE', 'tier: two\n      lifecycle: LIVE']),
  })
  const { out, code } = await run(directory, 'test', 'bad.yaml')
  t.match(out, /sample `harbour-rally` does not meet its schema at `tier`/)
  t.match(out, /^pass {2}The ops room sees where a unit is /m)
  t.equal(code, 1)
})

// Simulate --------------------------------------------------------------------------------------------------------

function shortened(source: string): string {
  const example =
    '{ name: No strangers, purpose: debrief, as: nobody, sample: transport-platoon, refused: role-not-allowed }'
  return source.replace(/\ntests:[\s\S]*/, `\ntests:\n  - ${example}\n`)
}

void t.test('simulate counts what goes more, fewer and otherwise, and shows no value', async t => {
  const rows = [
    [
      '      shortName: { live-coordination: share, debrief: withhold }',
      '      shortName: { live-coordination: share, debrief: share }',
    ],
    ['      operation: { all: share }', '      operation: { debrief: withhold, others: share }'],
    [
      '      mgrs: { live-coordination: share, debrief: grid-1km }',
      '      mgrs: { live-coordination: grid-1km, debrief: grid-1km }',
    ],
  ] as const
  const directory = t.testdir({
    'new.yaml': shortened(edited(army, ...rows)),
    'less.yaml': shortened(
      edited(army, ['seq: { live-coordination: share', 'seq: { live-coordination: withhold']),
    ),
  })
  const { out, code } = await run(directory, 'simulate', army, 'new.yaml', '--samples', '--json')
  const { differences } = jsonIn(out) as unknown as { differences: SimulatedDifference[] }
  t.strictSame(
    differences.map(({ purpose, roles, items }) => ({ purpose, roles, items })),
    [
      {
        purpose: 'live-coordination',
        roles: ['watchkeeper', 'ops-room', 'liaison-officer'],
        items: [{ path: 'mgrs', more: 0, fewer: 0, changed: 1 }],
      },
      {
        purpose: 'debrief',
        roles: ['lessons-team'],
        items: [
          { path: 'shortName', more: 1, fewer: 0, changed: 0 },
          { path: 'operation', more: 0, fewer: 1, changed: 0 },
        ],
      },
    ].map(one => ({
      ...one,
      items: one.items.toSorted((a, b) => order(differences, a.path) - order(differences, b.path)),
    })),
  )
  t.equal(code, 1)
  const told = await run(directory, 'simulate', army, 'new.yaml')
  t.match(
    told.out,
    'army.positionReport for debrief, asked by lessons-team: 1 item more, 1 fewer, 0 in another form',
  )
  t.match(told.out, '\n  shortName: 1 value more\n')
  const less = await run(directory, 'simulate', army, 'less.yaml')
  t.match(less.out, '0 items more, 1 fewer')
  t.equal(less.code, 0)
})

/** Where an item stands in what was told: items come in the order of the document. */
function order(differences: readonly SimulatedDifference[], path: string): number {
  return differences.flatMap(({ items }) => items).findIndex(item => item.path === path)
}

void t.test(
  'simulate tells documents that are refused now or before, and nothing for equal agreements',
  async t => {
    const directory = t.testdir({
      'new.yaml': shortened(edited(army, ['[watchkeeper, ops-room', '[planner, ops-room'])),
    })
    const { out } = await run(directory, 'simulate', army, 'new.yaml')
    t.match(
      out,
      /asked by watchkeeper: 0 items more, \d+ fewer[\s\S]*1 document fewer: released before, refused now/,
    )
    t.match(
      out,
      /asked by planner: \d+ items more, 0 fewer[\s\S]*1 document more: refused before, released now/,
    )
    const same = await run(directory, 'simulate', police, police, '--samples', 'unit-fix')
    t.equal(same.out, 'no sample comes out otherwise\n')
    t.equal(same.code, 0)
    t.equal((await run(directory, 'simulate', army, army, '--samples', 'nothing')).code, 2)
    t.match((await run(directory, 'simulate', '--help')).out, /without values/)
  },
)
