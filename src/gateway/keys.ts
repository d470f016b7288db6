import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GatewayConfig } from '../config.ts'
import { randomKey } from '../kit/kit.ts'
import {
  makePostQuantumSigner,
  makeSigner,
  type PostQuantumSigner,
  readPrivateKey,
  type Signer,
} from '../seal/seal.ts'
import { type Problem, ProblemsError } from '../terms/terms.ts'

/** Every private key of a running gateway. */
export interface GatewayKeys {
  readonly batch: Signer
  readonly ledger: Signer
  /** The second key of the ledger; undefined where checkpoints are signed once. */
  readonly ledgerPostQuantum: PostQuantumSigner | undefined
  /** Undefined where this gateway is nobody's witness. */
  readonly witness: Signer | undefined
  /** Key objects of the references that agreements name. */
  readonly pseudonyms: ReadonlyMap<string, KeyObject>
  /** Keys that never leave this gateway; they come from one file beside the store. */
  readonly local: { readonly lane: KeyObject; readonly once: KeyObject; readonly vault: KeyObject }
}

/**
 * Reads the keys that the configuration names.
 *
 * @throws ProblemsError where one is missing, malformed, or may be read by others; practice does not excuse that
 */
export async function loadKeys(config: GatewayConfig): Promise<GatewayKeys> {
  const problems: Problem[] = []
  const signer = async (file: string): Promise<Signer | undefined> => {
    const { key, problems: found } = await readPrivateKey(file)
    problems.push(...found)
    if (key === undefined || found.length > 0) return undefined
    if (key.asymmetricKeyType === 'ed25519') return makeSigner(key)
    problems.push({ file, line: 0, column: 0, code: 'key-type', says: 'is not an Ed25519 key' })
    return undefined
  }
  const batch = await signer(config.keys.batch)
  const ledger = await signer(config.keys.ledger)
  const second = await readPostQuantum(config.keys.ledgerPostQuantum)
  problems.push(...second.problems)
  const witness = config.keys.witness === undefined ? undefined : await signer(config.keys.witness)
  problems.push(...sameKey(config, ledger, witness))
  const pseudonyms = new Map<string, KeyObject>()
  for (const [name, file] of config.keys.pseudonyms) {
    const key = readSecret(file)
    if (key) pseudonyms.set(name, key)
    else
      problems.push({
        file,
        line: 0,
        column: 0,
        code: 'key-unreadable',
        says: 'is not 32 bytes in hexadecimal',
      })
  }
  if (batch === undefined || ledger === undefined || problems.length > 0) throw new ProblemsError(problems)
  const ledgerPostQuantum = second.signer
  return { batch, ledger, ledgerPostQuantum, witness, pseudonyms, local: localKeys(config.storeDirectory) }
}

interface PostQuantumReading {
  readonly signer: PostQuantumSigner | undefined
  readonly problems: readonly Problem[]
}

async function readPostQuantum(file: string | undefined): Promise<PostQuantumReading> {
  if (file === undefined) return { signer: undefined, problems: [] }
  const { key, problems } = await readPrivateKey(file)
  if (key === undefined || problems.length > 0) return { signer: undefined, problems }
  if (key.asymmetricKeyType === 'ml-dsa-44') return { signer: makePostQuantumSigner(key), problems }
  const says = 'is not an ML-DSA-44 key'
  return { signer: undefined, problems: [{ file, line: 0, column: 0, code: 'key-type', says }] }
}

/** A cosignature does not name its signer, so one key for log and witness would let the one pass for the other. */
function sameKey(
  { keys }: GatewayConfig,
  ledger: Signer | undefined,
  witness: Signer | undefined,
): readonly Problem[] {
  if (witness === undefined || witness.kid !== ledger?.kid) return []
  const says = 'is the key of the ledger, too; the witness needs one of its own'
  return [{ file: keys.witness ?? '', line: 0, column: 0, code: 'key-shared', says }]
}

function readSecret(file: string): KeyObject | undefined {
  if (!existsSync(file)) return undefined
  const text = readFileSync(file, 'utf8').trim()
  return /^[0-9a-f]{64}$/i.test(text) ? createSecretKey(Buffer.from(text, 'hex')) : undefined
}

/** Written under another name first: a start that is broken off leaves no half of a key, and of two the first one counts. */
function putSecret(file: string, secret: Buffer): void {
  const draft = `${file}.${randomKey(8).toString('hex')}`
  writeFileSync(draft, `${secret.toString('hex')}\n`, { flag: 'wx', mode: 0o600, flush: true })
  try {
    linkSync(draft, file)
  } catch (fault) {
    if (!existsSync(file)) throw fault
  } finally {
    rmSync(draft)
  }
}

/** One secret beside the store, made at the first start; each use gets its own key from it (HKDF, RFC 5869). */
function localKeys(directory: string): GatewayKeys['local'] {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = join(directory, 'local.key.secret')
  if (!existsSync(file)) putSecret(file, randomKey(32))
  const secret = readSecret(file)
  if (secret === undefined) {
    const says = 'is not 32 bytes in hexadecimal'
    throw new ProblemsError([{ file, line: 0, column: 0, code: 'key-unreadable', says }])
  }
  const derive = (use: string) =>
    createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `concordat ${use}`, 32)))
  return { lane: derive('lane'), once: derive('idempotency'), vault: derive('vault') }
}
