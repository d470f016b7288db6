import { createPrivateKey, createPublicKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { Command } from 'commander'
import { publishVerifierKeys, VERIFIER_KEYS_FILE } from '../gateway/gateway.ts'
import { type Clock, systemClock } from '../kit/kit.ts'
import {
  algorithmOf,
  exampleAgencies,
  type KeyHolder,
  keyThumbprint,
  makeCsr,
  makeExamplePki,
  PkiExistsError,
  type PublishedKey,
  printJwks,
  type ReissuedCrl,
  readPrivateKey,
  reissueExampleCrl,
  serialOf,
} from '../seal/seal.ts'
import { type AgencyId, agencyUri, isAgencyId, systemUri } from '../terms/terms.ts'
import type { Terminal } from './terminal.ts'

/** `concordat certs`: the example PKI, its revocation lists, and requests to an agency's own PKI. */
export function certsCommand(terminal: Terminal): Command {
  return new Command('certs')
    .description('make and revoke example certificates, and ask your own PKI for real ones')
    .addCommand(exampleCommand(terminal, systemClock))
    .addCommand(revokeCommand(terminal, systemClock))
    .addCommand(csrCommand(terminal))
    .addCommand(jwksCommand(terminal))
}

function exampleCommand(terminal: Terminal, clock: Clock): Command {
  return new Command('example')
    .description('make a complete example PKI and all other keys for two agencies')
    .option('--out <directory>', 'where to write it', 'certs-example')
    .option('--force', 'replace what is there', false)
    .option('--json', 'print the list of files as JSON', false)
    .addHelpText(
      'after',
      '\nPrivate files get mode 0600. For trying things out only: bring your own PKI to work.',
    )
    .action(async (options: { out: string; force: boolean; json: boolean }) => {
      const directory = resolve(terminal.cwd, options.out)
      const files = await makeUnlessThere(directory, clock, options.force)
      if (files === undefined) {
        terminal.err(`${options.out} holds certificates already; --force replaces them`)
        return terminal.end(1)
      }
      if (options.json) return terminal.out(JSON.stringify({ directory, files }))
      terminal.out(`${files.length} files written to ${relative(terminal.cwd, directory) || '.'}`)
      terminal.out(
        'certificates are good for 90 days, revocation lists for 30 (concordat certs revoke renews them)',
      )
    })
}

async function makeUnlessThere(
  directory: string,
  clock: Clock,
  force: boolean,
): Promise<readonly string[] | undefined> {
  try {
    const files = await makeExamplePki(directory, clock, { force })
    const agencies = exampleAgencies().map(({ agency }) => agency)
    await publishVerifierKeys(directory, agencies, clock)
    return [...files, ...agencies.map(agency => join(agency, VERIFIER_KEYS_FILE))]
  } catch (error) {
    if (error instanceof PkiExistsError) return undefined
    throw error
  }
}

function revokeCommand(terminal: Terminal, clock: Clock): Command {
  return new Command('revoke')
    .description('put certificates of an example agency on its revocation list and issue the list anew')
    .argument(
      '[certificates...]',
      'names in the folder, such as tracker or tracker.pem; none only renews the list',
    )
    .requiredOption('--certs <directory>', "the agency's folder, such as certs-example/army-1div")
    .option('--json', 'print the new list as JSON', false)
    .addHelpText(
      'after',
      '\nGateways that watch crl.pem take the new list over and close what is open to the revoked.',
    )
    .action(async (names: string[], options: { certs: string; json: boolean }) => {
      const directory = resolve(terminal.cwd, options.certs)
      const reissued = await revoke(directory, names, clock).catch(() => undefined)
      if (!reissued) {
        terminal.err(`cannot be read or written: ${options.certs}, or one of the certificates named`)
        return terminal.end(1)
      }
      const { number, revoked } = reissued
      if (options.json) return terminal.out(JSON.stringify({ number: String(number), revoked }))
      terminal.out(`revocation list ${number}: ${revoked.length} revoked`)
      for (const serial of revoked) terminal.out(`  ${serial}`)
    })
}

async function revoke(directory: string, names: readonly string[], clock: Clock): Promise<ReissuedCrl> {
  const paths = names.map(name => join(directory, name.endsWith('.pem') ? name : `${name}.pem`))
  const certificates = await Promise.all(paths.map(path => readFile(path, 'utf8')))
  return await reissueExampleCrl(directory, certificates.map(serialOf), clock)
}

interface CsrOptions {
  readonly agency: string
  readonly key: string
  readonly system?: string
}

function csrCommand(terminal: Terminal): Command {
  return new Command('csr')
    .description('print a certificate signing request (PKCS#10) for a gateway or a system of an agency')
    .requiredOption('--agency <id>', 'the agency, such as northshire-police')
    .requiredOption('--key <file>', 'an RSA private key, PKCS#8 in PEM')
    .option('--system <id>', 'ask for a certificate of this system instead of the gateway')
    .addHelpText('after', '\nFor keys other than RSA, certs-example/README.md shows the openssl command.')
    .action(async (options: CsrOptions) => {
      const { agency } = options
      if (!isAgencyId(agency)) {
        terminal.err('an agency id has lower case letters, digits and hyphens')
        return terminal.end(2)
      }
      const key = await readRsaKey(resolve(terminal.cwd, options.key))
      if (key === undefined) {
        terminal.err(`${options.key} is not a readable RSA private key`)
        return terminal.end(1)
      }
      terminal.out(makeCsr(key, nameFor(agency, options.system)).trimEnd())
    })
}

interface JwksOptions {
  readonly key: readonly string[]
  readonly agency?: string
  readonly person?: string
  readonly role?: readonly string[]
}

function jwksCommand(terminal: Terminal): Command {
  return new Command('jwks')
    .description(
      'print the public half of private keys as a JWK Set (RFC 7517), as the other agency is given it',
    )
    .requiredOption('--key <file...>', 'private keys, PKCS#8 in PEM')
    .option('--agency <id>', "an officer's agency")
    .option('--person <id>', 'the officer whose key it is')
    .option('--role <role...>', 'the roles in which the officer may sign: author, approver')
    .action(async (options: JwksOptions) => {
      const holder = holderOf(options)
      if (holder === 'incomplete') {
        terminal.err('an officer has --agency, --person and at least one --role')
        return terminal.end(2)
      }
      const keys: PublishedKey[] = []
      for (const file of options.key) {
        const { key: privateKey } = await readPrivateKey(resolve(terminal.cwd, file))
        const key = privateKey && createPublicKey(privateKey)
        const algorithm = key && algorithmOf(key)
        if (key === undefined || algorithm === undefined) {
          terminal.err(`${file} is not a readable private key (PKCS#8 in PEM) for signatures`)
          return terminal.end(1)
        }
        keys.push({ kid: keyThumbprint(key), algorithm, key, holder })
      }
      terminal.out(printJwks(keys).trimEnd())
    })
}

function holderOf({ agency, person, role }: JwksOptions): KeyHolder | undefined | 'incomplete' {
  if (agency === undefined && person === undefined && role === undefined) return undefined
  if (agency === undefined || !isAgencyId(agency) || person === undefined || role === undefined)
    return 'incomplete'
  return { agency, person, roles: role }
}

function nameFor(agency: AgencyId, system: string | undefined): { commonName: string; uri: string } {
  return system === undefined
    ? { commonName: `${agency} gateway`, uri: agencyUri(agency) }
    : { commonName: `${agency} ${system}`, uri: systemUri(agency, system) }
}

/** The key as PKCS#8 PEM whatever PEM it came in, or undefined where it is no RSA key. */
async function readRsaKey(path: string): Promise<string | undefined> {
  try {
    const key = createPrivateKey(await readFile(path, 'utf8'))
    if (key.asymmetricKeyType !== 'rsa') return undefined
    return key.export({ type: 'pkcs8', format: 'pem' }).toString()
  } catch {
    return undefined
  }
}
