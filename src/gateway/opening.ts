import type { KeyObject } from 'node:crypto'
import type { GatewayConfig } from '../config.ts'
import type { Book } from '../governance/governance.ts'
import { type Clock, digestOf } from '../kit/kit.ts'
import {
  type LeafWriter,
  type LedgerStore,
  type LogSigner,
  type NoteSigner,
  printVkey,
} from '../ledger/ledger.ts'
import { type AgencyId, ProblemsError } from '../terms/terms.ts'
import type { GatewayKeys } from './keys.ts'

/** The log keeps the name it was opened under; a new one is named after the agency and the year. */
export async function ledgerSigner(
  config: GatewayConfig,
  keys: GatewayKeys,
  store: LedgerStore,
  clock: Clock,
): Promise<LogSigner> {
  const [first] = await store.leaves(0, 1)
  const opened = first === undefined ? undefined : originIn(first)
  const named = config.ledgerOrigin ?? opened ?? firstOrigin(config.agency, clock)
  // A log that was opened again has the name of before and a number.
  const name = opened?.replace(/-\d+$/, '') === named ? opened : named
  if (opened !== undefined && opened !== name) {
    const says = `names the log \`${name}\`, but the store holds \`${opened}\``
    throw new ProblemsError([{ file: config.file, line: 0, column: 0, code: 'ledger-origin', says }])
  }
  const { publicKey, sign } = keys.ledger
  return { name, publicKey: rawPublicKey(publicKey), sign, postQuantum: keys.ledgerPostQuantum }
}

/** What a log is called that nobody has given another name. */
export function firstOrigin(agency: AgencyId, clock: Clock): string {
  return `${agency}.concordat/ledger/${new Date(clock.now()).getUTCFullYear()}`
}

/** As what a gateway cosigns. */
export function witnessName(agency: AgencyId): string {
  return `${agency}.concordat/witness`
}

/** The name of the log in its first leaf. */
export function originIn(leaf: string): string | undefined {
  return /"origin":"([^"]+)"/.exec(leaf)?.[1]
}

/** Signs cosignatures; undefined where this gateway is nobody's witness. */
export function witnessSigner({ agency }: GatewayConfig, { witness }: GatewayKeys): NoteSigner | undefined {
  if (witness === undefined) return undefined
  return { name: witnessName(agency), publicKey: rawPublicKey(witness.publicKey), sign: witness.sign }
}

/** The 32 bytes of an Ed25519 public key (RFC 8032), without their wrapping. */
export function rawPublicKey(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')
}

/** What is recorded first at every start: with which keys this gateway works; before everything, the name of the log. */
export function startLeaves(
  head: { readonly size: number },
  leaves: LeafWriter,
  keys: GatewayKeys,
  signer: NoteSigner,
): string[] {
  const open = () => leaves.write('log.open', { origin: signer.name, vkey: printVkey(signer) }).text
  return [...(head.size === 0 ? [open()] : []), ...keyLeaves(leaves, keys)]
}

/** With which keys this gateway works. */
export function keyLeaves(leaves: LeafWriter, keys: GatewayKeys): string[] {
  const spki = ({ publicKey }: { readonly publicKey: KeyObject }) =>
    digestOf(publicKey.export({ type: 'spki', format: 'der' }))
  const { ledgerPostQuantum: second } = keys
  return [
    leaves.write('key.load', { use: 'batch', key: spki(keys.batch) }),
    leaves.write('key.load', { use: 'ledger', key: spki(keys.ledger) }),
    ...(second ? [leaves.write('key.load', { use: 'ledger', key: digestOf(second.spki) })] : []),
    ...(keys.witness ? [leaves.write('key.load', { use: 'witness', key: spki(keys.witness) })] : []),
  ].map(leaf => leaf.text)
}

/** The agreements that count at present. */
export function agreementLeaves(leaves: LeafWriter, book: Pick<Book, 'all'>): string[] {
  return book.all.map(
    ({ id, revision, digest }) =>
      leaves.write('policy.load', { agreement: id, revision, policy: digest }).text,
  )
}
