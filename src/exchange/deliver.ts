import type { AcceptEntry, InboxEntry } from '../delivery/delivery.ts'
import { type Clock, timestamp } from '../kit/kit.ts'
import type { LeafWriter } from '../ledger/ledger.ts'
import { type Manifest, printReceipt } from '../seal/seal.ts'
import type { AgencyId } from '../terms/terms.ts'
import type { Rechecked } from './recheck.ts'
import type { TestifyReceived } from './testimony.ts'
import type { Translated } from './translate.ts'

/**
 * Room *deliver*. In: a Translated and what it came from. Out: the entry that puts it into the inbox with its leaf, what opens the
 * leaf's commitments and its receipt. Nothing is delivered before the store says it is durable.
 */
export function makeDeliver(parts: {
  readonly agency: AgencyId
  readonly clock: Clock
  readonly leaves: LeafWriter
  readonly testify: TestifyReceived
}): (checked: Rechecked, translated: Translated) => AcceptEntry {
  return (checked, translated) => {
    const { peer, manifest, agreement } = checked
    const now = parts.clock.now()
    const committed = parts.testify('collection', checked)
    const leaf = parts.leaves.write('accepted', {
      xid: manifest.id,
      from: peer,
      to: parts.agency,
      res: manifest.resource,
      purpose: manifest.purpose,
      policy: agreement.digest,
      env: manifest.sha256,
      map: translated.mapping.id,
      fields: translated.report.counts(),
      cut: checked.cut || undefined,
      reply: manifest.inReplyTo,
      c: committed.commitments,
    })
    const { id, sha256 } = manifest
    const receipt = printReceipt({ id, sha256, outcome: 'accepted', leaf: leaf.id, at: now })
    return {
      ...placeOf(manifest),
      leafId: leaf.id,
      leaf: leaf.text,
      receipt,
      inbox: inboxOf(checked, translated, now),
      // By an id of our own: the peer has chosen the one of the exchange, and must not reach another row with it.
      vault: committed.row(leaf.id),
    }
  }
}

/** Where an exchange stands in its lane, as its sender says. */
export function placeOf({
  id,
  sha256,
  lane,
  seq,
  prev,
}: Manifest): Pick<AcceptEntry, 'id' | 'sha256' | 'lane' | 'seq' | 'prev'> {
  return { id, sha256, lane, seq, prev }
}

function inboxOf(
  { peer, manifest, agreement, document }: Rechecked,
  translated: Translated,
  now: number,
): InboxEntry {
  const duties = agreement.obligations(manifest.resource, manifest.purpose)
  const about = {
    from: peer,
    label: manifest.label,
    agreement: agreement.digest,
    caveats: duties?.caveats ?? [],
    obligations: duties?.must ?? [],
    withheld: agreement.withheldNotice(manifest.resource, manifest.purpose),
    inReplyTo: manifest.inReplyTo,
    translation: translated.report.kept(),
    receivedAt: timestamp(now),
  }
  return {
    resource: translated.schema.resource,
    version: translated.schema.version,
    purpose: manifest.purpose,
    document: JSON.stringify(translated.document),
    about: JSON.stringify(about),
    receivedAt: now,
    deleteAt: agreement.deleteAt({
      resource: manifest.resource,
      purpose: manifest.purpose,
      document,
      receivedAt: now,
    }),
    corrects: manifest.inReplyTo,
  }
}
