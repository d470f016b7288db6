import { execFileSync } from 'node:child_process'
import { mkdir, stat, truncate, writeFile } from 'node:fs/promises'
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

/** Takes all the space of a disk with one file, but for so many bytes, more or less. */
export async function fillDisk(file: string, spared: number): Promise<void> {
  for (const size of [1_048_576, 4_096]) {
    const block = Buffer.alloc(size)
    for (;;)
      try {
        await writeFile(file, block, { flag: 'a' })
      } catch {
        break
      }
  }
  await truncate(file, (await stat(file)).size - spared)
}
