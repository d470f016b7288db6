import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { Command } from 'commander'
import { systemClock } from '../kit/kit.ts'
import { makeSigner, mintToken, readPrivateKey, type Signer, thumbprint } from '../seal/seal.ts'
import { agencyUri, isAgencyId, officerId } from '../terms/terms.ts'
import type { Terminal } from './terminal.ts'

interface TokenOptions {
  readonly certs: string
  readonly system: string
  readonly person: string
  readonly role: string
  readonly purpose: readonly string[]
  readonly ttl: string
  readonly issuer?: string
  readonly audience?: string
  readonly json: boolean
}

/** `concordat token`: one access token of the example issuer, bound to the certificate of one system. */
export function tokenCommand(terminal: Terminal): Command {
  return new Command('token')
    .description("print an access token of an example agency, bound to one of its systems' certificates")
    .requiredOption('--certs <directory>', "the agency's folder, such as certs-example/northshire-police")
    .requiredOption(
      '--system <id>',
      'the system that will present it, such as public-order-system; `officer` for the own certificate of an officer',
    )
    .requiredOption('--person <id>', 'who asks, such as p-118')
    .requiredOption('--role <role>', 'in which role, such as ops-room')
    .requiredOption('--purpose <purpose...>', 'what it may be used for; may be given several times')
    .option('--ttl <time>', 'how long it is good: 90s, 15m, 2h; at most 24h', '15m')
    .option('--issuer <uri>', "default: urn:concordat:issuer: and the folder's name")
    .option('--audience <uri>', "default: urn:concordat:agency: and the folder's name")
    .option('--json', 'print token and times as JSON', false)
    .action(async (options: TokenOptions) => {
      const ttlSeconds = secondsOf(options.ttl)
      const agency = basename(resolve(terminal.cwd, options.certs))
      if (ttlSeconds === undefined || !isAgencyId(agency)) {
        terminal.err('expected --ttl such as 15m, at most 24h, and a folder named like the agency')
        return terminal.end(2)
      }
      const made = await readIssuer(resolve(terminal.cwd, options.certs), options.system)
      if (typeof made === 'string') {
        terminal.err(made)
        return terminal.end(1)
      }
      const issuer = options.issuer ?? `urn:concordat:issuer:${agency}`
      const audience = options.audience ?? agencyUri(agency)
      const { person, role, purpose: purposes } = options
      const system = options.system === 'officer' ? officerId(person) : options.system
      const token = mintToken(
        { signer: made.signer, clock: systemClock, issuer, audience },
        { person, role, purposes, system, thumbprint: made.thumbprint, ttlSeconds },
      )
      terminal.out(options.json ? JSON.stringify({ token, issuer, audience, ttlSeconds }) : token)
    })
}

/** The issuer's key and the thumbprint of the system's certificate, or a sentence on what is amiss. */
async function readIssuer(
  directory: string,
  system: string,
): Promise<{ readonly signer: Signer; readonly thumbprint: string } | string> {
  const { key, problems } = await readPrivateKey(join(directory, 'token.key.pem'))
  const [problem] = problems
  if (!key || problem) return `token.key.pem: ${problem?.says ?? 'the key cannot be used'}`
  try {
    const certificate = new X509Certificate(await readFile(join(directory, `${system}.pem`)))
    return { signer: makeSigner(key), thumbprint: thumbprint(certificate) }
  } catch {
    return `${system}.pem: expected the certificate of the system, and an Ed25519 key in token.key.pem`
  }
}

const SECONDS_IN = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
])

function secondsOf(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,5})([smh])$/.exec(text) ?? []
  const seconds = Number(count) * (SECONDS_IN.get(unit ?? '') ?? Number.NaN)
  return seconds > 0 && seconds <= 86_400 ? seconds : undefined
}
