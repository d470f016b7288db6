import { createHmac, createSecretKey, generateKeyPairSync, sign } from 'node:crypto'
import t from 'tap'
import { type Digest, digestOf, isUuidv7 } from '../../src/kit/kit.ts'
import {
  EVENT_CODES,
  type LedgerStore,
  makeCheckpointer,
  makeLeafWriter,
  type NoteSigner,
  openNote,
  readCheckpoint,
} from '../../src/ledger/ledger.ts'
import { makeMemoryStore } from '../../src/stores/stores.ts'

const clock = { now: () => Date.parse('2026-03-01T08:00:00.123Z') }
const writer = makeLeafWriter({ clock, agency: 'northshire-police' })
const digest: Digest = digestOf('x')
const movement = {
  xid: '0195a0b0-0000-7000-8000-000000000001',
  from: 'northshire-police',
  to: 'army-1div',
  res: 'police.operation',
  purpose: 'joint-planning',
}

void t.test('words a leaf with sorted members, its event code and nothing else', async tt => {
  const { id, text } = writer.write('decided', {
    ...movement,
    role: 'planner',
    decision: 'forward',
    policy: digest,
    fields: { withheld: 7, masked: 4, shared: 20 },
    env: digest,
    c: { subject: 'bb', actor: 'aa' },
  })
  tt.ok(isUuidv7(id))
  tt.equal(
    text,
    `{"c":{"actor":"aa","subject":"bb"},"code":"XG-1201","decision":"forward","env":"${digest}",` +
      `"fields":{"masked":4,"shared":20,"withheld":7},"from":"northshire-police","gw":"northshire-police","id":"${id}",` +
      `"kind":"decided","policy":"${digest}","purpose":"joint-planning","res":"police.operation","role":"planner",` +
      `"t":"2026-03-01T08:00:00.123Z","to":"army-1div","v":1,"xid":"${movement.xid}"}`,
  )
})

void t.test('every kind can be worded, is JSON, sorted, and has a code of its own', async tt => {
  const head = { origin: 'a.example/audit/2026', size: 7, root: Buffer.alloc(32, 0xfb).toString('base64') }
  const leaves = [
    writer.write('decided', { ...movement, decision: 'refuse', why: 'gate-failed', rule: 'incident-open' }),
    writer.write('receipted', {
      ...movement,
      prev: 'p',
      decision: 'accepted',
      receipt: digest,
      link: 'fibre',
    }),
    writer.write('expired', { ...movement, prev: 'p' }),
    writer.write('accepted', { ...movement, policy: digest, env: digest, map: 'police-army@3' }),
    writer.write('consulted', {
      by: 'urn:concordat:agency:army-1div:system:portal',
      purpose: 'debrief',
      count: 3,
      c: { actor: 'ab'.repeat(32) },
    }),
    writer.write('erased', { count: 3, rule: 'retention' }),
    writer.write('refused', { room: 'validate', why: 'document-invalid', rule: undefined }),
    writer.write('failed', { room: 'seal' }),
    writer.write('log.open', {
      origin: 'a.example/audit/2026',
      vkey: 'a.example/audit/2026+c74f20a3+ARpc2Q/+=',
    }),
    writer.write('policy.load', { agreement: 'joint', revision: 3, policy: digest }),
    writer.write('agreement', {
      act: 'suspended',
      by: 'army-1div',
      agreement: 'joint',
      xid: 'x',
      env: digest,
    }),
    writer.write('key.load', { use: 'batch', key: digest }),
    writer.write('peer.change', { peer: 'army-1div', change: 'added' }),
    writer.write('handshake.refused', { why: 'certificate-revoked', door: 'outer', count: 2, cert: digest }),
    writer.write('link.switch', { peer: 'army-1div', was: 'fibre', link: 'microwave', rule: 'three-misses' }),
    writer.write('admin', { act: 'agreement.approve' }),
    writer.write('log.close', { origin: 'a.example/audit/2026', to: 'a.example/audit/2027' }),
    writer.write('vault.erased', { count: 3, rule: 'retention' }),
    writer.write('ledger.read', { act: 'search', by: 'portal', count: 2 }),
    writer.write('witness.cosigned', { ...head, peer: 'army-1div' }),
    writer.write('witness.conflict', { ...head, peer: 'army-1div', why: 'fork', env: digest }),
    writer.write('witness.behind', { peer: 'army-1div', change: 'behind', count: 300 }),
    writer.write('anchored', { ...head, by: 'tsa.example', env: digest }),
    writer.write('store.degraded', { why: 'disk-full', count: 1 }),
  ]
  const kinds = new Map<string, string>(Object.entries(EVENT_CODES))
  for (const { text } of leaves) {
    const leaf: Record<string, unknown> = JSON.parse(text)
    tt.notOk(text.includes('"?"'), text)
    tt.same(Object.keys(leaf), Object.keys(leaf).sort())
    tt.equal(leaf['code'], kinds.get(String(leaf['kind'])))
    kinds.delete(String(leaf['kind']))
  }
  tt.same([...kinds.keys()], [], 'every kind was worded')
  tt.equal(new Set(Object.values(EVENT_CODES)).size, Object.keys(EVENT_CODES).length)
})

void t.test('a stranger can neither break a leaf nor put words into it', async tt => {
  const hostile = ['a"b', 'a\\b', 'a b', 'ä', '\u202e', '\n', '', 'x'.repeat(161), '\ud800']
  for (const purpose of hostile) {
    const { text } = writer.write('refused', { room: 'validate', why: 'purpose-unknown', purpose })
    tt.equal(JSON.parse(text).purpose, '?', JSON.stringify(purpose))
  }
  const facts = { room: 'validate', why: 'document-invalid', surname: 'Example', note: 'free text' } as const
  tt.notMatch(writer.write('refused', facts).text, /Example|free/, 'members that no kind has are not written')
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`outcome-${at}`, at]))
  const huge = { ...movement, decision: 'forward', policy: digest, fields: many, env: digest } as const
  tt.equal(JSON.parse(writer.write('decided', huge).text).fields['outcome-7'], 7)
  const beyond = Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`outcome-${at}`, at]))
  tt.throws(() => writer.write('decided', { ...huge, fields: beyond }), /longer than 4096/)
  tt.throws(() => writer.write('erased', { count: Number.NaN, rule: 'retention' }))
})

void t.test('commits to a value under a name with the key of one exchange', async tt => {
  const key = createSecretKey(Buffer.alloc(32, 1))
  const expected = createHmac('sha256', Buffer.alloc(32, 1)).update('actor\0officer 7').digest('hex')
  tt.equal(writer.commit(key, 'actor', 'officer 7'), expected)
  tt.not(writer.commit(key, 'actor', 'officer 8'), expected)
  tt.not(writer.commit(key, 'acto', 'r\0officer 7'), expected)
  tt.not(writer.commit(createSecretKey(Buffer.alloc(32, 2)), 'actor', 'officer 7'), expected)
})

function makeSigner(): NoteSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  return { name: 'a.example/audit/2026', publicKey: raw, sign: bytes => sign(null, bytes, privateKey) }
}

function makeParts(
  store: Pick<LedgerStore, 'head' | 'saveCheckpoint' | 'latestCheckpoint'>,
  signer = makeSigner(),
) {
  const published: string[] = []
  const checkpointer = makeCheckpointer({
    store,
    signer,
    clock,
    publish: note => published.push(note),
    onFault: fault => t.fail(String(fault)),
  })
  return { checkpointer, published, signer }
}

void t.test('covers new leaves by a checkpoint that is stored before it is shown', async tt => {
  const store = makeMemoryStore({ clock })
  const { checkpointer, published, signer } = makeParts(store)
  await checkpointer.tick()
  tt.same(published, [], 'an empty ledger needs none')
  await store.note(['a', 'b'])
  await Promise.all([checkpointer.tick(), checkpointer.tick()])
  await checkpointer.tick()
  tt.equal(published.length, 1)
  const reading = openNote(published[0] ?? '', [signer])
  tt.ok(reading.ok)
  const head = await store.head()
  const checkpoint = reading.ok ? readCheckpoint(reading.text) : undefined
  tt.match(checkpoint, { origin: 'a.example/audit/2026', size: 2 })
  tt.ok(Buffer.from(head.root).equals(checkpoint?.root ?? new Uint8Array()))
  tt.match(await store.latestCheckpoint(), { note: published[0], size: 2, at: clock.now() })
  const again = makeParts(store, signer)
  await again.checkpointer.tick()
  tt.same(again.published, published, 'after a start the stored one is shown again, not a second one made')
  await store.note(['c'])
  await again.checkpointer.tick()
  tt.equal(again.published.length, 2)
})

void t.test('never shows a note that could not be stored, and tries again', async tt => {
  const store = makeMemoryStore({ clock })
  await store.note(['a'])
  let works = false
  const { checkpointer, published } = makeParts({
    head: () => store.head(),
    latestCheckpoint: () => store.latestCheckpoint(),
    saveCheckpoint: async checkpoint => {
      if (!works) throw new Error('no room')
      await store.saveCheckpoint(checkpoint)
    },
  })
  await tt.rejects(checkpointer.tick(), /no room/)
  tt.same(published, [])
  works = true
  await checkpointer.tick()
  tt.equal(published.length, 1)
  await checkpointer[Symbol.asyncDispose]()
})
