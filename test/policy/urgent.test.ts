import t from 'tap'
import type { Json, JsonObject } from '../../src/kit/kit.ts'
import {
  type Agreement,
  diffAgreements,
  ORDINARY_RULES,
  printAgreement,
  tryAgreement,
} from '../../src/policy/policy.ts'
import { inForce, linted, type Path, spoilt } from './lint/sound.ts'
import { attempt, compiled, label } from './support.ts'

const TERMS: JsonObject = {
  allowed: true,
  people: 2,
  lasts: 'PT4H',
  tell: ['provider-dpo', 'recipient-dpo'],
}
const place: Path = ['purposes', 'drill', 'urgent']
const withUrgent = (urgent: Json, ...more: readonly (readonly [Path, Json])[]) =>
  spoilt([place, urgent], ...more)
const urgent = compiled(withUrgent(TERMS))

function ask(agreement: Agreement, over: JsonObject = {}) {
  return agreement.decide({
    resource: 'drill.mission',
    purpose: 'drill',
    role: 'planner',
    document: { reference: 'PO-1', phase: 'active', title: 'Harbour rally' },
    label,
    request: {},
    now: agreement.effectiveFrom,
    ...over,
  })
}

void t.test('a purpose says how it may be used urgently, or not at all', t => {
  t.strictSame(urgent.purposes.get('drill')?.urgent, {
    people: 2,
    lastsMs: 4 * 3_600_000,
    tell: ['provider-dpo', 'recipient-dpo'],
  })
  t.equal(urgent.purposes.get('review')?.urgent, undefined)
  t.equal(compiled(withUrgent({ allowed: false })).purposes.get('drill')?.urgent, undefined)
  t.equal(
    compiled(withUrgent({ ...TERMS, allowed: false })).digest,
    inForce.digest,
    'what is off is as if not there',
  )
  t.end()
})

void t.test('urgent use relaxes who and when, and nothing else', t => {
  const closed: JsonObject = { document: { reference: 'PO-1', phase: 'closed', title: 'Harbour rally' } }
  const stranger: JsonObject = { role: 'duty-officer' }
  t.match(ask(urgent), { kind: 'release', urgent: false })
  t.match(ask(urgent, { urgent: true }), { kind: 'release', urgent: false }, 'it would go anyway')
  t.match(ask(urgent, stranger), { code: 'role-not-allowed' })
  t.match(ask(urgent, closed), { code: 'purpose-window' })
  t.match(ask(urgent, { ...closed, ...stranger, urgent: true }), { kind: 'release', urgent: true })
  const secret = { label: { ...label, classification: 'SECRET' } }
  t.match(ask(urgent, { ...secret, urgent: true }), { code: 'gate-failed', rule: 'G1' })
  t.match(ask(urgent, { purpose: 'review', urgent: true }), { code: 'urgent-not-allowed', rule: 'review' })
  t.match(ask(inForce, { urgent: true }), { code: 'urgent-not-allowed', rule: 'drill' })
  t.match(ask(urgent, { now: urgent.expiresAt, urgent: true }), { code: 'agreement-expired' })
  t.match(ask(urgent, { purpose: 'press', urgent: true }), { code: 'purpose-unknown' })
  t.end()
})

void t.test('what goes urgently is what would go anyway', t => {
  const usual = ask(urgent)
  const now = ask(urgent, { urgent: true, role: 'duty-officer' })
  if (usual.kind === 'refuse' || now.kind === 'refuse') throw new Error('both go')
  t.strictSame(urgent.project(now), urgent.project(usual))
  t.end()
})

void t.test('worked examples can ask urgently', t => {
  const example = (about: JsonObject) => ({
    name: 'in an emergency',
    purpose: 'drill',
    as: 'duty-officer',
    sample: 'rally',
    change: { phase: 'closed' },
    urgent: true,
    ...about,
  })
  const tests = (about: JsonObject): [Path, Json] => [['tests', 0], example(about)]
  t.equal(compiled(withUrgent(TERMS, tests({ shows: { reference: 'PO-1' } }))).examples, 5)
  t.equal(compiled(spoilt(tests({ refused: 'urgent-not-allowed' }))).examples, 5)
  t.match(attempt(withUrgent(TERMS, tests({ refused: 'urgent-not-allowed' }))), [{ code: 'example-fails' }])
  const trial = tryAgreement(inForce, {
    ...{ resource: 'drill.mission', purpose: 'drill', role: 'planner', label, request: {} },
    ...{ document: {}, now: inForce.effectiveFrom, urgent: true },
  })
  t.match(trial, { says: 'the agreement does not allow urgent use of `drill`' })
  t.end()
})

void t.test('the terms are signed and printed', t => {
  const longer = compiled(withUrgent({ ...TERMS, lasts: 'PT5H' }))
  t.equal(new Set([inForce.digest, urgent.digest, longer.digest]).size, 3)
  t.match(urgent.form['purposes'], {
    drill: { urgent: { people: 2, lasts: 'PT4H', tell: ['provider-dpo', 'recipient-dpo'] } },
    review: { urgent: 'none' },
  })
  const annex = printAgreement(urgent, 'markdown')
  t.match(annex, /In an emergency two people together may open it for at most 4 hours/)
  t.match(annex, /never what goes/)
  t.notMatch(printAgreement(inForce, 'markdown'), /emergency/)
  t.end()
})

void t.test('allowing it, a longer time and fewer people are looser, the reverse tighter', t => {
  const cases: readonly (readonly [Json, Json, string])[] = [
    [{ allowed: false }, TERMS, 'looser'],
    [TERMS, { ...TERMS, lasts: 'PT6H' }, 'looser'],
    [{ ...TERMS, people: 3 }, TERMS, 'looser'],
    [{ ...TERMS, people: 3 }, { ...TERMS, lasts: 'PT1H' }, 'looser'],
  ]
  for (const [before, after, direction] of cases) {
    const [old, now] = [compiled(withUrgent(before)), compiled(withUrgent(after))]
    t.match(diffAgreements(old, now), [{ direction, kind: 'purpose', purpose: 'drill', subject: 'urgent' }])
  }
  for (const [after, before] of cases.slice(0, 3)) {
    const [old, now] = [compiled(withUrgent(before)), compiled(withUrgent(after))]
    t.match(diffAgreements(old, now), [{ direction: 'tighter', subject: 'urgent' }])
  }
  t.strictSame(diffAgreements(urgent, compiled(withUrgent({ ...TERMS, lasts: 'PT240M' }))), [])
  t.end()
})

void t.test(
  'the linter asks why an emergency needs what is shown of people, and stops where nobody is told',
  t => {
    const about = (source: string) =>
      linted(source, { agency: ORDINARY_RULES }).filter(({ check }) => check === 7)
    t.match(about(withUrgent(TERMS)), [
      { level: 'ask', says: /^urgent use of `drill` gives .*`people\[\]\.role`.* unchanged, whoever asks/ },
    ])
    t.strictSame(
      about(spoilt([['purposes', 'review', 'urgent'], TERMS])),
      [],
      'nothing of people goes for review',
    )
    t.strictSame(about(withUrgent({ allowed: false })), [])
    const { tell: _untold, ...silent } = TERMS
    t.match(about(withUrgent(silent)), [{ level: 'stop', says: '`urgent` lacks `tell`' }])
    t.match(about(withUrgent({ ...TERMS, tell: ['provider-dpo'] })), [{ level: 'stop' }])
    t.match(about(withUrgent({ ...TERMS, people: 1 })), [{ level: 'stop' }])
    t.match(about(withUrgent({ ...TERMS, lasts: 'P1M' })), [{ level: 'stop' }])
    t.end()
  },
)
