import { timestamp, uuidv7 } from '../kit/kit.ts'
import { statementOf } from '../policy/policy.ts'
import { type Act, legible } from './act.ts'
import type { GovernanceParts } from './desk.ts'
import { type Revision, revisionOf } from './lives.ts'
import { isApprovedByProvider, isOpen } from './state.ts'

/**
 * What this gateway does about a revision without being asked. It has compiled the text and run every worked example itself
 * before it looks here. As provider it verifies once its own officers have approved. As recipient it verifies once the
 * provider has, unless this agency may not hold what would be shared: then it declines and says why.
 */
export function makeCountersigning(parts: GovernanceParts): (digest: string) => Promise<void> {
  const { register, agency, clock, signatures } = parts
  return async digest => {
    const found = revisionOf(register.lives, digest)
    if (found === undefined || found.revision.verified.has(agency)) return
    const { life, revision } = found
    const { provider } = revision.agreement
    if (!isOpen(life, revision, clock.now(), signatures)) return
    if (!isApprovedByProvider(revision, signatures)) return
    if (provider !== agency && !revision.verified.has(provider)) return
    await register.record(provider === agency ? verified(parts, revision) : answer(parts, revision))
  }
}

function answer(parts: GovernanceParts, revision: Revision): Act {
  const objections = parts.objections(revision)
  if (objections.length === 0) return verified(parts, revision)
  const problems = objections.slice(0, 100).map(({ check, line, says }) => {
    return { code: `check-${check}`, line, says: legible(says) }
  })
  return { ...about(parts, revision), kind: 'declined', problems }
}

function verified(parts: GovernanceParts, revision: Revision): Act {
  return {
    ...about(parts, revision),
    kind: 'verified',
    statement: statementOf(revision.agreement),
    path: revision.path,
    abilities: [...parts.abilities],
  }
}

function about({ agency, clock }: GovernanceParts, { agreement, proposal }: Revision) {
  return {
    act: uuidv7(clock),
    from: agency,
    to: agreement.provider === agency ? agreement.recipient : agreement.provider,
    agreement: agreement.id,
    at: timestamp(clock.now()),
    proposal,
    digest: agreement.digest,
  }
}
