import { randomBytes, type X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { exportLedger } from '../../src/cli/audit-export.ts'
import { type AnchoringParts, prepareAnchoring } from '../../src/gateway/anchoring.ts'
import { sha256, systemClock } from '../../src/kit/kit.ts'
import { makeCheckpointer, makeLeafWriter, openNote, signCheckpoint } from '../../src/ledger/ledger.ts'
import { checkTimestamp, makeTimestampQuery, type TimestampExpectations } from '../../src/seal/seal.ts'
import { makeMemoryStore } from '../../src/stores/stores.ts'
import { freshDirectory, makeNoteSigner, ORIGIN, story } from './exported-ledger.ts'
import { makeAuthority, openssl } from './stamp-authority.ts'

void t.test(
  'a token is taken only as it was asked for, from whom it was asked for',
  { skip: openssl },
  async tt => {
    const authority = await makeAuthority(freshDirectory(tt))
    const [digest, nonce] = [sha256('a note'), randomBytes(16)]
    const [notBefore, notAfter] = [Date.now() - 60_000, Date.now() + 60_000]
    const asked = { digest, nonce, authority: authority.ec, notBefore, notAfter }
    const query = makeTimestampQuery(digest, nonce)
    const response = await authority.reply(query)
    const judge = (change: Partial<TimestampExpectations>, bytes = response) => {
      const reading = checkTimestamp(bytes, { ...asked, ...change })
      return reading.ok ? 'good' : reading.why
    }
    tt.equal(judge({}), 'good')
    tt.equal(judge({ nonce: undefined }), 'good', 'a stored one is looked at again')
    tt.equal(judge({ nonce: randomBytes(16) }), 'other-nonce')
    tt.equal(judge({ digest: sha256('another note') }), 'other-imprint')
    tt.equal(judge({ authority: authority.rsa }), 'other-signer')
    tt.equal(judge({ notBefore: notAfter, notAfter: notAfter + 1 }), 'implausible-time')
    tt.equal(judge({ notBefore: 0, notAfter: notBefore }), 'implausible-time')
    const byRsa = await authority.reply(query, 'rsa')
    tt.equal(judge({ authority: authority.rsa }, byRsa), 'good', 'RSA as well as ECDSA')
    tt.equal(judge({}, byRsa), 'other-signer')
    const older = await authority.reply(query, 'ec', 'v1')
    tt.equal(judge({}, older), 'good', 'ESSCertID as well as ESSCertIDv2')
    const sha512 = Buffer.from(query.toString('hex').replace('040201', '040203'), 'hex')
    tt.equal(judge({}, await authority.reply(sha512)), 'not-granted', 'the authority says no')
    const withoutNonce = await authority.reply(stripNonce(query, nonce))
    tt.equal(judge({}, withoutNonce), 'other-nonce', 'a nonce is demanded where one was sent')
    tt.equal(judge({}, Buffer.from('3003020102', 'hex')), 'malformed')
    tt.equal(judge({}, Buffer.from('30053003020102', 'hex')), 'not-granted')
  },
)

/** The same query, without its nonce. */
function stripNonce(query: Buffer, nonce: Buffer): Buffer {
  const integer = (nonce[0] ?? 0) >= 0x80 ? 2 + 17 : 2 + 16
  const content = Buffer.concat([query.subarray(2, query.length - integer - 3), query.subarray(-3)])
  return Buffer.concat([Buffer.of(0x30, content.length), content])
}

void t.test(
  'a certificate that is not for stamping, or is over, counts for nothing',
  { skip: openssl },
  async tt => {
    const authority = await makeAuthority(freshDirectory(tt))
    const [digest, nonce] = [sha256('a note'), randomBytes(16)]
    const response = await authority.reply(makeTimestampQuery(digest, nonce))
    const window = { notBefore: 0, notAfter: Number.MAX_SAFE_INTEGER }
    const dated = (validFrom: string, validTo: string) => lookalike(authority.ec, { validFrom, validTo })
    const judge = (certificate: X509Certificate) =>
      checkTimestamp(response, { digest, nonce, authority: certificate, ...window })
    tt.match(judge(authority.ec), { ok: true })
    tt.match(judge(dated('Jan 1 00:00:00 2020 GMT', 'Jan 1 00:00:00 2021 GMT')), { why: 'authority-unfit' })
    tt.match(judge(dated('Jan 1 00:00:00 2100 GMT', 'Jan 1 00:00:00 2101 GMT')), { why: 'authority-unfit' })
    const keyUsage = ['1.3.6.1.5.5.7.3.8', '1.3.6.1.5.5.7.3.1']
    tt.match(
      judge(lookalike(authority.ec, { keyUsage })),
      { why: 'authority-unfit' },
      'for something else, too',
    )
    tt.same(authority.unfit.keyUsage?.length, 2, 'as this one is, with which openssl does not even begin')
  },
)

/** A certificate that says some things otherwise. */
function lookalike(certificate: X509Certificate, change: Partial<X509Certificate>): X509Certificate {
  return new Proxy(certificate, {
    get: (target, name) =>
      Reflect.get(name in change ? change : target, name, name in change ? change : target),
  })
}

void t.test('no changed byte of a token passes or breaks anything', { skip: openssl }, async tt => {
  const authority = await makeAuthority(freshDirectory(tt))
  const [digest, nonce] = [sha256('a note'), randomBytes(16)]
  const response = await authority.reply(makeTimestampQuery(digest, nonce))
  const window = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 60_000 }
  const asked = { digest, nonce, authority: authority.ec, ...window }
  const first = checkTimestamp(response, asked)
  const passed: number[] = []
  for (let at = 0; at < response.length; at++) {
    const changed = Buffer.from(response)
    changed[at] = (changed[at] ?? 0) ^ 0x01
    if (checkTimestamp(changed, asked).ok) passed.push(at)
    tt.equal(checkTimestamp(response.subarray(0, at), asked).ok, false, `cut at ${at}`)
  }
  const embedded = response.indexOf(authority.ec.raw)
  const isFree = (at: number) => embedded > 0 && at >= embedded && at < embedded + authority.ec.raw.length
  // What says nothing about the stamp: the copy of the certificate, which is not used, and names of versions, signer and algorithm.
  tt.ok(first.ok)
  tt.ok(passed.filter(at => !isFree(at)).length < 100, `${passed.length} bytes say nothing`)
  const content = response.indexOf(digest)
  for (let at = content; at < content + 32; at++) tt.notOk(passed.includes(at), 'not of the imprint')
  for (let at = response.length - 60; at < response.length; at++)
    tt.notOk(passed.includes(at), 'not of the signature')
})

void t.test('the newest checkpoint is stamped, exported, and openssl agrees', { skip: openssl }, async tt => {
  const directory = freshDirectory(tt)
  const authority = await makeAuthority(directory)
  const state = { answers: 'well', asked: 0 }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      state.asked++
      if (state.answers === 'not at all') return void response.writeHead(503).end()
      const query = state.answers === 'another' ? makeTimestampQuery(sha256('x'), randomBytes(16)) : undefined
      tt.equal(request.headers['content-type'], 'application/timestamp-query')
      void authority.reply(query ?? Buffer.concat(chunks)).then(reply => response.end(reply))
    })
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  tt.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const store = makeMemoryStore({ clock: systemClock })
  const signer = makeNoteSigner(ORIGIN)
  const time = { ahead: 0 }
  const clock = { now: () => systemClock.now() + time.ahead }
  const said: string[] = []
  const log = { info: () => {}, warn: (event: string) => said.push(event), error: () => {} } as never
  const parts: AnchoringParts = {
    clock,
    log,
    store: store as AnchoringParts['store'],
    leaves: makeLeafWriter({ clock, agency: 'northshire-police' as never }),
    config: {
      timestamps: {
        url: `http://127.0.0.1:${port}/tsr`,
        certificate: join(directory, 'ec.pem'),
        everyMinutes: 1,
      },
    },
  }
  const anchoring = await prepareAnchoring(parts)
  await anchoring.tick()
  tt.equal(state.asked, 0, 'there is nothing to stamp yet')
  await using checkpointer = makeCheckpointer({ store, signer, clock, publish: () => {}, onFault: () => {} })
  await store.note(story(5))
  await checkpointer.tick()
  for (const answers of ['not at all', 'another']) {
    state.answers = answers
    time.ahead += 60_000
    await anchoring.tick()
    tt.equal(await store.lastAnchor(), undefined, answers)
  }
  tt.same(said, ['timestamp-missing'], 'it is said once, and nothing else happens')
  state.answers = 'well'
  time.ahead += 60_000
  await anchoring.tick()
  const anchor = await store.lastAnchor()
  tt.equal(anchor?.size, 5)
  tt.ok((anchoring.ageSeconds() ?? 9_999) < 300)
  const asked = state.asked
  await anchoring.tick()
  tt.equal(state.asked, asked, 'not again before it is time')
  const [leaf = ''] = await store.leaves(5, 6)
  tt.match(JSON.parse(leaf), { kind: 'anchored', by: `127.0.0.1:${port}`, origin: ORIGIN, size: 5 })
  await checkpointer.tick()
  const exported = join(directory, 'export')
  await exportLedger(store, exported)
  tt.same(readdirSync(join(exported, 'anchors')).sort(), ['5', '5.tsr', 'index'])
  const data = join(exported, 'anchors/5')
  tt.match(openNote(readFileSync(data), [signer]), { ok: true })
  tt.equal(await authority.verify(`${data}.tsr`, data), true, 'code that is not ours')
  tt.equal(await authority.verify(`${data}.tsr`, join(exported, 'checkpoint')), false)
  const later = await prepareAnchoring(parts)
  tt.ok((later.ageSeconds() ?? 9_999) < 300, 'a new start knows the last stamp')

  const closed = await store.size()
  await store.turnLog('{"kind":"log.close"}', async head => ({
    checkpoint: await signCheckpoint(signer, head, clock.now()),
    leaves: ['{"kind":"log.open"}'],
  }))
  state.answers = 'not at all'
  await anchoring.tick()
  tt.equal(state.asked, asked + 1, 'the last checkpoint of a log that was closed does not wait')
  await anchoring.tick()
  tt.equal(state.asked, asked + 1, 'nor is it asked for without end')
  state.answers = 'well'
  await later.tick()
  tt.equal((await store.lastAnchor(1))?.size, closed + 1, 'a new start goes on with it')
  tt.equal(await store.lastAnchor(), undefined)
  tt.match(await store.leaves(1, 2), [`"origin":"${ORIGIN}"`], 'in the new log it is said of the old one')
  const next = { ...signer, name: `${ORIGIN}-next` }
  await store.saveCheckpoint(await signCheckpoint(next, await store.head(), clock.now()))
  time.ahead += 60_000
  await later.tick()
  tt.equal((await store.lastAnchor())?.size, 2, 'then comes the next log')
})

void t.test('without an authority nothing is asked; without its certificate nothing starts', async tt => {
  const parts = { config: { timestamps: undefined } } as AnchoringParts
  tt.equal((await prepareAnchoring(parts)).ageSeconds(), undefined)
  const timestamps = { url: 'http://127.0.0.1:1/', certificate: '/nowhere/tsa.pem', everyMinutes: 1 }
  await tt.rejects(prepareAnchoring({ config: { timestamps } } as AnchoringParts), { name: 'ProblemsError' })
})
