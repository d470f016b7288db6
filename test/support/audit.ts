import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { JsonObject } from '../../src/kit/kit.ts'
import { printVkey } from '../../src/ledger/ledger.ts'
import { makeSigner, readPrivateKey } from '../../src/seal/seal.ts'
import { openSqliteLedger } from '../../src/stores/stores.ts'
import { asObject, parse } from './dig.ts'
import type { Side } from './field.ts'
import { runProgram } from './program.ts'
import { until } from './until.ts'

/** What `concordat audit verify` found in one exported ledger. */
export interface Audited {
  readonly directory: string
  readonly report: JsonObject
  readonly exitCode: number
}

/**
 * Exports the ledger of a gateway, once a signed checkpoint covers all that is recorded now, and verifies the export: both as
 * an auditor does, by the command, and with the key that the agency holds rather than the one in the export.
 */
export async function audit(side: Side): Promise<Audited> {
  await untilCovered(side)
  const directory = await mkdtemp(join(side.store, '../ledger-'))
  const made = await run(['audit', 'export', '--store', side.store, '--to', directory, '--json'])
  if (made.exitCode !== 0) throw new Error(`the ledger of ${side.agency} cannot be exported: ${made.text}`)
  const [first] = await side.leaves()
  const vkey = await vkeyOf(side, String(first?.['origin']))
  const { exitCode, text } = await run(['audit', 'verify', '--dir', directory, '--vkey', vkey, '--json'])
  return { directory, report: asObject(parse(text)), exitCode }
}

async function vkeyOf({ certificates }: Side, name: string): Promise<string> {
  const { key } = await readPrivateKey(join(certificates, 'ledger.key.pem'))
  if (key === undefined) throw new Error('the ledger key cannot be read')
  const { x = '' } = makeSigner(key).publicKey.export({ format: 'jwk' })
  return printVkey({ name, publicKey: Buffer.from(x, 'base64url') })
}

/** Checkpoints are made once a second; nobody is told, so the store is asked. */
async function untilCovered({ store }: Side): Promise<void> {
  using ledger = openSqliteLedger(store)
  const size = await ledger.size()
  await until(
    async () => ((await ledger.latestCheckpoint())?.size ?? 0) >= size,
    'a checkpoint over all leaves',
  )
}

/** Runs one command of the program to its end. */
export async function run(
  args: readonly string[],
): Promise<{ readonly exitCode: number; readonly text: string }> {
  const { code, stdout, stderr } = await runProgram(args)
  return { exitCode: code, text: stdout === '' ? stderr : stdout }
}
