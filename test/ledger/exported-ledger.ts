/** Ledgers with a story, exported: what the tests of the verifier read and spoil. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportLedger } from '../../src/cli/audit-export.ts'
import { digestOf, systemClock, uuidv7 } from '../../src/kit/kit.ts'
import {
  cosign,
  makeCheckpointer,
  makeLeafWriter,
  type NoteSigner,
  printVkey,
} from '../../src/ledger/ledger.ts'
import { makeMemoryStore } from '../../src/stores/stores.ts'

export const ORIGIN = 'gateway.northshire-police.example/audit/2026'

export function makeNoteSigner(name: string): NoteSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  return { name, publicKey: raw, sign: bytes => sign(null, bytes, privateKey) }
}

const writer = makeLeafWriter({ clock: systemClock, agency: 'northshire-police' })
const POLICY = digestOf('policy')

/** `count` leaves: the log is opened, exchanges are decided and answered in turn, some are refused. */
export function story(count: number, origin = ORIGIN): string[] {
  const leaves = [writer.write('log.open', { origin, vkey: 'as-it-was' }).text]
  while (leaves.length < count) {
    const ends = { xid: uuidv7(systemClock), from: 'northshire-police', to: 'army-1div' }
    const about = { ...ends, res: 'police.operation', purpose: 'joint-planning', policy: POLICY }
    const first = writer.write('decided', {
      ...about,
      decision: 'forward',
      fields: { shared: 3 },
      env: digestOf(ends.xid),
    })
    leaves.push(first.text)
    const answer = { ...ends, prev: first.id, decision: 'accepted', receipt: POLICY } as const
    leaves.push(writer.write('receipted', answer).text)
    if (leaves.length % 7 === 0)
      leaves.push(
        writer.write('refused', { room: 'decide', why: 'gate-failed', from: 'northshire-police' }).text,
      )
  }
  return leaves.slice(0, count)
}

export interface Recorded {
  readonly leaves: readonly string[]
  readonly signer: NoteSigner
  /** Where checkpoints are signed, in rising order; the last is the number of leaves. */
  readonly sizes: readonly number[]
  /** Who cosigns every second one of them, the last always. */
  readonly witness?: NoteSigner
}

/** Records leaves in a store, covers them by checkpoints, and exports them into a directory. */
export async function exportTo(
  directory: string,
  { leaves, signer, sizes, witness }: Recorded,
): Promise<string> {
  const store = makeMemoryStore({ clock: systemClock })
  const parts = { store, signer, clock: systemClock, publish: () => {}, onFault: () => {} }
  await using checkpointer = makeCheckpointer(parts)
  for (const [index, size] of sizes.entries()) {
    await store.note(leaves.slice(sizes[index - 1] ?? 0, size))
    await checkpointer.tick()
    const { note = '' } = (await store.latestCheckpoint()) ?? {}
    if (!witness || (sizes.length - 1 - index) % 2 === 1) continue
    const at = systemClock.now()
    const line = await cosign(note.slice(0, note.indexOf('\n\n') + 1), witness, Math.floor(at / 1000))
    await store.saveCosignature({ size, witness: witness.name, line, at })
  }
  const done = await exportLedger(store, directory)
  if (done.kind !== 'exported' || done.altered) throw new Error('the ledger cannot be exported')
  return printVkey(signer)
}

/** A directory that goes when the tests are over. */
export function freshDirectory(t: { teardown(work: () => void): unknown }): string {
  const directory = mkdtempSync(join(tmpdir(), 'concordat-ledger-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
