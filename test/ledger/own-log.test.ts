/** How a gateway goes on with its own log: over the turn of a year, and beside its witnesses. */
import { generateKeyPairSync, sign } from 'node:crypto'
import t from 'tap'
import { turnYear } from '../../src/gateway/own-log.ts'
import { makeLag } from '../../src/gateway/witness-lag.ts'
import type { Clock } from '../../src/kit/kit.ts'
import { makeLeafWriter, type NoteSigner, openNote } from '../../src/ledger/ledger.ts'
import { makeMemoryStore } from '../../src/stores/stores.ts'
import { isAgencyId } from '../../src/terms/terms.ts'

const OLD = 'army-1div.concordat/ledger/2026'

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
  const parts = { config: { ledgerOrigin: undefined, ...config }, clock, store, log, leaves } as never
  return {
    store,
    signer,
    told,
    parts,
    turn: () => turnYear(parts, signer, leaves),
    wait(seconds: number) {
      now += seconds * 1_000
    },
    kinds: async () => (await store.leaves(0, 99)).map(leaf => JSON.parse(leaf)),
  }
}

void t.test('a year has a log of its own, which begins with the last head of the one before', async tt => {
  const { store, signer, turn, kinds } = setting('2027-01-01T00:00:05Z')
  await store.note(['{"kind":"log.open"}', '{"kind":"decided"}'])
  const next = await turn()
  tt.equal(next.name, 'army-1div.concordat/ledger/2027')
  const [open, ...more] = await kinds()
  tt.same(more, [])
  tt.match(open, { kind: 'log.open', origin: next.name, was: OLD, size: 3, why: 'year' })
  tt.match((await store.logs())[0], 'log.open')
  tt.equal(signer.name, OLD)
})

void t.test('the closed log ends with a leaf that names the next, under a last checkpoint', async tt => {
  const { store, signer, turn } = setting('2027-06-01T00:00:00Z')
  await store.note(['{"kind":"log.open"}'])
  const notes: string[] = []
  const texts: string[] = []
  const { saveCheckpoint, openLog } = store
  Object.assign(store, {
    async saveCheckpoint(checkpoint: Parameters<typeof saveCheckpoint>[0]) {
      notes.push(checkpoint.note)
      await saveCheckpoint(checkpoint)
    },
    async openLog(leaves: readonly string[]) {
      texts.push(...(await store.leaves(0, 99)))
      await openLog(leaves)
    },
  })
  await turn()
  tt.match(JSON.parse(texts.at(-1) ?? ''), {
    kind: 'log.close',
    origin: OLD,
    to: 'army-1div.concordat/ledger/2027',
  })
  tt.equal(notes.length, 1)
  const opened = openNote(notes[0] ?? '', [signer])
  tt.match(opened, { ok: true, text: `${OLD}\n2\n` }, 'that covers it')
})

void t.test('a close that was broken off is gone on with, and is not repeated', async tt => {
  const { store, turn, kinds } = setting('2027-06-01T00:00:00Z')
  await store.note(['{"kind":"log.open"}', '{"kind":"log.close"}'])
  await turn()
  tt.match(await kinds(), [{ size: 2 }])
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
