import { X509Certificate } from 'node:crypto'
import { type Beside, type Checkpoint, digestOf, openEarlier, readIndex } from './checkpoints.ts'
import type { Files } from './files.ts'
import type { Report } from './finding.ts'
import { judgeStamp, type Stamp } from './stamp.ts'

/** What a time-stamping authority has said of the checkpoints of an export. */
export interface Stamped {
  /** How many checkpoints carry a stamp that holds. */
  readonly heads: number
  /** The authorities, as their certificates name them; fingerprints are SHA-256. */
  readonly by: readonly { readonly subject: string; readonly fingerprint: string }[]
  /** The one over the most leaves: how many, and when they were stamped, ms since 1970; undefined without any. */
  readonly newest: { readonly size: number; readonly at: number } | undefined
  readonly authorityFrom: 'caller' | 'export'
}

/** The stamps: `<size> <SHA-256 of the stamp>`, one a line, rising. */
const INDEX = 'anchors/index'

/** The certificates in a PEM text; undefined where there is no text, or it cannot be read, which is reported. */
export function readAuthorities(
  pem: Buffer | undefined,
  report: Report,
): readonly X509Certificate[] | undefined {
  if (pem === undefined) return undefined
  const blocks =
    pem.toString('latin1').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  try {
    const certificates = blocks.map(block => new X509Certificate(block))
    if (certificates.length > 0) return certificates
  } catch {
    // It is told below.
  }
  report('missing', 'tsa-unfit', "what was given as the authority's certificate is not one in PEM")
  return []
}

/** The stamps of an export, judged as far as they can be before the tree is grown again. */
export interface Stamps {
  /** What was stamped: to be held against the tree like every other checkpoint. */
  readonly heads: readonly Checkpoint[]
  /** Is told every leaf, and remembers those that record a stamp. */
  tell(leaf: Buffer, index: number): void
  /** Holds the stamps against the leaves that record them. @param roots of the tree that was grown again, by size */
  judge(roots: ReadonlyMap<number, Buffer>, report: Report): Stamped
}

/**
 * Reads every stamp that an export lists, with the note that was stamped. The leaves say which there have to be, and with
 * which digests: the list alone could be written again.
 *
 * @param authorities one of these must have signed; undefined to believe the certificates in the stamps
 * @param beside undefined where there is no checkpoint, and so nothing to stamp
 */
export function readStamps(
  files: Files,
  authorities: readonly X509Certificate[] | undefined,
  beside: Beside | undefined,
): Stamps {
  const listed = beside ? readList(files, beside.report) : new Map<string, string>()
  const found = beside
    ? [...listed].map(([size, digest]) => openStamp(files, { size, digest, authorities }, beside))
    : []
  const recorded: Recorded[] = []
  return {
    heads: found.flatMap(({ head }) => head ?? []),
    tell(leaf, index) {
      const stamp = readRecorded(leaf, index)
      if (stamp) recorded.push(stamp)
    },
    judge(roots, report) {
      for (const one of recorded) judgeRecorded(files, one, { listed, report })
      const good = found.flatMap(({ head, stamp }) =>
        head && stamp && roots.get(head.size)?.equals(head.root) ? [{ ...stamp, size: head.size }] : [],
      )
      if (authorities && good.length === 0)
        report('missing', 'stamp-missing', 'no checkpoint is time-stamped by the authority')
      return summarize(good, authorities ? 'caller' : 'export')
    },
  }
}

/** The list, held against the files that are there. */
function readList(files: Files, report: Report): ReadonlyMap<string, string> {
  const names = files.names('anchors').filter(name => name !== 'index')
  const text = files.text(INDEX)
  if (text === undefined && names.length > 0)
    report('missing', 'stamp-missing', `the file \`${INDEX}\` is missing`)
  if (text === undefined) return new Map()
  const listed = readIndex(text)
  if (listed === undefined)
    report('tampered', 'stamp-index', `\`${INDEX}\` is not a list of rising sizes and digests`)
  for (const name of listed ? names : [])
    if (!listed?.has(name.replace(/\.tsr$/, '')))
      report('tampered', 'stamp-index', `\`anchors/${name}\` is not in \`${INDEX}\``)
  return listed ?? new Map()
}

interface Found {
  readonly head: Checkpoint | undefined
  /** Undefined, and reported, where it does not hold. */
  readonly stamp: Stamp | undefined
}

interface Listed {
  readonly size: string
  readonly digest: string
  readonly authorities: readonly X509Certificate[] | undefined
}

function openStamp(files: Files, { size, digest, authorities }: Listed, beside: Beside): Found {
  const { report } = beside
  const [note, path] = [`anchors/${size}`, `anchors/${size}.tsr`]
  const head = openEarlier(files, note, size, beside)
  const [stamped, response] = [files.bytes(note), files.bytes(path)]
  if (!response) report('missing', 'stamp-missing', `the file \`${path}\` is missing`)
  if (!response || !stamped) return { head, stamp: undefined }
  const isListed = digestOf(files, path) === digest
  if (!isListed) report('tampered', 'stamp-index', `\`${path}\` is not the one that \`${INDEX}\` lists`)
  const judged = judgeStamp(response, stamped, authorities)
  if ('at' in judged) return { head, stamp: isListed ? judged : undefined }
  report(judged.kind, judged.code, `\`${path}\` ${judged.says}`)
  return { head, stamp: undefined }
}

/** A stamp as a leaf records it. */
interface Recorded {
  readonly index: number
  readonly size: number
  /** `sha256:` and hexadecimal digits. */
  readonly digest: string
}

function readRecorded(leaf: Buffer, index: number): Recorded | undefined {
  if (!leaf.includes('"anchored"')) return undefined
  try {
    const value: unknown = JSON.parse(leaf.toString('utf8'))
    const members = new Map<string, unknown>(Object.entries(value ?? {}))
    const [size, digest] = [members.get('size'), members.get('env')]
    if (members.get('kind') !== 'anchored' || typeof size !== 'number' || typeof digest !== 'string')
      return undefined
    return { index, size, digest }
  } catch {
    return undefined
  }
}

function judgeRecorded(
  files: Files,
  { index, size, digest }: Recorded,
  { listed, report }: { readonly listed: ReadonlyMap<string, string>; readonly report: Report },
): void {
  const path = `anchors/${size}.tsr`
  const isThere = files.bytes(path) !== undefined
  if (!isThere && !listed.has(String(size)))
    report('missing', 'stamp-missing', `the file \`${path}\` is missing, which leaf ${index} records`)
  if (isThere && `sha256:${digestOf(files, path)}` !== digest)
    report('tampered', 'stamp-differs', `\`${path}\` is not the one that leaf ${index} records`)
}

function summarize(
  stamps: readonly (Stamp & { readonly size: number })[],
  authorityFrom: Stamped['authorityFrom'],
): Stamped {
  const by = new Map(stamps.map(({ certificate }) => [certificate.fingerprint256, certificate.subject]))
  const newest = stamps.at(-1)
  return {
    heads: stamps.length,
    by: [...by].map(([fingerprint, subject]) => ({ subject: subject.split('\n').join(', '), fingerprint })),
    newest: newest && { size: newest.size, at: newest.at },
    authorityFrom,
  }
}
