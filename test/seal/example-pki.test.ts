import { execFileSync } from 'node:child_process'
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import t from 'tap'
import { certsCommand } from '../../src/cli/certs.ts'
import { tokenCommand } from '../../src/cli/token.ts'
import { systemClock } from '../../src/kit/kit.ts'
import {
  checkCrl,
  checkProfile,
  exampleAgencies,
  keyThumbprint,
  makeExamplePki,
  makeSigner,
  printJwks,
  readCrl,
  readJwks,
  readPrivateKey,
  reissueExampleCrl,
  serialOf,
  thumbprint,
  verifyJws,
} from '../../src/seal/seal.ts'
import { agencyUri, officerUri, systemUri } from '../../src/terms/terms.ts'
import { linesOf, type Said, terminalAt } from '../support/terminal.ts'
import { opensslIsMissing } from './foreign-pki.ts'

const folder = await mkdtemp(join(tmpdir(), 'example-pki-'))
t.teardown(() => rm(folder, { recursive: true }))
const certs = join(folder, 'certs-example')
const started = performance.now()
const files = await makeExamplePki(certs, systemClock)
t.comment(`both agencies in ${Math.round(performance.now() - started)} ms`)

const read = (path: string) => readFile(join(certs, path), 'utf8')
const certificate = async (path: string) => new X509Certificate(await read(path))

void t.test('the example PKI has all its files, and secrets are for their owner', async t => {
  const SECRET = /\.key\.pem$|\.p12$|\.secret$/
  for (const path of files) {
    const { mode } = await stat(join(certs, path))
    t.equal(mode & 0o777, SECRET.test(path) ? 0o600 : 0o644, path)
  }
  const army = files.filter(path => path.startsWith('army-1div/')).map(path => path.slice(10))
  t.same(army.sort(), [
    'army-portal.key.pem',
    'army-portal.pem',
    'batch.key.pem',
    'ca.key.pem',
    'ca.pem',
    'crl.pem',
    'gateway.key.pem',
    'gateway.pem',
    'ledger-pq.key.pem',
    'ledger.key.pem',
    'officer.key.pem',
    'officer.p12',
    'officer.p12.password.secret',
    'officer.pem',
    'officers/a-017.key.pem',
    'officers/a-031.key.pem',
    'officers/a-052.key.pem',
    'officers/a-066.key.pem',
    'pseudonym.key.secret',
    'public/ca.pem',
    'public/crl.pem',
    'public/keys.jwks.json',
    'public/officers.jwks.json',
    'public/tokens.jwks.json',
    'token.key.pem',
    'tracker.key.pem',
    'tracker.pem',
    'witness.key.pem',
  ])
  t.match(await read('army-1div/pseudonym.key.secret'), /^[0-9a-f]{64}\n$/)
})

void t.test('its certificates meet the profile, each for its own holder', async t => {
  const now = Date.now()
  for (const { agency, systems } of exampleAgencies()) {
    const gateway = await certificate(`${agency}/gateway.pem`)
    t.same(checkProfile(gateway, { usage: 'both', uri: agencyUri(agency), now }), [])
    t.ok(gateway.checkHost('localhost') && gateway.checkIP('127.0.0.1') && gateway.checkIP('::1'))
    const own = await key(`${agency}/gateway.key.pem`)
    t.ok(own && gateway.checkPrivateKey(own))
    t.ok((Date.parse(gateway.validTo) - Date.parse(gateway.validFrom)) / 86_400_000 <= 90)
    for (const system of systems) {
      const client = await certificate(`${agency}/${system}.pem`)
      t.same(checkProfile(client, { usage: 'client', uri: systemUri(agency, system), now }), [])
      t.match(checkProfile(client, { usage: 'server', uri: undefined, now }), [
        { code: 'extended-key-usage' },
      ])
    }
    const ca = await certificate(`${agency}/ca.pem`)
    t.match(checkProfile(ca, { usage: 'client', uri: undefined, now }), [{ code: 'authority' }])
  }
})

async function key(path: string) {
  return (await readPrivateKey(join(certs, path))).key
}

void t.test('published keys belong to the private ones; officers are named with their roles', async t => {
  const set = async (path: string) => readJwks(await readFile(join(certs, path)), path)
  for (const [name, file] of [
    ['batch', 'keys'],
    ['token', 'tokens'],
  ]) {
    const { keys, problems } = await set(`northshire-police/public/${file}.jwks.json`)
    const own = await key(`northshire-police/${name}.key.pem`)
    t.same(problems, [])
    t.same(
      keys.map(({ kid, algorithm, holder }) => ({ kid, algorithm, holder })),
      [{ kid: own && makeSigner(own).kid, algorithm: 'EdDSA', holder: undefined }],
    )
  }
  const officers = await set('northshire-police/public/officers.jwks.json')
  t.same(
    officers.keys.map(({ holder }) => holder),
    [
      { agency: 'northshire-police', person: 'p-118', roles: ['author'] },
      { agency: 'northshire-police', person: 'p-204', roles: ['approver'] },
      { agency: 'northshire-police', person: 'p-311', roles: ['operator'] },
      { agency: 'northshire-police', person: 'p-402', roles: ['dpo'] },
    ],
  )
  t.equal(printJwks(officers.keys), await read('northshire-police/public/officers.jwks.json'))
})

void t.test(
  'a JWK Set with private, weak, unknown or repeated keys tells each problem and gives the others',
  t => {
    const ed = generateKeyPairSync('ed25519')
    const jwk = (of: { export(options: { format: 'jwk' }): object }) => of.export({ format: 'jwk' })
    const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).publicKey
    const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).publicKey
    const keys = [
      { ...jwk(ed.publicKey), kid: 'a' },
      { ...jwk(ed.privateKey), kid: 'b' },
      { ...jwk(ed.publicKey), kid: 'a' },
      jwk(ed.publicKey),
      { ...jwk(ec('P-256')), kid: 'c', alg: 'ES256' },
      { ...jwk(ec('P-384')), kid: 'd' },
      { ...jwk(rsa(2048)), kid: 'e' },
      { ...jwk(rsa(1024)), kid: 'f' },
      { ...jwk(rsa(2048)), kid: 'g', alg: 'RS256' },
      { kty: 'oct', k: 'AAAA', kid: 'h' },
      { ...jwk(ed.publicKey), kid: 'i', use: 'enc' },
      { ...jwk(ed.publicKey), kid: 'j', agency: 'army-1div' },
      { kty: 'OKP', crv: 'Ed25519', x: 'AA', kid: 'k' },
      null,
    ]
    const reading = readJwks(Buffer.from(JSON.stringify({ keys })), 'keys.jwks.json')
    t.same(
      reading.keys.map(({ kid, algorithm }) => `${kid} ${algorithm}`),
      ['a EdDSA', 'c ES256', 'e PS256'],
    )
    t.same(
      reading.problems.map(problem => problem.code),
      [
        'jwk-private',
        'jwk-repeated',
        'jwk-form',
        'jwk-unfit',
        'jwk-unfit',
        'jwk-unfit',
        'jwk-private',
        'jwk-unfit',
        'jwk-form',
        'jwk-unfit',
        'jwk-form',
      ],
    )
    for (const text of ['', '[]', '{"keys":{}}', '{"keys":[],"keys":[]}'])
      t.match(readJwks(Buffer.from(text), 'f'), { keys: [], problems: [{ code: 'jwks-form' }] }, text)
    t.end()
  },
)

void t.test('the thumbprint of a key is that of RFC 8037 appendix A.3', t => {
  const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  t.equal(keyThumbprint(publicKey), 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
  t.end()
})

void t.test('a private key file that others may read, or of another form, is a problem', async t => {
  const path = join(folder, 'try.key.pem')
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const sec1 = privateKey.export({ type: 'sec1', format: 'pem' })
  await writeFile(path, await read('army-1div/batch.key.pem'), { mode: 0o600 })
  t.match(await readPrivateKey(path), { key: Object, problems: [] })
  for (const mode of [0o640, 0o604, 0o620]) {
    await chmod(path, mode)
    t.match(await readPrivateKey(path), { key: Object, problems: [{ code: 'key-exposed' }] })
  }
  await chmod(path, 0o600)
  const form = { key: undefined, problems: [{ code: 'key-form' }] }
  await writeFile(path, sec1)
  t.match(await readPrivateKey(path), form, 'SEC 1')
  await writeFile(path, '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n')
  t.match(await readPrivateKey(path), form, 'nonsense')
  const nowhere = await readPrivateKey(join(folder, 'nowhere'))
  t.match(nowhere, { key: undefined, problems: [{ code: 'key-unreadable' }] })
})

void t.test(
  'nothing is overwritten unasked; forced, keys are new and the ledger’s stale public key goes',
  async t => {
    const before = await read('army-1div/batch.key.pem')
    await t.rejects(makeExamplePki(certs, systemClock), { name: 'PkiExistsError' })
    t.equal(await read('army-1div/batch.key.pem'), before)
    const other = join(folder, 'forced')
    await makeExamplePki(other, systemClock)
    await writeFile(join(other, 'army-1div/public/ledger.vkeys'), 'old')
    const old = await readFile(join(other, 'army-1div/batch.key.pem'), 'utf8')
    await makeExamplePki(other, systemClock, { force: true })
    t.not(await readFile(join(other, 'army-1div/batch.key.pem'), 'utf8'), old)
    t.notOk((await readdir(join(other, 'army-1div/public'))).includes('ledger.vkeys'))
  },
)

void t.test('a revoked certificate is on the next list, with a higher number', async t => {
  const ca = await certificate('army-1div/ca.pem')
  const list = async (path = 'army-1div/crl.pem') => {
    const crl = readCrl(await readFile(join(certs, path)))
    if (!crl) throw new Error('unreadable')
    return crl
  }
  const first = await list()
  t.same(checkCrl(first, ca, { previous: undefined, now: Date.now() }), [])
  t.equal(first.number, 1n)
  const serial = serialOf(await read('army-1div/tracker.pem'))
  await reissueExampleCrl(join(certs, 'army-1div'), [serial, serial], systemClock)
  const second = await list()
  t.same(checkCrl(second, ca, { previous: first, now: Date.now() }), [])
  t.same([...second.revoked], [serial])
  t.equal(second.number, 2n)
  t.equal(await read('army-1div/public/crl.pem'), await read('army-1div/crl.pem'))
  t.same(checkCrl(first, ca, { previous: second, now: Date.now() }), ['crl-number-lower'])
  await reissueExampleCrl(join(certs, 'army-1div'), [], systemClock)
  const third = await list()
  t.same(third.entries, second.entries, 'a renewal keeps who is revoked, and since when')
})

/** Runs commands as `main.ts` would and gives the lines that they printed and how they ended. */
async function run(...words: string[]): Promise<{ code: number; out: string[]; err: string[] }> {
  const said: Said = { out: '', err: '', code: 0 }
  const terminal = terminalAt({ cwd: folder }, said)
  const program = new Command('concordat').exitOverride()
  program.addCommand(certsCommand(terminal)).addCommand(tokenCommand(terminal))
  await program.parseAsync(words, { from: 'user' })
  return { code: said.code, out: linesOf(said.out), err: linesOf(said.err) }
}

void t.test('concordat certs makes, revokes and asks', async t => {
  t.match(await run('certs', 'example'), { code: 1, err: [/--force/] })
  const made = await run('certs', 'example', '--out', 'other', '--json')
  t.equal(
    JSON.parse(made.out[0] ?? '').files.length,
    files.length + 2,
    'and the verifier keys of each ledger',
  )
  const certs = ['--certs', 'other/army-1div']
  const revoked = await run('certs', 'revoke', 'tracker', 'army-portal.pem', ...certs, '--json')
  t.match(JSON.parse(revoked.out[0] ?? ''), { number: '2', revoked: [/^[0-9A-F]{32}$/, /^[0-9A-F]{32}$/] })
  t.match(await run('certs', 'revoke', ...certs), { code: 0, out: [/list 3: 2 revoked/, String, String] })
  t.match(await run('certs', 'revoke', 'nobody', ...certs), { code: 1 })
  const csr = ['certs', 'csr', '--agency', 'army-1div', '--key']
  const asked = await run(...csr, 'other/army-1div/gateway.key.pem', '--system', 'tracker')
  t.match(asked.out[0], /^-----BEGIN CERTIFICATE REQUEST-----/)
  t.match(await run(...csr, 'other/army-1div/batch.key.pem'), { code: 1, err: [/RSA/] })
  t.match(await run('certs', 'csr', '--agency', 'Army', '--key', 'x'), { code: 2 })
})

void t.test(
  'concordat token prints a token that its public key verifies, bound to the certificate',
  async t => {
    const words = ['token', '--certs', 'certs-example/northshire-police', '--system', 'public-order-system']
    const who = [
      '--person',
      'p-118',
      '--role',
      'ops-room',
      '--purpose',
      'live-coordination',
      '--purpose',
      'debrief',
    ]
    const { out } = await run(...words, ...who, '--ttl', '2h')
    const { keys } = readJwks(
      await readFile(join(certs, 'northshire-police/public/tokens.jwks.json')),
      'tokens',
    )
    const verified = verifyJws(out[0] ?? '', 'at+jwt', kid => keys.find(key => key.kid === kid)?.key)
    const claims = verified.ok && JSON.parse(verified.payload.toString())
    const system = await certificate('northshire-police/public-order-system.pem')
    t.match(claims, {
      iss: 'urn:concordat:issuer:northshire-police',
      aud: 'urn:concordat:agency:northshire-police',
      sub: 'p-118',
      purposes: ['live-coordination', 'debrief'],
      cnf: { 'x5t#S256': thumbprint(system) },
    })
    t.equal(claims.exp - claims.iat, 7200)
    t.match(await run(...words, ...who, '--ttl', '2 weeks'), { code: 2 })
    t.match(await run(...words, ...who, '--ttl', '25h'), { code: 2 })
    const nobody = ['token', '--certs', 'certs-example/northshire-police', '--system', 'nobody', ...who]
    t.match(await run(...nobody), { code: 1, err: [/nobody\.pem/] })
  },
)

if (opensslIsMissing()) t.comment('the openssl command is missing: no second opinion on the example PKI')
else secondOpinion()

function secondOpinion(): void {
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: certs, stdio: 'pipe' }).toString()
  void t.test('openssl finds the example PKI sound', async t => {
    const ca = ['-CAfile', 'army-1div/ca.pem']
    const strict = ['-x509_strict', '-crl_check', ...ca, '-CRLfile', 'army-1div/crl.pem']
    t.match(openssl('verify', ...strict, 'army-1div/gateway.pem'), /OK/)
    t.match(openssl('verify', ...strict, '-purpose', 'sslclient', 'army-1div/army-portal.pem'), /OK/)
    t.throws(() => openssl('verify', ...strict, 'army-1div/tracker.pem'), 'it was revoked above')
    const text = openssl('crl', '-in', 'army-1div/crl.pem', ...ca, '-noout', '-text')
    t.match(text, /Version 2.*Authority Key Identifier.*CRL Number.*Serial Number/s)
    const password = ['-passin', `pass:${(await read('army-1div/officer.p12.password.secret')).trim()}`]
    const bundle = openssl('pkcs12', '-in', 'army-1div/officer.p12', ...password, '-nodes')
    const [agency] = exampleAgencies().filter(({ agency }) => agency === 'army-1div')
    const officer = new X509Certificate(bundle.slice(bundle.indexOf('-----BEGIN CERTIFICATE-----')))
    const uri = agency && officerUri(agency.agency, agency.officers[0]?.person ?? '')
    t.same(checkProfile(officer, { usage: 'client', uri, now: Date.now() }), [])
    const { out } = await run(
      'certs',
      'csr',
      '--agency',
      'army-1div',
      '--key',
      'certs-example/army-1div/gateway.key.pem',
    )
    await writeFile(join(certs, 'asked.csr'), out.join('\n'))
    const request = openssl('req', '-in', 'asked.csr', '-verify', '-noout', '-text')
    t.match(request, /URI:urn:concordat:agency:army-1div/)
  })
}
