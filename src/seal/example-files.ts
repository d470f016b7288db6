import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { access, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock } from '../kit/kit.ts'
import { type AgencyId, agencyUri, isAgencyId, officerUri, systemUri } from '../terms/terms.ts'
import { makeExampleCrl } from './example-crl.ts'
import { issueExample, makeExampleCa, makePkcs12 } from './example-pki.ts'
import { type PublishedKey, printJwks } from './jwks.ts'
import { keyThumbprint } from './keys.ts'

/** One agency of the example, with the systems and officers that get keys. */
export interface ExampleAgency {
  readonly agency: AgencyId
  readonly systems: readonly string[]
  readonly officers: readonly { readonly person: string; readonly roles: readonly string[] }[]
}

/** The two agencies of the demonstration. */
export function exampleAgencies(): readonly ExampleAgency[] {
  return [
    {
      agency: agencyId('northshire-police'),
      systems: ['public-order-system', 'control-room'],
      officers: [
        { person: 'p-118', roles: ['author'] },
        { person: 'p-204', roles: ['approver'] },
        { person: 'p-311', roles: ['operator'] },
        { person: 'p-402', roles: ['dpo'] },
      ],
    },
    {
      agency: agencyId('army-1div'),
      systems: ['army-portal', 'tracker'],
      officers: [
        { person: 'a-017', roles: ['author'] },
        { person: 'a-031', roles: ['approver'] },
        { person: 'a-052', roles: ['operator'] },
        { person: 'a-066', roles: ['dpo'] },
      ],
    },
  ]
}

function agencyId(text: string): AgencyId {
  if (!isAgencyId(text)) throw new TypeError('not an agency id')
  return text
}

/** Thrown where an example PKI is already there and may not be replaced. */
export class PkiExistsError extends Error {
  override readonly name = 'PkiExistsError'
  readonly directory: string

  constructor(directory: string) {
    super(`there are certificates in ${directory} already`)
    this.directory = directory
  }
}

/** A file to be written; `secret` ones are for their owner's eyes. */
interface ExampleFile {
  readonly path: string
  readonly content: string | Buffer
  readonly secret: boolean
}

/**
 * Makes the example PKI and all other keys of both agencies and writes them under `directory`, one folder for each
 * agency; its `public` folder holds what the other agency is given. Private files get mode 0600.
 *
 * @param force replaces what is there, key by key; without it nothing is overwritten
 * @returns the paths written, relative to `directory`
 * @throws PkiExistsError
 */
export async function makeExamplePki(
  directory: string,
  clock: Clock,
  { force }: { readonly force: boolean } = { force: false },
): Promise<readonly string[]> {
  const agencies = exampleAgencies()
  for (const { agency } of agencies)
    if (!force && (await exists(join(directory, agency)))) throw new PkiExistsError(join(directory, agency))
  const files = (await Promise.all(agencies.map(agency => makeAgency(agency, clock)))).flat()
  // Whoever knows the name of the ledger writes its verifier keys beside these; those of replaced keys would mislead.
  for (const { agency } of agencies)
    await rm(join(directory, agency, 'public', 'ledger.vkeys'), { force: true })
  for (const file of files) await put(directory, file)
  return files.map(file => file.path)
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}

/** A file that was there is removed first: a mode is given only to a file that is made. */
async function put(directory: string, { path, content, secret }: ExampleFile): Promise<void> {
  const target = join(directory, path)
  await mkdir(dirname(target), { recursive: true })
  await rm(target, { force: true })
  await writeFile(target, content, { flag: 'wx', mode: secret ? 0o600 : 0o644 })
}

async function makeAgency(example: ExampleAgency, clock: Clock): Promise<readonly ExampleFile[]> {
  const { agency } = example
  const files = [...(await makeCertificates(example, clock)), ...makeSigningKeys(example)]
  return files.map(file => ({ ...file, path: `${agency}/${file.path}` }))
}

async function makeCertificates(
  { agency, systems, officers }: ExampleAgency,
  clock: Clock,
): Promise<readonly ExampleFile[]> {
  const ca = await makeExampleCa(agency, clock)
  const client = (uri: string, commonName: string) =>
    issueExample(ca, { kind: 'client', uri, commonName }, clock)
  const [person = 'officer'] = officers.map(officer => officer.person)
  const [gateway, officer, ...clients] = await Promise.all([
    issueExample(ca, { kind: 'gateway', uri: agencyUri(agency), commonName: `${agency} gateway` }, clock),
    client(officerUri(agency, person), `${agency} officer ${person}`),
    ...systems.map(system => client(systemUri(agency, system), `${agency} ${system}`)),
  ])
  const crl = makeExampleCrl(ca, { number: 1n, revoked: [] }, clock)
  const password = randomBytes(12).toString('base64url')
  return [
    shared('ca.pem', ca.certificate),
    secret('ca.key.pem', ca.key),
    shared('crl.pem', crl),
    shared('gateway.pem', gateway.certificate),
    secret('gateway.key.pem', gateway.key),
    ...clients.flatMap((issued, index) => [
      shared(`${systems[index]}.pem`, issued.certificate),
      secret(`${systems[index]}.key.pem`, issued.key),
    ]),
    shared('officer.pem', officer.certificate),
    secret('officer.key.pem', officer.key),
    secret('officer.p12', makePkcs12(officer, ca, { password, name: `${agency} ${person}` })),
    secret('officer.p12.password.secret', `${password}\n`),
    shared('public/ca.pem', ca.certificate),
    shared('public/crl.pem', crl),
  ]
}

function makeSigningKeys({ agency, officers }: ExampleAgency): readonly ExampleFile[] {
  const batch = makeEd25519()
  const token = makeEd25519()
  const held = officers.map(({ person, roles }) => ({ ...makeEd25519(), holder: { agency, person, roles } }))
  return [
    secret('batch.key.pem', batch.pem),
    secret('ledger.key.pem', makeEd25519().pem),
    secret('ledger-pq.key.pem', makePostQuantum()),
    secret('witness.key.pem', makeEd25519().pem),
    secret('token.key.pem', token.pem),
    secret('pseudonym.key.secret', `${randomBytes(32).toString('hex')}\n`),
    ...held.map(({ pem, holder }) => secret(`officers/${holder.person}.key.pem`, pem)),
    shared('public/keys.jwks.json', printJwks([published(batch.publicKey, undefined)])),
    shared('public/tokens.jwks.json', printJwks([published(token.publicKey, undefined)])),
    shared('public/officers.jwks.json', printJwks(held.map(key => published(key.publicKey, key.holder)))),
  ]
}

function published(key: KeyObject, holder: PublishedKey['holder']): PublishedKey {
  return { kid: keyThumbprint(key), algorithm: 'EdDSA', key, holder }
}

function makeEd25519(): { readonly pem: string; readonly publicKey: KeyObject } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return { pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), publicKey }
}

/** An ML-DSA-44 private key in PEM. */
function makePostQuantum(): string {
  return generateKeyPairSync('ml-dsa-44').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function secret(path: string, content: string | Buffer): ExampleFile {
  return { path, content, secret: true }
}

function shared(path: string, content: string): ExampleFile {
  return { path, content, secret: false }
}
