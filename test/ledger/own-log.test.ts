/** How a gateway goes on with its own log: over the turn of a year, and beside its witnesses. */
import { generateKeyPairSync, sign } from 'node:crypto'
import t from 'tap'
import { makeLag } from '../../src/gateway/witness-lag.ts'
import { makeYearTurn, turnYear } from '../../src/gateway/year.ts'
import type { Clock } from '../../src/kit/kit.ts'
import {
  makeCheckpointer,
  makeLeafWriter,
  type NoteSigner,
  openNote,
  readCheckpoint,
} from '../../src/ledger/ledger.ts'
import { makeMemoryStore } from '../../src/stores/stores.ts'
import { isAgencyId } from '../../src/terms/terms.ts'

const OLD = 'army-1div.concordat/ledger/2026'
const NEW = 'army-1div.concordat/ledger/2027'

function setting(start: string, config: object = {}) {
  let now = Date.parse(start)
  const clock: Clock = { now: () => now }
  const store = makeMemoryStore({ clock })
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  const signer: NoteSigner = { name: OLD, publicKey: raw, sign: bytes => sign(null, bytes, privateKey) }
  const leaves = makeLeafWriter({ clock, agency: 'army-1div' })
  const told: string[] = []
  const log = {
    info: (event: string) => told.push(event),
    warn: (event: string) => told.push(event),
    error: (event: string) => told.push(event),
  }
  const shown: string[] = []
  const publish = (note: string) => shown.push(note)
  const beginning = () => ['{"kind":"key.load"}']
  const witness = { confirmed: true }
  const parts = {
    ...{ config: { ledgerOrigin: undefined, ...config }, clock, store, log, leaves },
    ...{ publish, beginning, confirmed: () => witness.confirmed },
  } as never
  const clockTurn = makeYearTurn(parts)
  return {
    store,
    signer,
    told,
    shown,
    parts,
    witness,
    turn: () => turnYear(parts, signer),
    /** Covers and turns the log as a gateway that runs does each second. */
    checkpointer: makeCheckpointer({ store, signer, clock, publish, onFault: () => {}, turn: clockTurn }),
    clockTurn,
    wait(seconds: number) {
      now += seconds * 1_000
    },
    set(time: string) {
      now = Date.parse(time)
    },
    kinds: async () => (await store.leaves(0, 99)).map(leaf => JSON.parse(leaf)),
  }
}

void t.test('a year has a log of its own, which begins with the last head of the one before', async tt => {
  const { store, signer, turn, kinds } = setting('2027-01-01T00:00:05Z')
  await store.note(['{"kind":"log.open"}', '{"kind":"decided"}'])
  const next = await turn()
  tt.equal(next.name, NEW)
  const last = await store.log(1).latestCheckpoint()
  const root = Buffer.from(last?.root ?? []).toString('base64')
  const open = { kind: 'log.open', origin: NEW, was: OLD, size: 3, root, why: 'year' }
  tt.match(await kinds(), [open, { kind: 'key.load' }])
  tt.equal(await store.size(), 2)
  tt.match((await store.logs())[0], 'log.open')
  tt.equal(signer.name, OLD)
})

void t.test('the closed log ends with a leaf that names the next, under a last checkpoint', async tt => {
  const { store, signer, turn, shown } = setting('2027-06-01T00:00:00Z')
  await store.note(['{"kind":"log.open"}'])
  await turn()
  const old = store.log(1)
  tt.equal(await old.size(), 2)
  const [, closing = ''] = await old.leaves(0, 9)
  tt.match(JSON.parse(closing), { kind: 'log.close', origin: OLD, to: NEW })
  const { note = '', root } = (await old.latestCheckpoint()) ?? {}
  const opened = openNote(note, [signer])
  tt.match(opened, { ok: true, text: `${OLD}\n2\n` }, 'that covers it')
  tt.same(readCheckpoint(opened.ok ? opened.text : '')?.root, await old.rootAt(2))
  tt.same(root, await old.rootAt(2))
  tt.same(shown, [note], 'and is shown')
})

void t.test('the log stays in its year, where it is empty, and where it was given a name', async tt => {
  for (const [start, config, texts] of [
    ['2026-12-31T23:59:59Z', {}, ['x']],
    ['2025-12-31T23:59:59Z', {}, ['x']],
    ['2027-01-01T00:00:00Z', {}, []],
    ['2027-01-01T00:00:00Z', { ledgerOrigin: OLD }, ['x']],
  ] as const) {
    const { store, turn } = setting(start, config)
    await store.note(texts)
    tt.equal((await turn()).name, OLD)
    tt.equal(await store.size(), texts.length)
  }
})

void t.test('a gateway that runs turns with the year, and no head has the name of another log', async tt => {
  const { store, checkpointer, wait, shown, told } = setting('2026-12-31T23:59:57Z')
  await store.note(['{"kind":"log.open"}'])
  for (let second = 0; second < 6; second++) {
    await store.note([`{"kind":"decided","n":${second}}`])
    await checkpointer.tick()
    wait(1)
  }
  tt.same(
    shown.map(note => note.split('\n', 2).join(' ')),
    [`${OLD} 2`, `${OLD} 3`, `${OLD} 4`, `${OLD} 6`, `${NEW} 2`, `${NEW} 3`, `${NEW} 4`],
  )
  tt.match(await store.log(1).leaves(4, 9), ['"n":3', 'log.close'], 'what was there before it was closed')
  tt.same(told, ['ledger-opened'])
})

void t.test('the year does not end before a witness has confirmed the log', async tt => {
  const { store, checkpointer, wait, shown, told, turn, witness } = setting('2027-03-01T00:00:00Z')
  witness.confirmed = false
  await store.note(['{"kind":"log.open"}'])
  tt.equal((await turn()).name, OLD, 'at a start')
  for (const second of [1, 2, 3]) {
    await store.note([`{"kind":"decided","n":${second}}`])
    await checkpointer.tick()
    wait(1)
  }
  const heads = () => shown.map(note => note.split('\n', 2).join(' '))
  tt.same(heads(), [`${OLD} 2`, `${OLD} 3`, `${OLD} 4`], 'the log of the old year grows')
  witness.confirmed = true
  await checkpointer.tick()
  tt.same(heads().slice(3), [`${OLD} 5`, `${NEW} 2`])
  tt.same(told, ['ledger-opened'])
})

void t.test('a clock that goes back over the end of the year changes nothing', async tt => {
  const { store, checkpointer, wait, told } = setting('2026-12-31T23:59:59Z')
  await store.note(['{"kind":"log.open"}'])
  for (const seconds of [1, 1, -3, 1, 1, 1, 1, -86_400, 1, 86_400, 1, 1]) {
    wait(seconds)
    await checkpointer.tick()
    await store.note(['{"kind":"decided"}'])
  }
  tt.equal((await store.logs()).length, 2)
  tt.same(told, ['ledger-opened'], 'one turn')
  const [last = ''] = await store.log(1).leaves((await store.log(1).size()) - 1, 99)
  tt.match(last, 'log.close')
  tt.match((await store.latestCheckpoint())?.note, NEW)
})

void t.test('a clock that jumps is not believed for an hour', async tt => {
  const { store, signer, clockTurn, set, wait } = setting('2026-03-01T12:00:00Z')
  await store.note(['{"kind":"log.open"}'])
  const after = async (seconds: number) => {
    let name = ''
    for (let second = 0; second < seconds; second++, wait(1)) name = (await clockTurn(signer)).name
    return name
  }
  tt.equal(await after(10), OLD)
  set('2027-03-01T12:00:11Z')
  tt.equal(await after(60), OLD, 'a year ahead for a minute')
  set('2026-03-01T12:01:11Z')
  tt.equal(await after(4_000), OLD, 'and back')
  tt.equal((await store.logs()).length, 1)
  set('2026-12-31T23:58:00Z')
  tt.equal(await after(3_600), OLD, 'a machine that slept until the end of the year')
  tt.equal(await after(1), NEW, 'is an hour late')
})

void t.test(
  'a witness that falls silent is told of, recorded once, and once when it comes back',
  async tt => {
    const witness = { warnAfterSeconds: 300, alarmAfterSeconds: 3_600 }
    const { store, told, parts, wait, kinds } = setting('2026-03-01T00:00:00Z', { witness })
    const state: { at: number | undefined } = { at: undefined }
    const peer = 'northshire-police'
    if (!isAgencyId(peer)) throw new Error('not an agency id')
    const lag = makeLag(parts, peer, () => state.at)
    for (const [seconds, level] of [
      [300, 'good'],
      [1, 'warn'],
      [3_299, 'warn'],
      [1, 'alarm'],
      [9_999, 'alarm'],
    ] as const) {
      wait(seconds)
      await lag.look()
      tt.equal(lag.level(), level, `after ${seconds} s more`)
    }
    state.at = Date.parse('2026-03-01T00:00:00Z') + 13_600_000
    await lag.look()
    tt.equal(lag.level(), 'good')
    tt.same(told, ['witness-behind', 'witness-alarm', 'witness-again'])
    tt.match(await kinds(), [
      { kind: 'witness.behind', change: 'behind', count: 301, peer },
      { kind: 'witness.behind', change: 'again', peer },
    ])
    tt.equal(await store.size(), 2)
  },
)
