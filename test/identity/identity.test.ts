import {
  constants,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { makeTokenVerifier } from '../../src/http/token-verifier.ts'
import {
  bearerToken,
  type Caller,
  makeRegister,
  makeTokenKeeper,
  requirePurpose,
  type System,
  type TokenAlgorithm,
  type TokenKey,
} from '../../src/identity/identity.ts'
import { type AgencyId, type CertificateFacts, isAgencyId, Refusal } from '../../src/terms/terms.ts'

const start = Date.UTC(2026, 4, 2, 11, 0, 0)
const ISSUER = 'urn:concordat:issuer:northshire-police'
const AUDIENCE = 'urn:concordat:agency:northshire-police'
const THUMBPRINT = 'A'.repeat(43)
const system: System = { id: 'public-order-system', thumbprint: THUMBPRINT }

function agency(text: string): AgencyId {
  if (!isAgencyId(text)) throw new TypeError(text)
  return text
}

// --- certificates -----------------------------------------------------------------------------------------------

const facts: CertificateFacts = {
  uris: ['urn:concordat:agency:army-1div'],
  thumbprint: THUMBPRINT,
  serial: '4A',
  issuerFingerprint: 'army-ca',
  notBefore: start - 1000,
  notAfter: start + 1000,
  findings: [],
}

function registerAt(now: number, standing: 'good' | 'revoked' | 'unknown' = 'good') {
  return makeRegister({
    clock: { now: () => now },
    systems: [{ id: 'tracker', uri: 'urn:concordat:agency:army-1div:system:tracker', issuers: ['army-ca'] }],
    peers: [
      { agency: agency('army-1div'), uri: 'urn:concordat:agency:army-1div', issuers: ['army-ca', 'new-ca'] },
    ],
    standingOf: () => standing,
  })
}

/** Whatever came out, as one word. */
function wordOf(found: unknown): string {
  if (found instanceof Refusal) return `${found.code}${found.rule ? ` ${found.rule}` : ''}`
  return JSON.stringify(found)
}

void t.test('a peer is known by its one URI under its pinned authority, and by nothing else', t => {
  const peer = (changed: Partial<CertificateFacts>, register = registerAt(start)) =>
    wordOf(register.identifyPeer({ ...facts, ...changed }))
  const known = JSON.stringify({ agency: 'army-1div', thumbprint: THUMBPRINT })
  t.equal(peer({}), known)
  t.equal(peer({ issuerFingerprint: 'new-ca' }), known, 'an authority may be replaced in an overlap')
  t.equal(peer({ issuerFingerprint: 'police-ca' }), 'certificate-unknown')
  t.equal(peer({ issuerFingerprint: undefined }), 'certificate-unknown')
  t.equal(peer({ uris: [] }), 'certificate-unknown')
  t.equal(peer({ uris: ['urn:concordat:agency:other'] }), 'certificate-unknown')
  t.equal(peer({ uris: [...facts.uris, 'urn:concordat:agency:other'] }), 'certificate-unknown')
  t.equal(
    peer({ uris: ['urn:concordat:agency:army-1div:system:tracker'] }),
    'certificate-unknown',
    'a system',
  )
  t.equal(peer({ uris: ['constructor'] }), 'certificate-unknown')
  t.equal(peer({}, registerAt(start, 'revoked')), 'certificate-revoked')
  t.equal(peer({}, registerAt(start, 'unknown')), 'certificate-unfit crl-stale')
  t.equal(peer({}, registerAt(start + 1001)), 'certificate-unfit expired', 'while the connection stays open')
  t.equal(peer({ notAfter: Number.NaN }), 'certificate-unfit expired')
  t.equal(
    peer({ findings: [{ code: 'key-small', weight: 'unfit', says: '' }] }),
    'certificate-unfit key-small',
  )
  t.equal(peer({ findings: [{ code: 'key-small', weight: 'advice', says: '' }] }), known)
  t.end()
})

void t.test('a system is no peer and a peer no system', t => {
  const uris = ['urn:concordat:agency:army-1div:system:tracker']
  t.same(registerAt(start).identifySystem({ ...facts, uris }), { id: 'tracker', thumbprint: THUMBPRINT })
  t.equal(wordOf(registerAt(start).identifySystem(facts)), 'certificate-unknown')
  const twice = { id: 'a', uri: 'urn:a', issuers: ['ca'] }
  const parts = { clock: { now: () => start }, peers: [], standingOf: () => 'good' as const }
  t.throws(() => makeRegister({ ...parts, systems: [twice, { ...twice, id: 'b' }] }), TypeError)
  t.throws(() => makeRegister({ ...parts, systems: [{ ...twice, issuers: [] }] }), TypeError)
  t.end()
})

// --- tokens -----------------------------------------------------------------------------------------------------

const keysOf = {
  EdDSA: generateKeyPairSync('ed25519'),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  PS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
}
const keys: ReadonlyMap<string, TokenKey> = new Map(
  (['EdDSA', 'ES256', 'PS256'] as const).map(alg => [alg.toLowerCase(), { alg, key: keysOf[alg].publicKey }]),
)

/** Options of node:crypto for each algorithm (RFC 7518 §3). */
const WAYS = {
  EdDSA: { hash: null, options: {} },
  ES256: { hash: 'sha256', options: { dsaEncoding: 'ieee-p1363' } },
  PS256: { hash: 'sha256', options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } },
} as const

async function verifyWithNode(compact: string, { alg, key }: TokenKey): Promise<unknown> {
  const end = compact.lastIndexOf('.')
  const input = compact.slice(0, end)
  const signature = compact.slice(end + 1)
  const { hash, options } = WAYS[alg]
  const holds = verify(hash, Buffer.from(input), { key, ...options }, Buffer.from(signature, 'base64url'))
  if (!holds) throw new Error('the signature does not hold')
  return 'anything'
}

/** The verifier that a gateway hands in. */
const door = await makeTokenVerifier()
t.teardown(door.close)

const seconds = start / 1000
const goodClaims = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'p-118',
  role: 'ops-room',
  purposes: ['live-coordination', 'debrief'],
  jti: 'token-1',
  iat: seconds,
  nbf: seconds,
  exp: seconds + 900,
  cnf: { 'x5t#S256': THUMBPRINT },
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

function token(claims: object = {}, header: object = {}, alg: TokenAlgorithm = 'EdDSA'): string {
  return signed(
    `${part({ alg, typ: 'at+jwt', kid: alg.toLowerCase(), ...header })}.${part({ ...goodClaims, ...claims })}`,
    alg,
  )
}

function signed(input: string, alg: TokenAlgorithm, key: KeyObject = keysOf[alg].privateKey): string {
  const { hash, options } = WAYS[alg]
  return `${input}.${sign(hash, Buffer.from(input), { key, ...options }).toString('base64url')}`
}

function keeperAt(time: { now: number }, verifyToken = verifyWithNode) {
  const clock = { now: () => time.now }
  return makeTokenKeeper({ clock, issuer: ISSUER, audience: AUDIENCE, keys, verify: verifyToken })
}

async function outcome(work: Promise<Caller>): Promise<string> {
  try {
    return `caller ${(await work).person}`
  } catch (error) {
    if (error instanceof Refusal) return wordOf(error)
    throw error
  }
}

const accept = (compact: string, by: System = system, now = start) =>
  outcome(keeperAt({ now }).accept(compact, by))

void t.test('a good token gives its caller, for each algorithm, whichever verifier is handed in', async t => {
  for (const verifyToken of [verifyWithNode, door.verify])
    for (const alg of ['EdDSA', 'ES256', 'PS256'] as const) {
      const keeper = keeperAt({ now: start }, verifyToken)
      t.same(
        await keeper.accept(token({}, {}, alg), system),
        {
          person: 'p-118',
          role: 'ops-room',
          purposes: ['live-coordination', 'debrief'],
          system: 'public-order-system',
          tokenId: 'token-1',
          expiresAt: start + 900_000,
        },
        `${alg} ${verifyToken.name}`,
      )
      const [head = '', payload = '', signature = ''] = token({}, {}, alg).split('.')
      const forged = `${head}.${part({ ...goodClaims, role: 'chief' })}.${signature}`
      t.equal(await outcome(keeper.accept(forged, system)), 'token-invalid signature')
      const short = Buffer.from(signature, 'base64url').subarray(3).toString('base64url')
      const cut = `${head}.${payload}.${short}`
      t.equal(await outcome(keeper.accept(cut, system)), 'token-invalid signature')
    }
  t.equal(await accept(token({}, { typ: 'JWT' })), 'caller p-118')
  t.equal(await accept(token({ aud: [AUDIENCE] })), 'caller p-118')
  t.equal(await accept(token({ client_id: system.id })), 'caller p-118')
})

void t.test('a header cannot choose the rules', async t => {
  const rsaPem = keysOf.PS256.publicKey.export({ type: 'spki', format: 'pem' })
  const none = `${part({ alg: 'none', typ: 'JWT', kid: 'eddsa' })}.${part(goodClaims)}`
  t.equal(await accept(`${none}.`), 'token-invalid form')
  t.equal(await accept(`${none}.AAAA`), 'token-invalid alg')
  for (const kid of ['ps256', 'eddsa', 'es256']) {
    const input = `${part({ alg: 'HS256', typ: 'JWT', kid })}.${part(goodClaims)}`
    const secret = createHmac('sha256', rsaPem).update(input).digest('base64url')
    t.equal(await accept(`${input}.${secret}`), 'token-invalid alg', 'an HMAC under the public key')
  }
  for (const alg of ['RS256', 'EdDsa', 'Ed25519', '', null, ['EdDSA']])
    t.equal(await accept(token({}, { alg })), 'token-invalid alg', `alg ${JSON.stringify(alg)}`)
  t.equal(await accept(token({}, { kid: 'es256' })), 'token-invalid alg', 'the algorithm of another key')
  t.equal(await accept(token({}, { kid: 'eddsa' }, 'ES256')), 'token-invalid alg')
  t.equal(
    await accept(signed(`${part({ alg: 'ES256', typ: 'JWT', kid: 'es256' })}.${part(goodClaims)}`, 'EdDSA')),
    'token-invalid signature',
  )
  for (const kid of ['unknown', '../eddsa', '__proto__', 'constructor', ''])
    t.equal(await accept(token({}, { kid })), 'token-invalid kid', `kid ${kid}`)
  t.equal(await accept(token({}, { kid: 7 })), 'token-invalid kid')
  const own = generateKeyPairSync('ed25519')
  const jwk = createPublicKey(own.privateKey).export({ format: 'jwk' })
  const brought = `${part({ alg: 'EdDSA', typ: 'JWT', kid: 'eddsa', jwk })}.${part(goodClaims)}`
  t.equal(await accept(signed(brought, 'EdDSA', own.privateKey)), 'token-invalid header')
  for (const more of [
    { crit: ['exp'] },
    { crit: [] },
    { jku: 'https://attacker.example/keys' },
    { x5u: 'https://attacker.example/chain' },
    { x5c: ['AAAA'] },
    { b64: false },
    { zip: 'DEF' },
    { cty: 'JWT' },
  ])
    t.equal(await accept(token({}, more)), 'token-invalid header', JSON.stringify(more))
  for (const typ of ['jwt', 'dpop+jwt', 'concordat-batch+jws', undefined])
    t.equal(await accept(token({}, { typ })), 'token-invalid typ', `typ ${typ}`)
})

void t.test('a token has one spelling', async t => {
  const good = token()
  const [head = '', payload = '', signature = ''] = good.split('.')
  for (const text of [
    '',
    '.',
    '..',
    `${head}.${payload}`,
    `${good}.${signature}`,
    `${good}=`,
    `${head}=.${payload}.${signature}`,
    ` ${good}`,
    `${good}\n`,
    `${head}. ${payload}.${signature}`,
    `${head}.${payload}.${signature.slice(0, 40)} ${signature.slice(40)}`,
    `${payload}.${head}.${signature}`,
    `${part(null)}.${payload}.${signature}`,
    `${part([])}.${payload}.${signature}`,
    `${Buffer.from('{"alg":"EdDSA","alg":"EdDSA","typ":"JWT","kid":"eddsa"}').toString('base64url')}.${payload}.${signature}`,
    signed(`${head}.${Buffer.from('{"iss":"a","iss":"b"}').toString('base64url')}`, 'EdDSA'),
    signed(`${head}.${Buffer.from('{"__proto__":{}}').toString('base64url')}`, 'EdDSA'),
  ])
    t.match(await accept(text), /^token-invalid/, JSON.stringify(text.slice(0, 20)))
  t.equal(await accept(token({ more: 'x'.repeat(8000) })), 'token-invalid size')
})

void t.test('every claim must be there and have its form', async t => {
  const bad: [object, string][] = [
    [{ iss: 'urn:other' }, 'token-invalid iss'],
    [{ iss: undefined }, 'token-invalid iss'],
    [{ aud: 'urn:other' }, 'token-invalid aud'],
    [{ aud: [AUDIENCE, 'urn:other'] }, 'token-invalid aud'],
    [{ aud: [] }, 'token-invalid aud'],
    [{ aud: [[AUDIENCE]] }, 'token-invalid aud'],
    [{ aud: undefined }, 'token-invalid aud'],
    [{ sub: undefined }, 'token-invalid sub'],
    [{ sub: '' }, 'token-invalid sub'],
    [{ sub: 'p\n118' }, 'token-invalid sub'],
    [{ role: ['ops-room'] }, 'token-invalid role'],
    [{ role: undefined }, 'token-invalid role'],
    [{ purposes: undefined }, 'token-invalid purposes'],
    [{ purposes: [] }, 'token-invalid purposes'],
    [{ purposes: 'live-coordination' }, 'token-invalid purposes'],
    [{ purposes: ['*'] }, 'token-invalid purposes'],
    [{ purposes: [1] }, 'token-invalid purposes'],
    [{ jti: undefined }, 'token-invalid jti'],
    [{ exp: undefined }, 'token-invalid exp'],
    [{ exp: `${seconds + 900}` }, 'token-invalid exp'],
    [{ exp: seconds + 900.5 }, 'token-invalid exp'],
    [{ exp: seconds + 86_401 }, 'token-invalid exp'],
    [{ nbf: undefined }, 'token-invalid nbf'],
    [{ iat: undefined }, 'token-invalid iat'],
    [{ iat: -1 }, 'token-invalid iat'],
    [{ cnf: undefined }, 'token-unbound cnf'],
    [{ cnf: {} }, 'token-unbound cnf'],
    [{ cnf: THUMBPRINT }, 'token-unbound cnf'],
    [{ cnf: { 'x5t#S256': 'B'.repeat(43) } }, 'token-unbound cnf'],
    [{ cnf: { 'x5t#S1': THUMBPRINT } }, 'token-unbound cnf'],
    [{ client_id: 'control-room' }, 'token-unbound client_id'],
  ]
  for (const [claims, expected] of bad) t.equal(await accept(token(claims)), expected, JSON.stringify(claims))
})

void t.test('a token holds in its window, with 30 seconds of grace', async t => {
  const good = token()
  t.equal(await accept(good, system, start - 30_000), 'caller p-118')
  t.equal(await accept(good, system, start - 30_001), 'token-expired nbf')
  t.equal(await accept(token({ nbf: seconds - 100 }), system, start - 30_001), 'token-expired iat')
  t.equal(await accept(good, system, start + 929_999), 'caller p-118')
  t.equal(await accept(good, system, start + 930_000), 'token-expired exp')
})

void t.test(
  'a token is verified once, remembered for its certificate alone, and forgotten when it ends',
  async t => {
    const time = { now: start }
    let verified = 0
    const keeper = keeperAt(time, async (compact, key) => {
      verified++
      return await verifyWithNode(compact, key)
    })
    const good = token()
    const first = await keeper.accept(good, system)
    t.equal(await keeper.accept(good, system), first)
    t.equal(verified, 1)
    const other = { id: 'control-room', thumbprint: 'B'.repeat(43) }
    t.equal(await outcome(keeper.accept(good, other)), 'token-unbound cnf')
    t.equal(await outcome(keeper.accept(good, { ...other, id: system.id })), 'token-unbound cnf')
    t.throws(() => Object.assign(first, { role: 'chief' }), TypeError, 'what is remembered cannot be changed')
    t.throws(() => Object.assign(first.purposes, ['all']), TypeError)
    time.now = start + 930_000
    t.equal(await outcome(keeper.accept(good, system)), 'token-expired exp')
    t.equal(await outcome(keeper.accept(good, system)), 'token-expired exp')
  },
)

void t.test('a revoked token is refused, remembered or new, and even while it is being verified', async t => {
  const time = { now: start }
  let release = () => {}
  const held = new Promise<void>(resolve => {
    release = resolve
  })
  const keeper = keeperAt(time)
  const remembered = token()
  await keeper.accept(remembered, system)
  keeper.revoke('token-1')
  t.equal(await outcome(keeper.accept(remembered, system)), 'token-invalid revoked')
  keeper.revoke('token-2')
  t.equal(await outcome(keeper.accept(token({ jti: 'token-2' }), system)), 'token-invalid revoked')
  t.equal(await outcome(keeper.accept(token({ jti: 'token-3' }), system)), 'caller p-118')
  const slow = keeperAt(time, async (compact, key) => {
    await held
    return await verifyWithNode(compact, key)
  })
  const waiting = outcome(slow.accept(remembered, system))
  slow.revoke('token-1')
  release()
  t.equal(await waiting, 'token-invalid revoked')
})

void t.test('memory is bounded', async t => {
  let verified = 0
  const keeper = keeperAt({ now: start }, async () => {
    verified++
  })
  const many = Array.from({ length: 10_001 }, (_, index) => token({ jti: `${index}` }).replace(/.$/, 'A'))
  for (const compact of many) await keeper.accept(compact, system)
  t.equal(verified, 10_001)
  await keeper.accept(many[10_000] ?? '', system)
  t.equal(verified, 10_001, 'the newest is remembered')
  await keeper.accept(many[0] ?? '', system)
  t.equal(verified, 10_002, 'the oldest gave way')
})

void t.test('the Authorization header holds one bearer token', t => {
  t.equal(bearerToken('Bearer a.b-_.c'), 'a.b-_.c')
  t.equal(bearerToken('bearer abc'), 'abc', 'schemes are case-insensitive')
  const codeOf = (header: string | undefined) => {
    try {
      return bearerToken(header)
    } catch (error) {
      return error instanceof Refusal ? error.code : error
    }
  }
  t.equal(codeOf(undefined), 'token-missing')
  t.equal(codeOf(''), 'token-missing')
  for (const header of [
    'Bearer',
    'Bearer ',
    'Bearer  a',
    'Bearer a b',
    'Bearer a, Bearer b',
    'Basic YTpi',
    'DPoP a',
  ])
    t.equal(codeOf(header), 'token-invalid', header)
  t.end()
})

void t.test('a purpose must have been granted by that very name', t => {
  const caller: Caller = {
    person: 'p-118',
    role: 'ops-room',
    purposes: ['live-coordination'],
    system: system.id,
    tokenId: '1',
    expiresAt: start,
  }
  t.doesNotThrow(() => requirePurpose(caller, 'live-coordination'))
  for (const purpose of ['debrief', 'live', 'live-coordination ', '', 'length', 'includes'])
    t.throws(() => requirePurpose(caller, purpose), { code: 'purpose-not-granted' }, purpose)
  t.end()
})

void t.test('no text makes the keeper do anything but refuse', async t => {
  const good = token()
  const mutated = fc
    .array(fc.tuple(fc.nat(good.length - 1), fc.string({ minLength: 1, maxLength: 1 })), {
      minLength: 1,
      maxLength: 4,
    })
    .map(changes => changes.reduce((text, [at, unit]) => text.slice(0, at) + unit + text.slice(at + 1), good))
  const signedJson = fc
    .tuple(fc.jsonValue(), fc.jsonValue())
    .map(([header, claims]) => signed(`${part(header)}.${part(claims)}`, 'EdDSA'))
  const signedClaims = fc
    .record(Object.fromEntries(Object.keys(goodClaims).map(name => [name, fc.jsonValue()])), {
      requiredKeys: [],
    })
    .filter(claims => Object.keys(claims).length > 0)
    .map(claims => token(claims))
  const keeper = keeperAt({ now: start })
  const anything = fc.asyncProperty(fc.oneof(fc.string(), signedJson, signedClaims), async text => {
    await outcome(keeper.accept(text, system))
  })
  await t.resolves(fc.assert(anything, { numRuns: 2000 }), 'whatever is signed, it is a caller or a refusal')
  const forged = fc.asyncProperty(mutated, async text => {
    return text === good || (await accept(text)).startsWith('token-invalid')
  })
  await t.resolves(fc.assert(forged, { numRuns: 1000 }), 'what was changed after it was signed is refused')
})

void t.test('the way of a remembered token is short', async t => {
  const keeper = keeperAt({ now: start })
  const compact = token()
  const rounds = 20_000
  for (let round = 0; round < rounds; round++) await keeper.accept(compact, system)
  const began = performance.now()
  for (let round = 0; round < rounds; round++) await keeper.accept(compact, system)
  t.comment(`${(((performance.now() - began) * 1000) / rounds).toFixed(2)} microseconds for each request`)
})
