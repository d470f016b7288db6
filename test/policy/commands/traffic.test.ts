import { readFileSync, writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { loadSchemas } from '../../../src/contract/contract.ts'
import { makeShapeCollector } from '../../../src/exchange/exchange.ts'
import { type JsonObject, type Log, systemClock } from '../../../src/kit/kit.ts'
import { type Agreement, compileAgreement } from '../../../src/policy/policy.ts'
import { openSqliteStore } from '../../../src/stores/stores.ts'
import { squareOf } from '../../../src/translation/translation.ts'
import { edited, jsonIn, police, run } from './run.ts'

const schemas = loadSchemas(new URL('../../../schemas', import.meta.url).pathname)
const inForce = compileAgreement(readFileSync(police, 'utf8'), police, {
  catalogueOf: resource => schemas.get(resource)?.catalogue,
  squareOf,
  pseudonymKey: () => undefined,
})
const label = { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true }
const records = JSON.parse(
  readFileSync(new URL('../../../src/demo/records/operations.json', import.meta.url), 'utf8'),
) as JsonObject[]
const operation = records[0] ?? {}

const log: Log = { info() {}, warn() {}, error: (_event, fault) => t.fail(String(fault)) }

interface Past {
  readonly times: number
  readonly purpose: string
  readonly role: string
  readonly document: JsonObject
}

const PAST: readonly Past[] = [
  { times: 20, purpose: 'joint-planning', role: 'planner', document: operation },
  { times: 7, purpose: 'live-coordination', role: 'ops-room', document: { ...operation, lifecycle: 'LIVE' } },
  { times: 6, purpose: 'joint-planning', role: 'planner', document: { ...operation, lifecycle: 'LIVE' } },
  { times: 6, purpose: 'debrief', role: 'analyst', document: { ...operation, lifecycle: 'CLOSED' } },
  { times: 2, purpose: 'debrief', role: 'lessons-team', document: { ...operation, lifecycle: 'CLOSED' } },
]

/** A store as a gateway leaves it that has decided about these documents, still open; its directory. */
async function storeOf(t: Test, agreement: Agreement, past: readonly Past[]): Promise<string> {
  const directory = t.testdir({ store: {} })
  const store = await openSqliteStore({
    directory: `${directory}/store`,
    clock: systemClock,
    onFailure: fault => t.fail(String(fault)),
  })
  t.teardown(() => store[Symbol.asyncDispose]())
  await using shapes = makeShapeCollector({ store, clock: systemClock, log })
  for (const { times, ...about } of past) {
    const asked = { resource: 'police.operation', label, request: {}, urgent: false, ...about }
    const decision = agreement.decide({ ...asked, now: agreement.effectiveFrom })
    const refused = decision.kind === 'refuse' ? decision.code : undefined
    const tally = decision.kind === 'release' ? agreement.project(decision).tally : undefined
    for (let time = 0; time < times; time++) shapes.note(agreement, { ...asked, refused, tally })
  }
  return directory
}

const TIER: readonly (readonly [string, string])[] = [
  ['tier: { all: share }', 'tier: { joint-planning: withhold, others: share }'],
  ['tier: 2\n      lifecycle: APPROVED', 'lifecycle: APPROVED'],
]
const ANALYST = ['requesters: [lessons-team]', 'requesters: [lessons-team, analyst]'] as const
const NO_STAGE = ['{ police.operation: operation-is-planned,', '{ police.operation: big-operation,'] as const
const BIG = [
  'conditions:\n',
  "conditions:\n  big-operation: { says: the operation is large, test: 'operation.tier >= 3' }\n",
] as const

void t.test('past traffic is told as a table by purpose and item, while the gateway runs', async t => {
  const directory = await storeOf(t, inForce, PAST)
  const replay = (...rest: string[]) =>
    run(directory, 'simulate', 'draft.yaml', '--against', police, '--traffic', 'store', ...rest)
  writeFileSync(`${directory}/draft.yaml`, readFileSync(police))
  const nothing = 'of 41 past documents, none would have come out otherwise\n'
  t.strictSame(await replay(), { out: nothing, err: '', code: 0 })
  writeFileSync(`${directory}/draft.yaml`, edited(police, ...TIER))
  const { out, err, code } = await replay()
  t.equal(err, '')
  t.equal(code, 0, 'it is only tighter')
  t.equal(
    out,
    [
      'police.operation for joint-planning: of 26 past documents, 20 would have come out otherwise',
      '  item  goes now  stays now  other form  cannot tell  documents',
      '  tier         –         20           –            –         20',
      '',
    ].join('\n'),
  )
  const { out: both, code: two } = await run(
    directory,
    'simulate',
    police,
    'draft.yaml',
    '--traffic',
    'store',
    '--json',
  )
  t.equal(two, 0)
  t.match(jsonIn(both), {
    documents: 41,
    differences: [
      {
        purpose: 'joint-planning',
        documents: { seen: 26, differing: 20, untold: 0 },
        items: [{ path: 'tier', more: 0, fewer: 20, changed: 0, untold: 0, documents: 20 }],
      },
    ],
  })
})

void t.test(
  'documents that would go now are counted with what stopped them, and small numbers are not told',
  async t => {
    const directory = await storeOf(t, inForce, PAST)
    const replay = (...rest: string[]) =>
      run(directory, 'simulate', 'draft.yaml', '--against', police, '--traffic', 'store', ...rest)
    writeFileSync(`${directory}/draft.yaml`, edited(police, ANALYST))
    const { out, code } = await replay()
    t.equal(code, 1, 'more goes')
    t.match(
      out,
      'police.operation for debrief: of 8 past documents, 6 would have come out otherwise\n  6 would go that were refused (who may ask)\n',
    )
    t.match(out, /^ {2}operationName +6 +– +– +– +6$/m)
    t.notMatch(out, String(operation['operationName']))
    const few = await storeOf(
      t,
      inForce,
      PAST.map(past => ({ ...past, times: 3 })),
    )
    writeFileSync(`${few}/draft.yaml`, edited(police, ANALYST))
    const small = await run(few, 'simulate', 'draft.yaml', '--against', police, '--traffic', 'store')
    t.match(small.out, 'of 6 past documents, under 5 would have come out otherwise\n  under 5 would go')
    t.notMatch(small.out, /\b3\b/)
  },
)

void t.test('what shapes do not keep is said, with the reason', async t => {
  const directory = await storeOf(t, inForce, PAST)
  const draft = edited(police, NO_STAGE, BIG, ['spapThreat: { all: share }', 'spapThreat: { all: withhold }'])
  writeFileSync(`${directory}/draft.yaml`, draft.replace(/\ntests:[\s\S]*$/, TESTS))
  const { out, code } = await run(
    directory,
    'simulate',
    'draft.yaml',
    '--against',
    police,
    '--traffic',
    'store',
  )
  t.equal(code, 1)
  t.match(
    out,
    'police.operation for joint-planning: of 26 past documents, none surely would have come out otherwise; of 26 that cannot be told',
  )
  t.match(out, '  cannot tell of 26: whether the operation is large, because `tier` is not kept')
})

const TESTS = `
tests:
  - { name: An unknown purpose is refused, purpose: media, as: planner, sample: harbour-rally, refused: purpose-unknown }
`

void t.test(
  'a directory without a store, a store without shapes and a muddled command end with 2',
  async t => {
    const directory = await storeOf(t, inForce, [])
    const replay = (...args: string[]) => run(directory, 'simulate', ...args)
    const traffic = ['--traffic', 'store']
    t.match(await replay(police, police, ...traffic), {
      code: 2,
      err: `store holds no shape of ${inForce.id}\n`,
    })
    t.match(await replay(police, police, '--traffic', '.'), {
      code: 2,
      err: '. holds no store of a gateway that keeps shapes\n',
    })
    t.match(await replay(police, police, ...traffic, '--since', '2026-05-02'), {
      code: 2,
      err: /since 2026-05-02\n$/,
    })
    for (const wrong of [
      [police],
      [police, police, '--against', police],
      [police, police, '--since', '2026-05-02'],
      [police, police, ...traffic, '--since', 'soon'],
      [police, police, ...traffic, '--samples'],
    ])
      t.equal((await replay(...wrong)).code, 2, wrong.slice(1).join(' '))
    t.match((await replay('--help')).out, /never what it said/)
  },
)

void t.test('check notes what past documents say of a draft (49)', async t => {
  const directory = await storeOf(t, inForce, PAST)
  writeFileSync(`${directory}/draft.yaml`, edited(police, ...TIER, ANALYST))
  const check = (...rest: string[]) => run(directory, 'check', 'draft.yaml', ...rest)
  const { out } = await check('--previous', police, '--traffic', 'store')
  t.match(
    out,
    /draft\.yaml:\d+:3 check 49: of the last 26 documents of `police\.operation` for joint planning, 20 would have come out otherwise; less of `tier`$/m,
  )
  t.match(
    out,
    /check 49: of the last 8 documents of `police\.operation` for debrief, 6 would have come out otherwise; some would go that were refused; more of `id`, .* items more$/m,
  )
  t.notMatch((await check('--previous', police)).out, 'check 49')
  t.match(await check('--traffic', 'store'), { code: 2, err: /--previous/ })
  t.match(await check('--previous', police, '--traffic', '.'), { code: 2, err: /no store/ })
})
