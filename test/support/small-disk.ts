import { execFileSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import type { Test } from 'tap'

/** A small file system at a folder until it is disposed of; undefined, and said so, where this machine does not let us mount one. */
export async function mountSmallDisk(
  t: Pick<Test, 'comment'>,
  folder: string,
): Promise<AsyncDisposable | undefined> {
  await mkdir(folder, { recursive: true })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=44m', 'tmpfs', folder], { stdio: 'ignore' })
    return { [Symbol.asyncDispose]: async () => void execFileSync('umount', ['-l', folder]) }
  } catch {
    t.comment('skipped: this machine does not let us mount a small file system')
    return undefined
  }
}
