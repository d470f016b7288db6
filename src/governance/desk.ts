import { type Clock, timestamp, uuidv7 } from '../kit/kit.ts'
import type { Finding, OfficerSignature } from '../policy/policy.ts'
import { type Problem, Refusal } from '../terms/terms.ts'
import type { Act, ActOf } from './act.ts'
import type { AgreementStore } from './agreement-store.ts'
import { makeCountersigning } from './countersign.ts'
import { makeDrafting } from './drafting.ts'
import { type Revision, revisionOf } from './lives.ts'
import { noticesOf } from './notices.ts'
import { inPerson, inRole, type Officeholder } from './officeholder.ts'
import { makeReceiving } from './receive.ts'
import type { Register, RegisterParts } from './register.ts'
import type { UrgentStatement } from './statements.ts'
import { type RevisionView, revisionView, summaryOf, suspensionView, urgentUseView } from './views.ts'

export interface GovernanceParts extends RegisterParts {
  readonly clock: Clock
  readonly store: AgreementStore & { note(leaves: readonly string[]): Promise<void> }
  readonly register: Register
  /** What keeps a text from becoming an agreement here; empty where nothing does. Others have their turn meanwhile. */
  readonly study: (source: string) => Promise<readonly Problem[]>
  /** Everything that can be said about a draft, against the text of the revision it follows. */
  readonly lint: (source: string, previous: string | undefined) => Promise<readonly Finding[]>
  /** What keeps this agency, as recipient, from holding what a revision shares; empty where nothing does. */
  readonly objections: (revision: Revision) => readonly Finding[]
  /** The obligations that this gateway can carry out. */
  readonly abilities: readonly string[]
}

/** How long the opening of an urgent use waits for the peer. */
const TELL_MS = 3_000

export type Governance = ReturnType<typeof makeGovernance>

/** Everything officers and peers can do about agreements. Each act is durable and in the ledger before it is answered. */
export function makeGovernance(parts: GovernanceParts) {
  const { register, clock, agency, signatures } = parts
  const head = (agreement: string) => ({
    act: uuidv7(clock),
    from: agency,
    agreement,
    at: timestamp(clock.now()),
  })
  const countersign = makeCountersigning(parts)
  /** Records an act of ours and what follows from it by itself. */
  const act = (one: Act) =>
    register.exclusively(async () => {
      await register.record(one)
      if ('digest' in one) await countersign(one.digest)
    })
  const view = (digest: string): RevisionView => {
    const { life, revision } = found(register, digest)
    return revisionView(life, revision, clock.now(), signatures)
  }
  return {
    ...makeDrafting(parts, act, view),
    ...makeReceiving(parts, countersign),

    list: () => ({
      agreements: [...register.lives.values()].flatMap(
        life => summaryOf(life, clock.now(), signatures) ?? [],
      ),
    }),

    read: view,

    /** @throws Refusal officer-not-allowed, not-found, act-out-of-turn, approval-invalid, acknowledgement-missing */
    async approve(
      who: Officeholder,
      digest: string,
      approval: OfficerSignature,
      acknowledged: readonly string[],
    ): Promise<RevisionView> {
      inRole(who, 'approver')
      inPerson(who, approval)
      const { agreement, proposal } = found(register, digest).revision
      const to = agreement.provider === agency ? agreement.recipient : agreement.provider
      await act({
        ...head(agreement.id),
        kind: 'approved',
        to,
        proposal,
        digest: agreement.digest,
        approval: { ...approval },
        acknowledged: [...acknowledged],
      })
      return view(digest)
    },

    /** Ends a proposal. An approver of either side rejects, an author of the provider withdraws. */
    async end(
      who: Officeholder,
      kind: 'rejected' | 'withdrawn',
      digest: string,
      reason: string,
    ): Promise<RevisionView> {
      inRole(who, kind === 'rejected' ? 'approver' : 'author')
      const { agreement, proposal } = found(register, digest).revision
      const to = agreement.provider === agency ? agreement.recipient : agreement.provider
      const { id, digest: named } = agreement
      await act({ ...head(id), kind, to, proposal, digest: named, person: who.person, reason })
      return view(digest)
    },

    /** Stops an agreement, or some of its purposes, at once. Either side may, alone. */
    async suspend(
      who: Officeholder,
      { agreement, purposes, reason }: { agreement: string; purposes?: readonly string[]; reason: string },
    ) {
      inRole(who, 'operator', 'approver', 'dpo')
      const about = head(agreement)
      const to = peerOf(parts, agreement)
      for (const purpose of purposes ?? []) checkPurpose(register, agreement, purpose)
      const which = purposes ? { purposes: [...purposes] } : {}
      await act({ ...about, kind: 'suspended', to, person: who.person, reason, ...which })
      return suspensionOf(register, about.act)
    },

    async resume(who: Officeholder, suspension: string, signature: OfficerSignature) {
      inRole(who, 'approver')
      inPerson(who, signature)
      const { agreement } = suspensionOf(register, suspension)
      const to = peerOf(parts, agreement)
      await act({ ...head(agreement), kind: 'resumed', to, suspension, signature: { ...signature } })
      return suspensionOf(register, suspension)
    },

    /** Opens an urgent use; whoever asks has to be one of those who signed. */
    async openUrgentUse(
      who: Officeholder,
      statement: UrgentStatement,
      signatures: readonly OfficerSignature[],
    ) {
      const mine = signatures.find(({ person }) => person === who.person)
      if (mine?.party !== agency) throw new Refusal('officer-not-allowed')
      const { policy, nonce } = statement
      const opened: ActOf<'urgent-opened'> = {
        ...head(policy),
        kind: 'urgent-opened',
        to: peerOf(parts, policy),
        statement,
        signatures: signatures.map(one => ({ ...one })),
      }
      await act(opened)
      // What is sent at once should find the other gateway knowing; it need not: the use is open here.
      await register.untilTold(opened.act, TELL_MS)
      return useOf(parts, nonce)
    },

    async reviewUrgentUse(who: Officeholder, use: string, finding: string, signature: OfficerSignature) {
      inRole(who, 'dpo')
      inPerson(who, signature)
      const { agreement } = useOf(parts, use)
      const to = peerOf(parts, agreement)
      await act({
        ...head(agreement),
        kind: 'urgent-reviewed',
        to,
        use,
        finding,
        signature: { ...signature },
      })
      return useOf(parts, use)
    },

    urgentUses() {
      const uses = [...register.lives.values()].flatMap(life => life.urgentUses)
      const views = uses.map(use => urgentUseView(use, clock.now()))
      const order = ['open', 'review-due', 'reviewed']
      return { uses: views.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state)) }
    },

    notices: () => ({
      notices: [...noticesOf(register.lives, { agency, now: clock.now(), signatures })],
    }),
  }
}

/** @throws Refusal not-found */
function found(register: Register, digest: string) {
  const one = revisionOf(register.lives, digest)
  if (one === undefined) throw new Refusal('not-found')
  return one
}

/** The other party of an agreement. @throws Refusal not-found */
function peerOf({ register, agency }: GovernanceParts, id: string) {
  const agreement = register.lives.get(id)?.revisions.at(-1)?.agreement
  if (agreement === undefined) throw new Refusal('not-found')
  return agreement.provider === agency ? agreement.recipient : agreement.provider
}

/** Somebody who stops a purpose by a name that nobody uses has stopped nothing. @throws Refusal purpose-unknown */
function checkPurpose({ lives }: Register, id: string, purpose: string): void {
  const revisions = lives.get(id)?.revisions ?? []
  if (!revisions.some(({ agreement }) => agreement.purposes.has(purpose)))
    throw new Refusal('purpose-unknown', { rule: purpose })
}

function suspensionOf({ lives }: Register, id: string) {
  for (const life of lives.values()) {
    const suspension = life.suspensions.find(({ act }) => act.act === id)
    if (suspension) return suspensionView(suspension)
  }
  throw new Refusal('not-found')
}

function useOf({ register, clock }: GovernanceParts, nonce: string) {
  for (const life of register.lives.values()) {
    const use = life.urgentUses.find(({ act }) => act.statement.nonce === nonce)
    if (use) return urgentUseView(use, clock.now())
  }
  throw new Refusal('not-found')
}
