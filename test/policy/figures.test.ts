import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import {
  type Agreement,
  compileAgreement,
  diffAgreements,
  lintAgreement,
  mutationReport,
  ORDINARY_RULES,
  readAgreement,
  tryAgreement,
} from '../../src/policy/policy.ts'
import { isTable, isTotal, tellCounts, tellTable, tellTotal } from '../../src/policy/treatments/count.ts'
import { ProblemsError } from '../../src/terms/terms.ts'
import { attempt, compiled, example, here, label, parts, policyWith } from './support.ts'

const RUNS = { numRuns: 1_000 }
const ROLES = ['suspect', 'victim', 'witness', 'missing', 'vulnerable']
const exampleText = readFileSync(join(here, 'cases/example-debrief/policy.yaml'), 'utf8')

// Small numbers -----------------------------------------------------------------------------------------------------

const smallness = fc.record({
  hideBelow: fc.integer({ min: 5, max: 40 }),
  roundTo: fc.integer({ min: 1, max: 30 }),
})
const counts = fc.array(fc.oneof(fc.nat({ max: 15 }), fc.nat({ max: 500 })), { minLength: 1, maxLength: 8 })

void t.test('no small number is told, nor one that follows from a total', t => {
  fc.assert(
    fc.property(counts, smallness, (all, terms) => {
      const told = tellCounts(all, terms)
      const hidden = all.filter((_, index) => typeof told[index] === 'string')
      const shown = told.filter(one => typeof one === 'number')
      const sum = hidden.reduce((total, count) => total + count, 0)
      const guarded = hidden.length === 0 || (hidden.length > 1 && sum >= terms.hideBelow)
      return (
        told.length === all.length &&
        shown.every(one => one >= terms.hideBelow && one % terms.roundTo === 0) &&
        all.every((count, index) => count >= terms.hideBelow || typeof told[index] === 'string') &&
        (guarded || shown.length === 0)
      )
    }),
    RUNS,
  )
  t.end()
})

void t.test('what is kept back does not say which of the numbers is the small one', t => {
  fc.assert(
    fc.property(
      counts,
      smallness,
      (all, terms) => new Set(tellCounts(all, terms).filter(one => typeof one === 'string')).size < 2,
    ),
    RUNS,
  )
  t.strictSame(tellCounts([23, 3, 40], { hideBelow: 10, roundTo: 5 }), ['withheld', 'withheld', 40])
  t.strictSame(tellCounts([0, 0, 40, 12], { hideBelow: 10, roundTo: 1 }), [
    'withheld',
    'withheld',
    40,
    'withheld',
  ])
  t.strictSame(tellCounts([8, 7, 40], { hideBelow: 10, roundTo: 1 }), ['below 10', 'below 10', 40])
  t.strictSame(tellCounts([12, 13, 17, 18], { hideBelow: 10, roundTo: 5 }), [10, 15, 15, 20])
  t.strictSame(tellCounts([10], { hideBelow: 10, roundTo: 7 }), [14], 'rounding never goes below')
  t.strictSame(tellCounts([0, 0], { hideBelow: 10, roundTo: 1 }), ['below 10', 'below 10'])
  t.end()
})

void t.test('what a count makes, it accepts, and hardly anything else', t => {
  fc.assert(
    fc.property(counts, smallness, (all, terms) => {
      const values = all.map((_, index) => `v${index}`)
      const total = tellTotal(all[0] ?? 0, terms)
      return (
        isTable(tellTable(values, all, terms), values, terms) && total !== undefined && isTotal(total, terms)
      )
    }),
    RUNS,
  )
  const terms = { hideBelow: 10, roundTo: 5 }
  const accepts = (value: Json) => isTable(value, ['a', 'b', 'c'], terms)
  t.ok(accepts({ a: 'below 10', b: 'below 10', c: 15 }))
  t.ok(accepts({ a: 'withheld', b: 'withheld', c: 15 }))
  const never: readonly Json[] = [
    { a: 'below 10', b: 15, c: 15 },
    { a: 'withheld', b: 15, c: 15 },
    { a: 'withheld', b: 'below 10', c: 15 },
    { a: 'below 5', b: 'below 5', c: 15 },
    { a: 12, b: 15, c: 15 },
    { a: 5, b: 15, c: 15 },
    { a: 15.5, b: 15, c: 15 },
    { a: 15, b: 15 },
    { a: 15, b: 15, c: 15, d: 15 },
    { a: 15, b: 15, d: 15 },
    { a: 15, b: 15, c: null },
    [15, 15, 15],
    15,
    'below 10',
  ]
  for (const value of never) t.notOk(accepts(value), JSON.stringify(value))
  for (const value of [9, 12, '15', 'below 5', 'withheld', null, {}]) t.notOk(isTotal(value, terms))
  t.end()
})

// Counting ----------------------------------------------------------------------------------------------------------

const byRole: JsonObject = { count: 'people[]', by: 'role', hideBelow: 5, says: 'people by role' }
const total: JsonObject = { count: 'people[]', hideBelow: 5, says: 'people' }

/** An agreement over the catalogue of the complete example. */
function withFigures(about: JsonObject, more: Parameters<typeof policyWith>[0] = { resource: {} }): string {
  const policy = JSON.parse(policyWith({ ...more, resource: {} })) as JsonObject
  const resource = { schema: { version: example.version, digest: example.digest }, ...about }
  const samples = { one: { resource: 'police.mission', label, document: { reference: 'M-1' } } }
  return JSON.stringify({ ...policy, resources: { 'police.mission': resource }, samples })
}

function given(agreement: Agreement, document: JsonObject): JsonObject {
  const asked = {
    resource: 'police.mission',
    purpose: 'drill',
    role: 'planner',
    document,
    label,
    request: {},
  }
  const decision = agreement.decide({ ...asked, now: agreement.effectiveFrom })
  return decision.kind === 'release' ? agreement.project(decision).document : {}
}

function people(numbers: Readonly<Record<string, number>>): JsonObject[] {
  return Object.entries(numbers).flatMap(([role, count]) => Array.from({ length: count }, () => ({ role })))
}

void t.test('entries that a red line drops are not counted, and those that are not included are', t => {
  const redLine = { id: 'RL1', says: 'Witnesses are left out', drop: 'people[]', unless: 'no-witness' }
  const conditions = { 'no-witness': { says: 'no witness', test: "person.role != 'witness'" } }
  const about = {
    derived: { 'summary.peopleByRole': byRole, 'summary.people': total },
    include: { 'people[]': { all: 'none' } },
    fields: {
      reference: { all: 'share' },
      'summary.peopleByRole': { all: 'share' },
      'summary.people': { all: 'share' },
    },
  }
  const crowd = [
    ...people({ suspect: 20, victim: 6, missing: 7, vulnerable: 9, witness: 30 }),
    { name: 'x' },
    3,
  ]
  const open = compiled(withFigures(about))
  t.strictSame(given(open, { people: crowd })['summary'], {
    peopleByRole: { suspect: 20, victim: 6, witness: 30, missing: 7, vulnerable: 9 },
    people: 73,
  })
  const guarded = compiled(withFigures({ ...about, redLines: [redLine] }, { resource: {}, conditions }))
  t.strictSame(given(guarded, { people: crowd })['summary'], {
    peopleByRole: { suspect: 20, victim: 'withheld', witness: 'withheld', missing: 7, vulnerable: 9 },
    people: 42,
  })
  t.strictSame(
    given(guarded, { people: people({ witness: 50 }) }),
    given(guarded, {}),
    'covert and none look alike',
  )
  t.strictSame(given(guarded, {}), given(guarded, { people: [] }))
  t.strictSame(given(guarded, { people: null, summary: { people: 12 } }), given(guarded, {}))
  t.end()
})

void t.test('a figure is worked out, whatever a document says it is', t => {
  const policy = withFigures({
    derived: { 'summary.people': total },
    fields: { reference: { all: 'share' }, 'summary.people': { all: 'share' } },
  })
  const sent = { reference: 'M', summary: { people: 3, other: 1 }, people: people({ victim: 8 }) }
  t.strictSame(given(compiled(policy), sent), { reference: 'M', summary: { people: 8 } })
  const inSample = JSON.parse(policy) as { samples: { one: { document: JsonObject } } }
  inSample.samples.one.document = { reference: 'M', summary: { people: 8 } }
  t.match(attempt(JSON.stringify(inSample)), [{ code: 'sample-invalid', says: /`summary`/ }])
  t.end()
})

void t.test('what a red line keeps for ever is not told by a figure either', t => {
  const rows = {
    reference: { all: 'share' },
    'summary.peopleByRole': { all: 'share' },
    'summary.people': { all: 'share' },
  }
  const derived = { 'summary.peopleByRole': byRole, 'summary.people': total }
  const never = (...paths: readonly string[]) =>
    compiled(withFigures({ derived, fields: rows, redLines: [{ id: 'RL9', says: 'never', never: paths }] }))
  const crowd = { people: people({ suspect: 20 }) }
  t.strictSame(given(never('people[].role'), crowd), { summary: { people: 20 } })
  t.strictSame(given(never('people[].*'), crowd), {})
  t.strictSame(given(never('people[].name'), crowd)['summary'], {
    peopleByRole: {
      suspect: 'withheld',
      victim: 'withheld',
      witness: 'withheld',
      missing: 'withheld',
      vulnerable: 'withheld',
    },
    people: 20,
  })
  t.strictSame(given(never('summary.people'), crowd)['summary'], {
    peopleByRole: {
      suspect: 'withheld',
      victim: 'withheld',
      witness: 'withheld',
      missing: 'withheld',
      vulnerable: 'withheld',
    },
  })
  t.end()
})

void t.test('a cell of a figure may ask about the document, and the receiver rechecks its form', t => {
  const conditions = { closed: { says: 'it is closed', test: "mission.phase == 'closed'" } }
  const cell: Json = [
    Object.fromEntries([
      ['if', 'closed'],
      ['then', 'share'],
    ]),
    { else: 'withhold' },
  ]
  const fields = { phase: { all: 'share' }, 'summary.peopleByRole': { all: cell } }
  const agreement = compiled(
    withFigures(
      { derived: { 'summary.peopleByRole': { ...byRole, roundTo: 5 } }, fields },
      { resource: {}, conditions },
    ),
  )
  const crowd = people({ suspect: 22, victim: 8, witness: 9, missing: 5, vulnerable: 6 })
  t.strictSame(given(agreement, { phase: 'active', people: crowd }), { phase: 'active' })
  const released = given(agreement, { phase: 'closed', people: crowd })
  t.strictSame(released['summary'], {
    peopleByRole: { suspect: 20, victim: 10, witness: 10, missing: 5, vulnerable: 5 },
  })
  const recheck = (document: Json) =>
    agreement.recheck('police.mission', 'drill', document).map(({ path, code }) => `${code} ${path}`)
  const told = (table: JsonObject) => ({ phase: 'closed', summary: { peopleByRole: table } })
  t.strictSame(recheck(released), [])
  t.strictSame(recheck({ ...released, phase: 'active' }), ['not-as-treated summary.peopleByRole'])
  const exact = { suspect: 22, victim: 8, witness: 9, missing: 5, vulnerable: 6 }
  t.strictSame(recheck(told(exact)), ['not-as-treated summary.peopleByRole'])
  t.strictSame(recheck({ phase: 'closed', summary: { people: 20 } }), ['unknown-or-withheld summary.people'])
  t.strictSame(recheck({ phase: 'closed', summary: {} }), ['empty summary'])
  t.end()
})

void t.test('nested lists are counted through the entries around them', t => {
  const more = { 'sectors[].teams[]': 'team' }
  const items = new Map([...example.items, ...Object.entries(more)])
  const nested = { ...example, items }
  const house = { ...parts, catalogueOf: (name: string) => (name === 'police.mission' ? nested : undefined) }
  const conditions = { route: { says: 'a route', test: "sector.kind == 'route'" } }
  const policy = withFigures(
    {
      derived: { 'summary.people': { ...total, count: 'sectors[].teams[]' } },
      redLines: [{ id: 'RL1', says: 'Only routes', drop: 'sectors[]', unless: 'route' }],
      fields: { 'summary.people': { all: 'share' } },
    },
    { resource: {}, conditions },
  )
  const agreement = compiledWith(policy, house)
  const sector = (kind: string, teams: number) => ({ kind, teams: Array.from({ length: teams }, () => ({})) })
  const document = { sectors: [sector('route', 4), sector('custody', 40), sector('route', 3), {}] }
  t.strictSame(given(agreement, document), { summary: { people: 7 } })
  t.end()
})

function compiledWith(source: string, house: typeof parts): Agreement {
  return compileAgreement(source, 'policy.yaml', house)
}

// The complete example ----------------------------------------------------------------------------------------------

void t.test('the complete example holds with all of its seventeen worked examples', t => {
  const agreement = compiled(exampleText)
  t.equal(agreement.examples, 17)
  t.match(agreement.form, {
    withheldNotice: 'by-policy',
    marking: { tlp: 'AMBER+STRICT', stanag4774: { policy: 'UK', classification: 'OFFICIAL-SENSITIVE' } },
    resources: {
      'police.mission': {
        schema: { version: '3.2.0', digest: example.digest },
        derived: {
          'summary.peopleByRole': { count: 'people[]', by: 'people[].role', hideBelow: 10, roundTo: 5 },
        },
      },
    },
  })
  t.match(agreement.marking, { tlp: 'AMBER+STRICT', sensitive: true })
  t.match(agreement.purposes.get('safeguarding')?.urgent, { people: 2, lastsMs: 4 * 3_600_000 })
  const now = Date.parse('2026-06-01T00:00:00Z')
  const stops = lintAgreement({ source: exampleText, file: 'example', parts, now }).filter(
    ({ level }) => level === 'stop',
  )
  t.match(
    stops,
    [{ check: 43, says: /`whilst` of `live-coordination` .* never comes out false/ }],
    'one gap of it',
  )
  t.equal(stops.length, 1)
  const free = mutationReport(exampleText, 'example', parts).filter(
    ({ flip, caughtBy, stoppedBy }) => flip === 'share' && !caughtBy && !stoppedBy,
  )
  t.strictSame(free, [], 'no cell could open unnoticed')
  t.end()
})

void t.test('the notice names the items that a purpose never carries, from the agreement alone', t => {
  const agreement = compiled(exampleText)
  const notice = agreement.withheldNotice('police.mission', 'safeguarding')
  t.ok(notice.includes('people[].ethnicity'), 'a red line')
  t.ok(notice.includes('summary.peopleByRole'), 'a withheld cell')
  t.notOk(notice.includes('people[].name'), 'a cell that shares under a condition')
  t.ok(agreement.withheldNotice('police.mission', 'debrief').includes('people[].name'), 'a closed list')
  t.notOk(agreement.withheldNotice('police.mission', 'debrief').includes('units[].callSign'))
  t.strictSame(agreement.withheldNotice('police.mission', 'media'), [])
  t.strictSame(agreement.withheldNotice('police.other', 'debrief'), [])
  const silent = exampleText.replace('withheldNotice: by-policy', 'withheldNotice: none')
  t.strictSame(compiled(silent).withheldNotice('police.mission', 'debrief'), [])
  t.not(compiled(silent).digest, agreement.digest, 'it is signed')
  t.match(changesFrom(silent), [{ kind: 'notice', direction: 'other' }])
  t.end()
})

/** What the example is beside another revision of it. */
function changesFrom(before: string, after = exampleText): ReturnType<typeof diffAgreements> {
  return diffAgreements(compiled(before), compiled(after))
}

void t.test('a gateway with another catalogue refuses, and names both digests', t => {
  const other = { ...example, digest: `sha256:${'1'.repeat(64)}` as typeof example.digest }
  const house = { ...parts, catalogueOf: () => other }
  const refused = lintAgreement({ source: exampleText, file: 'example', parts: house, now: 0 })
  t.match(refused, [{ check: 6, level: 'stop', says: new RegExp(`${example.digest}.*${other.digest}`) }])
  t.throws(() => compiledWith(exampleText, house), ProblemsError)
  const unpinned = exampleText.replace(/, digest: sha256:[0-9a-f]{64} }/, ' }')
  t.equal(compiledWith(unpinned, house).examples, 17, 'a draft may lack it')
  const found = lintAgreement({ source: unpinned, file: 'example', parts, now: Date.parse('2026-06-01') })
  t.match(
    found.find(({ check }) => check === 6),
    { level: 'stop', says: /not pinned/, fix: `write \`digest: ${example.digest}\`` },
  )
  t.end()
})

void t.test('a figure is explained and tried out as what it is', t => {
  const agreement = compiled(exampleText)
  const document = { reference: 'M', phase: 'closed', people: people({ suspect: 30, victim: 30 }) }
  const trial = tryAgreement(agreement, {
    ...{ resource: 'police.mission', purpose: 'debrief', role: 'lessons-team', document, label },
    request: { missionReference: 'M' },
    now: agreement.effectiveFrom,
  })
  if (trial.kind === 'refuse') throw new Error(trial.says)
  t.match(
    trial.items.find(({ path }) => path === 'summary.peopleByRole'),
    {
      outcome: 'treated',
      treatment: 'count',
      says: '`summary.peopleByRole` was worked out (how many people of each role, small numbers hidden): row `summary.peopleByRole`, purpose debrief',
    },
  )
  const told = trial.values.find(({ path }) => path === 'summary.peopleByRole')
  t.strictSame(told, {
    at: 'summary.peopleByRole',
    path: 'summary.peopleByRole',
    held: undefined,
    given: {
      suspect: 'withheld',
      victim: 30,
      witness: 'withheld',
      missing: 'withheld',
      vulnerable: 'withheld',
    },
  })
  t.end()
})

void t.test('smaller numbers, finer rounding and other groups are told as what they are', t => {
  const figure = (terms: string) => exampleText.replace('hideBelow: 10, roundTo: 5, says', `${terms}, says`)
  const direction = (before: string, after: string) => {
    const readingOf = (terms: string) => ({ reading: readAgreement(figure(terms), 'example', parts) })
    const changes = diffAgreements(readingOf(before), readingOf(after))
    t.strictSame(changes.map(({ kind }) => kind).toSorted(), ['cell', 'derived'])
    return changes[0]?.direction
  }
  t.equal(direction('hideBelow: 10, roundTo: 5', 'hideBelow: 5, roundTo: 5'), 'looser')
  t.equal(direction('hideBelow: 10, roundTo: 5', 'hideBelow: 20, roundTo: 5'), 'tighter')
  t.equal(direction('hideBelow: 10, roundTo: 10', 'hideBelow: 10, roundTo: 5'), 'looser')
  t.equal(direction('hideBelow: 10, roundTo: 5', 'hideBelow: 10, roundTo: 10'), 'tighter')
  t.equal(direction('hideBelow: 10, roundTo: 5', 'hideBelow: 10, roundTo: 7'), 'not-comparable')
  t.equal(direction('hideBelow: 10, roundTo: 10', 'hideBelow: 20, roundTo: 5'), 'looser')
  const shut = exampleText
    .replace(
      'summary.peopleByRole: { debrief: share, others: withhold }',
      'summary.peopleByRole: { all: withhold }',
    )
    .replace(/\n {6}summary: \{ peopleByRole: .*\n/, '\n')
  t.match(changesFrom(shut), [
    { direction: 'looser', kind: 'cell', subject: 'summary.peopleByRole', purpose: 'debrief' },
  ])
  t.end()
})

void t.test('markings are compared by how they are handled', t => {
  const marked = (from: string | RegExp, to: string) => exampleText.replace(from, to)
  const first = (before: string, after = exampleText) => changesFrom(before, after)[0]
  t.match(first(marked('tlp: AMBER+STRICT', 'tlp: RED')), { kind: 'marking', direction: 'looser' })
  t.match(first(marked('tlp: AMBER+STRICT, ', '')), { kind: 'marking', direction: 'tighter' })
  t.match(first(marked('tlp: AMBER+STRICT', 'tlp: GREEN')), {
    direction: 'tighter',
    before: /TLP:GREEN/,
    after: /TLP:AMBER\+STRICT, STANAG 4774 OFFICIAL-SENSITIVE \(UK\)/,
  })
  t.match(first(exampleText, marked(/, stanag4774: \{[^}]*\}/, '')), { direction: 'looser' })
  t.match(first(marked('{ policy: UK, classification', '{ policy: NATO, classification')), {
    direction: 'not-comparable',
  })
  t.end()
})

void t.test('the linter knows figures', t => {
  const find = (source: string, check: number, agency = ORDINARY_RULES) =>
    lintAgreement({ source, file: 'example', parts, agency, now: Date.parse('2026-06-01') }).filter(
      one => one.check === check && /summary|figure|TLP|STANAG|OFFICIAL/.test(one.says),
    )
  const strict = { ...ORDINARY_RULES, smallestBand: 20 }
  t.match(find(exampleText, 24, strict), [
    { level: 'stop', says: /`summary.peopleByRole` would tell numbers from 10/ },
  ])
  t.strictSame(find(exampleText, 24), [])
  const countable = exampleText
    .replace(
      'people[]: { safeguarding: at-risk-person }',
      'people[]: { safeguarding: at-risk-person, debrief: every }',
    )
    .replace(
      'people[].role: { safeguarding: share, others',
      'people[].role: { safeguarding: share, debrief: share, others',
    )
  t.match(find(countable, 22), [
    { level: 'ask', says: /entries of `people\[\]` can be counted for `debrief`/ },
  ])
  t.strictSame(find(exampleText, 22), [])
  const idle = exampleText.replace(
    '    derived:\n',
    '    derived:\n      summary.people: { count: "people[]", says: a number }\n',
  )
  t.match(find(idle, 12), [{ level: 'ask', says: /no cell shares the figure `summary.people`/ }])
  const low = exampleText.replace('hideBelow: 10, roundTo: 5, says', 'hideBelow: 4, roundTo: 5, says')
  t.match(find(low, 24).length + attemptCodes(low).filter(code => code === 'not-in-range').length, 1)
  const tlp = (word: string) => find(exampleText.replace('tlp: AMBER+STRICT', `tlp: ${word}`), 41)
  t.match(tlp('GREEN'), [
    { level: 'stop', says: /is personal and would go as TLP:GREEN/, fix: 'write `AMBER`' },
  ])
  t.match(tlp('RED'), [{ level: 'ask' }])
  t.strictSame(tlp('AMBER'), [])
  const stanag = (policy: string, word: string) =>
    find(
      exampleText.replace(
        '{ policy: UK, classification: OFFICIAL-SENSITIVE }',
        `{ policy: ${policy}, classification: ${word} }`,
      ),
      41,
    )
  t.match(stanag('UK', 'OFFICIAL'), [{ level: 'stop', says: /not as high/ }])
  t.match(stanag('NATO', 'RESTRICTED'), [])
  t.match(stanag('NATO', 'SECRET'), [{ level: 'stop' }])
  t.match(stanag('FR', 'DIFFUSION RESTREINTE'), [{ level: 'ask', says: /nobody can tell/ }])
  t.end()
})

function attemptCodes(source: string): readonly string[] {
  const found = attempt(source)
  return Array.isArray(found) ? found.map(({ code }) => code) : []
}

void t.test('every value that a table can name has its place', t => {
  const leaf = example.leaves.get('summary.peopleByRole')
  t.strictSame(leaf?.values, ROLES)
  t.ok(isJsonObject(compiled(exampleText).form))
  t.end()
})
