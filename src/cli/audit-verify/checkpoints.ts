import { hash } from 'node:crypto'
import type { Files } from './files.ts'
import type { Report } from './finding.ts'
import { type Head, isSignedBy, type Key, type Note, readHead, splitNote } from './note.ts'
import type { Difference, Regrown } from './tree.ts'

/** A checkpoint of the export, with what it says. */
export interface Checkpoint extends Head {
  readonly path: string
  readonly note: Note
}

/** The checkpoints that the export holds: `<size> <SHA-256 of the file>`, one a line, rising. */
const INDEX = 'checkpoints/index'

/**
 * The newest checkpoint and every earlier one that was stored, each with its signature checked. They must be of one log,
 * under the names of their sizes, and exactly those that the index lists.
 */
export function readCheckpoints(files: Files, keys: readonly Key[], report: Report): readonly Checkpoint[] {
  const newest = openCheckpoint(files, 'checkpoint', keys, report)
  if (!newest) return []
  const lacking = lackOfSecond(newest.note, newest, keys)
  if (lacking) report('missing', lacking[0], `\`checkpoint\` ${lacking[1]}`)
  const names = files.names('checkpoints').filter(name => name !== 'index')
  const index = files.text(INDEX)
  if (index === undefined) {
    if (names.length > 0) report('missing', 'checkpoint-missing', `the file \`${INDEX}\` is missing`)
    return [newest]
  }
  const listed = readIndex(index)
  if (listed === undefined) {
    report('tampered', 'checkpoint-index', `\`${INDEX}\` is not a list of rising sizes and digests`)
    return [newest]
  }
  for (const name of names)
    if (!listed.has(name))
      report('tampered', 'checkpoint-index', `\`checkpoints/${name}\` is not in \`${INDEX}\``)
  if ([...listed.values()].at(-1) !== digestOf(files, 'checkpoint'))
    report('tampered', 'checkpoint-index', `\`checkpoint\` is not the last one that \`${INDEX}\` lists`)
  const earlier = [...listed].map(([size, digest]) => {
    const path = `checkpoints/${size}`
    const differs = files.bytes(path) !== undefined && digestOf(files, path) !== digest
    if (differs) report('tampered', 'checkpoint-index', `\`${path}\` is not the one that \`${INDEX}\` lists`)
    return openEarlier(files, path, size, { newest, keys, report })
  })
  return [newest, ...earlier.filter(one => one !== undefined)]
}

/** Rising sizes, each with the digest of a file, one a line; undefined where it is not such a list. */
export function readIndex(text: string): ReadonlyMap<string, string> | undefined {
  const listed = new Map<string, string>()
  let last = -1
  for (const line of text.split('\n').slice(0, -1)) {
    const [, size = '', digest = ''] = /^(0|[1-9]\d{0,15}) ([0-9a-f]{64})$/.exec(line) ?? []
    if (size === '' || Number(size) <= last) return undefined
    last = Number(size)
    listed.set(size, digest)
  }
  return text.endsWith('\n') ? listed : undefined
}

/** SHA-256 of a file, in hexadecimal. */
export function digestOf(files: Files, path: string): string {
  return hash('sha256', files.bytes(path) ?? Buffer.alloc(0), 'hex')
}

/** What an earlier checkpoint is read beside. */
export interface Beside {
  readonly newest: Checkpoint
  readonly keys: readonly Key[]
  readonly report: Report
}

/** The checkpoint of that size in a file, of the same log as the newest; undefined, and reported, where it is not there. */
export function openEarlier(
  files: Files,
  path: string,
  size: string,
  { newest, keys, report }: Beside,
): Checkpoint | undefined {
  const checkpoint = openCheckpoint(files, path, keys, report)
  if (!checkpoint) return undefined
  if (
    String(checkpoint.size) === size &&
    checkpoint.origin === newest.origin &&
    checkpoint.size <= newest.size
  )
    return checkpoint
  report(
    'tampered',
    'checkpoint-misplaced',
    `\`${checkpoint.path}\` holds a checkpoint that belongs elsewhere`,
  )
  return undefined
}

function openCheckpoint(
  files: Files,
  path: string,
  keys: readonly Key[],
  report: Report,
): Checkpoint | undefined {
  const bytes = files.bytes(path)
  if (!bytes) {
    report('missing', 'checkpoint-missing', `the file \`${path}\` is missing`)
    return undefined
  }
  const note = splitNote(bytes)
  const head = note && readHead(note.text)
  if (!head) {
    const says = `\`${path}\` is not a signed note over origin, size and root`
    report('tampered', 'checkpoint-malformed', says)
    return undefined
  }
  const fault = faultOfSignature(note, head, keys)
  if (fault) report('tampered', fault[0], `\`${path}\` ${fault[1]}`)
  return { ...head, path, note }
}

/** What speaks against the signatures of a log; undefined where one of its keys has signed, or no key is known. */
export function faultOfSignature(
  note: Note,
  head: Head,
  keys: readonly Key[],
): readonly [code: string, says: string] | undefined {
  if (keys.length === 0) return undefined
  const own = keys.filter(key => key.name === head.origin)
  if (own.length === 0) return ['checkpoint-origin', 'is of another log than the key']
  const judged = own.map(key => isSignedBy(note, key))
  if (judged.includes('wrong') || !judged.includes('yes'))
    return ['checkpoint-signature', 'is not signed by the key']
  return undefined
}

/**
 * Where an ML-DSA-44 key of a log is known, the one checkpoint that all rests on must be signed by it, too: a line that was
 * taken away must not pass. Earlier checkpoints may be from before that key.
 */
export function lackOfSecond(
  note: Note,
  head: Head,
  keys: readonly Key[],
): readonly [code: string, says: string] | undefined {
  const second = keys.filter(({ name, kind }) => kind === 'ml-dsa-44' && name === head.origin)
  if (second.length === 0 || second.some(key => isSignedBy(note, key) !== 'no')) return undefined
  return ['second-signature-missing', 'is not signed by the ML-DSA-44 key of the log']
}

/**
 * Holds the tree that was grown again against every root that was signed: then each checkpoint follows from the one before.
 * Up to the largest root that is right the leaves are, and a tile that differs there was altered.
 */
export function judgeRoots(checkpoints: readonly Checkpoint[], regrown: Regrown, report: Report): void {
  const judged = checkpoints
    .filter(({ size }) => regrown.roots.has(size))
    .map(one => ({ ...one, right: regrown.roots.get(one.size)?.equals(one.root) === true }))
    .sort((one, other) => one.size - other.size)
  const rightUpTo = judged.findLast(({ right }) => right)?.size ?? 0
  for (const difference of regrown.differences.filter(isFinest)) tellDifference(difference, rightUpTo, report)
  const wrong = judged.filter(({ right }) => !right)
  for (const { path, size } of wrong.filter(one => one.size <= rightUpTo))
    report('tampered', 'checkpoint-fork', `\`${path}\` signs another tree of ${size} leaves than this one`)
  const [first] = wrong.filter(one => one.size > rightUpTo)
  if (!first) return
  const { path, size } = first
  if (size - rightUpTo === 1)
    report('tampered', 'root-differs', `leaf ${rightUpTo} is not the one in \`${path}\``, rightUpTo)
  else
    report(
      'tampered',
      'root-differs',
      `leaves ${rightUpTo} to ${size - 1} do not lead to the root in \`${path}\``,
    )
}

function tellDifference({ path, leaf, count }: Difference, rightUpTo: number, report: Report): void {
  if (leaf + count <= rightUpTo)
    report('tampered', 'tile-differs', `\`${path}\` does not hold the hashes that the leaves have`)
  else if (count === 1)
    report('tampered', 'leaf-differs', `leaf ${leaf} is not the one that \`${path}\` was made from`, leaf)
  else {
    const says = `a leaf from ${leaf} to ${leaf + count - 1} differs, says \`${path}\``
    report('tampered', 'leaf-differs', says, leaf)
  }
}

/** A lower tile that differs already says which leaf is meant; those above it follow from that. */
function isFinest({ leaf, count }: Difference, _: number, all: readonly Difference[]): boolean {
  return !all.some(other => other.count < count && other.leaf >= leaf && other.leaf < leaf + count)
}
