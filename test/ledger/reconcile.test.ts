import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { type ReconcileReport, reconcile } from '../../src/cli/audit-verify/reconcile.ts'
import { printReconciliation } from '../../src/cli/audit-verify/reconcile-report.ts'
import { digestOf, type JsonObject, systemClock } from '../../src/kit/kit.ts'
import { leafHash, makeLeafWriter, rootOf } from '../../src/ledger/ledger.ts'
import {
  ARMY,
  asObject,
  callerWith,
  type House,
  POLICE,
  parse,
  record,
  twoHouses,
} from '../exchange/two-houses.ts'
import { program } from '../support/program.ts'
import { exportTo, freshDirectory, makeNoteSigner } from './exported-ledger.ts'

const DAY = new Date().toISOString().slice(0, 10)
const ORIGINS = {
  police: 'gateway.northshire-police.example/audit/2026',
  army: 'gateway.army-1div.example/audit/2026',
}
const SIGNERS = { police: makeNoteSigner(ORIGINS.police), army: makeNoteSigner(ORIGINS.army) }
const WRITERS = {
  police: makeLeafWriter({ clock: systemClock, agency: POLICE }),
  army: makeLeafWriter({ clock: systemClock, agency: ARMY }),
}
const { signal } = new AbortController()
const given = { idempotencyKey: undefined, body: new Uint8Array(), waitMs: 0, signal, answer: () => '{}' }

async function push(house: House, index: number): Promise<void> {
  const label = { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true } as const
  const document = { ...record('operations', 0), id: `op-${index}` }
  const request = { to: ARMY, purpose: 'joint-planning', resource: 'police.operation', document, label }
  await house.exchange.push(callerWith('planner', 'joint-planning'), request, given)
}

/** Pushes, and notes the receipts as the gateway does. */
async function talk({ police, army }: ReturnType<typeof twoHouses>, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    await push(police, index)
    const [row] = police.outgoing
    const [receipt] = await police.sendTo(army)
    if (!row || !receipt || receipt.outcome === 'retry') throw new Error('there is no answer')
    const leaf = WRITERS.police.write('receipted', {
      xid: row.id,
      prev: row.leafId,
      from: POLICE,
      to: ARMY,
      decision: receipt.outcome,
      why: receipt.outcome === 'refused' ? receipt.code : undefined,
      receipt: digestOf('receipt'),
    })
    await police.store.note([leaf.text])
  }
}

const houses = twoHouses()
await talk(houses, 5)
/** Something later, so that both ledgers reach beyond the last exchange. */
const later = (who: 'police' | 'army') => WRITERS[who].write('erased', { count: 0, rule: 'r' }).text
const textsOf = async ({ store }: House) => store.leaves(0, await store.size())
const POLICE_LEAVES = [...(await textsOf(houses.police)), later('police')]
const ARMY_LEAVES = [...(await textsOf(houses.army)), later('army')]
const leafOf = (text = ''): JsonObject => asObject(parse(text))

interface Ledgers {
  readonly police?: readonly string[]
  readonly army?: readonly string[]
  readonly day?: string
}

async function exports({ police = POLICE_LEAVES, army = ARMY_LEAVES }: Ledgers) {
  const directory = freshDirectory(t)
  const [ours, theirs] = [join(directory, 'police'), join(directory, 'army')]
  const keys = {
    ours: await exportTo(ours, { leaves: police, signer: SIGNERS.police, sizes: [police.length] }),
    theirs: await exportTo(theirs, { leaves: army, signer: SIGNERS.army, sizes: [army.length] }),
  }
  return { ours, theirs, keys }
}

/** The operators of either side have the key of their ledger: what they export verifies, whatever they have left out. */
async function judge(ledgers: Ledgers): Promise<ReconcileReport> {
  const { ours, theirs, keys } = await exports(ledgers)
  return reconcile({
    ours: { directory: ours, vkey: keys.ours, policy: undefined },
    theirs: { directory: theirs, vkey: keys.theirs, policy: undefined },
    day: ledgers.day ?? DAY,
    toleranceMs: 60_000,
  })
}

function without(leaves: readonly string[], kind: string, nth: number): string[] {
  const [gone] = leaves.filter(leaf => leafOf(leaf)['kind'] === kind).slice(nth, nth + 1)
  return leaves.filter(leaf => leaf !== gone)
}

/** Changes one leaf as its owner could before signing. */
function changed(leaves: readonly string[], kind: string, from: string | RegExp, to: string): string[] {
  const at = leaves.findIndex(leaf => leafOf(leaf)['kind'] === kind)
  return leaves.map((leaf, index) => (index === at ? leaf.replace(from, to) : leaf))
}

void t.test('two ledgers of one story are alike, from either side', async tt => {
  tt.match(await judge({}), { verdict: 'good', alike: 5, differences: [], open: [], missing: [] })
  const { ours, theirs } = await exports({})
  const turned = reconcile({
    ours: { directory: theirs, vkey: undefined, policy: undefined },
    theirs: { directory: ours, vkey: undefined, policy: undefined },
    day: DAY,
    toleranceMs: 60_000,
  })
  tt.match(turned, { verdict: 'good', alike: 5, ours: { gateway: ARMY }, theirs: { gateway: POLICE } })
})

void t.test('an exchange that either side has dropped is found and named', async tt => {
  const xid = String(leafOf(ARMY_LEAVES[2])['xid'])
  const there = await judge({ army: without(ARMY_LEAVES, 'accepted', 2) })
  tt.match(there, { verdict: 'different', alike: 4 })
  tt.match(there.differences, [
    { kind: 'absent', xid, from: POLICE, to: ARMY, ours: { says: 'receipted accepted' } },
  ])
  tt.equal(there.differences[0]?.theirs, undefined)
  tt.match(printReconciliation(there).join('\n'), new RegExp(`absent: ${xid} .*theirs has nothing`))
  const here = await judge({ police: without(without(POLICE_LEAVES, 'decided', 2), 'receipted', 2) })
  tt.match(here, { verdict: 'different', alike: 4 })
  tt.match(here.differences, [{ kind: 'absent', xid, theirs: { says: 'accepted' } }])
  tt.equal(here.differences[0]?.ours, undefined)
})

void t.test('what the two tell differently is named for what it is', async tt => {
  const other = digestOf('something else')
  const cases: readonly (readonly [kind: string, Ledgers])[] = [
    ['digest', { army: changed(ARMY_LEAVES, 'accepted', /"env":"[^"]+"/, `"env":"${other}"`) }],
    ['digest', { police: changed(POLICE_LEAVES, 'decided', /"env":"[^"]+"/, `"env":"${other}"`) }],
    ['agreement', { army: changed(ARMY_LEAVES, 'accepted', /"policy":"[^"]+"/, `"policy":"${other}"`) }],
    ['purpose', { army: changed(ARMY_LEAVES, 'accepted', 'joint-planning', 'debrief') }],
    ['resource', { police: changed(POLICE_LEAVES, 'decided', 'police.operation', 'police.briefing') }],
    ['decision', { police: changed(POLICE_LEAVES, 'receipted', '"accepted"', '"refused"') }],
    ['decision', { police: changed(POLICE_LEAVES, 'receipted', /"kind":"receipted"/, '"kind":"expired"') }],
  ]
  for (const [kind, ledgers] of cases) {
    const report = await judge(ledgers)
    tt.match(report, { verdict: 'different', alike: 4 }, kind)
    tt.match(report.differences, [{ kind }], kind)
    tt.equal(report.differences.length, 1)
  }
})

void t.test(
  'a refusal with its reason is told alike by both, and another reason is a difference',
  async tt => {
    const other = twoHouses({ mapping: 'police.operation' })
    await talk(other, 2)
    const police = [...(await textsOf(other.police)), later('police')]
    const army = [...(await textsOf(other.army)), later('army')]
    const [first] = army.map(leafOf)
    tt.equal(first?.['kind'], 'refused')
    tt.match(await judge({ police, army }), { verdict: 'good', alike: 2 })
    const why = String(first?.['why'])
    const report = await judge({ police, army: changed(army, 'refused', `"why":"${why}"`, '"why":"fault"') })
    tt.match(report.differences, [{ kind: 'decision', theirs: { says: 'refused fault' } }])
  },
)

void t.test('what waits for an answer is open, and what a ledger does not reach cannot be told', async tt => {
  const waiting = without(POLICE_LEAVES, 'receipted', 4)
  const queued = await judge({ police: waiting })
  tt.match(queued, { verdict: 'good', alike: 4, differences: [] })
  tt.match(queued.open, [{ kind: 'unanswered', theirs: { says: 'accepted' } }])
  const unsent = await judge({ police: waiting, army: without(ARMY_LEAVES, 'accepted', 4) })
  tt.match(unsent, { verdict: 'good', alike: 4, open: [{ kind: 'unanswered' }] })
  const early = await judge({ army: ARMY_LEAVES.slice(0, 3) })
  tt.match(early, { verdict: 'incomplete', alike: 3, differences: [] })
  tt.same(
    early.open.map(({ kind }) => kind),
    ['not-covered', 'not-covered'],
  )
  const expired = changed(POLICE_LEAVES, 'receipted', '"kind":"receipted"', '"kind":"expired"')
  const never = await judge({ police: expired, army: without(ARMY_LEAVES, 'accepted', 0) })
  tt.match(never, { verdict: 'good', alike: 5, open: [] }, 'what expired and never arrived is no difference')
})

void t.test(
  'an exchange belongs to the day of its release, also when it is accepted on the next',
  async tt => {
    const day = '2026-03-01'
    const over = (leaves: readonly string[], late: string) =>
      leaves.map((leaf, index) => {
        const kind = leafOf(leaf)['kind']
        const time = kind === 'erased' ? '02T00:00:09' : kind === late ? '02T00:00:00' : '01T23:59:59'
        return leaf.replace(/"t":"[^"]+"/, `"t":"2026-03-${time}.${String(index).padStart(3, '0')}Z"`)
      })
    const police = over(POLICE_LEAVES, 'receipted')
    const army = over(ARMY_LEAVES, 'accepted')
    tt.match(await judge({ police, army, day }), { verdict: 'good', alike: 5 })
    tt.match(await judge({ police, army, day: '2026-03-02' }), { verdict: 'good', alike: 0 })
    const dropped = await judge({ police, army: without(army, 'accepted', 1), day })
    tt.match(dropped, { verdict: 'different', differences: [{ kind: 'absent' }] })
    const none = await judge({ police, army, day: '2026-03-05' })
    tt.match(none, { verdict: 'incomplete' }, 'neither ledger reaches that day')
    tt.equal(none.missing.length, 2)
  },
)

void t.test('a head that we have cosigned must be in the ledger that is shown', async tt => {
  const root = (size: number) =>
    Buffer.from(rootOf(ARMY_LEAVES.slice(0, size).map(leafHash))).toString('base64')
  const seen = (size: number) => {
    const facts = { peer: ARMY, origin: ORIGINS.army, size, root: root(Math.min(size, ARMY_LEAVES.length)) }
    return WRITERS.police.write('witness.cosigned', facts).text
  }
  const police = [...POLICE_LEAVES, seen(3)]
  tt.match(await judge({ police }), { verdict: 'good', heads: 1 })
  const forked = await judge({ police, army: without(ARMY_LEAVES, 'accepted', 1) })
  tt.match(forked.differences, [{ kind: 'head', from: ARMY, to: POLICE }, { kind: 'absent' }])
  tt.match(await judge({ police: [...POLICE_LEAVES, seen(9)] }), { verdict: 'good' }, 'the day goes on')
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString()
  const after = later('police').replace(/"t":"[^"]+"/, `"t":"${tomorrow}"`)
  const cut = await judge({ police: [...POLICE_LEAVES, seen(9), after] })
  tt.match(cut, { verdict: 'incomplete', missing: [/has shown 9 leaves .* its export holds 6/] })
})

void t.test('an export that does not verify is not compared', async tt => {
  const { ours, theirs, keys } = await exports({})
  const side = (directory: string, vkey: string) => ({ directory, vkey, policy: undefined })
  const swapped = reconcile({
    ours: side(ours, keys.theirs),
    theirs: side(theirs, keys.theirs),
    day: DAY,
    toleranceMs: 0,
  })
  tt.match(swapped, { verdict: 'tampered', alike: 0 })
  const none = reconcile({
    ours: side(ours, keys.ours),
    theirs: side(`${theirs}-none`, keys.theirs),
    day: DAY,
    toleranceMs: 60_000,
  })
  tt.match(none, { verdict: 'incomplete', alike: 0 })
  const same = reconcile({
    ours: side(ours, keys.ours),
    theirs: side(ours, keys.ours),
    day: DAY,
    toleranceMs: 60_000,
  })
  tt.match(same, { verdict: 'incomplete', missing: ['both exports are of one gateway'] })
})

void t.test('the command answers, and the verifier can do it standing alone', async tt => {
  const { ours, theirs, keys } = await exports({ army: without(ARMY_LEAVES, 'accepted', 0) })
  const run = (file: string, ...args: string[]) =>
    spawnSync(process.execPath, [file, ...args], { encoding: 'utf8', env: {} })
  const sides = ['--ours', ours, '--theirs', theirs, '--ours-vkey', keys.ours, '--theirs-vkey', keys.theirs]
  const told = run(program, 'audit', 'reconcile', ...sides, '--day', DAY)
  tt.equal(told.status, 1, told.stderr)
  tt.match(told.stdout, /different: absent/)
  tt.equal(run(program, 'audit', 'reconcile', ...sides, '--day', 'today').status, 2)
  const away = join(freshDirectory(tt), 'verifier')
  cpSync(fileURLToPath(new URL('../../src/cli/audit-verify', import.meta.url)), away, { recursive: true })
  const alone = run(
    join(away, 'main.ts'),
    '--dir',
    ours,
    '--theirs',
    theirs,
    '--day',
    DAY,
    '--vkey',
    keys.ours,
    '--theirs-vkey',
    keys.theirs,
    '--json',
  )
  tt.equal(alone.status, 1, alone.stderr)
  tt.match(JSON.parse(alone.stdout), { verdict: 'different', differences: [{ kind: 'absent' }] })
  const json = run(program, 'audit', 'reconcile', ...sides, '--day', DAY, '--json')
  tt.same(JSON.parse(json.stdout), JSON.parse(alone.stdout))
})
