import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { loadSchemas } from '../../src/contract/contract.ts'
import type { Json, JsonObject } from '../../src/kit/kit.ts'
import {
  type AgencyRules,
  type Agreement,
  type BaselineLine,
  compileAgreement,
  linesOf,
  lintAgreement,
  makeAcceptance,
  type PolicyParts,
  readAgencyRules,
  restrict,
} from '../../src/policy/policy.ts'
import { compareOutcomes } from '../../src/policy/strictness.ts'
import { squareOf as gridSquareOf } from '../../src/translation/translation.ts'
import { documents, sourceOf, tables } from './arbitraries.ts'
import { either, inForce, soundText } from './lint/sound.ts'
import { label, mission, parts, policyWith } from './support.ts'

const root = join(import.meta.dirname, '../..')
const head = 'format: agency-rules/1\nagency: a\n'

function read(text: string): AgencyRules {
  const reading = readAgencyRules(text, 'rules.yaml', parts)
  if (!reading.ok) throw new Error(reading.problems.map(({ says }) => says).join('; '))
  return reading.rules
}

/** Lines of the baseline, each as `path: most`. */
function baseline(lines: Readonly<Record<string, Json>>, more: JsonObject = {}): readonly BaselineLine[] {
  const written = Object.entries(lines).map(([path, most], index) => {
    return {
      id: `B${index + 1}`,
      says: 'A rule of the house',
      resource: mission.resource,
      path: path.replaceAll('#', ''),
      most,
      ...more,
    }
  })
  return read(JSON.stringify({ format: 'agency-rules/1', agency: 'a', baseline: written })).baseline
}

// Reading ---------------------------------------------------------------------------------------------------------

void t.test('a rules file says what it says, and ordinary rules are left for the rest', t => {
  const rules = read(`${head}longestDays: 90
finestGrid: 10km
abilities: [delete-after, caveat]
ceiling: { policy: UK-GSC, classification: OFFICIAL }
baseline:
  - { id: B1, says: Names stay, resource: drill.mission, path: "people[].*", purposes: [drill], most: withhold }
acceptance:
  - { id: B1, says: Sizes only, resource: drill.mission, path: crowdEstimate, most: { band: { edges: [10, 100] } } }
`)
  t.match(rules, {
    agency: 'a',
    longestDays: 90,
    smallestGroup: 10,
    finestGrid: '10km',
    ceiling: { policy: 'UK-GSC' },
  })
  t.strictSame([...(rules.abilities ?? [])], ['delete-after', 'caveat'])
  t.match(rules.baseline, [{ kind: 'baseline', id: 'B1', path: 'people[].*', most: { kind: 'withhold' } }])
  t.match(rules.acceptance, [{ kind: 'acceptance', purposes: undefined, most: { kind: 'band' } }])
  t.end()
})

const line = (text: string) => `${head}baseline:\n  - ${text}\n`
const good = 'id: B1, says: x, resource: drill.mission'
const WRONG: readonly (readonly [what: string, text: string, says: RegExp])[] = [
  ['nothing', '', /1:1 yaml-empty/],
  ['another format', 'format: agency-rules/2\nagency: a\n', /1:9 unknown-word/],
  ['no agency', 'format: agency-rules/1\n', /missing-key: the rules file lacks `agency`/],
  ['an agency that is none', 'format: agency-rules/1\nagency: A B\n', /2:9 name-unfit/],
  ['an unknown key', `${head}longstDays: 3\n`, /3:1 unknown-key: .*did you mean `longestDays`/],
  ['a number out of range', `${head}smallestBand: 2\n`, /3:15 not-in-range/],
  ['a grid that is none', `${head}finestGrid: 5km\n`, /3:13 unknown-word/],
  [
    'an unknown ability',
    `${head}abilities: [delete-afer]\n`,
    /3:13 unknown-word: .*did you mean `delete-after`/,
  ],
  ['an anchor', `${head}reviewers: &x [a]\n`, /yaml-anchor/],
  [
    'a resource that is not there',
    line('{ id: B1, says: x, resource: drill.misson, path: title, most: withhold }'),
    /unknown-resource/,
  ],
  [
    'an item that is not there',
    line(`{ ${good}, path: tittle, most: withhold }`),
    /4:\d+ unknown-path: .*did you mean `title`/,
  ],
  ['a position', line(`{ ${good}, path: "people[0].name", most: withhold }`), /index-in-path/],
  [
    'sharing',
    line(`{ ${good}, path: title, most: share }`),
    /unknown-word: `most` is `withhold` or a treatment/,
  ],
  [
    'an unknown treatment',
    line(`{ ${good}, path: title, most: { mas: { keepLast: 2 } } }`),
    /unknown-treatment: .*did you mean `mask`/,
  ],
  [
    'two treatments',
    line(`{ ${good}, path: title, most: { mask: { keepLast: 2 }, band: { edges: [10] } } }`),
    /treatment-terms/,
  ],
  [
    'terms that are none',
    line(`{ ${good}, path: rendezvous, most: { generalisePlace: { grid: 2km } } }`),
    /unknown-word/,
  ],
  [
    'a treatment that does not fit',
    line(`{ ${good}, path: title, most: { generalisePlace: { grid: 1km } } }`),
    /treatment-unfit/,
  ],
  [
    'a scope that not every agreement has',
    line(
      `{ ${good}, path: title, most: { pseudonymise: { key: k, scope: [agreement, mission.reference] } } }`,
    ),
    /pseudonym-scope/,
  ],
  ['no purpose in a list', line(`{ ${good}, path: title, purposes: [], most: withhold }`), /names none/],
  [
    'a purpose that is no name',
    line(`{ ${good}, path: title, purposes: [A b], most: withhold }`),
    /name-unfit/,
  ],
  ['no reason', line('{ id: B1, resource: drill.mission, path: title, most: withhold }'), /lacks `says`/],
  [
    'an id twice',
    `${line(`{ ${good}, path: title, most: withhold }`)}  - { ${good}, path: phase, most: withhold }\n`,
    /5:11 id-twice/,
  ],
]

void t.test('what is wrong in a rules file is told with its place', t => {
  for (const [what, text, says] of WRONG) {
    const reading = readAgencyRules(text, 'rules.yaml', parts)
    const problems = reading.ok
      ? []
      : reading.problems.map(one => `${one.line}:${one.column} ${one.code}: ${one.says}`)
    t.ok(
      problems.some(problem => says.test(problem)),
      `${what}: ${problems.join(' | ')}`,
    )
  }
  t.end()
})

// Restricting -----------------------------------------------------------------------------------------------------

const fields = {
  title: { all: 'share' },
  phase: { all: 'share' },
  threatLevel: { all: 'share' },
  startsAt: { all: 'share' },
  endsAt: { all: 'month' },
  rendezvous: { all: 'field' },
  crowdEstimate: { all: 'sizes' },
  'weather.*': { all: 'share' },
  'sectors[].code': { all: 'share' },
  'sectors[].kind': { all: 'share' },
  'sectors[].centre': { all: either('custody', 'square', 'share') },
  'units[].position': { all: 'share' },
}
const treatments = {
  square: { says: 'a square', generalisePlace: { grid: '1km' } },
  field: { says: 'a small square', generalisePlace: { grid: '100m' } },
  month: { says: 'a month', generaliseTime: { to: 'P1M' } },
  sizes: { says: 'a size', band: { edges: [10, 50, 100] } },
}
const source = policyWith({
  resource: { include: { 'sectors[]': { all: 'every' } }, fields },
  treatments,
  conditions: { custody: { says: 'custody', test: "sector.kind == 'custody'" } },
})

function under(lines: readonly BaselineLine[], text = source): Agreement {
  return compileAgreement(text, 'policy.yaml', {
    ...parts,
    baselineFor: provider => (provider === 'a' ? lines : []),
  })
}

const document: JsonObject = {
  reference: 'M-1',
  title: 'Harbour rally',
  phase: 'active',
  startsAt: '2026-05-02T10:07:31Z',
  endsAt: '2026-05-02T18:00:00Z',
  rendezvous: { type: 'Point', coordinates: [-4.28371, 55.86911] },
  crowdEstimate: 42,
  weather: { windKph: 22 },
  sectors: [
    { code: 'S1', kind: 'custody', centre: { type: 'Point', coordinates: [-4.28371, 55.86911] } },
    { code: 'S2', kind: 'route', centre: { type: 'Point', coordinates: [-4.28371, 55.86911] } },
  ],
  units: [{ position: { type: 'Point', coordinates: [-4.28371, 55.86911] } }],
}

function released(
  agreement: Agreement,
  from = document,
): { document: JsonObject; says: (path: string) => unknown } {
  const asked = {
    resource: 'drill.mission',
    purpose: 'drill',
    role: 'planner',
    document: from,
    label,
    request: {},
  }
  const decision = agreement.decide({ ...asked, now: agreement.effectiveFrom })
  if (decision.kind === 'refuse') return { document: {}, says: () => undefined }
  const { document: out, tally } = agreement.project(decision)
  const explanations = agreement.explain('drill.mission', 'drill', tally)
  return { document: out, says: path => explanations.find(one => one.path === path) }
}

void t.test('the strictest of agreement and baseline goes, branch by branch', t => {
  const signed = under([])
  const strict = under(
    baseline({
      title: 'withhold',
      startsAt: { generaliseTime: { to: 'PT15M' } },
      rendezvous: { generalisePlace: { grid: '10km' } },
      'sectors[].centre': { generalisePlace: { grid: '1km' } },
      'units[].*': 'withhold',
    }),
  )
  const { document: out, says } = released(strict)
  t.match(out, {
    phase: 'active',
    startsAt: '2026-05-02T10:00:00Z',
    endsAt: '2026-05',
    crowdEstimate: '10-49',
  })
  t.match(out['rendezvous'], { cell: '10km' })
  t.match(out['sectors'], [{ centre: { cell: '1km' } }, { code: 'S2', centre: { cell: '1km' } }])
  t.notOk('title' in out || 'units' in out)
  t.match(says('title'), {
    outcome: 'withheld',
    row: 'baseline B1',
    says: /withheld for drill: baseline B1 \(a rule of the house\)/,
  })
  t.match(says('startsAt'), { outcome: 'treated', row: 'baseline B2', says: /baseline B2/ })
  t.match(says('phase'), { outcome: 'shared', row: 'phase' })
  t.equal(strict.digest, signed.digest, 'what was signed stays what it is')
  t.strictSame(strict.form, signed.form)
  t.strictSame(
    signed.recheck('drill.mission', 'drill', out),
    [],
    'the recipient takes what a stricter sender sends',
  )
  t.strictSame(
    strict.recheck('drill.mission', 'drill', released(signed).document),
    [],
    'and holds it against what was signed',
  )
  t.end()
})

void t.test('what cannot be compared is withheld, and so is what the recipient would not take', t => {
  const out = released(
    under(
      baseline({
        startsAt: { generaliseTime: { to: 'P1M' } },
        endsAt: { generaliseTime: { to: 'P1Y' } },
        crowdEstimate: { band: { edges: [20, 60] } },
        'sectors[].kind': 'withhold',
      }),
    ),
  ).document
  t.notOk('startsAt' in out, 'a month is no time of the schema')
  t.notOk('endsAt' in out, 'a year is no month')
  t.notOk('crowdEstimate' in out, 'bands with other edges')
  t.match(out['sectors'], [
    { code: 'S1', centre: { cell: '1km' } },
    { code: 'S2', centre: { coordinates: [-4.28371, 55.86911] } },
  ])
  t.end()
})

void t.test('lines count only for their purposes, resources and provider, and in any order', t => {
  t.match(released(under(baseline({ title: 'withhold' }, { purposes: ['review'] }))).document, {
    title: 'Harbour rally',
  })
  const other = compileAgreement(source, 'p', {
    ...parts,
    baselineFor: one => (one === 'b' ? baseline({ title: 'withhold' }) : []),
  })
  t.match(released(other).document, { title: 'Harbour rally' })
  const three = {
    startsAt: { generaliseTime: { to: 'PT10M' } },
    'startsAt#': { generaliseTime: { to: 'PT30M' } },
    'startsAt##': { generaliseTime: { to: 'PT15M' } },
  }
  const lines = baseline(Object.fromEntries(Object.entries(three)))
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 0, 2],
    [0, 2, 1],
  ]) {
    const sorted = order.flatMap(index => lines[index] ?? [])
    t.match(released(under(sorted)).document, { startsAt: '2026-05-02T10:00:00Z' })
  }
  const apart = lines.filter((_, index) => index !== 1)
  t.notOk('startsAt' in released(under(apart)).document, 'ten minutes and a quarter of an hour')
  t.end()
})

const MOST: readonly Json[] = ['withhold']
const FIT: Readonly<Record<string, readonly Json[]>> = {
  place: [{ generalisePlace: { grid: '100m' } }, { generalisePlace: { grid: '10km' } }],
  time: [{ generaliseTime: { to: 'PT1H' } }, { generaliseTime: { to: 'P1M' } }],
  count: [{ band: { edges: [10, 100] } }],
  text: [{ mask: { keepLast: 2 } }],
}
const someLines = fc
  .array(
    fc
      .constantFrom(...mission.leaves.values())
      .chain(leaf =>
        fc.constantFrom(...MOST, ...(FIT[leaf.type] ?? [])).map(most => [leaf.path, most] as const),
      ),
    { minLength: 1, maxLength: 6 },
  )
  .map(lines => baseline(Object.fromEntries(lines)))

void t.test('no line ever lets more go, and what goes is always within what was signed', t => {
  let cut = 0
  const property = fc.property(tables, documents, someLines, (table, from, lines) => {
    const text = sourceOf(table)
    const [signed, strict] = [under([], text), under(lines, text)]
    const [open, closed] = [released(signed, from).document, released(strict, from).document]
    if (JSON.stringify(open) !== JSON.stringify(closed)) cut++
    const resolved = restrict(signed.reading.resolved, lines).resources.get('drill.mission')
    const looser = signed.reading.resolved.resources.get('drill.mission')?.items.some((item, index) =>
      [...item.cells].some(([purpose, cell]) =>
        cell.some((branch, at) => {
          const now = resolved?.items[index]?.cells.get(purpose)?.[at]
          const order = now && compareOutcomes(branch.outcome, now.outcome)
          return order !== 'same' && order !== 'tighter'
        }),
      ),
    )
    return looser === false && signed.recheck('drill.mission', 'drill', closed).length === 0
  })
  fc.assert(property, { numRuns: 100 })
  t.ok(cut > 10, `${cut} documents were cut`)
  t.end()
})

// Accepting -------------------------------------------------------------------------------------------------------

const needs = { squareOf: gridSquareOf, requires: (_: string, path: string) => path === 'title' }

function accept(lines: readonly BaselineLine[], from = document) {
  const agreement = under([])
  const sent = released(agreement, from).document
  const taken = makeAcceptance(agreement, lines, needs).cut('drill.mission', 'drill', sent)
  return { agreement, sent, ...taken }
}

void t.test('the recipient keeps only what it is willing to hold', t => {
  const {
    sent,
    document: kept,
    cut,
    missing,
  } = accept(
    baseline({
      title: 'withhold',
      startsAt: { generaliseTime: { to: 'PT15M' } },
      rendezvous: { generalisePlace: { grid: '1km' } },
      'sectors[].centre': { generalisePlace: { grid: '1km' } },
      'units[].*': 'withhold',
      'weather.windKph': 'withhold',
    }),
  )
  t.match(sent, { title: 'Harbour rally', rendezvous: { cell: '100m' } })
  t.match(kept, { phase: 'active', startsAt: '2026-05-02T10:00:00Z', endsAt: '2026-05' })
  t.notOk('title' in kept || 'units' in kept || 'weather' in kept, 'a group with nothing left goes too')
  t.notOk('rendezvous' in kept, 'what was treated already and is too fine')
  t.match(kept['sectors'], [{ centre: { cell: '1km' } }, { centre: { cell: '1km' } }])
  t.strictSame([...cut].sort(), [
    'rendezvous',
    'sectors[].centre',
    'startsAt',
    'title',
    'units[].position',
    'weather.windKph',
  ])
  t.strictSame(missing, ['title'], 'the schema requires it')
  t.strictSame(sent['title'], 'Harbour rally', 'what came is left as it was')
  t.end()
})

void t.test('without lines, or of another resource, everything is kept', t => {
  const { sent, document: kept, cut } = accept([])
  t.strictSame([kept, cut], [sent, []])
  const { agreement } = accept([])
  t.strictSame(
    makeAcceptance(agreement, baseline({ title: 'withhold' }), needs).cut('x.y', 'drill', sent).document,
    sent,
  )
  t.end()
})

void t.test('what a row may have treated is not treated once more', t => {
  const when = (condition: string, what: string) =>
    Object.fromEntries([
      ['if', condition],
      ['then', what],
    ])
  const rows = { title: { all: [when('hot', 'two'), when('early', 'share'), { else: 'two' }] } }
  const agreement = under([], sourceOf({ rows, include: {}, redLines: [] }))
  const lines = baseline({ title: { mask: { keepLast: 2, with: '*' } } })
  const cut = (title: string) =>
    makeAcceptance(agreement, lines, needs).cut('drill.mission', 'drill', { title }).document['title']
  t.equal(cut('ma###'), undefined, 'masked twice it would be in the form of no row')
  t.equal(cut('Harbour rally'), '***ly', 'what came plainly is treated as the line says')
  t.equal(cut('***ly'), '***ly', 'what is in its form stays')
  t.end()
})

void t.test('what is kept is within the agreement, and cutting twice changes nothing', t => {
  let cuts = 0
  const property = fc.property(tables, documents, someLines, (table, from, lines) => {
    const agreement = under([], sourceOf(table))
    const sent = released(agreement, from).document
    const acceptance = makeAcceptance(agreement, lines, needs)
    const once = acceptance.cut('drill.mission', 'drill', sent)
    const twice = acceptance.cut('drill.mission', 'drill', once.document)
    cuts += once.cut.length
    return (
      JSON.stringify(twice.document) === JSON.stringify(once.document) &&
      agreement.recheck('drill.mission', 'drill', once.document).length === 0
    )
  })
  fc.assert(property, { numRuns: 100 })
  t.ok(cuts > 25, `${cuts} items were cut`)
  t.end()
})

// The shipped rules -----------------------------------------------------------------------------------------------

const registry = loadSchemas(join(root, 'schemas'))
const house: PolicyParts = {
  catalogueOf: resource => registry.get(resource)?.catalogue,
  squareOf: gridSquareOf,
  pseudonymKey: () => undefined,
}
const policies = ['northshire-police.to.army-1div', 'army-1div.to.northshire-police']

void t.test('the shipped rules hold for the shipped agreements, and every line of them counts', t => {
  for (const agency of ['northshire-police', 'army-1div']) {
    const file = join(root, 'policies', `${agency}.rules.yaml`)
    const reading = readAgencyRules(readFileSync(file, 'utf8'), file, house)
    if (!reading.ok) return t.fail(reading.problems.map(({ says }) => says).join('; '))
    const { rules } = reading
    const heard = new Set<BaselineLine>()
    for (const name of policies) {
      const text = readFileSync(join(root, 'policies', `${name}.public-order.yaml`), 'utf8')
      const given = { source: text, file: name, parts: house, now: Date.parse('2026-06-01T00:00:00Z') }
      const stops = lintAgreement({ ...given, agency: rules }).filter(({ level }) => level === 'stop')
      t.strictSame(
        stops.map(({ says }) => says),
        [],
      )
      const agreement = compileAgreement(text, name, {
        ...house,
        baselineFor: () =>
          linesOf(rules, { provider: rules.agency ?? ('' as never), recipient: 'x' as never }),
      })
      for (const one of linesOf(rules, agreement)) if (agreement.resources.has(one.resource)) heard.add(one)
      const restricted = restrict(agreement.reading.resolved, linesOf(rules, agreement))
      const limited = [...restricted.resources.values()].flatMap(({ items }) =>
        items.flatMap(({ cells }) => [...cells.values()].flat()),
      )
      t.strictSame(
        limited.filter(({ outcome }) => outcome.limit),
        [],
        'nothing is cut of what was signed',
      )
    }
    t.equal(heard.size, rules.baseline.length + rules.acceptance.length)
  }
  t.end()
})

void t.test('the linter reads baseline and acceptance of the agency that it is', t => {
  const text = `${head}baseline:\n  - { ${good}, path: title, most: withhold }\nacceptance:\n  - { ${good}, path: phase, most: withhold }\n`
  const of = (agency: string) => {
    const rules = read(text.replace('agency: a', `agency: ${agency}`))
    const findings = lintAgreement({
      source: soundText,
      file: 'p',
      parts,
      agency: rules,
      now: Date.parse('2026-06-01T00:00:00Z'),
    })
    return findings.filter(({ check }) => check === 37).map(({ says }) => says)
  }
  t.match(of('a'), [/`title` for `drill` is looser than line `B1` of the baseline: x \(withheld\)/])
  t.match(of('b'), [/`phase` for .*line `B1` of the acceptance/])
  t.strictSame(of('c'), [])
  t.equal(inForce.provider, 'a')
  t.end()
})
