import type { Test as Tap } from 'tap'
import type { Digest, Json } from '../../src/kit/kit.ts'
import { isDigest } from '../../src/kit/kit.ts'
import { audit } from '../support/audit.ts'
import { dig } from '../support/dig.ts'
import type { Field, Side } from '../support/field.ts'
import { until } from '../support/until.ts'

/** How journeys end, and what they look up on the way. */

/** Waits until nothing that the police have released is without an answer. */
export async function allSettled({ police }: Field): Promise<void> {
  const none = /^concordat_outbox_exchanges\{.*\} 0$/m
  await until(async () => none.test((await police.console('/metrics')).text), 'an answer for all', 60)
}

/**
 * Exports and verifies both ledgers.
 *
 * @param open how many exchanges of the police are still without an answer
 */
export async function checkLedgers(t: Tap, { police, army }: Field, open = 0): Promise<void> {
  const ours = await audit(police)
  t.match(
    ours,
    { exitCode: 0, report: { verdict: 'good', open, findings: [] } },
    'the ledger of the police verifies',
  )
  const theirs = await audit(army)
  t.match(
    theirs,
    { exitCode: 0, report: { verdict: 'good', findings: [] } },
    'the ledger of the army verifies',
  )
}

/** The digest of the agreement that one side has loaded, by its provider. */
export async function agreementOf(side: Side, provider: string): Promise<Digest> {
  const leaves = await side.leaves()
  const loaded = leaves.find(
    leaf => leaf['kind'] === 'policy.load' && String(leaf['agreement']).startsWith(provider),
  )
  const digest = String(loaded?.['policy'])
  if (!isDigest(digest)) throw new Error(`${side.agency} has no agreement of ${provider}`)
  return digest
}

/** The id of the first exchange in the answer to a push. */
export function idOf(answer: Json | undefined): string {
  return String(dig(answer, 'exchanges', 0, 'id'))
}
