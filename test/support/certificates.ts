import { cp, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/kit/kit.ts'
import { makeExamplePki } from '../../src/seal/seal.ts'
import { SHARED_VARIABLE } from './shared.ts'

/**
 * Puts an example PKI at `directory`, which is not there yet: a copy of the one of this run, or one of its own. Some forty fields
 * need two PKIs each, and keys are dear to make.
 */
export async function layCertificates(directory: string): Promise<void> {
  const shared = process.env[SHARED_VARIABLE]
  if (!shared) return void (await makeExamplePki(directory, systemClock))
  const common = join(shared, 'certificates')
  if (await copied(common, directory)) return
  const made = await mkdtemp(join(tmpdir(), 'concordat-certificates-'))
  await makeExamplePki(made, systemClock)
  await cp(made, directory, { recursive: true })
  // Whoever comes second keeps to what the first has laid there.
  await rename(made, common).catch(() => rm(made, { recursive: true }))
}

async function copied(from: string, to: string): Promise<boolean> {
  return await cp(from, to, { recursive: true }).then(
    () => true,
    () => false,
  )
}
