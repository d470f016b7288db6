import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { digestOf, makeSalt, uuidv7 } from '../../src/kit/kit.ts'
import {
  BATCH_LIMITS,
  countThatFit,
  digestMatches,
  type KeyOf,
  type Manifest,
  makeSigner,
  openBatch,
  openReceipts,
  printLine,
  printManifest,
  printReceipt,
  type Receipt,
  readLine,
  sealBatch,
  sealReceipts,
  signJws,
  verifyJws,
  type WaitingExchange,
} from '../../src/seal/seal.ts'
import { type AgencyId, isAgencyId, Refusal } from '../../src/terms/terms.ts'

const at = Date.UTC(2026, 4, 2, 11, 13, 20, 123)
const clock = { now: () => at }
const signer = makeSigner(generateKeyPairSync('ed25519').privateKey)
const stranger = makeSigner(generateKeyPairSync('ed25519').privateKey)
const keyOf: KeyOf = kid => (kid === signer.kid ? signer.publicKey : undefined)

function agency(text: string): AgencyId {
  if (!isAgencyId(text)) throw new TypeError(text)
  return text
}
const from = agency('northshire-police')
const to = agency('army-1div')

function exchange(seq: number, document = '{"operation":"Østerlund ☂","n":1}'): WaitingExchange {
  const line = printLine(makeSalt(), document)
  const manifest = printManifest({
    id: uuidv7(clock),
    lane: 'operation NP-555',
    agreement: digestOf('agreement'),
    purpose: 'live-coordination',
    resource: 'police.operation',
    version: '1.0.0',
    label: { policy: 'GSC', classification: 'OFFICIAL', sensitive: true },
    precedence: 1,
    bytes: Buffer.byteLength(line),
    sha256: digestOf(line),
    expiresAt: at + 60_000,
    inReplyTo: seq > 1 ? uuidv7(clock) : undefined,
  })
  return { manifest, seq, prev: seq - 1, line }
}

/** Whether the work ends in that refusal and in no other way. */
function refusalOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

void t.test('a batch arrives as it was sealed', t => {
  const exchanges = [exchange(1), exchange(2), exchange(3)]
  const sealed = sealBatch({ signer, clock }, { from, to, exchanges })
  const opened = openBatch(sealed.bytes, { keyOf })
  t.same(opened.head, { batch: sealed.batch, from, to, issuedAt: at })
  t.equal(opened.manifests.length, 3)
  for (const [index, manifest] of opened.manifests.entries()) {
    const sent = exchanges[index]
    const line = opened.lines[index]
    if (!sent || !line) return t.fail('a line is missing')
    t.equal(Buffer.from(line).toString(), sent.line, 'byte for byte')
    t.ok(digestMatches(line, manifest))
    t.same([manifest.seq, manifest.prev], [sent.seq, sent.prev])
    t.same(readLine(line).document, { operation: 'Østerlund ☂', n: 1 })
    const { seq: _seq, prev: _prev, ...stored } = manifest
    t.equal(printManifest(stored), sent.manifest, 'the typed manifest says all that was signed')
  }
  const [first, second] = opened.manifests
  t.equal(first?.inReplyTo, undefined)
  t.ok(second?.inReplyTo)
  t.equal(first?.expiresAt, at + 60_000)
  t.end()
})

void t.test('a changed document is another document, a changed manifest breaks the signature', t => {
  const sealed = sealBatch({ signer, clock }, { from, to, exchanges: [exchange(1)] })
  const { lines, manifests } = openBatch(sealed.bytes, { keyOf })
  const [line = new Uint8Array()] = lines
  const [manifest] = manifests
  if (!manifest) return t.fail('no manifest')
  const changed = Buffer.from(line)
  changed[changed.length - 3] = 0x32
  t.notOk(digestMatches(changed, manifest))
  t.notOk(digestMatches(line.subarray(1), manifest))
  t.notOk(digestMatches(line, { ...manifest, bytes: manifest.bytes + 1 }))
  const strange = sealBatch({ signer: stranger, clock }, { from, to, exchanges: [exchange(1)] })
  t.equal(
    refusalOf(() => openBatch(strange.bytes, { keyOf })),
    'batch-signature-invalid',
  )
  const forged = Buffer.from(sealed.bytes.toString().replace(/\.([^.]+)\./, `.${payloadOf({})}.`))
  t.equal(
    refusalOf(() => openBatch(forged, { keyOf })),
    'batch-signature-invalid',
  )
  t.end()
})

function payloadOf(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** A batch whose signed payload is changed before it is signed: what a hostile peer with a good key can send. */
function hostile(
  change: (payload: Record<string, unknown>, manifest: Record<string, unknown>) => void,
): Buffer {
  const sealed = sealBatch({ signer, clock }, { from, to, exchanges: [exchange(1)] })
  const [head = '', ...rest] = sealed.bytes.toString().split('\n')
  const payload = JSON.parse(Buffer.from(head.split('.')[1] ?? '', 'base64url').toString())
  change(payload, payload.exchanges[0])
  return Buffer.from([signJws(signer, 'concordat-batch+jws', JSON.stringify(payload)), ...rest].join('\n'))
}

void t.test('a batch of another form is refused, even when its signature is good', t => {
  const changes: Record<string, Parameters<typeof hostile>[0]> = {
    'unknown member of the payload': payload => Object.assign(payload, { more: 1 }),
    'unknown member of a manifest': (_, manifest) => Object.assign(manifest, { more: 1 }),
    'member missing': (_, manifest) => Reflect.deleteProperty(manifest, 'purpose'),
    'no exchanges': payload => Object.assign(payload, { exchanges: [] }),
    'exchanges are no list': payload => Object.assign(payload, { exchanges: {} }),
    'manifest is null': payload => Object.assign(payload, { exchanges: [null] }),
    'more manifests than lines': (payload, manifest) =>
      Object.assign(payload, { exchanges: [manifest, { ...manifest, id: uuidv7(clock) }] }),
    'id is no UUIDv7': (_, m) => Object.assign(m, { id: '4f7c2b1e-0000-4000-8000-000000000000' }),
    'seq is 0': (_, m) => Object.assign(m, { seq: 0 }),
    'seq is a text': (_, m) => Object.assign(m, { seq: '1' }),
    'prev is not before seq': (_, m) => Object.assign(m, { prev: 1 }),
    'precedence is 4': (_, m) => Object.assign(m, { precedence: 4 }),
    'precedence is 1.5': (_, m) => Object.assign(m, { precedence: 1.5 }),
    'digest in capitals': (_, m) => Object.assign(m, { sha256: `sha256:${'A'.repeat(64)}` }),
    'time without milliseconds': (_, m) => Object.assign(m, { expiresAt: '2026-05-02T11:13:20Z' }),
    'time that is no day': (_, m) => Object.assign(m, { expiresAt: '2026-02-30T11:13:20.000Z' }),
    'lane with a line break': (_, m) => Object.assign(m, { lane: 'a\nb' }),
    'lane too long': (_, m) => Object.assign(m, { lane: 'x'.repeat(129) }),
    'label with more': (_, m) => Object.assign(m, { label: { policy: 'a', classification: 'b', c: 1 } }),
    'label sensitive is a text': (_, m) =>
      Object.assign(m, { label: { policy: 'a', classification: 'b', sensitive: 'no' } }),
    'inReplyTo is null': (_, m) => Object.assign(m, { inReplyTo: null }),
    'agency of another form': payload => Object.assign(payload, { from: 'Northshire Police' }),
    'issuedAt is a number': payload => Object.assign(payload, { issuedAt: at }),
  }
  for (const [name, change] of Object.entries(changes))
    t.equal(
      refusalOf(() => openBatch(hostile(change), { keyOf })),
      'batch-malformed',
      name,
    )
  t.equal(
    refusalOf(() =>
      openBatch(
        hostile(() => {}),
        { keyOf },
      ),
    ),
    undefined,
    'unchanged it is good',
  )
  t.end()
})

void t.test('each exchange stands once, lines and limits are counted', t => {
  const one = exchange(1)
  const twice = sealBatch({ signer, clock }, { from, to, exchanges: [one, one] })
  const open = (bytes: Uint8Array) => refusalOf(() => openBatch(bytes, { keyOf }))
  t.equal(open(twice.bytes), 'batch-malformed')
  const { bytes } = sealBatch({ signer, clock }, { from, to, exchanges: [one] })
  t.equal(open(bytes.subarray(0, -1)), 'batch-malformed', 'the last newline is missing')
  t.equal(open(Buffer.concat([bytes, Buffer.from('{}\n')])), 'batch-malformed', 'a line too many')
  t.equal(open(Buffer.from('\n'.repeat(600))), 'batch-malformed')
  t.equal(open(Buffer.alloc(0)), 'batch-malformed')
  t.equal(open(Buffer.alloc(BATCH_LIMITS.bytes + 1, 0x0a)), 'batch-malformed')
  t.throws(() => sealBatch({ signer, clock }, { from, to, exchanges: [] }), RangeError)
  t.end()
})

void t.test('what fits is counted beforehand and seals without a fault', t => {
  const small = Array.from({ length: 600 }, (_, index) => exchange(index + 1))
  t.equal(countThatFit(small), BATCH_LIMITS.exchanges)
  t.equal(countThatFit([]), 0)
  const full = sealBatch({ signer, clock }, { from, to, exchanges: small.slice(0, countThatFit(small)) })
  t.equal(openBatch(full.bytes, { keyOf }).lines.length, BATCH_LIMITS.exchanges)
  const large = Array.from({ length: 60 }, (_, index) => exchange(index + 1, `"${'x'.repeat(250_000)}"`))
  const count = countThatFit(large)
  t.ok(count > 20 && count < 40, `${count} documents of 250 kB`)
  t.ok(sealBatch({ signer, clock }, { from, to, exchanges: large.slice(0, count) }).bytes.length)
  t.end()
})

void t.test('a document line is strict JSON of salt and document', t => {
  const codeOf = (text: string | Buffer) => refusalOf(() => readLine(Buffer.from(text)))
  const salt = makeSalt()
  t.equal(codeOf(printLine(salt, '{}')), undefined)
  t.equal(codeOf(`{"salt":"${salt}"}`), 'batch-malformed')
  t.equal(codeOf(`{"salt":"${salt}","document":{},"more":1}`), 'batch-malformed')
  t.equal(codeOf('{"salt":"short","document":{}}'), 'batch-malformed')
  t.equal(codeOf(printLine(salt, '{"a":1,"a":2}')), 'json-duplicate-key')
  t.equal(codeOf(printLine(salt, `${'['.repeat(40)}${']'.repeat(40)}`)), 'json-too-deep')
  t.equal(codeOf(printLine(salt, '{"__proto__":1}')), 'json-malformed')
  t.equal(codeOf(Buffer.from([0xff])), 'json-malformed')
  t.equal(codeOf('null'), 'batch-malformed')
  t.end()
})

void t.test('receipts arrive as they were signed and only in their own type', t => {
  const base = { sha256: digestOf('line'), at }
  const receipts: Receipt[] = [
    { ...base, id: uuidv7(clock), outcome: 'accepted', leaf: uuidv7(clock) },
    { ...base, id: uuidv7(clock), outcome: 'refused', code: 'beyond-agreement', leaf: uuidv7(clock) },
    { ...base, id: uuidv7(clock), outcome: 'retry', code: 'sequence-gap' },
  ]
  const batch = uuidv7(clock)
  const texts = receipts.map(printReceipt)
  const compact = sealReceipts({ signer, clock }, { batch, from: to, to: from, receipts: texts })
  const opened = openReceipts(Buffer.from(compact), { keyOf })
  t.same(opened, { batch, from: to, to: from, at, receipts })
  t.same(opened.receipts.map(printReceipt), texts, 'printed again they are the same texts')

  const codeOf = (text: string) => refusalOf(() => openReceipts(Buffer.from(text), { keyOf }))
  const seal = (...fragments: string[]) =>
    sealReceipts({ signer, clock }, { batch, from: to, to: from, receipts: fragments })
  const [accepted = '', refused = '', retry = ''] = texts
  t.equal(codeOf(seal(accepted.replace('"accepted"', '"forwarded"'))), 'batch-malformed')
  t.equal(codeOf(seal(accepted.replace(/,"leaf":"[^"]+"/, ''))), 'batch-malformed')
  t.equal(codeOf(seal(accepted.replace('{', '{"code":"fault",'))), 'batch-malformed')
  t.equal(codeOf(seal(refused.replace(/"code":"[^"]+",/, ''))), 'batch-malformed')
  t.equal(codeOf(seal(retry.replace('{', '{"leaf":null,'))), 'batch-malformed')
  t.equal(codeOf(seal(accepted, accepted)), 'batch-malformed')
  t.equal(codeOf(seal()), 'batch-malformed')
  t.equal(codeOf(signJws(signer, 'concordat-batch+jws', '{}')), 'batch-malformed')
  t.equal(codeOf(seal(accepted).replace('.', '..')), 'batch-malformed')
  t.end()
})

void t.test('a JWS verifies under its own type, key and algorithm alone', t => {
  const compact = signJws(signer, 'concordat-query+jws', '{"a":1}')
  const [head = '', payload = '', signature = ''] = compact.split('.')
  const header = { alg: 'EdDSA', typ: 'concordat-query+jws', kid: signer.kid }
  const outcome = (text: string, keys: KeyOf = keyOf) => {
    const reading = verifyJws(text, 'concordat-query+jws', keys)
    return reading.ok ? reading.payload.toString() : reading.fault
  }
  /** A header of any kind, signed with the right key. */
  const withHeader = (value: unknown, text = JSON.stringify(value)) => {
    const input = `${Buffer.from(text).toString('base64url')}.${payload}`
    return `${input}.${signer.sign(Buffer.from(input)).toString('base64url')}`
  }
  t.equal(outcome(compact), '{"a":1}')
  t.equal(outcome(withHeader(header)), '{"a":1}')
  t.equal(verifyJws(compact, 'concordat-batch+jws', keyOf).ok, false, 'another type')
  for (const alg of ['none', 'HS256', 'ES256', 'PS256', 'Ed25519', 'eddsa', undefined])
    t.equal(outcome(withHeader({ ...header, alg })), 'malformed', `alg ${alg}`)
  for (const more of [
    { crit: ['b64'], b64: false },
    { crit: [] },
    { jwk: {} },
    { jku: 'https://a' },
    { x: 1 },
  ])
    t.equal(outcome(withHeader({ ...header, ...more })), 'malformed', JSON.stringify(more))
  t.equal(outcome(withHeader({ ...header, kid: undefined })), 'malformed')
  t.equal(outcome(withHeader({ ...header, kid: stranger.kid })), 'signature')
  t.equal(
    outcome(withHeader(null, `{"alg":"EdDSA","alg":"EdDSA","typ":"${header.typ}","kid":"a"}`)),
    'malformed',
  )
  t.equal(outcome(withHeader(null)), 'malformed')
  const rsa = createPublicKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
  t.equal(
    outcome(compact, () => rsa),
    'signature',
    'a key of another kind verifies nothing',
  )

  t.equal(outcome(`${head}.${payload}`), 'malformed')
  t.equal(outcome(`${compact}.`), 'malformed')
  t.equal(outcome(`${head}.${payload}=.${signature}`), 'malformed', 'padding')
  t.equal(outcome(`${head}.${payload} .${signature}`), 'malformed', 'white space')
  t.equal(outcome(`${head}.${payload}.${signature.slice(0, -2)}`), 'malformed', 'short signature')
  t.equal(outcome(compact.replaceAll('_', '/').replaceAll('-', '+').concat('+')), 'malformed')
  const last = signature.at(-1) ?? 'A'
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const sibling = alphabet[alphabet.indexOf(last) ^ 1] ?? 'A'
  t.equal(outcome(`${head}.${payload}.${signature.slice(0, -1)}${sibling}`), 'malformed', 'stray bits')
  t.equal(outcome('a'.repeat(1_048_577)), 'malformed')
  t.throws(() => signJws(signer, 'concordat-query+jws', 'x'.repeat(1_000_000)), RangeError)
  t.throws(() => makeSigner(rsa), TypeError)
  t.end()
})

void t.test('no bytes make the readers do anything but refuse', t => {
  const sealed = sealBatch({ signer, clock }, { from, to, exchanges: [exchange(1), exchange(2)] }).bytes
  const receipt = printReceipt({
    id: uuidv7(clock),
    sha256: digestOf(''),
    at,
    outcome: 'retry',
    code: 'fault',
  })
  const answer = { batch: uuidv7(clock), from, to, receipts: [receipt] }
  const receipts = Buffer.from(sealReceipts({ signer, clock }, answer))
  const mutated = (sound: Buffer) =>
    fc
      .array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
      .map(changes =>
        changes.reduce((bytes, [index, octet]) => bytes.fill(octet, index, index + 1), Buffer.from(sound)),
      )
  const anyBytes = (sound: Buffer) => fc.oneof(mutated(sound), fc.uint8Array({ maxLength: 300 }))
  fc.assert(
    fc.property(anyBytes(sealed), bytes => {
      refusalOf(() => openBatch(bytes, { keyOf }).lines.map(readLine))
    }),
    { numRuns: 3000 },
  )
  fc.assert(
    fc.property(anyBytes(receipts), bytes => {
      refusalOf(() => openReceipts(bytes, { keyOf }))
    }),
    { numRuns: 3000 },
  )
  // Signed by a peer that turned hostile: any JSON under a good signature.
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (payload, manifest) => {
      const texts = [payload, { batch: uuidv7(clock), from, to, issuedAt: payload, exchanges: [manifest] }]
      for (const value of texts) {
        const jws = signJws(signer, 'concordat-batch+jws', JSON.stringify(value))
        t.equal(
          refusalOf(() => openBatch(Buffer.from(`${jws}\n{}\n`), { keyOf })),
          'batch-malformed',
        )
      }
    }),
    { numRuns: 300 },
  )
  t.end()
})

void t.test('a manifest keeps only what its type says', t => {
  const manifest: Manifest | undefined = openBatch(
    sealBatch({ signer, clock }, { from, to, exchanges: [exchange(1)] }).bytes,
    { keyOf },
  ).manifests[0]
  t.same(manifest?.label, { policy: 'GSC', classification: 'OFFICIAL', sensitive: true })
  const key: KeyObject = signer.publicKey
  t.equal(key.type, 'public', 'a signer shows its public key and nothing else')
  t.same(Object.keys(signer).sort(), ['kid', 'publicKey', 'sign'])
  t.end()
})
