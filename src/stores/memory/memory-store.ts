import type { ExchangeStore, ShapeStore } from '../../delivery/delivery.ts'
import type { AgreementStore } from '../../governance/governance.ts'
import type { Clock } from '../../kit/kit.ts'
import type { LedgerStore } from '../../ledger/ledger.ts'
import { makeMemoryAgreements } from './memory-agreements.ts'
import { makeMemoryInbox } from './memory-inbox.ts'
import { makeMemoryLedger } from './memory-ledger.ts'
import { makeMemoryOutbox } from './memory-outbox.ts'
import { makeMemoryShapes } from './memory-shapes.ts'

/** A store with the whole meaning of the ports that forgets everything at the end: for tests. */
export function makeMemoryStore({
  clock,
}: {
  readonly clock: Clock
}): ExchangeStore & LedgerStore & AgreementStore & ShapeStore {
  const ledger = makeMemoryLedger()
  const outbox = makeMemoryOutbox(ledger.append, clock)
  const inbox = makeMemoryInbox(ledger.append, clock)
  const shapes = makeMemoryShapes()
  const revisions = new Map<string, { readonly revision: number; readonly digest: string }>()
  return {
    ...ledger.port,
    ...outbox,
    ...inbox,
    ...shapes.port,
    erase(now, leaf) {
      shapes.forget(now)
      return inbox.erase(now, leaf)
    },
    ...makeMemoryAgreements(ledger.append),
    note: async leaves => ledger.append(leaves),
    revision: async agreement => revisions.get(agreement),
    revisions: async () => new Map(revisions),
    async rememberRevision(agreement, revision, digest) {
      const known = revisions.get(agreement)
      if (!known || revision > known.revision) revisions.set(agreement, { revision, digest })
    },
    [Symbol.asyncDispose]: async () => {},
  }
}
