import { faultOfSignature, lackOfSecond } from './checkpoints.ts'
import { gatherFindings } from './finding.ts'
import { type Head, type Key, readHead, splitNote } from './note.ts'
import { type Policy, witnessesOf } from './policy.ts'
import { leafHash, nodeHash } from './tree.ts'
import type { VerifyReport } from './verify.ts'

const FIRST_LINE = 'c2sp.org/tlog-proof@v1'

/** A proof that one leaf is in a log (C2SP tlog-proof). */
export interface Proof {
  /** Not signed by anybody; we put the leaf there. */
  readonly extra: Buffer | undefined
  readonly index: number
  readonly hashes: readonly Buffer[]
  /** The signed note, byte for byte. */
  readonly checkpoint: Buffer
}

/** Reads a `.tlog-proof` file; undefined unless it has exactly that form. */
export function readProof(bytes: Buffer): Proof | undefined {
  const gap = bytes.indexOf('\n\n')
  if (gap < 0) return undefined
  const [first, ...lines] = bytes.subarray(0, gap).toString('latin1').split('\n')
  const extra = lines[0]?.startsWith('extra ') ? fromBase64(lines.shift()?.slice(6) ?? '') : undefined
  const [, index] = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '') ?? []
  const hashes = lines.map(fromBase64).filter(hash => hash?.length === 32)
  if (first !== FIRST_LINE || index === undefined || hashes.length < lines.length) return undefined
  return {
    extra,
    index: Number(index),
    hashes: hashes.filter(hash => hash !== undefined),
    checkpoint: bytes.subarray(gap + 2),
  }
}

function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

/** Whether the hashes lead from a leaf to the root (RFC 9162 §2.1.3.2). */
export function leadsToRoot(
  { index, hashes }: Pick<Proof, 'index' | 'hashes'>,
  leaf: Buffer,
  head: Pick<Head, 'size' | 'root'>,
): boolean {
  if (!Number.isSafeInteger(index) || index < 0 || index >= head.size) return false
  if ([leaf, head.root, ...hashes].some(hash => hash.length !== 32)) return false
  let [at, last, root] = [index, head.size - 1, leaf]
  for (const sibling of hashes) {
    if (last === 0) return false
    const isRight = at % 2 === 1
    root = isRight || at === last ? nodeHash(sibling, root) : nodeHash(root, sibling)
    if (!isRight && at === last) while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)]
    ;[at, last] = [Math.floor(at / 2), Math.floor(last / 2)]
  }
  return last === 0 && root.equals(head.root)
}

export interface ProofRequest {
  /** The `.tlog-proof` file. */
  readonly proof: Buffer
  /** The leaf; undefined to take the one in the proof. */
  readonly leaf: Buffer | undefined
  readonly keys: readonly Key[]
  readonly policy: Policy | undefined
}

export interface ProofReport
  extends Pick<VerifyReport, 'verdict' | 'origin' | 'size' | 'findings' | 'seenBy'> {
  readonly index: number | undefined
  /** The leaf that was proven, as it was recorded. */
  readonly leaf: string | undefined
}

/** Judges a proof together with its leaf. Never throws for what they hold. */
export function verifyProof({ proof: bytes, leaf, keys, policy }: ProofRequest): ProofReport {
  const { findings, report, verdict } = gatherFindings()
  const proof = readProof(bytes)
  const note = proof && splitNote(proof.checkpoint)
  const head = note && readHead(note.text)
  const proven = leaf ?? proof?.extra
  if (!proof || !head) report('tampered', 'proof-malformed', 'this is not a proof over a signed checkpoint')
  if (keys.length === 0)
    report('missing', 'vkey-unfit', 'there is no verifier key of the form `name+id+base64`')
  const fault = note && head && faultOfSignature(note, head, keys)
  if (fault) report('tampered', fault[0], `the checkpoint ${fault[1]}`)
  const lacking = note && head && lackOfSecond(note, head, keys)
  if (lacking) report('missing', lacking[0], `the checkpoint ${lacking[1]}`)
  if (proven === undefined) report('missing', 'leaf-missing', 'neither the proof nor a file holds the leaf')
  else if (proof && head && !leadsToRoot(proof, leafHash(proven), head))
    report('tampered', 'proof-fails', `the leaf is not leaf ${proof.index} of that log`, proof.index)
  const witnessed = note && policy ? witnessesOf(note, policy) : undefined
  for (const name of witnessed?.wrong ?? [])
    report('tampered', 'cosignature-invalid', `the line of the witness \`${name}\` is not its signature`)
  if (policy && !policy.suffices(witnessed?.seenBy ?? new Set()))
    report('missing', 'quorum-missing', `the checkpoint was not seen by \`${policy.quorum}\``)
  return {
    verdict: verdict(),
    origin: head?.origin,
    size: head?.size,
    index: proof?.index,
    leaf: proven?.toString('utf8'),
    seenBy: [...(witnessed?.seenBy ?? [])],
    findings,
  }
}
