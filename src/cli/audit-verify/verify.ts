/**
 * Verifies an exported ledger. This folder stands alone: it imports nothing of the gateway and nothing that does not come
 * with Node, so that the one who is audited and the one who audits need not run the same code. It can be copied away, read
 * on its own, and run with `node main.ts`.
 *
 * 1. each checkpoint's signature (C2SP signed-note, Ed25519 and ML-DSA-44) and its form (tlog-checkpoint)
 * 2. every leaf against the tiles of level 0, every tile against the level below, and the root at the size of every
 *    checkpoint against the one that was signed: so each checkpoint goes on from all earlier ones (RFC 6962)
 * 3. which witnesses have cosigned, where a policy says whom to trust (tlog-cosignature, tlog-policy)
 * 4. which checkpoints an authority has time-stamped, and when (RFC 3161): see `stamps.ts`
 * 5. what the leaves say: see `story.ts`
 */
import { type Checkpoint, judgeRoots, readCheckpoints } from './checkpoints.ts'
import { type Files, openFiles } from './files.ts'
import { type Finding, gatherFindings, type Report, type Verdict } from './finding.ts'
import { cosignedAt, type Key, readKey } from './note.ts'
import { type Policy, readPolicy, witnessesOf } from './policy.ts'
import { readAuthorities, readStamps, type Stamped } from './stamps.ts'
import { makeStory } from './story.ts'
import { regrow } from './tree.ts'

export type { Finding } from './finding.ts'
export { type Key, readKey } from './note.ts'
export { type Policy, type PolicyReading, readPolicy } from './policy.ts'
export { type ProofReport, verifyProof } from './proof.ts'

export interface VerifyRequest {
  readonly directory: string
  /** The log's verifier keys as the agency gave them, a line each; undefined to believe those in the policy or the export. */
  readonly vkey: string | undefined
  /** A policy file (C2SP tlog-policy); undefined to ask for no witness. */
  readonly policy: Buffer | undefined
  /** Certificates that a time-stamping authority signs with, PEM; left out to believe those in its stamps. */
  readonly tsa?: Buffer | undefined
  /** How far a leaf's time may lie behind that of an earlier one, ms. */
  readonly toleranceMs: number
}

export interface VerifyReport {
  readonly verdict: Verdict
  readonly origin: string | undefined
  readonly size: number | undefined
  /** Base64. */
  readonly root: string | undefined
  /** The keys that were used, a line each. */
  readonly vkey: string | undefined
  readonly vkeyFrom: 'caller' | 'policy' | 'export'
  /** How many signed checkpoints the leaves lead to. */
  readonly checkpoints: number
  /** How many leaves the largest checkpoint covers that a quorum of the policy has cosigned; undefined without a policy. */
  readonly witnessed: number | undefined
  /** The witnesses of that checkpoint, by their names in the policy. */
  readonly seenBy: readonly string[]
  /** When the last of them cosigned it, seconds since 1970. */
  readonly seenAt: number | undefined
  /** What a time-stamping authority has said of the checkpoints. */
  readonly stamped: Stamped
  readonly firstBadLeaf: number | undefined
  readonly leaves: Readonly<Record<string, number>>
  /** Forwarded exchanges that neither were answered nor expired before the checkpoint. */
  readonly open: number
  readonly findings: readonly Finding[]
}

/** Reads the whole export and judges it. Never throws for what the export holds. */
export function verifyExport(request: VerifyRequest): VerifyReport {
  const { findings, report, verdict, firstBadLeaf } = gatherFindings()
  const files = openFiles(request.directory)
  const policy = openPolicy(request.policy, report)
  const { keys, ...trust } = chooseKeys(files, request.vkey, policy, report)
  const checkpoints = readCheckpoints(files, keys, report)
  const [newest] = checkpoints
  const story = makeStory(newest?.origin, request.toleranceMs, report)
  const authorities = readAuthorities(request.tsa, report)
  const stamps = readStamps(files, authorities, newest && { newest, keys, report })
  const heads = [...checkpoints, ...stamps.heads]
  const hear = (leaf: Buffer, index: number) => {
    story.tell(leaf, index)
    stamps.tell(leaf, index)
  }
  const regrown = newest && regrow(files, new Set(heads.map(({ size }) => size)), hear, report)
  if (regrown) judgeRoots(heads, regrown, report)
  const stamped = stamps.judge(regrown?.roots ?? new Map(), report)
  const witnessed = policy && judgeWitnesses(checkpoints, policy, report)
  return {
    verdict: verdict(),
    origin: newest?.origin,
    size: newest?.size,
    root: newest?.root.toString('base64'),
    ...trust,
    checkpoints: new Set(checkpoints.map(({ size }) => size)).size,
    witnessed: witnessed?.size,
    seenBy: witnessed?.seenBy ?? [],
    seenAt: witnessed?.seenAt,
    stamped,
    firstBadLeaf: firstBadLeaf(),
    leaves: Object.fromEntries(story.counts),
    open: story.open(),
    findings,
  }
}

function openPolicy(bytes: Buffer | undefined, report: Report): Policy | undefined {
  const reading = bytes && readPolicy(bytes)
  if (reading?.ok) return reading.policy
  if (reading) report('missing', 'policy-unfit', `the policy, line ${reading.line}: ${reading.says}`)
  return undefined
}

type Trust = Pick<VerifyReport, 'vkey' | 'vkeyFrom'> & { readonly keys: readonly Key[] }

/** Keys that came by another way count before those in the export, and must be among these where it names any. */
function chooseKeys(
  files: Files,
  given: string | undefined,
  policy: Policy | undefined,
  report: Report,
): Trust {
  const exported = linesOf(files.text('vkey') ?? '')
  const fromPolicy = policy?.logs.map(({ vkey }) => vkey) ?? []
  const lines = given !== undefined ? linesOf(given) : fromPolicy.length > 0 ? fromPolicy : exported
  const vkeyFrom = given !== undefined ? 'caller' : fromPolicy.length > 0 ? 'policy' : 'export'
  const keys = lines.map(readKey).filter(key => key !== undefined && key.kind !== 'ed25519-cosignature')
  if (keys.length < lines.length || keys.length === 0)
    report('missing', 'vkey-unfit', 'there is no verifier key of the form `name+id+base64`')
  else if (exported.length > 0 && !exported.some(line => lines.includes(line)))
    report('tampered', 'vkey-differs', 'the key in the export is not the one that was given')
  const known = keys.filter(key => key !== undefined)
  return { keys: known, vkey: lines.length > 0 ? lines.join('\n') : undefined, vkeyFrom }
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean)
}

/** The largest checkpoint that a quorum has seen. A wrong line of a known witness is never passed over. */
function judgeWitnesses(checkpoints: readonly Checkpoint[], policy: Policy, report: Report) {
  let best: { readonly size: number; readonly seenBy: string[]; readonly seenAt: number } | undefined
  for (const { path, note, size } of checkpoints) {
    const { seenBy, wrong } = witnessesOf(note, policy)
    for (const name of wrong)
      report(
        'tampered',
        'cosignature-invalid',
        `the line of the witness \`${name}\` in \`${path}\` is not its signature`,
      )
    if (!policy.suffices(seenBy) || size < (best?.size ?? 0)) continue
    const times = [...policy.witnesses.values()].map(key => cosignedAt(note, key) ?? 0)
    best = { size, seenBy: [...seenBy], seenAt: Math.max(0, ...times) }
  }
  if (!best) report('missing', 'quorum-missing', `no checkpoint was seen by \`${policy.quorum}\``)
  return best
}
