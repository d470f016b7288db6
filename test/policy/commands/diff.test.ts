import fc from 'fast-check'
import t from 'tap'
import type { Json, JsonObject } from '../../../src/kit/kit.ts'
import { type Agreement, type Change, diffAgreements } from '../../../src/policy/policy.ts'
import { byPeriod } from '../../../src/policy/strictness.ts'
import { releasedValues } from '../../../src/policy/trial.ts'
import { conditions, documents, sourceOf, type Table, tables, treatments } from '../arbitraries.ts'
import { compiled, label, mission, policyWith } from '../support.ts'
import { army, edited, jsonIn, police, run } from './run.ts'

const RUNS = { numRuns: 60 }

function diff(before: string, after: string): readonly Change[] {
  return diffAgreements(compiled(before), compiled(after))
}

function brief(changes: readonly Change[]): string[] {
  return changes.map(({ direction, kind, subject }) => `${direction} ${kind} ${subject}`)
}

/** One policy for each side; what is not given is the same on both. */
function pair(before: JsonObject, after: JsonObject, common: JsonObject = {}): readonly Change[] {
  const policy = (about: JsonObject) =>
    policyWith({ conditions, treatments, ...common, ...about } as unknown as Parameters<typeof policyWith>[0])
  return diff(policy({ resource: before }), policy({ resource: after }))
}

/** The direction of one cell of `path` under two outcomes. */
function cell(path: string, before: Json, after: Json): string[] {
  const table = (all: Json) => ({
    include: { 'people[]': { all: 'every' } },
    fields: { phase: { all: 'share' }, [path]: { all } },
  })
  return pair(table(before), table(after)).map(({ direction }) => direction)
}

// The order of strictness -----------------------------------------------------------------------------------------

const ORDERED: readonly (readonly [path: string, loose: string, tight: string])[] = [
  ['title', 'share', 'withhold'],
  ['title', 'share', 'three'],
  ['title', 'three', 'withhold'],
  ['rendezvous', 'field', 'square'],
  ['startsAt', 'quarter', 'day'],
  ['startsAt', 'day', 'month'],
  ['reference', 'alias', 'scoped'],
]

void t.test(
  'withholding is stricter than a treatment, a treatment than sharing, a coarser one than a finer one',
  t => {
    for (const [path, loose, tight] of ORDERED) {
      t.strictSame(cell(path, loose, tight), ['tighter'], `${loose} to ${tight}`)
      t.strictSame(cell(path, tight, loose), ['looser'], `${tight} to ${loose}`)
    }
    t.strictSame(cell('title', 'three', 'two'), ['not-comparable'])
    t.strictSame(cell('reference', 'three', 'alias'), ['not-comparable'])
    t.end()
  },
)

const TERMS: readonly (readonly [path: string, before: JsonObject, after: JsonObject, direction: string])[] =
  [
    ['title', { mask: { keepLast: 2 } }, { mask: { keepLast: 3 } }, 'looser'],
    ['title', { mask: { keepLast: 3 } }, { mask: { keepLast: 2 } }, 'not-comparable'],
    ['title', { mask: { keepLast: 3 } }, { mask: { keepFirst: 3 } }, 'not-comparable'],
    ['title', { mask: { keepLast: 3, with: '*' } }, { mask: { keepLast: 3, with: '#' } }, 'other'],
    ['startsAt', { generaliseTime: { to: 'PT5M' } }, { generaliseTime: { to: 'PT15M' } }, 'tighter'],
    ['startsAt', { generaliseTime: { to: 'PT10M' } }, { generaliseTime: { to: 'PT15M' } }, 'not-comparable'],
    ['startsAt', { generaliseTime: { to: 'P1M' } }, { generaliseTime: { to: 'PT12H' } }, 'looser'],
    ['crowdEstimate', { band: { edges: [10, 50] } }, { band: { edges: [10] } }, 'tighter'],
    [
      'crowdEstimate',
      { band: { edges: [10, 50] } },
      { band: { edges: [20, 50], hideBelow: 20 } },
      'not-comparable',
    ],
    [
      'crowdEstimate',
      { band: { edges: [20, 50], hideBelow: 20 } },
      { band: { edges: [20, 50], hideBelow: 5 } },
      'looser',
    ],
  ]

void t.test(
  'a treatment is compared by its terms, and the treatment is told with the cells that use it',
  t => {
    for (const [path, before, after, direction] of TERMS) {
      const resource = { fields: { [path]: { all: 'it' } } }
      const policy = (terms: JsonObject) =>
        policyWith({ treatments: { it: { says: 'a part', ...terms } }, resource })
      const changes = diff(policy(before), policy(after))
      t.strictSame(
        brief(changes),
        [`${direction} cell ${path}`, `${direction} treatment it`],
        JSON.stringify(after),
      )
      t.not(changes[0]?.before, changes[0]?.after, 'the terms are told where the words are the same')
    }
    t.end()
  },
)

void t.test('periods are compared by every day from which they can count', t => {
  t.equal(byPeriod('P30D', 'P31D', 'looser'), 'looser')
  t.equal(byPeriod('P1Y', 'P12M', 'looser'), 'same')
  t.equal(byPeriod('PT24H', 'P1D', 'looser'), 'same')
  t.equal(byPeriod('P1M', 'P30D', 'looser'), 'not-comparable')
  t.end()
})

// Conditions ------------------------------------------------------------------------------------------------------

/** A cell that shares where a condition holds, under two tests of that condition. */
function underTests(before: string, after: string, path = 'title'): readonly Change[] {
  const policy = (test: string) =>
    policyWith({
      conditions: { c: { says: 'so', test } },
      resource: {
        include: { 'people[]': { all: 'every' } },
        // biome-ignore lint/suspicious/noThenProperty: the word of the file format; the object is never awaited
        fields: { [path]: { all: [{ if: 'c', then: 'share' }, { else: 'withhold' }] } },
      },
    })
  return diff(policy(before), policy(after))
}

const TESTS: readonly (readonly [
  before: string,
  after: string,
  directions: readonly string[],
  path?: string,
])[] = [
  ["mission.phase == 'active'", "mission.phase in ['active', 'closed']", ['looser', 'looser']],
  ["mission.phase in ['active', 'closed']", "mission.phase == 'active'", ['tighter', 'tighter']],
  [
    "mission.phase != 'active'",
    "mission.phase in ['planning', 'assembly', 'dispersal', 'closed']",
    ['other'],
  ],
  ["!(mission.phase == 'active')", "mission.phase != 'active'", ['other']],
  ['mission.crowdEstimate < 18', 'mission.crowdEstimate <= 17', ['other']],
  ['mission.crowdEstimate < 18', 'mission.crowdEstimate <= 18', ['looser', 'looser']],
  [
    'person.ageYears < 18',
    "person.ageYears < 18 && person.role == 'missing'",
    ['tighter', 'tighter'],
    'people[].name',
  ],
  ['request.mission == mission.reference', 'request.mission == request.other', ['looser', 'looser']],
  ['request.mission == mission.reference', 'mission.reference == request.mission', ['other']],
  ["label.classification == 'OFFICIAL'", "label.classification != 'SECRET'", ['looser', 'looser']],
]

void t.test('a changed condition counts as looser unless it is proven equal or stricter', t => {
  for (const [before, after, directions, path] of TESTS) {
    const changes = underTests(before, after, path)
    t.strictSame(
      changes.map(({ direction }) => direction),
      directions,
      `${before} to ${after}`,
    )
  }
  const [change] = underTests("mission.phase == 'active'", "mission.phase in ['active', 'closed']")
  t.equal(change?.because, 'looser where `mission.phase` is `closed`')
  t.end()
})

void t.test('what cannot be gone through counts as looser, even if a person sees that it is stricter', t => {
  const many = Array.from({ length: 18 }, (_, index) => `request.a${index} == 'x'`)
  const changes = underTests(many.join(' || '), many.slice(1).join(' || '))
  t.strictSame(brief(changes), ['looser cell title', 'looser condition c'])
  t.match(changes[0]?.because, /not proven/)
  t.end()
})

const atoms = fc.constantFrom(
  "mission.phase == 'active'",
  "mission.phase in ['active', 'closed']",
  "mission.threatLevel != 'LOW'",
  "mission.threatLevel in ['SEVERE', 'CRITICAL']",
  'mission.crowdEstimate < 40',
  'mission.crowdEstimate >= 12',
  'mission.crowdEstimate == 30',
  "label.classification == 'OFFICIAL'",
)
const tests = fc.oneof(
  atoms,
  fc.tuple(atoms, fc.constantFrom('&&', '||'), atoms).map(([a, operator, b]) => `${a} ${operator} ${b}`),
  fc.tuple(atoms, fc.constantFrom('&&', '||'), atoms).map(([a, operator, b]) => `!(${a} ${operator} ${b})`),
)

/** Two tests of one condition; now and then one in other words for the other. */
const pairs = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(tests, tests) },
  { weight: 1, arbitrary: tests.map(test => [test, `!(!(${test}))`] as const) },
  {
    weight: 1,
    arbitrary: fc.tuple(atoms, atoms).map(([a, b]) => [`${a} && ${b}`, `!(!(${b}) || !(${a}))`] as const),
  },
)

/** The places at which something of a document goes. */
function placesGiven({ reading }: Agreement, document: JsonObject): ReadonlySet<string> {
  const { practice, resolved } = reading
  const asked = { resource: 'drill.mission', purpose: 'drill', role: 'planner', label, request: {} }
  const decision = practice.decide({ ...asked, document, now: resolved.draft.effectiveFrom })
  if (decision.kind === 'refuse') return new Set()
  const values = releasedValues(practice, decision, mission)
  return new Set(values.filter(({ given }) => given !== undefined).map(({ at }) => at))
}

const byTest = (test: string) =>
  compiled(
    policyWith({
      conditions: { c: { says: 'so', test } },
      // biome-ignore lint/suspicious/noThenProperty: the word of the file format; the object is never awaited
      resource: { fields: { title: { all: [{ if: 'c', then: 'share' }, { else: 'withhold' }] } } },
    }),
  )

void t.test('what is proven about a condition holds for every document', t => {
  const seen = new Set<string>()
  const property = fc.property(
    pairs,
    fc.array(documents, { minLength: 20, maxLength: 20 }),
    ([before, after], all) => {
      const [older, newer] = [byTest(before), byTest(after)]
      const [change] = diffAgreements(older, newer)
      const direction = change?.direction ?? 'same'
      seen.add(direction)
      for (const document of all) {
        const old = placesGiven(older, document)
        const now = placesGiven(newer, document)
        const holds =
          direction === 'tighter' ? now.isSubsetOf(old) : direction === 'looser' || now.size === old.size
        if (!holds) throw new Error(`${direction}: ${before} became ${after}`)
      }
    },
  )
  fc.assert(property, { numRuns: 80 })
  t.ok(seen.has('looser') && seen.has('tighter') && (seen.has('same') || seen.has('other')), [...seen].join())
  t.end()
})

// Properties of whole tables --------------------------------------------------------------------------------------

function loosened(changes: readonly Change[]): readonly string[] {
  return brief(changes.filter(({ direction }) => direction === 'looser' || direction === 'not-comparable'))
}

void t.test('an agreement does not differ from itself', t => {
  fc.assert(
    fc.property(tables, table => diff(sourceOf(table), sourceOf(table)).length === 0),
    RUNS,
  )
  t.end()
})

const rowOf = (table: Table, choice: number) =>
  Object.keys(table.rows)[choice % Object.keys(table.rows).length] ?? ''

void t.test('a row that is gone never makes anything looser', t => {
  let tighter = 0
  const property = fc.property(tables, fc.nat(), (table, choice) => {
    const gone = rowOf(table, choice)
    const rows = Object.fromEntries(Object.entries(table.rows).filter(([path]) => path !== gone))
    const changes = diff(sourceOf(table), sourceOf({ ...table, rows }))
    tighter += changes.filter(({ direction }) => direction === 'tighter').length
    return loosened(changes).length === 0
  })
  fc.assert(property, RUNS)
  t.ok(tighter > 10, `${tighter} rows made a difference`)
  t.end()
})

void t.test('from share to withhold is tighter, and back is looser', t => {
  let flipped = 0
  const property = fc.property(tables, fc.nat(), (table, choice) => {
    const path = rowOf(table, choice)
    const withRow = (all: string) =>
      sourceOf({ ...table, redLines: [], rows: { ...table.rows, [path]: { all } } })
    const [there, back] = [
      diff(withRow('share'), withRow('withhold')),
      diff(withRow('withhold'), withRow('share')),
    ]
    flipped++
    return brief(there).join() === `tighter cell ${path}` && brief(back).join() === `looser cell ${path}`
  })
  fc.assert(property, RUNS)
  t.equal(flipped, RUNS.numRuns)
  t.end()
})

void t.test('what is told as tighter or equal gives nothing at a place where nothing was given', t => {
  let checked = 0
  const property = fc.property(tables, tables, documents, fc.nat(), (one, other, document, choice) => {
    const path = rowOf(other, choice)
    const changed = { ...one, rows: { ...one.rows, [path]: other.rows[path] ?? {} } }
    if (loosened(diff(sourceOf(one), sourceOf(changed))).length > 0) return true
    checked++
    return placesGiven(compiled(sourceOf(changed)), document).isSubsetOf(
      placesGiven(compiled(sourceOf(one)), document),
    )
  })
  fc.assert(property, { numRuns: 150 })
  t.ok(checked > 20, `${checked} changes were checked`)
  t.end()
})

void t.test('a row that held back what its group shares is missed when it is gone', t => {
  const fields = { 'weather.*': { all: 'share' } }
  const changes = pair({ fields: { ...fields, 'weather.summary': { all: 'withhold' } } }, { fields })
  t.strictSame(brief(changes), ['looser cell weather.summary'])
  t.end()
})

// What stands around the table ------------------------------------------------------------------------------------

void t.test('red lines, gates and inclusion: less of them is looser', t => {
  const titleOnly = { phase: { all: 'share' }, title: { all: 'share' } }
  const fields = { ...titleOnly, 'units[].callSign': { all: 'share' } }
  const never = { id: 'RL1', says: 'never', never: ['title'] }
  const drop = (condition: string) => ({ id: 'RL2', says: 'drop', drop: 'units[]', unless: condition })
  const whole = { id: 'RL3', says: 'whole', drop: 'document', unless: 'hot' }
  const base = { fields, redLines: [never, drop('overt'), whole] }
  t.strictSame(brief(pair(base, { fields, redLines: [drop('overt'), whole] })), [
    'looser red-line RL1',
    'looser cell title',
  ])
  t.strictSame(brief(pair(base, { fields, redLines: [never, whole] })), ['looser red-line RL2'])
  t.strictSame(brief(pair(base, { fields, redLines: [never, drop('overt')] })), ['looser gate RL3'])
  t.strictSame(brief(pair({ fields, redLines: [] }, { fields, redLines: [whole] })), ['tighter gate RL3'])
  t.strictSame(brief(pair(base, { fields, redLines: [never, drop('labelled'), whole] })), [
    'looser red-line RL2',
  ])
  const renamed = { ...drop('overt'), id: 'RL9' }
  t.strictSame(brief(pair(base, { fields, redLines: [never, renamed, whole] })), ['other red-line RL2'])
  const include = (all: string) => ({ fields, include: { 'units[]': { all } } })
  t.strictSame(brief(pair(include('overt'), include('every'))), ['looser include units[]'])
  t.strictSame(brief(pair(include('every'), include('none'))), ['tighter include units[]'])
  t.strictSame(
    brief(pair({ ...include('none'), fields: titleOnly }, { ...include('every'), fields: titleOnly })),
    ['other include units[]'],
  )
  t.end()
})

/** A policy with one worked example that holds whatever the table says. */
function shortened(source: string): string {
  const example = `{ name: No strangers, purpose: debrief, as: nobody, sample: transport-platoon, refused: role-not-allowed }`
  return source.replace(/\ntests:[\s\S]*/, `\ntests:\n  - ${example}\n`)
}

const FRAME: readonly (readonly [from: string, to: string, changes: readonly string[]])[] = [
  ['expiresAt: 2028-01-01', 'expiresAt: 2028-02-01', ['looser dates expiresAt']],
  ['effectiveFrom: 2026-01-01', 'effectiveFrom: 2026-01-02', ['tighter dates effectiveFrom']],
  ['reviewBy: 2026-12-01', 'reviewBy: 2026-11-01', ['other dates reviewBy']],
  ['[lessons-team]', '[lessons-team, planner]', ['looser requesters requesters']],
  [
    '[watchkeeper, ops-room, liaison-officer]',
    '[ops-room, liaison-officer]',
    ['tighter requesters requesters'],
  ],
  ['whilst: always\n  debrief', 'whilst: in-danger\n  debrief', ['tighter window whilst']],
  ['period: P7D', 'period: P8D', ['looser obligation must deleteAfter']],
  ['period: P1Y', 'period: P1M', ['tighter obligation must deleteAfter']],
  [
    'onward: ask-originator',
    'onward: not-allowed',
    ['tighter obligation must onward', 'tighter obligation must onward'],
  ],
  [
    '      - correct: { within: PT1H }\n',
    '',
    ['looser obligation must correct', 'looser obligation must correct'],
  ],
  [
    'are not evidence',
    'may be evidence',
    ['not-comparable obligation must caveat', 'not-comparable obligation must caveat'],
  ],
  [
    'classification: OFFICIAL, sensitive: true }\n\nsamples',
    'classification: OFFICIAL }\n\nsamples',
    ['looser marking marking'],
  ],
  ['dpia: DPIA-2026-0094', 'dpia: DPIA-2026-0095', ['other paper dpia']],
  [
    'basis: s35(2)(b) task',
    'basis: s35(2)(a) task',
    ['other purpose basis of the recipient', 'other purpose basis of the recipient'],
  ],
  ['says: Learn lessons after the operation', 'says: Learn from it', ['other purpose debrief']],
  [
    'contact: 1div.infosec@army.example',
    'contact: infosec@army.example',
    ['other parties provider, contact'],
  ],
  ['id: army-1div.to', 'id: other.to', ['not-comparable parties id']],
  ['says: the unit has raised the alarm', 'says: the unit is in danger', ['other condition in-danger']],
]

void t.test('dates, requesters, windows, obligations, marking and papers', async t => {
  for (const [from, to, expected] of FRAME) {
    const directory = t.testdir({ 'new.yaml': shortened(edited(army, [from, to])) })
    const { out, err, code } = await run(directory, 'diff', army, 'new.yaml', '--json')
    t.equal(err, '')
    const { changes } = jsonIn(out) as unknown as { changes: Change[] }
    const cells = changes.filter(({ kind }) => kind !== 'cell')
    t.strictSame(brief(cells), expected, `${from} to ${to}`)
    t.equal(code, loosened(changes).length > 0 ? 1 : 0)
  }
})

void t.test('a new purpose and a new resource are looser as a whole and in each of their cells', t => {
  const resource = { fields: { title: { all: 'share' }, phase: { all: 'withhold' } } }
  const policy = (...purposes: readonly string[]) => policyWith({ purposes, resource })
  const added = diff(policy('drill'), policy('drill', 'more'))
  t.strictSame(brief(added), ['looser purpose more', 'looser cell title'])
  t.strictSame(brief(diff(policy('drill', 'more'), policy('drill'))), [
    'tighter purpose more',
    'tighter cell title',
  ])
  t.end()
})

void t.test(
  'the command tells looser first and ends with 1; without a difference it ends with 0',
  async t => {
    const rows = [
      [
        '      track: { live-coordination: share, debrief: unit-alias }',
        '      track: { live-coordination: share, debrief: withhold }',
      ],
      ['      dtg: { live-coordination: share, debrief: withhold }', '      dtg: { all: share }'],
    ] as const
    const directory = t.testdir({
      'new.yaml': shortened(edited(army, ...rows)),
      'bad.yaml': edited(army, ['revision: 1', 'revsion: 1']),
    })
    const { out, code } = await run(directory, 'diff', army, 'new.yaml')
    t.match(
      out,
      /^army-1div\S+: revision 1 to revision 1\n\nLooser.*\n {2}cell dtg \(army.positionReport, debrief\)\n {4}was: withheld\n {4}now: shared/,
    )
    t.match(out, /\n\nTighter \(1 change\)\n {2}cell track/)
    t.equal(code, 1)
    const same = await run(directory, 'diff', police, police)
    t.match(same.out, /no difference in meaning/)
    t.equal(same.code, 0)
    await t.rejects(run(directory, 'diff', army, 'bad.yaml'), /bad.yaml:8:1 unknown-key/)
    t.equal((await run(directory, 'diff', army)).code, 2)
    t.match((await run(directory, 'diff', '--help')).out, /Ends with 1/)
  },
)
