import type { KeyObject } from 'node:crypto'
import type { SchemaRegistry } from '../contract/contract.ts'
import type { ExchangeStore, SettleEntry, WaitingRow } from '../delivery/delivery.ts'
import type { Register, TokenKeeper } from '../identity/identity.ts'
import type { Clock, Log } from '../kit/kit.ts'
import type { LeafWriter, SearchKeys, Vault, VaultStore } from '../ledger/ledger.ts'
import type { Acceptance, Agreement } from '../policy/policy.ts'
import type { AgencyId, Refusal } from '../terms/terms.ts'
import type { MappingBook } from '../translation/translation.ts'
import { makeAccept } from './accept.ts'
import type { AgreementBook } from './agreement-book.ts'
import { makeArrivals } from './arrivals.ts'
import { makeAuthenticate } from './authenticate.ts'
import { makeConsult } from './consult.ts'
import { makeDecide } from './decide.ts'
import { makeDeliver } from './deliver.ts'
import { type EndingMeter, makeEndings } from './endings.ts'
import { eraseDue } from './erasure.ts'
import { makeProject } from './project.ts'
import { makePush } from './push.ts'
import { makePushMany } from './push-many.ts'
import { makeRecheck } from './recheck.ts'
import { makeRecord } from './record.ts'
import { makeDisclosureRegister } from './register.ts'
import { makeRelease } from './release.ts'
import { makeSettlements } from './settlements.ts'
import type { NoteShape } from './shapes.ts'
import { makeStatus } from './status.ts'
import { actorOf, makeTestify, makeTestifyReceived } from './testimony.ts'
import { type Known, type Room, type RoomMeter, Trail } from './trail.ts'
import { makeTranslate } from './translate.ts'
import { makeUnseal } from './unseal.ts'
import { makeValidate } from './validate.ts'

export type { AgreementBook } from './agreement-book.ts'
export type { Caller, Knock } from './authenticate.ts'
export type { Consult } from './consult.ts'
export type { Disclosure } from './disclosures.ts'
export type { EndingMeter } from './endings.ts'
export type { Pushed, PushedTo, PushRequest } from './push.ts'
export type { PushedLine } from './push-many.ts'
export type { Direction, RecordQuery } from './records.ts'
export type { DisclosureRegister, OpenedLeaf, Page, RecordOfficer, ToForget } from './register.ts'
export { makeDisclosureRegister } from './register.ts'
export { makeShapeCollector, type NoteShape, type ShapeCollector } from './shapes.ts'
export type { Standing } from './status.ts'
export { type Known, ROOMS, type Room, type RoomMeter } from './trail.ts'

export interface ExchangeParts {
  readonly agency: AgencyId
  readonly clock: Clock
  readonly log: Log
  readonly meter: { readonly room: RoomMeter; readonly ending: EndingMeter }
  readonly schemas: SchemaRegistry
  readonly agreements: AgreementBook
  readonly acceptanceOf: (agreement: Agreement) => Acceptance | undefined
  readonly mappings: MappingBook
  readonly store: ExchangeStore & VaultStore
  readonly vault: Vault
  readonly searchKeys: SearchKeys
  readonly leaves: LeafWriter
  readonly tokens: TokenKeeper
  readonly register: Register
  readonly isPeer: (agency: AgencyId) => boolean
  readonly keyOf: (peer: AgencyId) => (kid: string) => KeyObject | undefined
  readonly sealReceipts: (to: AgencyId, batch: string, receipts: readonly string[]) => string
  /** Told how many documents have become durable in the inbox. */
  readonly onDelivered: (count: number) => void
  readonly forward: (to: AgencyId, rows: readonly WaitingRow[]) => void
  /** Told of every document that an agreement has decided about. */
  readonly noteShape: NoteShape
  readonly timeToLiveMs: number
  /** Keys of this gateway that never leave it. */
  readonly keys: { readonly lane: KeyObject; readonly once: KeyObject }
}

/** The two half-walks and what is read of them, assembled. */
export type Exchange = ReturnType<typeof makeExchange>

/** Puts the rooms in line. Nothing runs before a door calls. */
export function makeExchange(parts: ExchangeParts) {
  const { store, leaves, clock } = parts
  const endings = makeEndings({ leaves, log: parts.log, meter: parts.meter.ending })
  const settlements = makeSettlements()
  const arrivals = makeArrivals()
  const testify = makeTestify(parts)
  const testifyReceived = makeTestifyReceived(parts)
  const walk = { ...parts, meter: parts.meter.room, endings }
  const release = makeRelease({
    ...walk,
    testify,
    schemaOf: resource => parts.schemas.get(resource),
    validate: makeValidate(parts),
    decide: makeDecide(parts),
    project: makeProject({ clock, laneKey: parts.keys.lane, timeToLiveMs: parts.timeToLiveMs }),
    record: makeRecord({ ...parts, testify }),
  })
  return {
    authenticate: makeAuthenticate(parts),
    push: makePush({ clock, onceKey: parts.keys.once, release, settlements }),
    pushMany: makePushMany({
      ...walk,
      release,
      note: stopped =>
        store.note(
          stopped.map(({ leaf }) => leaf.text),
          stopped.map(({ vault }) => vault),
        ),
    }),
    records: makeDisclosureRegister(parts),
    /** Erases from the vault what is due. Returns how many rows. */
    eraseDue: () => eraseDue(parts),
    status: makeStatus(parts),
    consult: makeConsult({ ...parts, arrival: arrivals.next }),
    accept: makeAccept({
      ...walk,
      unseal: makeUnseal(parts),
      recheck: makeRecheck(parts),
      translate: makeTranslate(parts),
      deliver: makeDeliver({ ...parts, testify: testifyReceived }),
      testify: testifyReceived,
      onDelivered(count) {
        parts.onDelivered(count)
        arrivals.arrived()
      },
    }),
    settled: (entry: SettleEntry) => settlements.settled(entry),
    /**
     * Records a no that came before or beside a walk: at a door, or for a whole batch. One that is in the ledger already is
     * returned as it is; anything that is not a Refusal is logged whole and becomes a bare fault.
     *
     * @param person who was refused, as far as they have shown it: committed to, never written down
     * @throws Refusal store-unavailable where it cannot be recorded
     */
    async refuse(room: Room, known: Known, thrown: unknown, person?: string): Promise<Refusal> {
      const committed = person === undefined ? undefined : actorOf(parts.vault, person)
      const trail = new Trail(parts.meter.room, room, known)
      const { leaf, refusal } = endings.conclude(trail, thrown, committed?.commitments)
      await store.note([leaf.text], committed && [committed.row(leaf.id)])
      refusal.recordedAs = leaf.id
      return refusal
    },
  }
}
