import { join } from 'node:path'
import type { Clock, Json, JsonObject } from '../kit/kit.ts'
import { signAs } from '../policy/policy.ts'
import { makeSigner, readPrivateKey } from '../seal/seal.ts'
import { eventually } from './cast.ts'
import { type Answer, makeSystemClient, type SystemClient } from './client.ts'
import { at, listAt, textAt } from './look.ts'
import type { FieldAgency, PracticeField } from './practice-field.ts'

/** An officer at the console door of the own gateway, with a session and a signing key of their own. */
export interface Officer {
  readonly person: string
  ask(method: 'GET' | 'POST' | 'PUT', path: string, body?: JsonObject): Promise<Answer>
  /** Signs as what this officer is. */
  sign(payloadType: string, statement: JsonObject): JsonObject
}

/** The officers who act in the story. */
export interface Officers extends Disposable {
  readonly author: Officer
  readonly approver: Officer
  readonly armyApprover: Officer
  readonly armyOperator: Officer
}

export async function callOfficers({ police, army }: PracticeField, clock: Clock): Promise<Officers> {
  const [policeDesk, armyDesk] = [await openDesk(police, clock), await openDesk(army, clock)]
  const officer = async (
    side: FieldAgency,
    desk: SystemClient,
    person: string,
    role: string,
  ): Promise<Officer> => {
    const { key } = await readPrivateKey(join(side.certificates, 'officers', `${person}.key.pem`))
    if (key === undefined) throw new Error(`the example key of officer ${person} cannot be read`)
    const signer = makeSigner(key)
    return {
      person,
      ask: (method, path, body) => desk.call({ person, role, purpose: 'governance' }, method, path, body),
      sign(payloadType, statement) {
        const who = { party: side.agency, role, person, kid: signer.kid, at: clock.now() }
        return { ...signAs(payloadType, statement, who, bytes => signer.sign(bytes)) }
      },
    }
  }
  return {
    author: await officer(police, policeDesk, 'p-118', 'author'),
    approver: await officer(police, policeDesk, 'p-204', 'approver'),
    armyApprover: await officer(army, armyDesk, 'a-031', 'approver'),
    armyOperator: await officer(army, armyDesk, 'a-052', 'operator'),
    [Symbol.dispose]() {
      policeDesk[Symbol.dispose]()
      armyDesk[Symbol.dispose]()
    },
  }
}

/** The console door, shown the gateway's own certificate, which the officers' tokens are bound to. */
function openDesk({ agency, certificates, ports }: FieldAgency, clock: Clock): Promise<SystemClient> {
  const url = `https://127.0.0.1:${ports.console}`
  return makeSystemClient({ agency, system: 'gateway', certificates, url }, clock)
}

/** What an officer's gateway says of one agreement; undefined where it has none of that name. */
export async function agreementAt(officer: Officer, id: string): Promise<Json | undefined> {
  const { body } = await officer.ask('GET', '/v1/agreements')
  return listAt(body, 'agreements').find(one => textAt(one, 'agreement') === id)
}

/** The revision in force at an officer's gateway. */
export async function revisionInForce(officer: Officer, id: string): Promise<Json | undefined> {
  const agreement = await agreementAt(officer, id)
  return listAt(agreement, 'revisions').find(one => textAt(one, 'state') === 'in-force')
}

/** Waits until a revision is in force at an officer's gateway; whether it came to that. */
export async function comesIntoForce(officer: Officer, id: string, digest: string): Promise<boolean> {
  const isThere = (found: Json | undefined) => textAt(found, 'digest') === digest
  return isThere(await eventually(() => revisionInForce(officer, id), isThere))
}

/** What an officer's gateway says of one revision; undefined where it has none with that digest. */
async function revisionAt(officer: Officer, id: string, digest: string): Promise<Answer | undefined> {
  const revisions = listAt(await agreementAt(officer, id), 'revisions')
  if (!revisions.some(one => textAt(one, 'digest') === digest)) return undefined
  return officer.ask('GET', `/v1/agreements/${digest}`)
}

/** A revision with an officer's approval of it. */
export interface Approving {
  readonly id: string
  readonly digest: string
  readonly approval: JsonObject
}

/** Proposes a text, with an answer to whatever the checks ask; unless that was done on an earlier day. */
export async function propose(
  author: Officer,
  source: string,
  { id, digest, approval }: Approving,
): Promise<Answer> {
  const known = await revisionAt(author, id, digest)
  if (known !== undefined) return known
  const { body: draft } = await author.ask('PUT', '/v1/agreements/drafts', { source })
  const answers = listAt(draft, 'findings')
    .filter(finding => textAt(finding, 'level') === 'ask')
    .map(finding => ({ finding: textAt(finding, 'key'), reason: 'as in the revision before' }))
  return author.ask('POST', '/v1/agreements/proposals', { source, approval, answers })
}

/** Approves a revision as soon as it is there, with every change acknowledged or none; unless this officer has. */
export async function approve(
  officer: Officer,
  acknowledging: 'all' | 'none',
  { id, digest, approval }: Approving,
): Promise<Answer> {
  const shown = await eventually(
    () => revisionAt(officer, id, digest),
    found => found !== undefined,
  )
  const approvals = listAt(shown?.body, 'approvals')
  if (shown && approvals.some(one => textAt(one, 'person') === officer.person)) return shown
  const keys = listAt(shown?.body, 'changes').map(change => at(change, 'key') ?? '')
  const acknowledged = acknowledging === 'all' ? keys : []
  return officer.ask('POST', `/v1/agreements/${digest}/approvals`, { approval, acknowledged })
}
