import { setTimeout as sleep } from 'node:timers/promises'
import { type Clock, type Digest, digestOf, isDigest, type Log } from '../kit/kit.ts'
import type { LeafWriter, Vault } from '../ledger/ledger.ts'
import type { Signer } from '../seal/seal.ts'
import { type AgencyId, ProblemsError, Refusal } from '../terms/terms.ts'
import { type Act, type Check, openAct, openOwnAct, sealAct } from './act.ts'
import type { ActEntry, ActRow, AgreementStore } from './agreement-store.ts'
import { withSuspension } from './interruptions.ts'
import { type Lives, NO_LIVES, revisionOf } from './lives.ts'
import { byOfficer } from './officeholder.ts'
import { applyAct, type RuleParts } from './rules.ts'

export interface RegisterParts extends RuleParts {
  readonly clock: Clock
  readonly log: Log
  readonly store: AgreementStore
  readonly leaves: LeafWriter
  readonly vault: Vault
  /** Signs what this gateway does; the key of its batches. */
  readonly signer: Signer
  /** The public keys of a peer's gateway. */
  readonly keyOf: (peer: AgencyId) => Parameters<typeof openAct>[1]
  readonly check: Check
}

/** An act of this gateway that a peer has to be told. */
export interface Untold {
  readonly id: string
  readonly to: AgencyId
  readonly act: Act
  readonly text: string
  /** Whether the peer had it before this gateway started; it is told again, in case the peer has lost it. */
  readonly again: boolean
}

/** The acts that are durable here and what follows from them. */
export interface Register {
  readonly lives: Lives
  /** The digest of the text under which an act is known here; undefined where it is not. */
  knownAs(actId: string): Digest | undefined
  /**
   * Makes an act durable, with its leaf, and lets it take effect.
   *
   * @param jws the text of an act of a peer; undefined for one of ours
   * @throws Refusal where the act does not count; nothing is recorded then
   */
  record(act: Act, jws?: string): Promise<void>
  /** Runs after what was begun before it: no two acts are judged at the same time. */
  exclusively<Product>(work: () => Promise<Product>): Promise<Product>
  /** What this gateway has sealed about one revision. */
  sealedAbout(digest: string): readonly string[]
  readonly untold: readonly Untold[]
  told(ids: readonly string[]): Promise<void>
  /** Waits until the peer has an act of ours, but no longer than this. */
  untilTold(id: string, milliseconds: number): Promise<void>
  /** Called after each act that took effect. */
  onChange(listener: (act: Act) => void): void
}

const LOOK_AGAIN_MS = 20

/** How many of our acts are told again after a start. */
const TOLD_AGAIN = 500

/**
 * Reads every act again. One that does not count any more, because a key is gone, is left out and logged; but what stops an
 * agreement is never left out.
 *
 * @throws ProblemsError where the store holds what no gateway has written
 */
export async function openRegister(parts: RegisterParts): Promise<Register> {
  const rows = await parts.store.acts()
  const known = new Map(rows.map(({ id, text }) => [id, digestOf(text)]))
  const listeners: ((act: Act) => void)[] = []
  let lives = NO_LIVES
  const own: Untold[] = []
  for (const row of rows) {
    const kept = recall(parts, lives, row)
    if (kept === undefined) continue
    lives = kept.lives
    if (row.to !== undefined)
      own.push({ id: row.id, to: row.to, act: kept.act, text: row.text, again: row.toldAt !== undefined })
  }
  let untold: readonly Untold[] = own.filter((one, at) => !one.again || at >= own.length - TOLD_AGAIN)
  let turn: Promise<unknown> = Promise.resolve()
  return {
    get lives() {
      return lives
    },
    get untold() {
      return untold
    },
    knownAs: id => known.get(id),
    async record(act, jws) {
      const recordedAt = parts.clock.now()
      const after = applyAct(parts, lives, { act, recordedAt })
      const entry = entryOf(parts, act, jws, recordedAt, after)
      if (jws === undefined) openOwnAct(entry.text, parts.check)
      await parts.store.addActs([entry])
      known.set(act.act, digestOf(entry.text))
      lives = after
      if (entry.to !== undefined) {
        const mine = { id: act.act, to: entry.to, act, text: entry.text, again: false }
        own.push(mine)
        untold = [...untold, mine]
      }
      parts.log.info('agreement', { act: act.kind, by: act.from, agreement: act.agreement })
      for (const listener of listeners) listener(act)
    },
    exclusively(work) {
      const done = turn.then(work, work)
      turn = done.catch(() => undefined)
      return done
    },
    sealedAbout: digest =>
      own.filter(({ act }) => 'digest' in act && act.digest === digest).map(({ text }) => text),
    async told(ids) {
      const gone = new Set(ids)
      const first = untold.filter(one => gone.has(one.id) && !one.again).map(({ id }) => id)
      if (first.length > 0) await parts.store.markTold(first, parts.clock.now())
      untold = untold.filter(one => !gone.has(one.id))
    },
    async untilTold(id, milliseconds) {
      const patience = AbortSignal.timeout(milliseconds)
      while (!patience.aborted && untold.some(one => one.id === id)) await sleep(LOOK_AGAIN_MS)
    },
    onChange: listener => void listeners.push(listener),
  }
}

/** What an act that is in the store makes of the lives; undefined where it does not count. */
function recall(
  parts: RegisterParts,
  lives: Lives,
  { id, text, recordedAt }: ActRow,
): { readonly act: Act; readonly lives: Lives } | undefined {
  const act = readBack(parts, id, text)
  try {
    if (act.from !== parts.agency || act.kind === 'suspended') openAct(text, keysOf(parts, act), parts.check)
    return { act, lives: applyAct(parts, lives, { act, recordedAt }) }
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown
    parts.log.warn('act-not-counted', {
      act: id,
      code: thrown.code,
      ...(thrown.rule && { rule: thrown.rule }),
    })
    if (act.kind !== 'suspended') return undefined
    // What nobody can vouch for any more may have said less than it did: it stops everything.
    const { purposes: _doubtful, ...whole } = act
    return { act, lives: withSuspension(lives, whole, recordedAt) }
  }
}

/** @throws ProblemsError */
function readBack({ check }: RegisterParts, id: string, text: string): Act {
  try {
    const act = openOwnAct(text, check)
    if (act.act === id) return act
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown
  }
  const says = 'has been changed since it was recorded'
  throw new ProblemsError([{ file: `act ${id}`, line: 0, column: 0, code: 'act-unreadable', says }])
}

function keysOf({ agency, keyOf, signer }: RegisterParts, { from }: Act): ReturnType<typeof keyOf> {
  return from === agency ? kid => (kid === signer.kid ? signer.publicKey : undefined) : keyOf(from)
}

function entryOf(
  { agency, leaves, signer, vault }: RegisterParts,
  act: Act,
  jws: string | undefined,
  recordedAt: number,
  lives: Lives,
): ActEntry {
  const to = act.from === agency && 'to' in act ? act.to : undefined
  const text = jws ?? (to === undefined ? JSON.stringify(act) : sealAct(signer, act))
  const digest = digestIn(act)
  const person = act.from === agency ? personIn(act) : undefined
  const officer = person === undefined ? undefined : byOfficer(vault, person)
  const leaf = leaves.write('agreement', {
    act: act.kind,
    by: act.from,
    agreement: act.agreement,
    revision: digest && revisionOf(lives, digest)?.revision.agreement.revision,
    policy: digest,
    purpose: act.kind === 'urgent-opened' ? act.statement.purpose : undefined,
    xid: act.act,
    env: digestOf(text),
    c: officer?.commitments,
  })
  return { id: act.act, to, text, recordedAt, leaf: leaf.text, vault: officer?.row(leaf.id) }
}

/** The officer of the agency that acts; undefined where its gateway acts by itself. */
function personIn(act: Act): string | undefined {
  if ('person' in act) return act.person
  if ('approval' in act) return act.approval.person
  if ('signature' in act) return act.signature.person
  return act.kind === 'urgent-opened'
    ? act.signatures.find(({ party }) => party === act.from)?.person
    : undefined
}

function digestIn(act: Act): Digest | undefined {
  if ('digest' in act) return act.digest
  return act.kind === 'urgent-opened' ? asDigest(act.statement.digest) : undefined
}

function asDigest(text: string): Digest | undefined {
  return isDigest(text) ? text : undefined
}
