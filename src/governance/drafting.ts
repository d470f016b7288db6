import type { components } from '../contract/contract.ts'
import { timestamp, uuidv7 } from '../kit/kit.ts'
import { type OfficerSignature, statementOf } from '../policy/policy.ts'
import { Refusal } from '../terms/terms.ts'
import { type Act, legible } from './act.ts'
import type { GovernanceParts } from './desk.ts'
import { newestAgreed } from './lives.ts'
import { byOfficer, inPerson, inRole, type Officeholder } from './officeholder.ts'
import { changesSince, type FindingView, findingView, type RevisionView } from './views.ts'

type Schemas = components['schemas']
type Answer = Schemas['Answer']

/** Agreements of which a draft is kept at one time. */
const MAX_DRAFTS = 50

/** What authors do: save drafts, see them checked, propose. */
export function makeDrafting(
  parts: GovernanceParts,
  act: (one: Act) => Promise<void>,
  view: (digest: string) => RevisionView,
) {
  const { store, clock, agency, register } = parts

  /** Compiled, with the revision that it follows and all that can be said about it; without both where it does not compile. */
  async function examined(source: string) {
    const agreement = (await parts.study(source)).length === 0 ? parts.compile(source) : undefined
    const previous = agreement && newestAgreed(register.lives.get(agreement.id))
    const findings = (await parts.lint(source, previous?.source)).map(findingView)
    return { agreement, previous: previous?.agreement, findings }
  }

  async function report(source: string): Promise<Schemas['DraftReport']> {
    const { agreement, previous, findings } = await examined(source)
    if (agreement === undefined) return { findings, changes: [] }
    return {
      agreement: agreement.id,
      revision: agreement.revision,
      digest: agreement.digest,
      statement: statementOf(agreement),
      path: parts.pathOf(previous, agreement),
      findings,
      changes: [...changesSince(previous, agreement)],
    }
  }

  return {
    /** Saves a draft under the id that stands in it, and says what the checks find. One without an id is checked only. */
    async saveDraft(who: Officeholder, source: string): Promise<Schemas['DraftReport']> {
      inRole(who, 'author')
      const [, agreement] = /^id:[ \t]*["']?([a-z0-9.-]{1,160})["']?[ \t]*(?:#.*)?$/m.exec(source) ?? []
      if (agreement !== undefined) {
        const others = (await store.drafts()).filter(one => one.agreement !== agreement)
        if (others.length >= MAX_DRAFTS) throw new Refusal('overloaded', { rule: 'drafts' })
        const { commitments: c, row } = byOfficer(parts.vault, who.person)
        const leaf = parts.leaves.write('admin', { act: 'agreement.draft', rule: agreement, c })
        const draft = { agreement, source, savedBy: who.person, savedAt: clock.now() }
        await store.saveDraft(draft, leaf.text, row(leaf.id))
      }
      return report(source)
    },

    async drafts(): Promise<Schemas['DraftList']> {
      const rows = await store.drafts()
      return { drafts: rows.map(({ savedAt, ...row }) => ({ ...row, savedAt: timestamp(savedAt) })) }
    },

    /**
     * Freezes a revision under its author's signature. What a check stops, and what is asked and not answered, is refused.
     *
     * @throws Refusal officer-not-allowed, approval-invalid, agreement-unfit, agreement-conflict, overloaded
     */
    async propose(
      who: Officeholder,
      source: string,
      approval: OfficerSignature,
      answers: readonly Answer[],
    ): Promise<RevisionView> {
      inRole(who, 'author')
      inPerson(who, approval)
      const { agreement, findings } = await examined(source)
      refuseUnfit(findings, answers)
      if (agreement === undefined) throw new Refusal('agreement-unfit')
      if (agreement.provider !== agency) throw new Refusal('agreement-unfit', { rule: 'provider' })
      await act({
        act: uuidv7(clock),
        kind: 'proposed',
        from: agency,
        to: agreement.recipient,
        agreement: agreement.id,
        at: timestamp(clock.now()),
        digest: agreement.digest,
        source,
        statement: statementOf(agreement),
        approval: { ...approval },
        answers: answersTo(findings, answers),
      })
      await store.dropDraft(agreement.id)
      return view(agreement.digest)
    },
  }
}

/** Each answer with what it answers, for the approvers; what answers nothing is left out. */
function answersTo(
  findings: readonly FindingView[],
  answers: readonly Answer[],
): Schemas['AnsweredFinding'][] {
  const asked = new Map(
    findings.map(({ key, line, check, says }) => [key, `line ${line}, check ${check}: ${says}`]),
  )
  return answers.flatMap(({ finding, reason }) => {
    const says = asked.get(finding)
    return says === undefined ? [] : [{ finding, says: legible(says), reason }]
  })
}

/** @throws Refusal agreement-unfit, naming each finding that stops or is not answered */
function refuseUnfit(findings: readonly FindingView[], answers: readonly Answer[]): void {
  const answered = new Set(answers.map(({ finding }) => finding))
  const left = findings.filter(
    ({ level, key }) => level === 'stop' || (level === 'ask' && !answered.has(key)),
  )
  if (left.length === 0) return
  const violations = left.slice(0, 200).map(({ level, key, line, column, check, says }) => ({
    pointer: `/source/${line}/${column}`,
    says: `${level} ${check} (${key}): ${says}`,
  }))
  const rule = left.some(({ level }) => level === 'stop') ? 'stop' : 'unanswered'
  throw new Refusal('agreement-unfit', { rule, violations })
}
