import type { KeyObject } from 'node:crypto'
import type { GatewayConfig } from '../config.ts'
import type { Book } from '../governance/governance.ts'
import { digestOf } from '../kit/kit.ts'
import { type LeafWriter, type LedgerStore, type NoteSigner, printVkey } from '../ledger/ledger.ts'
import { ProblemsError } from '../terms/terms.ts'
import type { GatewayKeys } from './keys.ts'

/** The log keeps the name it was opened under; a new one is named after the agency and the year. */
export async function ledgerSigner(
  config: GatewayConfig,
  keys: GatewayKeys,
  store: LedgerStore,
): Promise<NoteSigner> {
  const [first] = await store.leaves(0, 1)
  const opened = first === undefined ? undefined : /"origin":"([^"]+)"/.exec(first)?.[1]
  const name =
    config.ledgerOrigin ?? opened ?? `${config.agency}.concordat/ledger/${new Date().getUTCFullYear()}`
  if (opened !== undefined && opened !== name) {
    const says = `names the log \`${name}\`, but the store holds \`${opened}\``
    throw new ProblemsError([{ file: config.file, line: 0, column: 0, code: 'ledger-origin', says }])
  }
  const { publicKey, sign } = keys.ledger
  return { name, publicKey: rawPublicKey(publicKey), sign }
}

/** The 32 bytes of an Ed25519 public key (RFC 8032), without their wrapping. */
function rawPublicKey(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')
}

/** What is recorded first at every start: with which keys this gateway works; before everything, the name of the log. */
export function startLeaves(
  head: { readonly size: number },
  leaves: LeafWriter,
  keys: GatewayKeys,
  signer: NoteSigner,
): string[] {
  const spki = (use: 'batch' | 'ledger') =>
    digestOf(keys[use].publicKey.export({ type: 'spki', format: 'der' }))
  return [
    ...(head.size === 0 ? [leaves.write('log.open', { origin: signer.name, vkey: printVkey(signer) })] : []),
    leaves.write('key.load', { use: 'batch', key: spki('batch') }),
    leaves.write('key.load', { use: 'ledger', key: spki('ledger') }),
  ].map(leaf => leaf.text)
}

/** The agreements that count at the start. */
export function agreementLeaves(leaves: LeafWriter, book: Pick<Book, 'all'>): string[] {
  return book.all.map(
    ({ id, revision, digest }) =>
      leaves.write('policy.load', { agreement: id, revision, policy: digest }).text,
  )
}
