import type { Committed, Vault } from '../ledger/ledger.ts'
import type { OfficerSignature } from '../policy/policy.ts'
import { Refusal } from '../terms/terms.ts'

/** An officer of this agency in a session of their own. */
export interface Officeholder {
  readonly person: string
  readonly role: string
}

/** @throws Refusal officer-not-allowed */
export function inRole({ role }: Officeholder, ...allowed: readonly string[]): void {
  if (!allowed.includes(role)) throw new Refusal('officer-not-allowed', { rule: allowed.join('|') })
}

/** A signature counts only in the session of the one who made it. @throws Refusal approval-invalid */
export function inPerson({ person }: Officeholder, signature: OfficerSignature): void {
  if (signature.person !== person) throw new Refusal('approval-invalid', { rule: 'approval-person' })
}

/** Commits to the officer who acts. */
export function byOfficer(vault: Vault, person: string): Committed {
  return vault.keep({ kind: 'office', secrets: { actor: person }, tags: [{ kind: 'person', value: person }] })
}
