import type { ExchangeStore, ShapeStore } from '../../delivery/delivery.ts'
import type { AgreementStore } from '../../governance/governance.ts'
import type { Clock } from '../../kit/kit.ts'
import type { AnchorStore, LedgerStore, VaultStore, WitnessStore } from '../../ledger/ledger.ts'
import { makeMemoryAgreements } from './memory-agreements.ts'
import { makeMemoryAnchors } from './memory-anchors.ts'
import { makeMemoryInbox } from './memory-inbox.ts'
import { makeMemoryLedger } from './memory-ledger.ts'
import { makeMemoryOutbox } from './memory-outbox.ts'
import { makeMemoryShapes } from './memory-shapes.ts'
import { makeMemoryVault } from './memory-vault.ts'
import { makeMemoryWitness } from './memory-witness.ts'

/** A store with the whole meaning of the ports that forgets everything at the end: for tests. */
export function makeMemoryStore({
  clock,
}: {
  readonly clock: Clock
}): ExchangeStore & LedgerStore & AgreementStore & ShapeStore & VaultStore & WitnessStore & AnchorStore {
  const ledger = makeMemoryLedger()
  const vault = makeMemoryVault(ledger)
  const outbox = makeMemoryOutbox(ledger.append, vault.add, clock)
  const inbox = makeMemoryInbox(ledger.append, vault.add, clock)
  const shapes = makeMemoryShapes()
  const witness = makeMemoryWitness(ledger.append, ledger.newest)
  const anchors = makeMemoryAnchors(ledger.append, ledger.newest)
  const revisions = new Map<string, { readonly revision: number; readonly digest: string }>()
  return {
    ...ledger.port,
    ...witness,
    ...anchors,
    ...outbox,
    ...inbox,
    ...shapes.port,
    erase(now, leaf) {
      shapes.forget(now)
      return inbox.erase(now, leaf)
    },
    ...vault.port,
    ...makeMemoryAgreements(ledger.append, vault.add),
    async note(leaves, rows = []) {
      const first = ledger.append(leaves)
      for (const [at, row] of rows.entries()) vault.add(row, first + at)
    },
    revision: async agreement => revisions.get(agreement),
    revisions: async () => new Map(revisions),
    async rememberRevision(agreement, revision, digest) {
      const known = revisions.get(agreement)
      if (!known || revision > known.revision) revisions.set(agreement, { revision, digest })
    },
    [Symbol.asyncDispose]: async () => {},
  }
}
