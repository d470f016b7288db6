/**
 * Verifies an exported ledger. This file stands alone: it imports nothing of the gateway, so that the one who is audited
 * and the one who audits need not run the same code. It can be copied away and read on its own.
 *
 * 1. the checkpoint's signature (C2SP signed-note, Ed25519) and its form (tlog-checkpoint)
 * 2. every leaf against the tiles of level 0, every tile against the level below, the root against the checkpoint (RFC 6962)
 * 3. what the leaves say: unique ids, time that does not run backwards, no answer without a decision to forward
 */
import { createPublicKey, hash, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const WIDTH = 256

export interface VerifyRequest {
  readonly directory: string
  /** The log's verifier key as the agency gave it; undefined to believe the one in the export. */
  readonly vkey: string | undefined
  /** How far a leaf's time may lie behind that of an earlier one, ms. */
  readonly toleranceMs: number
}

export interface Finding {
  /** `tampered`: something is not what was signed, or contradicts itself. `missing`: it cannot be told. */
  readonly kind: 'tampered' | 'missing'
  readonly code: string
  /** The number of the leaf, counted from 0, where the finding is about one. */
  readonly leaf: number | undefined
  readonly says: string
}

export interface VerifyReport {
  readonly verdict: 'good' | 'tampered' | 'incomplete'
  readonly origin: string | undefined
  readonly size: number | undefined
  /** Base64. */
  readonly root: string | undefined
  readonly vkey: string | undefined
  readonly vkeyFrom: 'caller' | 'export'
  readonly firstBadLeaf: number | undefined
  readonly leaves: Readonly<Record<string, number>>
  /** Forwarded exchanges that neither were answered nor expired before the checkpoint. */
  readonly open: number
  readonly findings: readonly Finding[]
}

/** Reports at most this many findings; more would tell nothing new. */
const MAX_FINDINGS = 100
const MAX_DIFFERENCES = 1000

type Report = (kind: Finding['kind'], code: string, says: string, leaf?: number) => void

/** Reads the whole export and judges it. Never throws for what the export holds. */
export function verifyExport(request: VerifyRequest): VerifyReport {
  const findings: Finding[] = []
  let firstBadLeaf: number | undefined
  const report: Report = (kind, code, says, leaf) => {
    if (leaf !== undefined) firstBadLeaf = Math.min(leaf, firstBadLeaf ?? leaf)
    if (findings.length < MAX_FINDINGS) findings.push({ kind, code, says, leaf })
  }
  const files = openFiles(request.directory)
  const vkey = request.vkey ?? files.text('vkey')?.trim()
  const head = openCheckpoint(files, vkey, report)
  const story = makeStory(request.toleranceMs, report)
  if (head) checkTree(files, head, story, report)
  return {
    verdict: verdictOf(findings),
    origin: head?.origin,
    size: head?.size,
    root: head?.root.toString('base64'),
    vkey,
    vkeyFrom: request.vkey === undefined ? 'export' : 'caller',
    firstBadLeaf,
    leaves: Object.fromEntries(story.counts),
    open: story.open(),
    findings,
  }
}

function verdictOf(findings: readonly Finding[]): VerifyReport['verdict'] {
  if (findings.some(finding => finding.kind === 'tampered')) return 'tampered'
  return findings.length > 0 ? 'incomplete' : 'good'
}

// ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Files {
  bytes(path: string): Buffer | undefined
  text(path: string): string | undefined
}

function openFiles(directory: string): Files {
  function bytes(path: string): Buffer | undefined {
    try {
      return readFileSync(join(directory, path))
    } catch {
      return undefined
    }
  }
  return { bytes, text: path => bytes(path)?.toString('utf8') }
}

/** `tile/0/x001/067`, with `.p/5` for one that holds five (C2SP tlog-tiles). */
function tilePath(level: number | 'entries', index: number, width: number): string {
  const groups: string[] = []
  for (
    let rest = index, mark = '';
    groups.length === 0 || rest > 0;
    rest = Math.floor(rest / 1000), mark = 'x'
  )
    groups.unshift(`${mark}${String(rest % 1000).padStart(3, '0')}`)
  return `tile/${level}/${groups.join('/')}${width === WIDTH ? '' : `.p/${width}`}`
}

// ── Checkpoint ───────────────────────────────────────────────────────────────────────────────────────────────────────

interface Head {
  readonly origin: string
  readonly size: number
  readonly root: Buffer
}

function openCheckpoint(files: Files, vkey: string | undefined, report: Report): Head | undefined {
  const bytes = files.bytes('checkpoint')
  if (!bytes) {
    report('missing', 'checkpoint-missing', 'the file `checkpoint` is missing')
    return undefined
  }
  const note = bytes.toString('utf8')
  const gap = note.lastIndexOf('\n\n')
  const text = note.slice(0, gap + 1)
  const head = gap < 0 || !Buffer.from(note).equals(bytes) ? undefined : readHead(text)
  if (!head) {
    report(
      'tampered',
      'checkpoint-malformed',
      'the checkpoint is not a signed note over origin, size and root',
    )
    return undefined
  }
  const key = readKey(vkey)
  if (!key)
    report('missing', 'vkey-unfit', 'there is no verifier key of the form `name+id+base64` for Ed25519')
  else if (key.name !== head.origin)
    report('tampered', 'checkpoint-origin', 'the checkpoint is of another log than the key')
  else if (!isSigned(text, note.slice(gap + 2), key))
    report('tampered', 'checkpoint-signature', 'the checkpoint is not signed by the key')
  return head
}

function readHead(text: string): Head | undefined {
  const [origin, size = '', encoded = '', ...extensions] = text.slice(0, -1).split('\n')
  const root = Buffer.from(encoded, 'base64')
  if (!origin || !/^(0|[1-9]\d{0,15})$/.test(size) || extensions.includes('')) return undefined
  if (root.length !== 32 || root.toString('base64') !== encoded) return undefined
  return { origin, size: Number(size), root }
}

interface Key {
  readonly name: string
  readonly id: Buffer
  readonly publicKey: Buffer
}

function readKey(vkey: string | undefined): Key | undefined {
  const [, name, hex, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey ?? '') ?? []
  if (name === undefined || hex === undefined || encoded === undefined) return undefined
  const key = Buffer.from(encoded, 'base64')
  const id = sha256(Buffer.concat([Buffer.from(`${name}\n`), key])).subarray(0, 4)
  const fits =
    key.length === 33 && key[0] === 1 && key.toString('base64') === encoded && id.toString('hex') === hex
  return fits ? { name, id, publicKey: key.subarray(1) } : undefined
}

/** Every line of the block must be a signature; at least one is by the key and right, and none by the key is wrong. */
function isSigned(text: string, block: string, key: Key): boolean {
  const x = key.publicKey.toString('base64url')
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  if (!block.endsWith('\n')) return false
  let signed = false
  for (const line of block.slice(0, -1).split('\n')) {
    const [, name, encoded = ''] = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/.exec(line) ?? []
    const bytes = Buffer.from(encoded, 'base64')
    if (name === undefined || bytes.length < 5 || bytes.toString('base64') !== encoded) return false
    if (name !== key.name || !bytes.subarray(0, 4).equals(key.id)) continue
    if (bytes.length !== 68 || !verify(null, Buffer.from(text), publicKey, bytes.subarray(4))) return false
    signed = true
  }
  return signed
}

// ── Tree ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

function sha256(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer')
}

function leafHash(leaf: Uint8Array): Buffer {
  return sha256(Buffer.concat([Buffer.of(0), leaf]))
}

function rootOf(hashes: readonly Buffer[]): Buffer {
  const [only] = hashes
  if (only === undefined) return sha256(Buffer.alloc(0))
  if (hashes.length === 1) return only
  let split = 1
  while (split * 2 < hashes.length) split *= 2
  return sha256(Buffer.concat([Buffer.of(1), rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split))]))
}

/** Where a stored hash differs from the one that was computed: `count` leaves from `leaf` on may be meant. */
interface Difference {
  readonly path: string
  readonly leaf: number
  readonly count: number
}

function checkTree(files: Files, head: Head, story: Story, report: Report): void {
  const differences: Difference[] = []
  const levels: Buffer[][] = [[]]
  const checkAndRise = (level: number, index: number, hashes: readonly Buffer[]): void => {
    const difference = compareTile(files, { level, index, hashes }, report)
    if (difference && differences.length < MAX_DIFFERENCES) differences.push(difference)
    if (hashes.length < WIDTH) return
    levels[level + 1] ??= []
    levels[level + 1]?.push(rootOf(hashes))
  }
  for (let from = 0; from < head.size; from += WIDTH) {
    const width = Math.min(WIDTH, head.size - from)
    const hashes = readLeaves(files, from, width, story, report) ?? hashesInTile(files, from, width)
    if (!hashes) return
    checkAndRise(0, from / WIDTH, hashes)
    if (hashes.length < WIDTH) levels[0] = hashes
  }
  for (let level = 1; level < levels.length; level++) {
    const row = levels[level] ?? []
    for (let from = 0; from < row.length; from += WIDTH)
      checkAndRise(level, from / WIDTH, row.slice(from, from + WIDTH))
  }
  conclude(rootOfLevels(levels).equals(head.root), differences, report)
}

/** The whole root: what is left over at each level stands to the right of the levels above. */
function rootOfLevels(levels: readonly (readonly Buffer[])[]): Buffer {
  let right: Buffer | undefined
  for (const [level, row] of levels.entries()) {
    const rest = level === 0 ? row : row.slice(row.length - (row.length % WIDTH))
    const hashes = right ? [...rest, right] : rest
    if (hashes.length > 0) right = rootOf(hashes)
  }
  return right ?? rootOf([])
}

/** The root is what was signed: where it is right, the leaves are, and a tile that differs was altered. */
function conclude(rootIsRight: boolean, differences: readonly Difference[], report: Report): void {
  for (const { path, leaf, count } of differences.filter(isFinest)) {
    if (rootIsRight)
      report('tampered', 'tile-differs', `\`${path}\` does not hold the hashes that the leaves have`)
    else if (count === 1)
      report('tampered', 'leaf-differs', `leaf ${leaf} is not the one that \`${path}\` was made from`, leaf)
    else
      report(
        'tampered',
        'leaf-differs',
        `a leaf from ${leaf} to ${leaf + count - 1} differs, says \`${path}\``,
        leaf,
      )
  }
  if (!rootIsRight)
    report('tampered', 'root-differs', 'the root over the leaves is not the one in the checkpoint')
}

/** A lower tile that differs already says which leaf is meant; those above it follow from that. */
function isFinest({ leaf, count }: Difference, _: number, all: readonly Difference[]): boolean {
  return !all.some(other => other.count < count && other.leaf >= leaf && other.leaf < leaf + count)
}

function compareTile(
  files: Files,
  tile: { readonly level: number; readonly index: number; readonly hashes: readonly Buffer[] },
  report: Report,
): Difference | undefined {
  const path = tilePath(tile.level, tile.index, tile.hashes.length)
  const stored = files.bytes(path)
  if (!stored) {
    report('missing', 'tile-missing', `the file \`${path}\` is missing`)
    return undefined
  }
  const computed = Buffer.concat(tile.hashes)
  if (stored.equals(computed)) return undefined
  const at = tile.hashes.findIndex((one, index) => !one.equals(stored.subarray(index * 32, index * 32 + 32)))
  const count = WIDTH ** tile.level
  return { path, leaf: (tile.index * WIDTH + Math.max(at, 0)) * count, count }
}

/** Hashes of the leaves of one bundle, each told to the story; undefined where the bundle cannot be read. */
function readLeaves(
  files: Files,
  from: number,
  width: number,
  story: Story,
  report: Report,
): Buffer[] | undefined {
  const path = tilePath('entries', from / WIDTH, width)
  const bundle = files.bytes(path)
  if (!bundle) {
    report('missing', 'bundle-missing', `the file \`${path}\` is missing`)
    return undefined
  }
  const leaves = splitBundle(bundle)
  for (const [index, leaf] of leaves.entries()) story.tell(leaf, from + index)
  if (leaves.length === width) return leaves.map(leafHash)
  const says = `\`${path}\` holds ${leaves.length} whole leaves and not ${width}`
  const tile = files.bytes(tilePath(0, from / WIDTH, width)) ?? Buffer.alloc(0)
  const at = leaves.findIndex(
    (leaf, index) => !leafHash(leaf).equals(tile.subarray(index * 32, index * 32 + 32)),
  )
  report('tampered', 'bundle-length', says, from + (at < 0 ? leaves.length : at))
  return undefined
}

/** What tile level 0 says of leaves that cannot be read, so that the rest can still be judged. */
function hashesInTile(files: Files, from: number, width: number): Buffer[] | undefined {
  const tile = files.bytes(tilePath(0, from / WIDTH, width))
  if (tile?.length !== width * 32) return undefined
  return Array.from({ length: width }, (_, at) => tile.subarray(at * 32, at * 32 + 32))
}

/** Each leaf has a big-endian uint16 length before it. A rest that is no whole leaf counts as one, so that it is noticed. */
function splitBundle(bundle: Buffer): Buffer[] {
  const leaves: Buffer[] = []
  for (let at = 0; at < bundle.length; ) {
    const end = at + 2 <= bundle.length ? at + 2 + bundle.readUInt16BE(at) : bundle.length + 1
    leaves.push(bundle.subarray(Math.min(at + 2, bundle.length), Math.min(end, bundle.length)))
    at = end
  }
  return leaves
}

// ── Story ────────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Story {
  tell(leaf: Buffer, index: number): void
  open(): number
  readonly counts: ReadonlyMap<string, number>
}

/** Follows what the leaves say, in their order. */
function makeStory(toleranceMs: number, report: Report): Story {
  const ids = new Set<string>()
  const forwarded = new Map<string, { readonly id: string; ended: boolean }>()
  const counts = new Map<string, number>()
  let latest = Number.NEGATIVE_INFINITY
  let ended = 0

  /** What speaks against a leaf that ends an exchange; undefined where it is in order. */
  function faultOfEnding(leaf: Leaf): [code: string, says: string] | undefined {
    const decided = forwarded.get(leaf.xid ?? '')
    if (!decided || decided.id !== leaf.prev)
      return ['ending-without-decision', 'ends an exchange that was not forwarded']
    if (decided.ended) return ['ending-twice', 'ends an exchange a second time']
    decided.ended = true
    ended += 1
    return undefined
  }

  function* faultsOf(leaf: Leaf): Generator<[code: string, says: string]> {
    if (ids.has(leaf.id)) yield ['id-twice', 'has the id of an earlier one']
    if (leaf.time < latest - toleranceMs) yield ['time-backwards', 'is older than a leaf before it']
    const fault = leaf.kind === 'receipted' || leaf.kind === 'expired' ? faultOfEnding(leaf) : undefined
    if (fault) yield fault
  }

  return {
    counts,
    open: () => forwarded.size - ended,
    tell(bytes, index) {
      const leaf = readLeaf(bytes)
      if (!leaf) {
        report('tampered', 'leaf-malformed', `leaf ${index} is not a leaf of a known form`, index)
        return
      }
      for (const [code, says] of faultsOf(leaf)) report('tampered', code, `leaf ${index} ${says}`, index)
      counts.set(leaf.kind, (counts.get(leaf.kind) ?? 0) + 1)
      ids.add(leaf.id)
      latest = Math.max(latest, leaf.time)
      if (leaf.kind === 'decided' && leaf.decision === 'forward' && leaf.xid !== undefined)
        forwarded.set(leaf.xid, { id: leaf.id, ended: false })
    },
  }
}

interface Leaf {
  readonly id: string
  readonly kind: string
  readonly time: number
  readonly xid: string | undefined
  readonly prev: string | undefined
  readonly decision: string | undefined
}

function readLeaf(bytes: Buffer): Leaf | undefined {
  const value = parse(bytes)
  const { v, id, kind, t, xid, prev, decision } = value
  const time = typeof t === 'string' ? Date.parse(t) : Number.NaN
  if (v !== 1 || typeof id !== 'string' || typeof kind !== 'string' || Number.isNaN(time)) return undefined
  const optional = (member: unknown) => (typeof member === 'string' ? member : undefined)
  return { id, kind, time, xid: optional(xid), prev: optional(prev), decision: optional(decision) }
}

function parse(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
