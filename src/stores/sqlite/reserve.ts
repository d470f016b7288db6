import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { RESERVE_FILE } from './database.ts'

/** Room for some thousands of leaves. */
const RESERVE_BYTES = 16 * 1024 * 1024
const RETRY_MS = 1000

/** Disk space that is ours when the disk is full, so that refusals can still be recorded. */
export interface Reserve {
  /** Gives the space back to the disk. */
  release(): void
  /** Whether the reserve stands (again). Tries at most once a second, and only where twice the space is free. */
  stands(now: number): boolean
}

/** Sets the space aside in `directory`; a disk that is already full leaves us without. */
export function keepReserve(directory: string): Reserve {
  const file = join(directory, RESERVE_FILE)
  let standing = isWhole(file) || setAside(directory, file)
  let triedAt = 0
  return {
    release() {
      rmSync(file, { force: true })
      standing = false
    },
    stands(now) {
      if (standing || Math.abs(now - triedAt) < RETRY_MS) return standing
      triedAt = now
      standing = setAside(directory, file)
      return standing
    },
  }
}

function isWhole(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.size === RESERVE_BYTES
}

/** Written with zeros, not only sized: a sparse file holds no space. */
function setAside(directory: string, file: string): boolean {
  const disk = statfsSync(directory)
  if (disk.bavail * disk.bsize < 2 * RESERVE_BYTES) return false
  try {
    fill(file)
    return true
  } catch {
    rmSync(file, { force: true })
    return false
  }
}

function fill(file: string): void {
  const block = Buffer.alloc(1024 * 1024)
  const handle = openSync(file, 'w', 0o600)
  try {
    for (let written = 0; written < RESERVE_BYTES; ) written += writeSync(handle, block)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
