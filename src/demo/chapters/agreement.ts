import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RESUMPTION_TYPE, resumptionStatement } from '../../governance/governance.ts'
import type { Json } from '../../kit/kit.ts'
import { type Agreement, APPROVAL_TYPE, compileAgreement, statementOf } from '../../policy/policy.ts'
import { ARMY_PLANNER, eventually, exchangeOf, PLANNER } from '../cast.ts'
import { at, listAt, textAt } from '../look.ts'
import {
  type Approving,
  agreementAt,
  approve,
  callOfficers,
  comesIntoForce,
  type Officer,
  type Officers,
  propose,
  revisionInForce,
} from '../officers.ts'
import { fieldPolicyParts } from '../practice-field.ts'
import type { Stage } from '../stage.ts'
import type { Teller } from '../teller.ts'

const ID = 'northshire-police.to.army-1div.public-order'
/** What makes the agreement tighter: no telephone number goes while an operation is planned, and an example that says so. */
const TIGHTER = [
  ['        joint-planning: last-three\n', '        joint-planning: withhold\n'],
  [', contact: { tel: "***123" }, location: Gold room', ', location: Gold room'],
  [', contact: { tel: "***456" } }', ' }'],
] as const

/** A text with the revision that it is compiled to here, on the officers' side. */
interface Draft {
  readonly source: string
  readonly agreement: Agreement
}

/** An agreement becomes tighter, is suspended, goes on, and is given back: what one side may do alone, and what needs both. */
export async function agreementChanges(stage: Stage, teller: Teller): Promise<void> {
  teller.chapter('An agreement is changed')
  using officers = await callOfficers(stage.field, stage.clock)
  const whole = await readFile(join(stage.places.project, 'policies', `${ID}.yaml`), 'utf8')
  await becomesTighter(stage, teller, officers, await nextRevision(stage, officers.author, whole, TIGHTER))
  await isSuspended(stage, teller, officers)
  await isGivenBack(teller, officers, await nextRevision(stage, officers.author, whole, []))
}

/** The text as the revision after the one in force: stores may have seen earlier days. */
async function nextRevision(
  { places }: Stage,
  author: Officer,
  text: string,
  edits: readonly (readonly [from: string, to: string])[],
): Promise<Draft> {
  const inForce = await revisionInForce(author, ID)
  const next = Number(textAt(inForce, 'revision')) + 1
  const numbered = text.replace(
    /^revision: \d+$/m,
    `revision: ${next}\nreplaces: ${textAt(inForce, 'digest')}`,
  )
  const source = edits.reduce((edited, [from, to]) => {
    if (!edited.includes(from)) throw new Error(`the policy does not say: ${from}`)
    return edited.replace(from, to)
  }, numbered)
  return { source, agreement: compileAgreement(source, ID, fieldPolicyParts(places)) }
}

async function becomesTighter(stage: Stage, teller: Teller, officers: Officers, draft: Draft): Promise<void> {
  const { author, approver, armyOperator } = officers
  const { digest, revision } = draft.agreement
  const before = await telephoneSeen(stage)
  teller.say(
    `The police author proposes revision ${revision}: no telephone number goes while an operation is planned. Nothing in it is looser, so a second police officer is enough, and safety is never slower than risk.`,
  )
  const proposed = await propose(author, draft.source, approvalOf(author, draft))
  const sheet = listAt(proposed.body, 'changes').filter(change => textAt(change, 'direction') !== 'other')
  teller.table(
    ['the change sheet', 'item', 'purpose', 'was', 'now'],
    sheet.map(change =>
      ['direction', 'subject', 'purpose', 'before', 'after'].map(name => textAt(change, name)),
    ),
    [16, 24, 16, 28, 28],
  )
  teller.claim(
    'Its author has signed it; alone it changes nothing.',
    textAt(proposed.body, 'path') === 'tighter-only' &&
      textAt(await revisionInForce(author, ID), 'digest') !== digest,
  )
  await approve(approver, 'all', approvalOf(approver, draft))
  const onBoth =
    (await comesIntoForce(author, ID, digest)) && (await comesIntoForce(armyOperator, ID, digest))
  const { body } = await armyOperator.ask('GET', `/v1/agreements/${digest}`)
  teller.claim(
    `The army gateway compiled the text, ran all ${draft.agreement.examples} worked examples and came to the same statement by itself: in force on both sides.`,
    onBoth && listAt(body, 'verifiedBy').length === 2 && textAt(body, 'statement.compiledDigest') === digest,
  )
  const after = await telephoneSeen(stage)
  teller.claim(
    `The next exchange cites ${digest.slice(0, 19)}…, and what was ${before.seen} is not there at all.`,
    after.agreement === digest && after.seen === '—' && before.agreement !== digest,
  )
}

function approvalOf(officer: Officer, { agreement }: Draft): Approving {
  const approval = officer.sign(APPROVAL_TYPE, statementOf(agreement))
  return { id: agreement.id, digest: agreement.digest, approval }
}

/** Shares the operation once more: what the army sees of Gold's telephone, and under which agreement. */
async function telephoneSeen({
  police,
  army,
}: Stage): Promise<{ readonly seen: string; readonly agreement: string }> {
  const shared = await police.ask('shareOperation', { ...PLANNER, name: 'SANDPIPER' })
  const asked = { ...ARMY_PLANNER, resource: 'army.opord', exchange: textAt(exchangeOf(shared), 'id') }
  const { document, agreement } = membersOf(await army.ask('one', asked))
  return {
    seen: textAt(document, 'p5CommandSignal.command.policePosts.0.tel'),
    agreement: textAt(agreement, ''),
  }
}

function membersOf(seen: Json): {
  readonly document: Json | undefined
  readonly agreement: Json | undefined
} {
  return { document: at(seen, 'body.document'), agreement: at(seen, 'body.agreement') }
}

async function isSuspended(stage: Stage, teller: Teller, officers: Officers): Promise<void> {
  const { approver, armyApprover, armyOperator } = officers
  teller.say(
    'The army duty officer finds a lost laptop and suspends the agreement: one side alone, at once, on both.',
  )
  const begun = stage.clock.now()
  const reason = 'a laptop with operation orders is missing'
  const { body: suspended } = await armyOperator.ask('POST', '/v1/suspensions', { agreement: ID, reason })
  const id = textAt(suspended, 'id')
  const standing = async () => {
    const agreement = await agreementAt(approver, ID)
    return listAt(agreement, 'suspensions').find(one => textAt(one, 'id') === id)
  }
  await eventually(standing, found => found !== undefined)
  const took = stage.clock.now() - begun
  const refused = await share(stage)
  const statement = resumptionStatement(ID, id)
  const resume = (officer: Officer) =>
    officer.ask('POST', `/v1/suspensions/${id}/resumption`, {
      signature: officer.sign(RESUMPTION_TYPE, statement),
    })
  await resume(approver)
  const alone = await share(stage)
  await resume(armyApprover)
  await eventually(standing, found => at(found, 'lifted') === true)
  const freed = await share(stage)
  teller.table(
    ['', 'what the police system is answered'],
    [
      [`${took} ms after the army suspends`, refused],
      ['a police approver agrees that it goes on', alone],
      ['an army approver agrees as well', freed],
    ],
    [42, 40],
  )
  teller.claim(
    'One side stops it, and it takes both to let it go on.',
    [refused, alone, freed].join() === STOPPED,
  )
}

const STOPPED = 'agreement-suspended,agreement-suspended,accepted'

/** Shares the operation: the code of the refusal, or how the exchange ended. */
async function share({ police }: Stage): Promise<string> {
  const answer = await police.ask('shareOperation', { ...PLANNER, name: 'SANDPIPER' })
  const code = textAt(answer, 'body.code')
  return code === '—' ? textAt(exchangeOf(answer), 'state') : code
}

async function isGivenBack(teller: Teller, officers: Officers, draft: Draft): Promise<void> {
  const { author, approver, armyApprover } = officers
  const { digest, revision } = draft.agreement
  teller.say(
    `Revision ${revision} gives the last three digits back. That is looser: it needs both agencies, and each approver has to acknowledge every such change.`,
  )
  await propose(author, draft.source, approvalOf(author, draft))
  const unseen = await approve(approver, 'none', approvalOf(approver, draft))
  teller.claim(
    'An approver who acknowledges nothing is refused, and is told what is left to look at.',
    textAt(unseen.body, 'code') === 'acknowledgement-missing' && listAt(unseen.body, 'errors').length === 1,
  )
  const { body } = await approve(approver, 'all', approvalOf(approver, draft))
  const missing = listAt(body, 'summary.missing').map(who => textAt(who, ''))
  teller.claim(
    'Two signatures of the police do not put it into force.',
    textAt(body, 'summary.state') === 'approved' && missing.some(who => who.includes('army-1div')),
  )
  await approve(armyApprover, 'all', approvalOf(armyApprover, draft))
  teller.claim(
    'With that of an army approver it is in force on both sides.',
    (await comesIntoForce(author, ID, digest)) && (await comesIntoForce(armyApprover, ID, digest)),
  )
}
