/** Two gateways that run over New Year: each closes its log and goes on in the next, and nobody who pushes notices. */
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test as Tap } from 'tap'
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts'
import type { Clock, JsonObject, LogFacts } from '../../src/kit/kit.ts'
import { printVkey, readCheckpoint } from '../../src/ledger/ledger.ts'
import { makeSigner, readPrivateKey } from '../../src/seal/seal.ts'
import { openSqliteLedger } from '../../src/stores/stores.ts'
import { run } from '../support/audit.ts'
import { asObject, parse } from '../support/dig.ts'
import { type Field, layField, type Side } from '../support/field.ts'
import { redate } from '../support/redate.ts'
import { openSystem, type System } from '../support/system.ts'
import { until } from '../support/until.ts'
import { allSettled, checkLedgers, idOf } from './endings.ts'
import { OPS_ROOM, position, pushOf } from './records.ts'

t.setTimeout(240_000)

const NEW_YEAR = Date.parse('2027-01-01T00:00:00Z')
const DAY_MS = 86_400_000

/** A clock that waits three seconds before New Year until `goOn`. */
function hesitantClock(): Clock & { goOn(): void } {
  const begun = performance.now()
  const edge = NEW_YEAR - 3_000
  let wentOn: number | undefined
  return {
    now() {
      const walked = performance.now() - (wentOn ?? begun)
      return Math.floor(wentOn === undefined ? Math.min(edge - 30_000 + walked, edge) : edge + walked)
    },
    goOn() {
      wentOn = performance.now()
    },
  }
}

interface Scene {
  readonly field: Field
  readonly clock: Clock
  logged: string[]
}

async function startBoth(scene: Scene): Promise<AsyncDisposableStack> {
  const { field, clock } = scene
  const stack = new AsyncDisposableStack()
  const say = (event: string, facts?: LogFacts) =>
    scene.logged.push(`${event} ${facts?.['reason'] ?? ''}`.trim())
  const log = {
    info: say,
    warn: say,
    error: (event: string, fault: unknown) => say(`${event} ${String(fault)}`),
  }
  const onFailure = (fault: Error) => say(`failed ${fault.message}`)
  const sides = [field.police, field.army]
  const started = sides.map((side): Promise<Gateway> => startGateway(side.config, { clock, log, onFailure }))
  for (const gateway of await Promise.all(started)) stack.use(gateway)
  for (const side of sides)
    await until(async () => (await side.console('/readyz').catch(() => undefined))?.status === 200, 'ready')
  return stack
}

/** Pushes one position after the other until it is told to end; gives the ids and whatever was not taken. */
async function keepPushing(police: System, unit: string, state: { over: boolean }) {
  const [ids, refused]: [string[], string[]] = [[], []]
  for (let seq = 1; !state.over; seq++) {
    const body = pushOf('police.unitPosition', position(unit, seq), OPS_ROOM.purpose)
    const answer = await police.push(OPS_ROOM, body)
    if (answer.status === 202) ids.push(idOf(answer.json))
    else refused.push(`${answer.status} ${answer.text}`)
    await sleep(15)
  }
  return { ids, refused }
}

async function leavesOf({ store }: Side, log: number): Promise<JsonObject[]> {
  using ledger = openSqliteLedger(store, log)
  return (await ledger.leaves(0, await ledger.size())).map(text => asObject(parse(text)))
}

function logsOf({ store }: Side): number {
  using db = new DatabaseSync(join(store, 'concordat.db'), { readOnly: true })
  return Number(db.prepare('SELECT max(id) AS logs FROM log').get()?.['logs'])
}

/** How many leaves of a log the largest head has that the other side has cosigned. */
function cosignedOf({ store }: Side, log: number): number {
  using db = new DatabaseSync(join(store, 'concordat.db'), { readOnly: true })
  return Number(db.prepare('SELECT max(size) AS size FROM cosignature WHERE log = ?').get(log)?.['size'] ?? 0)
}

/** Exports one log of a side as an auditor does, and verifies it with the key that the agency holds. */
async function verifyLog(side: Side, log: number) {
  const [first] = await leavesOf(side, log)
  const { key } = await readPrivateKey(join(side.certificates, 'ledger.key.pem'))
  const { x = '' } = key ? makeSigner(key).publicKey.export({ format: 'jwk' }) : {}
  const vkey = printVkey({ name: String(first?.['origin']), publicKey: Buffer.from(x, 'base64url') })
  const directory = mkdtempSync(join(side.store, '../ledger-'))
  const to = ['--to', directory, '--log', String(log), '--json']
  const made = await run(['audit', 'export', '--store', side.store, ...to])
  const verified = await run(['audit', 'verify', '--dir', directory, '--vkey', vkey, '--json'])
  return { made: made.exitCode, exitCode: verified.exitCode, report: asObject(parse(verified.text)) }
}

void t.test('two gateways run over New Year, with traffic between them', async tt => {
  const clock = hesitantClock()
  await using field = await layField({ clock, editConfig: text => `${text}\nwitness:\n  everySeconds: 1\n` })
  const times = [Date.now(), NEW_YEAR]
  for (const { certificates } of [field.police, field.army])
    redate(certificates, new Date(Math.min(...times) - DAY_MS), new Date(Math.max(...times) + 30 * DAY_MS))
  const scene: Scene = { field, clock, logged: [] }
  let pushed: string[] = []
  {
    await using _running = await startBoth(scene)
    using police = await openSystem(field.police, { name: 'public-order-system', clock })
    const state = { over: false }
    const pushing = ['PSU-1', 'PSU-2', 'PSU-3', 'PSU-4'].map(unit => keepPushing(police, unit, state))
    const sides = [field.police, field.army]
    await until(() => sides.every(side => cosignedOf(side, 1) > 0), 'heads of the old logs are cosigned')
    // Two gateways that start in one thread may keep each other waiting for longer than a witness is waited for; now both have begun.
    scene.logged = scene.logged.filter(event => event !== 'witness-unreached')
    clock.goOn()
    await until(() => sides.every(side => logsOf(side) === 2), 'both have turned')
    tt.ok(clock.now() < NEW_YEAR + 10_000, 'shortly after the turn of the year')
    await until(() => sides.every(side => cosignedOf(side, 2) > 0), 'heads of the new logs are cosigned')
    state.over = true
    const done = await Promise.all(pushing)
    tt.same(
      done.flatMap(({ refused }) => refused),
      [],
      'nothing was refused',
    )
    pushed = done.flatMap(({ ids }) => ids)
    await allSettled(field)
    const { json } = await police.ask('GET', `/v1/exchanges/${pushed[0]}`, { acting: OPS_ROOM })
    tt.match(json, { state: 'accepted' }, 'what was sent in the old year is still found')
    await checkLedgers(tt, field)
  }
  for (const side of [field.police, field.army]) await checkLogs(tt, side)
  await checkExchanges(tt, field, pushed)
  tt.same(
    scene.logged.filter(event => /fault|fail|conflict|refused|unreached/.test(event)),
    [],
    'and nothing went wrong',
  )

  await tt.test('a restart goes on in the new log', async t3 => {
    await using _running = await startBoth(scene)
    using police = await openSystem(field.police, { name: 'public-order-system', clock })
    const body = pushOf('police.unitPosition', position('PSU-9', 1), OPS_ROOM.purpose)
    const answer = await police.push(OPS_ROOM, body)
    t3.equal(answer.status, 202, answer.text)
    await allSettled(field)
    for (const side of [field.police, field.army]) {
      t3.equal(logsOf(side), 2)
      t3.match((await side.leaves()).at(0), {
        kind: 'log.open',
        origin: `${side.agency}.concordat/ledger/2027`,
      })
    }
    const accepted = (await field.army.leaves()).filter(leaf => leaf['kind'] === 'accepted')
    t3.equal(accepted.at(-1)?.['xid'], idOf(answer.json))
    await checkLedgers(t3, field)
  })
})

/** Where the old log ends and the new one begins, in the store and for whoever verifies both. */
async function checkLogs(tt: Tap, side: Side): Promise<void> {
  const [before, after] = [await leavesOf(side, 1), await leavesOf(side, 2)]
  const [was, origin] = [2026, 2027].map(year => `${side.agency}.concordat/ledger/${year}`)
  tt.match(before.at(-1), { kind: 'log.close', origin: was, to: origin }, 'the closing leaf is the last')
  tt.equal(before.filter(({ kind }) => kind === 'log.close').length, 1, 'and the only one')
  using old = openSqliteLedger(side.store, 1)
  const { size = 0, note = '' } = (await old.latestCheckpoint()) ?? {}
  tt.equal(size, before.length, 'under a last checkpoint')
  const { root } = readCheckpoint(note.slice(0, note.indexOf('\n\n') + 1)) ?? {}
  const opening = { kind: 'log.open', origin, was, size, why: 'year' }
  tt.match(
    after[0],
    { ...opening, root: Buffer.from(root ?? []).toString('base64') },
    'which the next one names',
  )
  tt.match(after[1], { kind: 'key.load' }, 'and begins with the keys')
  tt.ok(
    after.slice(1, 12).some(({ kind }) => kind === 'policy.load'),
    'and the agreements in force',
  )
  tt.equal(cosignedOf(side, 1), size, 'the witness has cosigned the head that closes the old log')
  tt.ok(cosignedOf(side, 2) > 0, 'and a head of the new one')
  const good = { made: 0, exitCode: 0, report: { verdict: 'good', findings: [] } }
  for (const log of [1, 2]) tt.match(await verifyLog(side, log), good, `log ${log} verifies`)
}

/** Every exchange that was taken is decided once, accepted once and receipted once, on one side of the year's end or on both. */
async function checkExchanges(tt: Tap, { police, army }: Field, pushed: readonly string[]): Promise<void> {
  const stages = [
    { side: police, kind: 'decided' },
    { side: army, kind: 'accepted' },
    { side: police, kind: 'receipted' },
  ]
  for (const { side, kind } of stages) {
    const inLog = async (log: number) =>
      (await leavesOf(side, log)).filter(leaf => leaf['kind'] === kind).map(leaf => String(leaf['xid']))
    const [before, after] = [await inLog(1), await inLog(2)]
    tt.same([...before, ...after].sort(), [...pushed].sort(), `${kind}: each of ${pushed.length}, once`)
    tt.ok(before.length > 0 && after.length > 0, `${before.length} before, ${after.length} after`)
  }
}
