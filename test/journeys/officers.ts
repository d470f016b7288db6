import { join } from 'node:path'
import { isJsonObject, type Json, type JsonObject, systemClock } from '../../src/kit/kit.ts'
import { APPROVAL_TYPE, type OfficerSignature, signAs } from '../../src/policy/policy.ts'
import { makeSigner, readPrivateKey } from '../../src/seal/seal.ts'
import { dig } from '../support/dig.ts'
import type { Side } from '../support/field.ts'
import { type Answer, openSystem, type System } from '../support/system.ts'

/** An officer of the example at the console door of the own gateway, with a session and a signing key of their own. */
export interface Officer extends Disposable {
  readonly person: string
  readonly role: string
  ask(method: string, path: string, body?: Json): Promise<Answer>
  /** Approves a statement, as what `role` says unless told otherwise. */
  approve(statement: Json | undefined, change?: { readonly role?: string }): JsonObject
  sign(type: string, statement: Json | undefined, role?: string): JsonObject
}

export async function openOfficer(side: Side, person: string, role: string): Promise<Officer> {
  const system: System = await openSystem(side, { name: 'gateway', door: 'console' })
  const { key } = await readPrivateKey(join(side.certificates, 'officers', `${person}.key.pem`))
  if (key === undefined) throw new Error(`the key of ${person} cannot be read`)
  const signer = makeSigner(key)
  const sign = (type: string, statement: Json | undefined, as = role): JsonObject => {
    if (statement === undefined || !isJsonObject(statement)) throw new Error('there is no statement to sign')
    const who = { party: side.agency, person, role: as, kid: signer.kid, at: systemClock.now() }
    return { ...signAs(type, statement, who, bytes => signer.sign(bytes)) } satisfies OfficerSignature
  }
  return {
    person,
    role,
    ask: (method, path, body) =>
      system.ask(method, path, {
        acting: { person, role, purpose: 'governance' },
        ...(body === undefined ? {} : { body }),
      }),
    approve: (statement, { role: as } = {}) => sign(APPROVAL_TYPE, statement, as),
    sign,
    [Symbol.dispose]: () => system[Symbol.dispose](),
  }
}

/** The officers of both agencies, by what they are. */
export interface Officers extends Disposable {
  readonly author: Officer
  readonly approver: Officer
  readonly operator: Officer
  readonly dpo: Officer
  readonly armyApprover: Officer
  readonly armyOperator: Officer
  readonly armyDpo: Officer
}

export async function openOfficers(police: Side, army: Side): Promise<Officers> {
  const [author, approver, operator, dpo, armyApprover, armyOperator, armyDpo] = await Promise.all([
    openOfficer(police, 'p-118', 'author'),
    openOfficer(police, 'p-204', 'approver'),
    openOfficer(police, 'p-311', 'operator'),
    openOfficer(police, 'p-402', 'dpo'),
    openOfficer(army, 'a-031', 'approver'),
    openOfficer(army, 'a-052', 'operator'),
    openOfficer(army, 'a-066', 'dpo'),
  ])
  const all = { author, approver, operator, dpo, armyApprover, armyOperator, armyDpo }
  return {
    ...all,
    [Symbol.dispose]() {
      for (const officer of Object.values(all)) officer[Symbol.dispose]()
    },
  }
}

/** Saves a draft, answers whatever is asked, and proposes it. */
export async function propose(author: Officer, source: string): Promise<Answer> {
  const draft = await author.ask('PUT', '/v1/agreements/drafts', { source })
  if (draft.status !== 200) return draft
  const findings = dig(draft.json, 'findings')
  const asked = Array.isArray(findings) ? findings.filter(one => dig(one, 'level') === 'ask') : []
  const answers = asked.map(one => ({ finding: dig(one, 'key') ?? '', reason: 'looked at and accepted' }))
  const approval = author.approve(dig(draft.json, 'statement'))
  return author.ask('POST', '/v1/agreements/proposals', { source, approval, answers })
}

/** Approves a revision as it stands at the officer's own gateway, with every change acknowledged. */
export async function approve(officer: Officer, digest: string): Promise<Answer> {
  const shown = await officer.ask('GET', `/v1/agreements/${digest}`)
  if (shown.status !== 200) return shown
  const changes = dig(shown.json, 'changes')
  const acknowledged = Array.isArray(changes) ? changes.flatMap(one => dig(one, 'key') ?? []) : []
  const approval = officer.approve(dig(shown.json, 'statement'))
  return officer.ask('POST', `/v1/agreements/${digest}/approvals`, { approval, acknowledged })
}
