import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { GatewayConfig } from '../config.ts'
import type { Clock } from '../kit/kit.ts'
import { printVerifierKeys } from '../ledger/ledger.ts'
import {
  makePostQuantumSigner,
  makeSigner,
  type PostQuantumSigner,
  readPrivateKey,
  type Signer,
} from '../seal/seal.ts'
import { openSqliteLedger } from '../stores/stores.ts'
import type { AgencyId } from '../terms/terms.ts'
import { firstOrigin, originIn, rawPublicKey, witnessName } from './opening.ts'

/** Where an example agency keeps the verifier keys of its ledger and its witness, in the folder that others are given. */
export const VERIFIER_KEYS_FILE = join('public', 'ledger.vkeys')

/** Writes what the agencies of an example PKI give each other so that they can watch each other's ledgers. */
export async function publishVerifierKeys(
  directory: string,
  agencies: readonly AgencyId[],
  clock: Clock,
): Promise<void> {
  for (const agency of agencies) {
    const folder = join(directory, agency)
    const ledger = await keyIn(join(folder, 'ledger.key.pem'))
    const witness = await keyIn(join(folder, 'witness.key.pem'))
    const postQuantum = await postQuantumIn(join(folder, 'ledger-pq.key.pem'))
    const text =
      ledger && keysOf({ agency, origin: firstOrigin(agency, clock), ledger, postQuantum, witness })
    if (text !== undefined) await writeFile(join(folder, VERIFIER_KEYS_FILE), text)
  }
}

/**
 * The verifier keys of a gateway, a line each: what its peers are given by another way.
 *
 * @returns undefined where its keys cannot be read
 */
export async function verifierKeysOf(config: GatewayConfig, clock: Clock): Promise<string | undefined> {
  const { agency, keys, ledgerOrigin, storeDirectory } = config
  const ledger = await keyIn(keys.ledger)
  const witness = keys.witness === undefined ? undefined : await keyIn(keys.witness)
  const origin = (await storedOrigin(storeDirectory)) ?? ledgerOrigin ?? firstOrigin(agency, clock)
  const { ledgerPostQuantum: second } = keys
  const postQuantum = second === undefined ? undefined : await postQuantumIn(second)
  return ledger && keysOf({ agency, origin, ledger, postQuantum, witness })
}

async function storedOrigin(directory: string): Promise<string | undefined> {
  try {
    using ledger = openSqliteLedger(directory)
    const [first = ''] = await ledger.leaves(0, 1)
    return originIn(first)
  } catch {
    return undefined
  }
}

async function keyIn(file: string): Promise<Signer | undefined> {
  const { key } = await readPrivateKey(file)
  return key?.asymmetricKeyType === 'ed25519' ? makeSigner(key) : undefined
}

async function postQuantumIn(file: string): Promise<PostQuantumSigner | undefined> {
  const { key } = await readPrivateKey(file)
  return key?.asymmetricKeyType === 'ml-dsa-44' ? makePostQuantumSigner(key) : undefined
}

function keysOf(of: {
  readonly agency: AgencyId
  readonly origin: string
  readonly ledger: Signer
  readonly postQuantum: PostQuantumSigner | undefined
  readonly witness: Signer | undefined
}): string {
  const { agency, origin, ledger, postQuantum, witness } = of
  const cosigner = witness && { name: witnessName(agency), publicKey: rawPublicKey(witness.publicKey) }
  return printVerifierKeys({
    log: { name: origin, publicKey: rawPublicKey(ledger.publicKey) },
    postQuantum: postQuantum && { name: origin, publicKey: postQuantum.publicKey },
    witness: cosigner,
  })
}
