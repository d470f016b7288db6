import t from 'tap'
import type { JsonObject } from '../../src/kit/kit.ts'
import { type BaselineLine, makeAcceptance, readAgencyRules } from '../../src/policy/policy.ts'
import { squareOf } from '../../src/translation/translation.ts'
import {
  ARMY,
  asObject,
  callerWith,
  catalogueOf,
  parse,
  policeToArmy,
  record,
  twoHouses,
} from './two-houses.ts'

const planner = callerWith('planner', 'joint-planning')
const { signal } = new AbortController()
const given = { idempotencyKey: undefined, body: new Uint8Array(), waitMs: 0, signal, answer: () => '{}' }
const push = {
  to: ARMY,
  purpose: 'joint-planning',
  resource: 'police.operation',
  document: record('operations', 0),
  label: { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true },
}

function linesOf(text: string): readonly BaselineLine[] {
  const source = `format: agency-rules/1\nagency: army-1div\nacceptance:\n${text}`
  const reading = readAgencyRules(source, 'army.rules.yaml', { catalogueOf })
  if (!reading.ok) throw new Error(reading.problems.map(({ says }) => says).join())
  return reading.rules.acceptance
}

/** Sends one operation to an army that is willing to hold what the lines say, and returns what became of it. */
async function sendTo(lines: string) {
  const acceptance = makeAcceptance(policeToArmy, linesOf(lines), { squareOf, requires: () => false })
  const { police, army } = twoHouses({ acceptance })
  await police.exchange.push(planner, push, given)
  const [receipt] = await police.sendTo(army)
  const page = { resource: 'army.opord', purpose: 'joint-planning', after: 0, limit: 10 }
  const { rows } = await army.exchange.consult.list(planner, page)
  const documents = rows.map(({ document }): JsonObject => asObject(parse(document)))
  const leaves = await army.leaves()
  const [accepted, refused] = ['accepted', 'refused'].map(kind => leaves.find(leaf => leaf['kind'] === kind))
  return { receipt, documents, accepted, refused }
}

void t.test(
  'the recipient holds no more than it is willing to, and its ledger counts what it left',
  async t => {
    const whole = await sendTo(
      '  - { id: A1, says: no, resource: police.operation, path: "protectedPersons[].*", most: withhold }',
    )
    const less = await sendTo(
      '  - { id: A1, says: no, resource: police.operation, path: "command[].contact.tel", most: withhold }',
    )
    t.equal(whole.receipt?.outcome, 'accepted')
    t.equal(less.receipt?.outcome, 'accepted')
    t.match(JSON.stringify(whole.documents), /"tel":"\*\*\*/)
    t.notMatch(JSON.stringify(less.documents), /"tel"/)
    t.equal(whole.accepted?.['cut'], undefined)
    t.equal(less.accepted?.['cut'], 1)
  },
)

void t.test('what cannot be a document any more after that is refused', async t => {
  const none = await sendTo('  - { id: A1, says: no, resource: police.operation, path: id, most: withhold }')
  t.match(none.receipt, { outcome: 'refused', code: 'target-invalid' })
  t.match(none.refused, { why: 'target-invalid', rule: '/id' }, 'and the ledger names what it lacks')
  t.strictSame(none.documents, [])
})
