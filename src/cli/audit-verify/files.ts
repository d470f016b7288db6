import { type Dirent, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Hashes in a whole tile, and leaves in a whole bundle (C2SP tlog-tiles). */
export const WIDTH = 256

/** The files of an export. What cannot be read is not there. */
export interface Files {
  bytes(path: string): Buffer | undefined
  text(path: string): string | undefined
  /** Names in a folder; empty where there is none. */
  names(folder: string): readonly string[]
}

export function openFiles(directory: string): Files {
  function bytes(path: string): Buffer | undefined {
    try {
      return readFileSync(join(directory, path))
    } catch {
      return undefined
    }
  }
  function entries(folder: string): readonly Dirent[] {
    try {
      return readdirSync(join(directory, folder), { withFileTypes: true })
    } catch {
      return []
    }
  }
  return {
    bytes,
    text: path => bytes(path)?.toString('utf8'),
    names: folder => entries(folder).map(entry => entry.name),
  }
}

/** `tile/0/x001/067`, with `.p/5` for one that holds five. */
export function tilePath(level: number | 'entries', index: number, width: number): string {
  const groups: string[] = []
  for (
    let rest = index, mark = '';
    groups.length === 0 || rest > 0;
    rest = Math.floor(rest / 1000), mark = 'x'
  )
    groups.unshift(`${mark}${String(rest % 1000).padStart(3, '0')}`)
  return `tile/${level}/${groups.join('/')}${width === WIDTH ? '' : `.p/${width}`}`
}

/** Each leaf has a big-endian uint16 length before it. A rest that is no whole leaf counts as one, so that it is noticed. */
export function splitBundle(bundle: Buffer): Buffer[] {
  const leaves: Buffer[] = []
  for (let at = 0; at < bundle.length; ) {
    const end = at + 2 <= bundle.length ? at + 2 + bundle.readUInt16BE(at) : bundle.length + 1
    leaves.push(bundle.subarray(Math.min(at + 2, bundle.length), Math.min(end, bundle.length)))
    at = end
  }
  return leaves
}
