import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import tls from 'node:tls'
import fc from 'fast-check'
import t from 'tap'
import { systemClock } from '../../src/kit/kit.ts'
import { children, DerFault, readDer, readOid, readTime } from '../../src/seal/der.ts'
import {
  checkCrl,
  checkProfile,
  factsOf,
  makeRevocations,
  readCrl,
  serialOf,
  serverIdentityCheck,
  type TlsProfile,
  thumbprint,
  tlsOptions,
} from '../../src/seal/seal.ts'
import { ForeignPki, fitExtensions, type KeyKind, opensslIsMissing, type Pair } from './foreign-pki.ts'

const URI = 'urn:concordat:agency:army-1div'
/** An hour on, since every certificate here is made after this line. */
const now = Date.now() + 3_600_000

if (opensslIsMissing()) {
  t.plan(0, 'the openssl command is missing, and with it a foreign PKI')
} else {
  certificates()
}

function certificates(): void {
  const pki = new ForeignPki('P-384')
  const rsaPki = new ForeignPki('RSA-3072')
  const edPki = new ForeignPki('Ed25519')
  t.teardown(() => {
    for (const made of [pki, rsaPki, edPki]) made[Symbol.dispose]()
  })

  void t.test('certificates of an agency’s own PKI are fit, whatever their kind of key', t => {
    const kinds: KeyKind[] = [
      'RSA-3072',
      'RSA-2048',
      'RSA-PSS',
      'P-256',
      'P-384',
      'P-521',
      'Ed25519',
      'Ed448',
    ]
    for (const kind of kinds) {
      const { certificate } = pki.issue(kind, fitExtensions(URI))
      const findings = checkProfile(new X509Certificate(certificate), { usage: 'both', uri: URI, now })
      const expected = kind === 'RSA-2048' ? ['key-small advice'] : []
      t.same(
        findings.map(({ code, weight }) => `${code} ${weight}`),
        expected,
        kind,
      )
    }
    t.end()
  })

  void t.test('unfit certificates are told why', t => {
    const fit = fitExtensions(URI)
    const without = (name: string) => fit.filter(line => !line.startsWith(name))
    const withSan = (san: string) => [...without('subjectAltName'), `subjectAltName=${san}`]
    const check = (pair: Pair, at = now) =>
      checkProfile(new X509Certificate(pair.certificate), { usage: 'both', uri: URI, now: at })
        .filter(finding => finding.weight === 'unfit')
        .map(finding => finding.code)
    const ec = (extensions: readonly string[], more: readonly string[] = []) =>
      pki.issue('P-256', extensions, more)

    t.same(check(ec(without('subjectAltName'))), ['uri-missing'])
    t.same(check(ec(withSan('DNS:localhost'))), ['uri-missing'])
    t.same(check(ec(withSan(`URI:${URI},URI:urn:concordat:agency:other`))), ['uri-several'])
    t.same(check(ec(withSan('URI:urn:concordat:agency:other'))), ['uri-unexpected'])
    t.same(check(ec(withSan('URI:no colon'))), ['uri-form'])
    t.same(
      check(ec(withSan(`DNS:URI\\:${URI}`))),
      ['uri-missing'],
      'a name that looks like a URI in text is none',
    )
    t.same(check(ec(['basicConstraints=critical,CA:TRUE', ...without('basicConstraints')])), ['authority'])
    t.same(check(ec(['keyUsage=digitalSignature,keyCertSign', ...without('keyUsage')])), ['key-usage'])
    t.same(check(ec(['keyUsage=keyAgreement', ...without('keyUsage')])), ['key-usage'])
    t.same(check(ec(without('keyUsage'))), ['key-usage'])
    t.same(check(ec(without('extendedKeyUsage'))), ['extended-key-usage'])
    t.same(check(ec(['extendedKeyUsage=clientAuth', ...without('extendedKeyUsage')])), ['extended-key-usage'])
    t.same(check(ec(['extendedKeyUsage=anyExtendedKeyUsage', ...without('extendedKeyUsage')])), [
      'extended-key-usage',
    ])
    t.same(check(pki.issue('RSA-1024', fit)), ['key-small'])
    t.same(check(pki.issue('secp256k1', fit)), ['key-type'])
    t.same(check(ec(fit, ['-sha1'])), ['signature-weak'])
    t.same(check(rsaPki.issue('P-256', fit, ['-sha1', '-sigopt', 'rsa_padding_mode:pss'])), [
      'signature-weak',
    ])
    t.same(check(rsaPki.issue('P-256', fit, ['-sha384', '-sigopt', 'rsa_padding_mode:pss'])), [])
    t.same(check(ec(fit, ['-set_serial', `0x7f${'00'.repeat(20)}`])), ['serial-form'])
    t.same(check(ec(fit, ['-set_serial', '0'])), ['serial-form'])
    t.same(check(ec(fit, ['-set_serial', '-5'])), ['serial-form'])
    t.same(check(ec([])), ['version', 'uri-missing', 'key-usage', 'extended-key-usage'])
    t.same(check(ec(fit), now + 21 * 86_400_000), ['expired'])
    t.same(check(ec(fit), now - 86_400_000), ['not-yet-valid'])
    t.end()
  })

  void t.test('facts name the holder, the certificate and the pinned authority that signed it', t => {
    const pair = pki.issue('P-256', fitExtensions(URI))
    const certificate = new X509Certificate(pair.certificate)
    const authorities = [rsaPki.ca, pki.ca].map(pem => new X509Certificate(pem))
    const expected = { usage: 'client', uri: undefined, now } as const
    const facts = factsOf(certificate, authorities, expected)
    t.same(facts.uris, [URI])
    t.same(facts.findings, [])
    t.equal(facts.thumbprint.length, 43)
    t.equal(facts.serial, serialOf(pair.certificate))
    t.equal(facts.issuerFingerprint, thumbprint(new X509Certificate(pki.ca)))
    t.equal(factsOf(certificate, authorities.slice(0, 1), expected).issuerFingerprint, undefined)
    t.end()
  })

  for (const [name, authority] of [
    ['P-384', pki],
    ['RSA-3072', rsaPki],
    ['Ed25519', edPki],
  ] as const) {
    void t.test(`revocation lists of a foreign ${name} authority`, t => {
      const good = authority.issue('P-256', fitExtensions(URI))
      const bad = authority.issue('P-256', fitExtensions(URI))
      const ca = new X509Certificate(authority.ca)
      const first = Buffer.from(authority.crl())
      const second = Buffer.from(authority.crl([bad]))
      const list = readCrl(second)
      if (!list) return t.fail('the list cannot be read')
      const at = Date.now()
      t.same([...list.revoked], [serialOf(bad.certificate)])
      t.same(checkCrl(list, ca, { previous: undefined, now: at }), [])
      t.same(checkCrl(list, ca, { previous: undefined, now: list.nextUpdate + 1 }), ['crl-stale'])
      t.same(checkCrl(list, ca, { previous: undefined, now: list.thisUpdate - 1 }), ['crl-not-yet-valid'])
      const stranger = new X509Certificate(authority === pki ? rsaPki.ca : pki.ca)
      t.same(checkCrl(list, stranger, { previous: undefined, now: at }), ['crl-issuer', 'crl-signature'])

      const revocations = makeRevocations({ clock: systemClock })
      const issuer = thumbprint(ca)
      t.equal(revocations.standingOf(issuer, serialOf(good.certificate)), 'unknown')
      t.match(revocations.install(ca, first), { kind: 'installed', newlyRevoked: [] })
      t.equal(revocations.standingOf(issuer, serialOf(bad.certificate)), 'good')
      t.match(revocations.install(ca, second), {
        kind: 'installed',
        newlyRevoked: [serialOf(bad.certificate)],
      })
      t.match(revocations.install(ca, second), { kind: 'installed', newlyRevoked: [] })
      t.match(revocations.install(ca, first), { kind: 'rejected', findings: ['crl-number-lower'] })
      t.match(revocations.install(ca, Buffer.from('no list')), { kind: 'rejected', findings: ['crl-form'] })
      t.equal(revocations.standingOf(issuer, serialOf(bad.certificate)), 'revoked')
      t.equal(revocations.standingOf(issuer, serialOf(good.certificate)), 'good')
      t.equal(revocations.nextUpdate(issuer), list.nextUpdate)
      t.end()
    })
  }

  void t.test('a list that goes stale makes every standing unknown', t => {
    const ca = new X509Certificate(pki.ca)
    let time = Date.now()
    const revocations = makeRevocations({ clock: { now: () => time } })
    revocations.install(ca, Buffer.from(pki.crl()))
    t.equal(revocations.standingOf(thumbprint(ca), '01'), 'good')
    time += 11 * 86_400_000
    t.equal(revocations.standingOf(thumbprint(ca), '01'), 'unknown')
    t.end()
  })

  void t.test('delta lists are not read, a changed octet breaks the signature', t => {
    t.equal(readCrl(Buffer.from(pki.crl([], ['-crlexts', 'delta']))), undefined)
    const pem = pki.crl()
    const der = Buffer.from(pem.replaceAll(/-----[^-]+-----/g, ''), 'base64')
    const ca = new X509Certificate(pki.ca)
    const sound = readCrl(der)
    t.ok(sound && checkCrl(sound, ca, { previous: undefined, now: Date.now() }).length === 0)
    let believed = 0
    for (let at = 0; at < der.length; at++) {
      const changed = Buffer.from(der)
      changed[at] = (changed[at] ?? 0) ^ 0x01
      const list = readCrl(changed)
      if (list && checkCrl(list, ca, { previous: undefined, now: Date.now() }).length === 0) believed++
    }
    t.equal(believed, 0, `${der.length} changed lists, none believed`)
    t.end()
  })

  const server = pki.issue('P-256', fitExtensions(URI))
  const crl = pki.crl()
  const shake = (client: Pair, more: { crl?: string; uri?: string; profile?: TlsProfile } = {}) =>
    handshake({
      server: { ca: [pki.ca], crl: [more.crl ?? crl], cert: server.certificate, key: server.key },
      client: { ca: [pki.ca], crl: [crl], cert: client.certificate, key: client.key },
      uri: more.uri ?? URI,
      profile: more.profile ?? 'standard',
    })

  void t.test(
    'foreign certificates complete a mutual TLS 1.3 handshake with a hybrid key exchange',
    async t => {
      for (const kind of ['RSA-3072', 'RSA-PSS', 'P-256', 'P-384', 'P-521', 'Ed25519', 'Ed448'] as const) {
        const pair = pki.issue(kind, fitExtensions(URI))
        const met = await handshake({
          server: { ca: [pki.ca], crl: [crl], cert: pair.certificate, key: pair.key },
          client: { ca: [pki.ca], crl: [crl], cert: pair.certificate, key: pair.key },
          uri: URI,
          profile: 'standard',
        })
        t.match(met, { kind: 'met', protocol: 'TLSv1.3', clientUris: [URI] }, kind)
        t.match(met, { group: /MLKEM768/i }, kind)
      }
      for (const foreign of [rsaPki, edPki]) {
        const pair = foreign.issue('P-256', fitExtensions(URI))
        const side = { ca: [foreign.ca], crl: [foreign.crl()], cert: pair.certificate, key: pair.key }
        t.match(await handshake({ server: side, client: side, uri: URI, profile: 'standard' }), {
          kind: 'met',
        })
      }
    },
  )

  void t.test('the cnsa2 profile meets with ML-KEM-1024 and refuses an Ed25519 certificate', async t => {
    const strong = pki.issue('P-384', fitExtensions(URI))
    const side = { ca: [pki.ca], crl: [crl], cert: strong.certificate, key: strong.key }
    const met = await handshake({ server: side, client: side, uri: URI, profile: 'cnsa2' })
    t.match(met, { kind: 'met', group: /MLKEM1024/i, cipher: 'TLS_AES_256_GCM_SHA384' })
    const ed = pki.issue('Ed25519', fitExtensions(URI))
    const weak = { ...side, cert: ed.certificate, key: ed.key }
    t.match(await handshake({ server: side, client: weak, uri: URI, profile: 'cnsa2' }), { kind: 'refused' })
  })

  void t.test('a peer without the hybrid group meets only the transition profile', async t => {
    const pair = pki.issue('P-256', fitExtensions(URI))
    const side = { ca: [pki.ca], crl: [crl], cert: pair.certificate, key: pair.key }
    const old = { ecdhCurve: 'X25519' }
    const meet = (profile: TlsProfile) => handshake({ server: side, client: side, uri: URI, profile, old })
    t.match(await meet('standard'), { kind: 'refused' })
    t.match(await meet('transition'), { kind: 'met', group: /^X25519$/ })
  })

  void t.test('who is revoked, unlisted, foreign or someone else does not get in', async t => {
    const good = pki.issue('P-256', fitExtensions(URI))
    t.match(await shake(good), { kind: 'met' })
    t.match(await shake(good, { uri: 'urn:concordat:agency:other' }), {
      kind: 'refused',
      client: /uri-unexpected/,
    })
    const revoked = pki.issue('P-256', fitExtensions(URI))
    t.match(await shake(revoked, { crl: pki.crl([revoked]) }), { kind: 'refused', server: 'CERT_REVOKED' })
    t.match(await shake(good, { crl: rsaPki.crl() }), { kind: 'refused', server: 'UNABLE_TO_GET_CRL' })
    const foreign = rsaPki.issue('P-256', fitExtensions(URI))
    t.match(await shake(foreign), { kind: 'refused', server: /UNABLE_TO|SELF_SIGNED/ })
  })

  void t.test('a client of TLS 1.2 does not get in, and no session is taken up again', async t => {
    const side = {
      ca: [pki.ca],
      crl: [crl],
      cert: server.certificate,
      key: server.key,
      profile: 'standard',
    } as const
    const options = tlsOptions(side)
    t.equal(options.minVersion, 'TLSv1.3')
    const listening = tls.createServer(options, socket => socket.on('error', () => {}).write('.'))
    listening.on('tlsClientError', () => {}).listen(0, '127.0.0.1')
    await once(listening, 'listening')
    const { port } = listening.address() as AddressInfo
    const check = { checkServerIdentity: () => undefined, port }
    const old = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: 'DEFAULT' } as const
    const refused = tls.connect({ ...options, ...check, ...old })
    await t.rejects(once(refused, 'secureConnect'))

    let session: Buffer | undefined
    const first = tls.connect({ ...options, ...check }).on('session', offered => {
      session = offered
    })
    await once(first, 'data')
    const again = tls.connect({ ...options, ...check, ...(session && { session }) })
    await once(again, 'data')
    t.equal(again.isSessionReused(), false)
    first.destroy()
    again.destroy()
    listening.close()
  })

  void t.test('no bytes make the readers do anything but say no', t => {
    const { certificate } = pki.issue('P-256', fitExtensions(URI))
    const der = new X509Certificate(certificate).raw
    const list = Buffer.from(pki.crl().replaceAll(/-----[^-]+-----/g, ''), 'base64')
    const mutated = (sound: Buffer) =>
      fc
        .array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
        .map(changes => {
          const bytes = Buffer.from(sound)
          for (const [at, octet] of changes) bytes[at] = octet
          return bytes
        })
    fc.assert(
      fc.property(fc.oneof(mutated(list), fc.uint8Array({ maxLength: 200 })), bytes => {
        readCrl(bytes)
      }),
      { numRuns: 2000 },
    )
    fc.assert(
      fc.property(mutated(der), bytes => {
        const certificate = parsed(bytes)
        if (certificate) factsOf(certificate, [], { usage: 'both', uri: URI, now })
      }),
      { numRuns: 2000 },
    )
    t.end()
  })

  void t.test('DER has one reading', t => {
    const refused = ['', '30', '3080', '308100', '30820001ff', '1f8101', '3003020101ff', '30850000000001']
    for (const hex of refused) t.throws(() => children(readDer(Buffer.from(hex, 'hex'))), DerFault, hex)
    t.equal(readOid(readDer(Buffer.from('0609608648016503040201', 'hex'))), '2.16.840.1.101.3.4.2.1')
    for (const hex of ['0600', '060188']) t.throws(() => readOid(readDer(Buffer.from(hex, 'hex'))), DerFault)
    const time = (tag: number, text: string) =>
      readTime(readDer(Buffer.concat([Buffer.from([tag, text.length]), Buffer.from(text)])))
    t.equal(time(0x17, '491231235959Z'), Date.UTC(2049, 11, 31, 23, 59, 59))
    t.equal(time(0x17, '500101000000Z'), Date.UTC(1950, 0, 1))
    t.equal(time(0x18, '20500101000000Z'), Date.UTC(2050, 0, 1))
    for (const text of ['20501301000000Z', '2050010100Z', '20500101000000+0000'])
      t.throws(() => time(0x18, text), DerFault)
    t.end()
  })
}

function parsed(bytes: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(bytes)
  } catch {
    return undefined
  }
}

type Side = Omit<Parameters<typeof tlsOptions>[0], 'profile'>

type Meeting =
  | { kind: 'met'; protocol: string | null; cipher: string; group: string; clientUris: readonly string[] }
  | { kind: 'refused'; server: string; client: string }

/** One handshake and one byte each way over a real socket: in TLS 1.3 a client learns of a refusal only after it. */
async function handshake(parties: {
  server: Side
  client: Side
  uri: string
  profile: TlsProfile
  old?: { ecdhCurve: string }
}): Promise<Meeting> {
  const { server: serverSide, client: clientSide, uri, profile, old = {} } = parties
  const server = tls.createServer({ ...tlsOptions({ ...serverSide, profile }) })
  let refusal = ''
  let uris: readonly string[] = []
  server.on('tlsClientError', (error, socket) => {
    refusal = `${socket.authorizationError ?? error.message}`
  })
  server.on('secureConnection', socket => {
    const peer = socket.getPeerX509Certificate()
    if (peer) uris = factsOf(peer, [], { usage: 'both', uri, now }).uris
    socket.on('error', () => socket.destroy())
    socket.end('.')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const check = { checkServerIdentity: serverIdentityCheck(uri, systemClock), servername: 'gateway' }
  const socket = tls.connect({ port, ...tlsOptions({ ...clientSide, profile }), ...check, ...old })
  const closed = new AbortController()
  socket.once('close', () => closed.abort(new Error('closed')))
  const { signal } = closed
  try {
    await once(socket, 'secureConnect', { signal })
    const { name: group = '' } = socket.getEphemeralKeyInfo() as { name?: string }
    const met = { protocol: socket.getProtocol(), cipher: socket.getCipher().name, group }
    await once(socket, 'data', { signal })
    return { kind: 'met', ...met, clientUris: uris }
  } catch (error) {
    // The server may not have told its side yet.
    if (refusal === '') await new Promise(resolve => setTimeout(resolve, 50))
    return { kind: 'refused', server: refusal, client: error instanceof Error ? error.message : 'no error' }
  } finally {
    socket.destroy()
    server.close()
  }
}
