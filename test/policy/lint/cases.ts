import type { Json, JsonObject } from '../../../src/kit/kit.ts'
import { type Linted, ORDINARY_RULES } from '../../../src/policy/policy.ts'
import { WITHHOLD } from '../../../src/policy/table.ts'
import type { Catalogue, Leaf, LeafType } from '../../../src/terms/terms.ts'
import { label, mission, parts } from '../support.ts'
import { either, inForce, next, type Path, sound, soundText, spoilt, withAt } from './sound.ts'

/** One way to spoil the sound agreement, and what the linter has to say of it. */
export interface Case {
  readonly check: number
  readonly level: 'stop' | 'ask' | 'note'
  readonly what: string
  readonly source: string
  readonly says: RegExp
  readonly given: Partial<Linted>
}

type Change = readonly [path: Path, put: Json | undefined]

function about(check: number, level: Case['level'], what: string, says: RegExp) {
  const make = (source: string, given: Partial<Linted> = {}): Case => ({
    check,
    level,
    what,
    says,
    source,
    given,
  })
  return {
    text: make,
    with: (...changes: readonly Change[]) => make(spoilt(...changes)),
    given: (given: Partial<Linted>, ...changes: readonly Change[]) => make(spoilt(...changes), given),
    rules: (rules: Partial<typeof ORDINARY_RULES>) =>
      make(soundText, { agency: { ...ORDINARY_RULES, ...rules } }),
    after: (...changes: readonly Change[]) => make(next(...changes), { previous: inForce }),
  }
}
const stop = (check: number, what: string, says: RegExp) => about(check, 'stop', what, says)
const ask = (check: number, what: string, says: RegExp) => about(check, 'ask', what, says)
const note = (check: number, what: string, says: RegExp) => about(check, 'note', what, says)

const field = (row: string): Path => ['resources', 'drill.mission', 'fields', row]
const inResource = (...path: Path): Path => ['resources', 'drill.mission', ...path]
const condition = (name: string, test: string): Change => [['conditions', name, 'test'], test]
const shareWithWhy: JsonObject = { drill: 'share', review: 'withhold', why: 'a drill' }
const withhold: JsonObject = { all: 'withhold' }
const share: JsonObject = { all: 'share' }

/** The catalogue with some items more. */
function withLeaves(...leaves: readonly (readonly [path: string, type: LeafType])[]): Partial<Linted> {
  const more = leaves.map(([path, type]): [string, Leaf] => {
    const valid = (value: unknown) => typeof value === (type === 'count' ? 'number' : 'string')
    return [
      path,
      { path, type, sensitivity: 'operational', control: false, values: undefined, bounds: {}, valid },
    ]
  })
  const catalogue: Catalogue = { ...mission, leaves: new Map([...mission.leaves, ...more]) }
  return { parts: { ...parts, catalogueOf: name => (name === mission.resource ? catalogue : undefined) } }
}

const inDocument = (document: JsonObject): Change => [
  ['samples', 'rally', 'document', 'title'],
  document['title'],
]
const line = {
  kind: 'baseline',
  says: 'a rule of the house',
  resource: 'drill.mission',
  purposes: undefined,
} as const
const titled = (title: string): Change => inDocument({ title })

function withoutEthnicity(): Change {
  const people = [0, 1].reduce<Json>(
    (value, at) => withAt(value, ['samples', 'rally', 'document', 'people', at, 'ethnicity'], undefined),
    sound,
  )
  const samples = (people as JsonObject)['samples']
  return [['samples'], samples]
}

const FORM: readonly Case[] = [
  stop(1, 'an anchor', /anchor/).text(soundText.replace('"A drill"', '&x "A drill"')),
  stop(2, 'an unknown key', /no member `revsion`/).with([['revsion'], 1]),
  ask(3, 'a plain no', /`no` without quotes is a truth value/).text(soundText.replace('"A drill"', ' no')),
  ask(3, 'a plain time of day', /is the number `45000`/).text(soundText.replace('"A drill"', ' 12:30:00')),
  stop(3, 'a number that is none', /plain decimal/).text(
    soundText.replace('"revision":1', '"revision": 012'),
  ),
  stop(4, 'a word of two scripts', /mixes Latin and Cyrillic/).with([['title'], 'A dr\u0456ll']),
  stop(4, 'a name of two scripts', /mixes/).with([['samples', 'r\u0430lly'], {}]),
  stop(4, 'an invisible character in a sentence', /invisible/).with([['title'], 'A\u200b drill']),
  stop(4, 'a turned comment', /the line holds/).text(`# \u202e\n${soundText}`),
  stop(5, 'another id', /in force is `a.to.b.drill`/).after([['id'], 'a.to.b.other']),
  stop(5, 'another party', /goes from `a` to `b`/).after([['parties', 'recipient', 'id'], 'c']),
  stop(5, 'a revision left out', /this one is revision 2/).after([['revision'], 3]),
  stop(5, 'another predecessor', /digest in force/).after([['replaces'], `sha256:${'0'.repeat(64)}`]),
  stop(5, 'no predecessor', /does not say which one/).with([['revision'], 2]),
  stop(5, 'a predecessor of the first', /replaces none/).with([['replaces'], inForce.digest]),
  stop(6, 'an unknown version', /is at version/).with([inResource('schema', 'version'), '9.9.9']),
  stop(6, 'a catalogue that is not pinned', /is not pinned/).with([
    inResource('schema', 'digest'),
    undefined,
  ]),
  stop(6, 'another catalogue of the same version', /written against .* with the digest/).with([
    inResource('schema', 'digest'),
    `sha256:${'0'.repeat(64)}`,
  ]),
  stop(6, 'an older catalogue', /older than `4.0.0`/).text(next(), {
    previous: {
      ...inForce,
      resources: new Map([['drill.mission', { version: '4.0.0', digest: mission.digest }]]),
    },
  }),
]

const lawEnforcement: Change = [['legalBases', 'police'], { regime: 'UK-DPA-2018-Part-3', basis: 's35' }]

const LAW: readonly Case[] = [
  stop(7, 'nobody who may ask', /nobody who may ask/).with([['purposes', 'drill', 'requesters'], []]),
  stop(7, 'no basis', /lacks `basis`/).with([['purposes', 'drill', 'basis'], undefined]),
  stop(8, 'a criminal item without its condition', /names no `criminalOffenceData`/).with([
    field('people[].offenceHistory'),
    shareWithWhy,
  ]),
  stop(8, 'a sensitive item without its condition', /names no `sensitive`/).with(
    [field('people[].ethnicity'), shareWithWhy],
    [inResource('redLines', 0), undefined],
  ),
  stop(8, 'no appropriate policy document', /appropriate policy document/).with([
    field('people[].offenceHistory'),
    shareWithWhy,
  ]),
  stop(9, 'law enforcement without power to pass on', /names no power/).with(lawEnforcement, [
    ['purposes', 'drill', 'basis', 'provider'],
    'police',
  ]),
  stop(10, 'no impact assessment', /lacks `dpia`/).with([['agreement', 'dpia'], undefined]),
  ask(10, 'another paper', /`reference` is no longer `DSA-1`/).after([['agreement', 'reference'], 'DSA-2']),
  ask(10, 'an old assessment of more', /in 1 places/).after([field('title'), share]),
  stop(11, 'an end before the beginning', /has to come after/).with([
    ['dates', 'expiresAt'],
    '2025-01-01T00:00:00Z',
  ]),
  stop(11, 'too long', /allows 731/).with([['dates', 'expiresAt'], '2030-01-01T00:00:00Z']),
  ask(11, 'a review after the end', /only when nothing flows/).with([['dates', 'reviewBy'], '2027-07-01']),
  ask(11, 'a review in the past', /has passed/).with([['dates', 'reviewBy'], '2026-05-01']),
  ask(11, 'an owner who has left', /no officer/).rules({ reviewers: new Set(['Somebody else']) }),
  ask(12, 'an idle purpose', /nothing goes for purpose `idle`/).with(
    [
      ['purposes', 'idle'],
      {
        says: 'Nothing',
        basis: { provider: 'law', recipient: 'law' },
        requesters: ['x'],
        whilst: 'mission-runs',
      },
    ],
    ...Object.entries((sound['resources'] as JsonObject)['drill.mission'] as JsonObject).flatMap(
      ([member, rows]): Change[] => {
        if (member !== 'fields') return []
        return Object.entries(rows as JsonObject).map(([row, cells]): Change => {
          const all = (cells as JsonObject)['all']
          return [field(row), all === undefined ? cells : { idle: 'withhold', others: all }]
        })
      },
    ),
  ),
  ask(12, 'an idle basis', /`spare`/).with([['legalBases', 'spare'], { regime: 'x', basis: 'y' }]),
  ask(12, 'an idle condition', /nothing asks/).with([
    ['conditions', 'spare'],
    { says: 'x', test: "mission.phase == 'active'" },
  ]),
  ask(12, 'an idle treatment', /no cell names/).with([
    ['treatments', 'spare'],
    { says: 'x', mask: { keepLast: 2 } },
  ]),
  ask(12, 'an idle sample', /no worked example starts/).with([
    ['samples', 'spare'],
    { resource: 'drill.mission', label, document: { reference: 'M' } },
  ]),
  note(13, 'two purposes alike', /same cell in every row/).with(
    ...['one', 'two'].map((name): Change => {
      const basis = { provider: 'law', recipient: 'law' }
      return [['purposes', name], { says: name, basis, requesters: ['x'], whilst: 'always' }]
    }),
  ),
]

const ROWS: readonly Case[] = [
  stop(14, 'a misspelt row', /has no `tittle`/).with([field('tittle'), share]),
  stop(14, 'a position in a path', /names a position/).with([field('units[0].callSign'), share]),
  ask(15, 'an undecided item', /`title` is undecided for `drill` and `review`/).with([
    field('title'),
    undefined,
  ]),
  ask(15, 'an undecided cell', /undecided for `review`/).with([field('title'), { drill: 'share' }]),
  note(15, 'the count of cells', /68 of 70/).with([field('title'), undefined]),
  stop(16, 'a group that shares', /may share only what is public/).with(
    [field('units[].*'), share],
    [field('units[].callSign'), undefined],
  ),
  ask(17, 'a looser exception', /exception from `units\[\]\.\*` for `drill`/).with([
    field('units[].*'),
    withhold,
  ]),
  note(17, 'a looser exception with its reason', /reach the commander/).with([
    field('sectors[].commander.*'),
    withhold,
  ]),
  stop(18, 'a shadowed group', /`units\[\]\.\*` does nothing/).with([field('units[].*'), withhold]),
  stop(18, 'a row that says what its group says', /says already/).with(
    [field('units[].*'), withhold],
    [field('units[].callSign'), undefined],
  ),
  stop(19, 'a row against a red line', /red line `RL1` forbids/).with([field('people[].ethnicity'), share]),
  note(19, 'a row behind a closed list', /no entry of `people\[\]` goes/).with([
    field('people[].role'),
    { all: 'share', why: undefined } as unknown as JsonObject,
  ]),
  stop(20, 'a treatment that does not fit', /does not fit `title`/).with([
    field('title'),
    { all: 'month-only' },
  ]),
]

const PRIVACY: readonly Case[] = [
  ask(21, 'a personal item without a reason', /`people\[\]\.role` is personal/).with([
    field('people[].role'),
    { drill: 'share', review: 'withhold' },
  ]),
  stop(21, 'free text', /may not be shared in any form/).with([field('narrative'), share]),
  ask(22, 'an age beside a hidden date of birth', /year of birth follows/).with([
    field('people[].ageYears'),
    shareWithWhy,
  ]),
  ask(22, 'a rest of a total', /`strength.drivers` can be worked out/).given(
    withLeaves(['strength.total', 'count'], ['strength.drivers', 'count'], ['strength.constables', 'count']),
    [field('strength.total'), share],
    [field('strength.constables'), share],
    [field('strength.drivers'), withhold],
  ),
  ask(23, 'two descriptions of few people', /only 1 share one combination, and 10 have to/).with(
    [field('people[].ageYears'), shareWithWhy],
    [['tests', 0, 'exactly', 'people', 0, 'ageYears'], 41],
  ),
  stop(24, 'bands in disorder', /have to rise/).with([
    ['treatments', 'size-band', 'band', 'edges'],
    [50, 10],
  ]),
  stop(24, 'numbers too small', /hides what is below 20/).rules({ smallestBand: 20 }),
  stop(24, 'a grid too fine', /no finer than 10km/).rules({ finestGrid: '10km' }),
  stop(25, 'no scope', /has to name `agreement`/).with([
    ['treatments', 'drill-alias', 'pseudonymise', 'scope'],
    ['purpose'],
  ]),
  stop(25, 'a retired key', /no longer used/).rules({ retiredKeys: new Set(['kms://drill/2026']) }),
  ask(25, 'a code name for a rank', /one of few values/).given(withLeaves(['rank', 'text']), [
    field('rank'),
    { all: 'drill-alias' },
  ]),
  ask(26, 'one symbol in two notations', /they tell the same/).given(
    withLeaves(['sidc', 'text'], ['sidc15', 'text']),
    [field('sidc'), share],
    [field('sidc15'), withhold],
  ),
]

const branch = either('custody-sector', 'grid-1km', 'share')

const CONDITIONS: readonly Case[] = [
  stop(27, 'a condition outside the subset', /not available/).with(
    condition('missing-person', 'size(person.role) > 1'),
  ),
  stop(27, 'an unknown item in a condition', /has no/).with(
    condition('missing-person', "person.rolle == 'missing'"),
  ),
  stop(28, 'an item that is not for conditions', /may not be read/).with(
    condition('missing-person', "person.name == 'x'"),
  ),
  stop(29, 'a value that there is not', /never is `lost`/).with(
    condition('missing-person', "person.role == 'lost'"),
  ),
  stop(30, 'a condition that is never false', /`within-ceiling` is never false/).with(
    condition('within-ceiling', "label.classification == 'OFFICIAL' || label.classification != 'OFFICIAL'"),
  ),
  stop(30, 'a condition that is never true', /`missing-person` is never true/).with(
    condition('missing-person', "person.role == 'missing' && person.role == 'victim'"),
  ),
  stop(30, 'a branch that comes too late', /branch `custody-sector` is never reached|never reached/).with([
    field('sectors[].centre'),
    { drill: [branch[0] ?? {}, branch[0] ?? {}, { else: 'share' }], review: 'grid-1km' },
  ]),
  stop(30, 'no else', /have to end in `else`/).with([field('sectors[].centre'), { all: branch.slice(0, 1) }]),
  stop(31, 'another expression under the same sentence', /still says/).after(
    condition('missing-person', "person.role == 'vulnerable'"),
  ),
  stop(31, 'no sentence', /lacks `says`/).with([['conditions', 'missing-person', 'says'], undefined]),
  stop(32, 'a list that opens when something is missing', /because an item is absent/).with(
    condition('missing-person', "!has(person.role) || person.role == 'missing'"),
  ),
  note(32, 'a gate that says why it opens', /although `mission.endsAt` is not there: always known/).with(
    condition('within-ceiling', "!has(mission.endsAt) || mission.endsAt != '2030-01-01T00:00:00Z'"),
    [['conditions', 'within-ceiling', 'opensWhenAbsent'], 'always known'],
  ),
  ask(32, 'a reason that is not needed', /does not open/).with([
    ['conditions', 'within-ceiling', 'opensWhenAbsent'],
    'always known',
  ]),
  ask(33, 'one condition both ways', /`overt-unit` lets more through in one place/).with([
    field('units[].position'),
    { drill: either('overt-unit', 'grid-1km', 'share'), review: 'withhold' },
  ]),
  ask(34, 'a negation', /says what is not/).with(condition('overt-unit', '!unit.covert')),
  ask(34, 'many parts', /has 4 parts/).with(
    condition(
      'missing-person',
      ['missing', 'victim', 'witness', 'suspect'].map(role => `person.role == '${role}'`).join(' || '),
    ),
  ),
  ask(34, 'a day in the past', /which is past/).with(
    condition('mission-runs', "mission.endsAt == '2020-01-01T00:00:00Z'"),
  ),
  note(35, 'what rests on an item', /without `intelligence\[\]\.handlingCode`/).with(
    [inResource('include', 'intelligence[]'), { all: 'free-report' }],
    [['conditions', 'free-report'], { says: 'the report is free', test: "report.handlingCode == 'P'" }],
  ),
]

const LAYERS: readonly Case[] = [
  stop(36, 'people without an include row', /`include` row has to say/).with([
    inResource('include', 'sectors[]'),
    undefined,
  ]),
  stop(36, 'a list of nothing', /no item of them goes/).with(
    [inResource('include', 'intelligence[]'), { all: 'every' }],
    [field('intelligence[].urn'), withhold],
    [field('intelligence[].handlingCode'), withhold],
  ),
  stop(37, 'looser than the baseline', /looser than line `B1`/).rules({
    baseline: [{ ...line, id: 'B1', path: 'title', most: WITHHOLD }],
  }),
  stop(38, 'another treatment than the baseline', /cannot be compared with line `B2`/).rules({
    baseline: [
      { ...line, id: 'B2', path: 'crowdEstimate', most: { ...WITHHOLD, kind: 'mask', name: 'mask' } },
    ],
  }),
  stop(37, 'looser than what the recipient accepts', /looser than line `A1` of the acceptance/).rules({
    acceptance: [{ ...line, kind: 'acceptance', id: 'A1', path: 'title', most: WITHHOLD }],
  }),
  ask(39, 'a red line that is gone', /red line `RL1`.*is gone/).after([inResource('redLines', 0), undefined]),
  ask(39, 'a red line that keeps less', /red line `RL2`.*keeps back less/).after(
    condition('overt-unit', 'unit.covert == false || unit.covert == true'),
  ),
  stop(40, 'an unknown obligation', /there is no obligation/).with([
    ['obligations', 'all', 'must'],
    [{ forget: true }],
  ]),
  stop(40, 'kept longer than agreed', /`P3Y` is longer/).with([
    ['obligations', 'all', 'must', 0, 'deleteAfter', 'period'],
    'P3Y',
  ]),
  stop(40, 'personal items that stay for ever', /nothing says when they are deleted/).with([
    ['obligations'],
    undefined,
  ]),
  stop(40, 'two terms at once', /says two things/).with([
    ['obligations', 'drill'],
    { must: [{ deleteAfter: { from: 'receipt', period: 'P7D' } }] },
  ]),
  stop(40, 'what the recipient cannot do', /has not declared/).rules({ abilities: new Set(['caveat']) }),
  stop(41, 'personal items without the marking', /without the SENSITIVE marking/).with([
    ['marking', 'sensitive'],
    undefined,
  ]),
  stop(41, 'a traffic light that lets it go too far', /passed on further than TLP:AMBER/).with([
    ['marking', 'tlp'],
    'GREEN',
  ]),
  ask(41, 'a traffic light for persons', /TLP:RED/).with([['marking', 'tlp'], 'RED']),
  stop(41, 'a NATO label of another height', /not as high/).with([
    ['marking', 'stanag4774'],
    { policy: 'NATO', classification: 'SECRET' },
  ]),
  stop(41, 'a marking above the link', /above what the link carries/).rules({ ceiling: label }),
]

const EXERCISE: readonly Case[] = [
  stop(42, 'an example that fails', /the outcome differs at `title`/).with([
    ['tests', 0, 'exactly', 'title'],
    'Another',
  ]),
  stop(42, 'a purpose that nothing shows', /shows what goes for `review`/).with([['tests', 1], undefined]),
  stop(42, 'a purpose that is never refused', /is refused for `review`/).with([['tests', 4], undefined]),
  stop(43, 'a gate that never stops anything', /`G1` .* never comes out false/).with([
    ['tests', 2],
    undefined,
  ]),
  stop(43, 'a branch that is never taken', /branch `custody-sector`, never comes out true/).with(
    [['samples', 'rally', 'document', 'sectors', 1, 'kind'], 'route'],
    [['tests', 0, 'exactly', 'sectors', 1, 'kind'], 'route'],
    [['tests', 0, 'exactly', 'sectors', 1, 'centre'], { lat: 53.4012, lon: -2.3012 }],
    [['tests', 1, 'exactly', 'sectors', 1, 'kind'], 'route'],
  ),
  stop(43, 'a list whose entries all go', /`include` of `people\[\]`.*never comes out false/).with([
    ['samples', 'rally', 'document', 'people', 1],
    undefined,
  ]),
  stop(43, 'a red line that nothing meets', /that red line `RL1` keeps back/).with(withoutEthnicity()),
  stop(44, 'a cell that could open', /`title` .* could become `share` for `review`/).with(
    [['tests', 1, 'exactly'], undefined],
    [['tests', 1, 'shows'], { reference: 'PO-1' }],
  ),
  ask(44, 'a cell that could close', /`threatLevel` .* could become `withhold` for `review`/).with(
    [['tests', 1, 'exactly'], undefined],
    [['tests', 1, 'shows'], { reference: 'PO-1' }],
  ),
  ask(45, 'an item without a sample', /`tags\[\]` .* is empty/).with(
    [['samples', 'rally', 'document', 'tags'], undefined],
    [['tests', 0, 'exactly', 'tags'], undefined],
  ),
  stop(47, 'a telephone number', /telephone number/).with(titled('call 07911 123456')),
  stop(47, 'an address', /e-mail address/).with(titled('write to jo@police.uk')),
  stop(47, 'a national insurance number', /national insurance/).with(titled('AB 12 34 56 C')),
  stop(47, 'an NHS number', /NHS number/).with(titled('943 476 5919')),
  stop(47, 'a postcode', /postcode/).with(titled('at NS1 4AB')),
  stop(47, 'a number plate', /number plate/).with(titled('AB12 CDE')),
]

const CHANGE: readonly Case[] = [
  ask(48, 'a looser cell', /cell `title` is looser, `drill.mission`, `review`/).after([
    field('title'),
    share,
  ]),
  ask(48, 'a treatment in place of another', /not comparable/).after(
    [['treatments', 'last-two'], { says: 'the end', mask: { keepLast: 2 } }],
    [field('people[].policeRef'), { drill: 'last-two', review: 'withhold' }],
  ),
  ask(48, 'a gate that is gone', /gate `G1` is looser/).after([['gates'], []]),
  ask(48, 'one requester more', /requesters/).after([
    ['purposes', 'drill', 'requesters'],
    ['planner', 'ops-room', 'cook'],
  ]),
  ask(48, 'a wider stage', /window/).after(
    condition('mission-is-closed', "mission.phase in ['closed', 'dispersal']"),
  ),
  ask(48, 'more entries', /include `people\[\]` is looser/).after([
    inResource('include', 'people[]', 'drill'),
    'every',
  ]),
]

export const cases: readonly Case[] = [
  ...FORM,
  ...LAW,
  ...ROWS,
  ...PRIVACY,
  ...CONDITIONS,
  ...LAYERS,
  ...EXERCISE,
  ...CHANGE,
]
