import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign, verify } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import {
  cosign,
  emptyRoot,
  findCosignature,
  findLostHead,
  growTree,
  keyUnder,
  type LogConflict,
  leafHash,
  makeLeafWriter,
  makePusher,
  makeWitness,
  type NoteSigner,
  printAddCheckpoint,
  printCheckpoint,
  printVerifierKeys,
  printVkey,
  printWitnessVkey,
  readAddCheckpoint,
  readVerifierKeys,
  readWitnessVkey,
  reopenedOrigin,
  signCheckpoint,
  signNote,
  type WitnessAnswer,
} from '../../src/ledger/ledger.ts'
import { makeMemoryStore } from '../../src/stores/stores.ts'
import { handClock } from '../stores/exchange-store.suite.ts'

const DATA =
  process.env['CONFORMANCE_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url))
const ORIGIN = 'army-1div.concordat/ledger/2026'
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

function makeKey(name: string): NoteSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return signerOf(name, privateKey, publicKey)
}

function signerOf(name: string, privateKey: KeyObject, publicKey: KeyObject): NoteSigner {
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  return { name, publicKey: raw, sign: bytes => sign(null, bytes, privateKey) }
}

/** A log of which any head can be signed: also heads that contradict each other. */
async function makeLog(origin = ORIGIN, signer = makeKey(origin)) {
  const clock = handClock()
  const store = makeMemoryStore({ clock })
  const log = { ...signer, name: origin }
  return {
    store,
    clock,
    signer: log,
    grow: (count: number) => store.note(Array.from({ length: count }, () => randomBytes(8).toString('hex'))),
    note: async (size: number, root?: Uint8Array) =>
      signNote(printCheckpoint({ origin, size, root: root ?? (await store.rootAt(size)) }), log),
    async asks(old: number, size: number) {
      const proof = old === 0 || old >= size ? [] : await store.consistency(old, size)
      return printAddCheckpoint({ old, proof, note: await this.note(size) })
    },
    async cover() {
      const head = await store.head()
      const note = await this.note(head.size)
      await store.saveCheckpoint({ ...head, note, vkey: printVkey(log), at: clock.now() })
    },
  }
}

/** A witness of one log. */
function watch(log: NoteSigner) {
  const clock = handClock()
  const store = makeMemoryStore({ clock })
  const signer = makeKey('northshire-police.concordat/witness')
  const leaves = makeLeafWriter({ clock, agency: 'northshire-police' })
  const told: LogConflict[] = []
  const witness = makeWitness({
    store,
    signer,
    clock,
    leaves,
    keyOf: (peer, origin) => (peer === 'army-1div' ? keyUnder(origin, log) : undefined),
    onConflict: conflict => told.push(conflict),
  })
  const ask = (body: string | Uint8Array, peer = 'army-1div') =>
    witness.addCheckpoint(peer, Buffer.from(body))
  const kinds = async () =>
    (await store.leaves(0, await store.size())).map(leaf => String(JSON.parse(leaf).kind))
  return { clock, store, signer, witness, ask, told, kinds }
}

void t.test('a cosignature has the form of C2SP tlog-cosignature', async tt => {
  const key = makeKey('witness.example/w1')
  const text = `example.com/log\n1\n${Buffer.alloc(32).toString('base64')}\n`
  const line = await cosign(text, key, 1_679_315_147)
  const [dash, name, encoded, ...rest] = line.trimEnd().split(' ')
  tt.same([dash, name, rest, line.endsWith('\n')], ['\u2014', key.name, [], true])
  const bytes = Buffer.from(encoded ?? '', 'base64')
  const vkey = printWitnessVkey(key)
  tt.equal(bytes.length, 4 + 8 + 64)
  tt.equal(bytes.subarray(0, 4).toString('hex'), vkey.split('+')[1], 'the key id is that of the verifier key')
  tt.equal(Number(bytes.readBigUInt64BE(4)), 1_679_315_147)
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key.publicKey).toString('base64url') }
  const message = Buffer.from(`cosignature/v1\ntime 1679315147\n${text}`)
  tt.ok(
    verify(null, message, { key: jwk, format: 'jwk' }, bytes.subarray(12)),
    'over the two lines and the note',
  )
  tt.same(findCosignature(text, line, key), { line, seconds: 1_679_315_147 })
  const read = readWitnessVkey(vkey)
  tt.same(read && printWitnessVkey(read), vkey)
  const log = makeKey(ORIGIN)
  const printed = printVerifierKeys({ log, witness: key })
  const both = readVerifierKeys(`# from the army\n\n${printed}x+00000000+BwAA\n`)
  tt.same(both && printVerifierKeys(both), printed)
  tt.equal(readVerifierKeys(printWitnessVkey(key)), undefined, 'a log is needed')
  tt.equal(readVerifierKeys(`${printed}${printed}`), undefined, 'and one alone')
})

void t.test('a wrong cosignature is none', async tt => {
  const key = makeKey('witness.example/w1')
  const text = `example.com/log\n1\n${Buffer.alloc(32).toString('base64')}\n`
  const line = await cosign(text, key, 5)
  const bytes = Buffer.from(line.split(' ')[2] ?? '', 'base64')
  let accepted = 0
  for (let at = 0; at < bytes.length; at++) {
    const flipped = Buffer.from(bytes)
    flipped[at] = (flipped[at] ?? 0) ^ 1
    if (findCosignature(text, `\u2014 ${key.name} ${flipped.toString('base64')}\n`, key)) accepted++
  }
  tt.equal(accepted, 0, 'not with one bit turned')
  tt.equal(findCosignature(text.replace('log', 'lag'), line, key), undefined, 'not of another text')
  tt.equal(findCosignature(text, line, makeKey(key.name)), undefined, 'not by another key')
  tt.equal(findCosignature(text, line.trimEnd(), key), undefined, 'not without its newline')
  tt.equal(findCosignature(text, '', key), undefined)
  const log = await cosign(text, makeKey('other'), 5)
  tt.ok(findCosignature(text, `${log}${line}`, key), 'but beside others')
  tt.equal(readWitnessVkey(printVkey(key)), undefined, "a log's key is no witness's")
  const file = join(DATA, 'sumdb-note', 'vectors.json')
  if (!existsSync(file)) return tt.pass('the note vectors are not here')
  const vectors: { vkeys: Record<string, string>; skeys: { peter: string } } = JSON.parse(
    readFileSync(file, 'utf8'),
  )
  for (const vkey of Object.values(vectors.vkeys)) tt.equal(readWitnessVkey(vkey), undefined)
  const seed = Buffer.from(vectors.skeys.peter.split('+').slice(4).join('+'), 'base64').subarray(1)
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const peter = { name: 'PeterNeumann', publicKey: publicOf(vectors.vkeys['peter'] ?? '') }
  const cosigned = await cosign(text, { ...peter, sign: data => sign(null, data, secret) }, 7)
  tt.equal(findCosignature(text, cosigned, peter)?.seconds, 7, 'with a published key')
})

function publicOf(vkey: string): Uint8Array {
  return Buffer.from(vkey.split('+').slice(2).join('+'), 'base64').subarray(1)
}

void t.test('a witness answers as C2SP tlog-witness has it', async tt => {
  const log = await makeLog()
  await log.grow(600)
  const { ask, store, signer, kinds, told } = watch(log.signer)
  const note = await log.note(100)
  const answers: [string, string | Uint8Array, WitnessAnswer['kind']][] = [
    ['an empty body', '', 'malformed'],
    ['no old size', note, 'malformed'],
    ['a size with a zero before it', `old 00\n\n${note}`, 'malformed'],
    ['no empty line', `old 0\n${note}`, 'malformed'],
    ['a proof that is not base64', `old 0\n!\n\n${note}`, 'malformed'],
    ['a hash that is too short', `old 0\nAAAA\n\n${note}`, 'malformed'],
    ['64 hashes', `old 0\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(64)}\n${note}`, 'malformed'],
    ['not UTF-8', Buffer.from([0x6f, 0xff]), 'malformed'],
    ['no checkpoint', 'old 0\n\nhello\n', 'malformed'],
    ['a body of 16 kB', `old 0\n\n${note}${'x'.repeat(16_384)}`, 'malformed'],
    ['a proof from nothing', `old 0\n${Buffer.alloc(32).toString('base64')}\n\n${note}`, 'malformed'],
    ['an old size above the new', printAddCheckpoint({ old: 101, proof: [], note }), 'malformed'],
    ['another size than was seen', await log.asks(50, 100), 'other-size'],
    [
      'an unknown log',
      printAddCheckpoint({ old: 0, proof: [], note: note.replace('army', 'navy') }),
      'unknown-log',
    ],
    [
      'a text that was not signed',
      printAddCheckpoint({ old: 0, proof: [], note: note.replace('100', '101') }),
      'unknown-key',
    ],
    [
      'an empty log with a root',
      printAddCheckpoint({ old: 0, proof: [], note: await log.note(0, leafHash('x')) }),
      'inconsistent',
    ],
    [
      'an empty log',
      printAddCheckpoint({ old: 0, proof: [], note: await log.note(0, emptyRoot()) }),
      'cosigned',
    ],
    ['the first head', await log.asks(0, 100), 'cosigned'],
    ['the same again', await log.asks(100, 100), 'cosigned'],
    ['a larger one', await log.asks(100, 333), 'cosigned'],
    ['one of before', await log.asks(100, 333), 'other-size'],
    ['a smaller one', await log.asks(50, 100), 'other-size'],
    [
      'a proof that is not needed',
      (await log.asks(333, 333)).replace('\n\n', `\n${Buffer.alloc(32).toString('base64')}\n\n`),
      'malformed',
    ],
  ]
  for (const [what, body, expected] of answers) tt.equal((await ask(body)).kind, expected, what)
  tt.same(await ask(await log.asks(0, 600)), { kind: 'other-size', size: 333 }, 'with the size that was seen')
  tt.equal((await ask(await log.asks(333, 600), 'navy')).kind, 'unknown-log', 'not of another agency')
  tt.same(await kinds(), Array(3).fill('witness.cosigned'), 'a leaf for each head, none for a repetition')
  tt.same(told, [])
  const seen = await store.peerLog(ORIGIN)
  tt.equal(seen?.size, 333)
  const [text = '', lines = ''] = seen?.note.split(/(?<=\n)\n/) ?? []
  tt.ok(findCosignature(text, lines, signer), 'the head is kept with our cosignature')
  const { key } = { key: log.signer }
  tt.ok(lines.includes(`\u2014 ${key.name} `), 'and with the signature of its log')
})

void t.test('a head that contradicts another one is kept whole, once', async tt => {
  const log = await makeLog()
  const other = await makeLog(ORIGIN, log.signer)
  await log.grow(300)
  await other.grow(400)
  const { ask, store, kinds, told } = watch(log.signer)
  tt.equal((await ask(await log.asks(0, 300))).kind, 'cosigned')
  const same = await other.asks(300, 300)
  tt.same(await ask(same), { kind: 'other-size', size: 300 }, 'another root at the same size')
  await ask(same)
  await ask((await other.asks(0, 300)).replace('old 300', 'old 0'))
  tt.equal((await ask(await other.asks(300, 400))).kind, 'inconsistent', 'a head that does not go on from it')
  const conflicts = await store.conflicts()
  tt.same(
    conflicts.map(({ why, size }) => [why, size]),
    [
      ['same-size', 300],
      ['proof', 400],
    ],
  )
  for (const { note, was } of conflicts) {
    tt.equal(was, (await store.peerLog(ORIGIN))?.note, 'with the head that was seen before')
    tt.ok(note.includes(ORIGIN))
  }
  tt.same(await kinds(), ['witness.cosigned', 'witness.conflict', 'witness.conflict'])
  tt.equal(told.length, 2)
  tt.equal((await store.peerLog(ORIGIN))?.size, 300, 'what was seen stays')
  tt.equal((await ask(await log.asks(300, 300))).kind, 'cosigned', 'and the log may go on from there')
})

void t.test('a flood of contradictions fills nothing, and neither does a flood of questions', async tt => {
  const log = await makeLog()
  await log.grow(10)
  const { ask, store, clock } = watch(log.signer)
  await ask(await log.asks(0, 10))
  for (let at = 0; at < 40; at++)
    await ask(printAddCheckpoint({ old: 10, proof: [], note: await log.note(10, randomBytes(32)) }))
  tt.equal((await store.conflicts()).length, 16)
  for (let at = 0; at < 80; at++) await ask('')
  tt.equal((await ask(await log.asks(10, 10))).kind, 'overloaded')
  clock.move(60_000)
  tt.equal((await ask(await log.asks(10, 10))).kind, 'cosigned', 'a minute later')
})

void t.test('of requests that race one wins, and nothing goes back', async tt => {
  const log = await makeLog()
  await log.grow(64)
  const { ask, store, kinds } = watch(log.signer)
  await ask(await log.asks(0, 8))
  const bodies = await Promise.all([16, 24, 32, 40, 48].map(size => log.asks(8, size)))
  const answers = await Promise.all(bodies.map(body => ask(body)))
  tt.equal(answers.filter(({ kind }) => kind === 'cosigned').length, 1)
  tt.equal(answers.filter(({ kind }) => kind === 'other-size').length, 4)
  tt.equal((await kinds()).length, 2)
  tt.ok([16, 24, 32, 40, 48].includes((await store.peerLog(ORIGIN))?.size ?? 0))
})

/** A pusher whose witness is in this process. */
async function connect(log: Awaited<ReturnType<typeof makeLog>>, watched: ReturnType<typeof watch>) {
  const sent: string[] = []
  const state: { down: boolean; confirms: number; answers?: number | undefined } = {
    down: false,
    confirms: 0,
  }
  const pusher = await makePusher({
    store: log.store,
    witness: watched.signer,
    clock: log.clock,
    log: quiet,
    intervalMs: () => 10_000,
    quietMs: 240_000,
    confirmed: true,
    async confirm() {
      state.confirms++
      return false
    },
    async send(body) {
      if (state.down) throw new Error('the link is down')
      sent.push(body)
      if (state.answers !== undefined) return { status: state.answers, body: '' }
      const answer = await watched.ask(body)
      if (answer.kind === 'cosigned') return { status: 200, body: answer.lines }
      return answer.kind === 'other-size'
        ? { status: 409, body: `${answer.size}\n` }
        : { status: 422, body: '' }
    },
  })
  return { pusher, sent, state }
}

void t.test('a log shows each head once, and covers an outage with one proof', async tt => {
  const log = await makeLog()
  const watched = watch(log.signer)
  const { pusher, sent, state } = await connect(log, watched)
  await pusher.tick()
  tt.same(sent, [], 'no head, nothing to show')
  await log.grow(5)
  await log.cover()
  await pusher.tick()
  tt.same(sent, [], 'not more often than every ten seconds')
  log.clock.move(10_000)
  await Promise.all([pusher.tick(), pusher.tick()])
  tt.equal(sent.length, 1)
  tt.equal((await log.store.lastCosignature(watched.signer.name))?.size, 5)
  log.clock.move(10_000)
  await pusher.tick()
  tt.equal(sent.length, 1, 'nothing new, nothing sent')
  state.down = true
  for (let round = 0; round < 5; round++) {
    await log.grow(100)
    await log.cover()
    log.clock.move(10_000)
    await pusher.tick()
  }
  tt.equal(pusher.cosignedAt, log.clock.now() - 60_000, 'the age tells of it')
  state.down = false
  log.clock.move(10_000)
  await pusher.tick()
  tt.equal((await watched.store.peerLog(ORIGIN))?.size, 505)
  tt.equal(sent.length, 2)
  await log.store.note(['{"kind":"witness.cosigned"}'])
  await log.cover()
  log.clock.move(10_000)
  await pusher.tick()
  tt.equal(sent.length, 2, 'a head with nothing but our cosigning of others waits')
  log.clock.move(240_000)
  await pusher.tick()
  tt.equal((await watched.store.peerLog(ORIGIN))?.size, 506, 'but not for ever')
  tt.equal(state.confirms, 0)
})

void t.test('a log that was closed is shown to its end before the next one', async tt => {
  const log = await makeLog()
  const next = { ...log.signer, name: ORIGIN.replace('2026', '2027') }
  const watched = watch(log.signer)
  await log.grow(5)
  await log.cover()
  const { pusher, sent, state } = await connect(log, watched)
  const origins = () => sent.map(body => body.split('\n').find(line => line.includes('concordat')))
  await pusher.tick()
  state.down = true
  await log.grow(7)
  const at = log.clock.now()
  const close = (signer: NoteSigner) =>
    log.store.turnLog('{"kind":"log.close"}', async head => ({
      checkpoint: { ...(await signCheckpoint(signer, head, at)) },
      leaves: ['{"kind":"log.open"}'],
    }))
  await close(log.signer)
  await log.store.saveCheckpoint(await signCheckpoint(next, await log.store.head(), at))
  log.clock.move(10_000)
  await pusher.tick()
  tt.equal(pusher.cosignedAt, at, 'the age goes on')
  const restarted = await connect(log, watched)
  tt.equal(restarted.pusher.cosignedAt, at, 'also after a new start')
  for (const again of [{ pusher, sent, state }, restarted]) {
    again.state.down = false
    again.state.answers = 503
    log.clock.move(10_000)
    await again.pusher.tick()
    tt.equal(again.sent.length, again === restarted ? 1 : 2, 'a witness that is busy is asked again')
    again.state.answers = undefined
  }
  log.clock.move(10_000)
  await pusher.tick()
  tt.same(origins(), [ORIGIN, ORIGIN, ORIGIN, next.name])
  tt.equal((await watched.store.peerLog(ORIGIN))?.size, 13, 'its closing head')
  tt.equal((await watched.store.peerLog(next.name))?.size, 1)
  tt.equal((await log.store.lastCosignature(watched.signer.name, 1))?.size, 13)
  tt.equal((await log.store.lastCosignature(watched.signer.name))?.size, 1)
  tt.equal(pusher.cosignedAt, log.clock.now())
  const later = await connect(log, watched)
  await later.pusher.tick()
  tt.same(later.sent, [], 'once')

  await close(next)
  await log.store.saveCheckpoint(await signCheckpoint(next, await log.store.head(), at))
  state.answers = 404
  log.clock.move(10_000)
  await pusher.tick()
  tt.equal(sent.length, 6, 'a witness that will not have it does not keep the next one from being shown')
})

void t.test('a log that was lost ends before what its witness has seen, and is not shown again', async tt => {
  const log = await makeLog()
  const watched = watch(log.signer)
  await log.grow(50)
  await log.cover()
  await watched.ask(await log.asks(0, 50))
  const older = await makeLog(ORIGIN, log.signer)
  await older.store.note(await log.store.leaves(0, 30))
  await older.cover()
  await older.store.openLog(['{"kind":"log.open","why":"restored"}'])
  const next = { ...log.signer, name: `${ORIGIN}-2` }
  await older.store.saveCheckpoint(await signCheckpoint(next, await older.store.head(), 1))
  const { pusher, sent, state } = await connect(older, watched)
  await pusher.tick()
  tt.equal(sent.length, 1)
  tt.equal(state.confirms, 0)
  tt.equal((await watched.store.peerLog(`${ORIGIN}-2`))?.size, 1)
})

void t.test(
  'a log that does not know what its witness has seen is told, and goes on only from less',
  async tt => {
    const log = await makeLog()
    await log.grow(50)
    await log.cover()
    const watched = watch(log.signer)
    await watched.ask(await log.asks(0, 20))
    const { pusher, sent } = await connect(log, watched)
    await pusher.tick()
    tt.equal(sent.length, 2, '409, and once more from there')
    tt.equal((await watched.store.peerLog(ORIGIN))?.size, 50)
    const older = await makeLog(ORIGIN, log.signer)
    await older.store.note(await log.store.leaves(0, 30))
    await older.cover()
    const again = await connect(older, watched)
    await again.pusher.tick()
    tt.equal(again.sent.length, 1, 'the witness has seen more than there is')
    tt.equal(again.state.confirms, 1)
    tt.notOk(again.pusher.confirmed)
    tt.equal((await watched.store.peerLog(ORIGIN))?.size, 50)
  },
)

void t.test(
  'a restored store is found by what a witness has seen, and by nothing that a witness invents',
  async tt => {
    const log = await makeLog()
    await log.grow(50)
    const own = {
      logs: [{ origin: ORIGIN, restored: false, leaves: log.store }],
      keyUnder: (name: string) => keyUnder(name, log.signer),
    }
    const lost = async (...notes: string[]) => findLostHead([{ witness: 'police', notes }], own)
    tt.equal(await lost(await log.note(50), await log.note(20)), undefined)
    tt.equal(await lost(), undefined)
    tt.match(await lost(await log.note(60, randomBytes(32))), {
      how: 'behind',
      size: 60,
      kept: 50,
      witness: 'police',
    })
    tt.match(await lost(await log.note(40, randomBytes(32))), { how: 'forked', size: 40 })
    const next = await makeLog(`${ORIGIN}-2`, log.signer)
    await next.grow(3)
    tt.match(await lost(await log.note(50), await next.note(3)), { how: 'missing', origin: `${ORIGIN}-2` })
    const forger = await makeLog(ORIGIN)
    await forger.grow(70)
    tt.equal(await lost(await forger.note(70)), undefined, 'signed by somebody else')
    tt.equal(await lost('nonsense', ''), undefined)
    const reopened = { origin: `${ORIGIN}-2`, restored: true, leaves: next.store }
    const heads = [{ witness: 'police', notes: [await log.note(60, randomBytes(32)), await next.note(3)] }]
    const behind = await findLostHead(heads, { ...own, logs: [...own.logs, reopened] })
    tt.equal(behind, undefined, 'a log that was ended is behind for good')
  },
)

void t.test('a log that was closed with its year is compared like the one that grows', async tt => {
  const inYear = (year: string) => ORIGIN.replace('2026', year)
  const [old, next, later] = [await makeLog(), inYear('2027'), inYear('2028')]
  await old.grow(50)
  const young = await makeLog(next, old.signer)
  await young.grow(5)
  const lost = async (
    notes: string[],
    ...logs: { restored?: boolean; origin: string; leaves?: typeof old.store }[]
  ) =>
    findLostHead([{ witness: 'police', notes }], {
      logs: logs.map(one => ({ restored: false, leaves: undefined, ...one })),
      keyUnder: name => keyUnder(name, old.signer),
    })
  const both = [
    { origin: ORIGIN, leaves: old.store },
    { origin: next, leaves: young.store },
  ]
  const good = await young.note(5)
  const [longer, other] = [await old.note(60, randomBytes(32)), await old.note(50, randomBytes(32))]
  tt.equal(await lost([await old.note(50), good], ...both), undefined)
  tt.match(await lost([longer, good], ...both), { origin: ORIGIN, how: 'behind', size: 60, kept: 50 })
  tt.match(await lost([other, good], ...both), { origin: ORIGIN, how: 'forked', size: 50, kept: 50 })
  tt.equal(
    await lost([longer, good], { origin: ORIGIN }, ...both.slice(1)),
    undefined,
    'but not when dropped',
  )
  const last = await (await makeLog(later, old.signer)).note(0, emptyRoot())
  const all = [longer, await young.note(9, randomBytes(32)), last]
  tt.match(await lost(all, ...both), { origin: later, how: 'missing' }, 'the newest is the one to go on from')
  const reopened = { origin: `${later}-2`, restored: true, leaves: young.store }
  tt.equal(await lost(all, ...both, reopened), undefined, 'and with it all before')
  const tenth = await makeLog(`${later}-10`, old.signer)
  const ninth = await makeLog(`${later}-9`, old.signer)
  const after = await Promise.all([tenth, ninth].map(log => log.note(1, leafHash('x'))))
  tt.match(await lost(after, ...both, reopened), { origin: `${later}-10`, how: 'missing' }, 'and none after')
})

void t.test('a log that goes on has the name of before and a number', tt => {
  tt.equal(reopenedOrigin(ORIGIN, [ORIGIN]), `${ORIGIN}-2`)
  tt.equal(reopenedOrigin(`${ORIGIN}-2`, [ORIGIN, `${ORIGIN}-2`]), `${ORIGIN}-3`)
  const key = makeKey(ORIGIN)
  tt.ok(keyUnder(`${ORIGIN}-2`, key) && keyUnder('army-1div.concordat/ledger/2027', key))
  tt.equal(keyUnder('army-2div.concordat/ledger/2026', key), undefined)
  tt.equal(keyUnder('army-1div.concordat/ledger/2026/x', key), undefined)
  tt.end()
})

void t.test('what is printed for a witness is read again', async tt => {
  const tree = growTree(0, [], () => undefined)
  tree.append(leafHash('x'))
  const note = 'o\n1\nAAAA\n\n\u2014 o AAAAAAAA\n'
  const asks = { old: 7, proof: [tree.root(), tree.root()].map(hash => Buffer.from(hash)), note }
  tt.same(readAddCheckpoint(Buffer.from(printAddCheckpoint(asks))), asks)
})
