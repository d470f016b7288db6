import { createSecretKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { loadSchemas } from '../../src/contract/contract.ts'
import { canonicalJson, digestOf, isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import {
  type Agreement,
  compileAgreement,
  type Decided,
  makeShaper,
  type PolicyParts,
  type ReplayedDifference,
  readAgreement,
  readShape,
  simulateShapes,
} from '../../src/policy/policy.ts'
import { releasedValues } from '../../src/policy/trial.ts'
import { type Catalogue, REFUSALS } from '../../src/terms/terms.ts'
import { squareOf } from '../../src/translation/translation.ts'
import { changed, markDocument } from '../support/marked.ts'
import {
  documents as anyDocuments,
  conditions,
  sourceOf,
  type Table,
  tables,
  treatments,
} from './arbitraries.ts'
import { attempt, compiled, here, label, mission, policyWith } from './support.ts'

// What is asked, decided and told by the two ways ---------------------------------------------------------------------

interface Subject {
  readonly resource: string
  readonly purpose: string
  readonly role: string
  readonly document: JsonObject
  readonly label: Decided['label']
  readonly request: JsonObject
}

const drill = (document: JsonObject): Subject => {
  return { resource: 'drill.mission', purpose: 'drill', role: 'planner', document, label, request: {} }
}

/** What a gateway knows when it has decided. */
function decided(agreement: Agreement, subject: Subject): Decided {
  const decision = agreement.decide({ ...subject, now: agreement.effectiveFrom })
  if (decision.kind === 'refuse')
    return { ...subject, urgent: false, refused: decision.code, tally: undefined }
  return { ...subject, urgent: false, refused: undefined, tally: agreement.project(decision).tally }
}

function shapeText(agreement: Agreement, subject: Subject): JsonObject {
  const printed = makeShaper(agreement).print(decided(agreement, subject))
  if (!printed) throw new Error('no shape')
  return printed
}

/** What the shape tells, over the form in which it is stored. */
function replayed(
  before: Agreement,
  after: Agreement,
  subject: Subject,
  recorder = before,
): ReplayedDifference | undefined {
  const shape = readShape(JSON.parse(canonicalJson(shapeText(recorder, subject))) as Json)
  if (!shape) throw new Error('the shape cannot be read')
  return simulateShapes(before, after, [{ shape, count: 1 }])[0]
}

interface Fact {
  more: number
  fewer: number
  /** Places that are shown by both, and those among them that show something else. */
  shown: number
  differing: number
}

interface Facts {
  readonly goes: { readonly old: boolean; readonly now: boolean }
  readonly items: ReadonlyMap<string, Fact>
}

/** What both agreements really give of the document, place by place. */
function facts(before: Agreement, after: Agreement, subject: Subject): Facts {
  const given = ({ reading }: Agreement) => {
    const { practice, resolved } = reading
    const decision = practice.decide({ ...subject, now: resolved.draft.effectiveFrom })
    const catalogue = resolved.resources.get(subject.resource)?.catalogue
    if (decision.kind === 'refuse' || !catalogue) return undefined
    return new Map(releasedValues(practice, decision, catalogue).map(value => [value.at, value]))
  }
  const [old, now] = [given(before), given(after)]
  const items = new Map<string, Fact>()
  for (const at of new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])) {
    const [was, is] = [old?.get(at)?.given, now?.get(at)?.given]
    const path = old?.get(at)?.path ?? now?.get(at)?.path
    if (path === undefined) continue
    const fact = items.get(path) ?? { more: 0, fewer: 0, shown: 0, differing: 0 }
    items.set(path, fact)
    if (was === undefined && is !== undefined) fact.more++
    if (was !== undefined && is === undefined) fact.fewer++
    if (was === undefined || is === undefined) continue
    fact.shown++
    if (canonicalJson(was) !== canonicalJson(is)) fact.differing++
  }
  return { goes: { old: old !== undefined, now: now !== undefined }, items }
}

/** How often something was told for sure, and how often it was not. */
interface Score {
  told: number
  untold: number
}

/** Where the replay contradicts what really happens; undefined where it does not. */
function contradiction(told: ReplayedDifference | undefined, real: Facts, score: Score): string | undefined {
  const { old, now } = real.goes
  const newly = told?.released.newly.length ?? 0
  const noLonger = told?.released.noLonger.length ?? 0
  if (told?.documents.untold === 1 && told.items.length === 0) {
    score.untold++
    return undefined
  }
  if (newly !== (now && !old ? 1 : 0)) return `newly released: ${newly}`
  if (noLonger !== (old && !now ? 1 : 0)) return `no longer released: ${noLonger}`
  const paths = new Set([...real.items.keys(), ...(told?.items.map(({ path }) => path) ?? [])])
  for (const path of paths) {
    const { more, fewer, shown, differing } = real.items.get(path) ?? {
      more: 0,
      fewer: 0,
      shown: 0,
      differing: 0,
    }
    const item = told?.items.find(one => one.path === path)
    const list = told?.items.find(one => path.startsWith(`${one.path}.`) && one.untold > 0)
    const [m = 0, f = 0, c = 0, u = 0] = [item?.more, item?.fewer, item?.changed, item?.untold]
    const slack = list ? Number.POSITIVE_INFINITY : u
    score.told += m + f + c
    score.untold += u
    if (m > more || more > m + slack) return `${path}: ${m} more told, ${more} are`
    if (f > fewer || fewer > f + slack) return `${path}: ${f} fewer told, ${fewer} are`
    if (c > shown || differing > c + slack) return `${path}: ${c} changed told, ${differing} of ${shown} are`
  }
  return undefined
}

/** What the room *validate* lets pass: values of another type, and groups and lists that are none, are taken out. */
function fitting(value: Json, path = ''): Json | undefined {
  const leaf = mission.leaves.get(path)
  if (leaf) return value === null || leaf.valid(value) ? value : undefined
  if (path.endsWith('[]') || path === '' || isGroup(path)) {
    if (!isJsonObject(value)) return value === null ? value : undefined
    const members = Object.entries(value).map(
      ([name, one]) => [name, fittingMember(one, path === '' ? name : `${path}.${name}`)] as const,
    )
    return Object.fromEntries(members.flatMap(([name, one]) => (one === undefined ? [] : [[name, one]])))
  }
  return value
}

function isGroup(path: string): boolean {
  return [...mission.leaves.keys()].some(known => known.startsWith(`${path}.`))
}

function fittingMember(value: Json, path: string): Json | undefined {
  const list = [...mission.leaves.keys()].some(known => known.startsWith(`${path}[]`))
  if (!list || value === null) return fitting(value, path)
  return Array.isArray(value) ? value.flatMap(one => fitting(one as Json, `${path}[]`) ?? []) : undefined
}

const documents = anyDocuments.map(document => fitting(document) as JsonObject)

/** The agreement of a source; a source that cannot be one is no case. */
function agreed(source: string): Agreement {
  const found = attempt(source)
  fc.pre('digest' in found)
  return found as Agreement
}

// Over invented agreements ----------------------------------------------------------------------------------------------

void t.test('a shape says the same as the document under both agreements, wherever it says anything', t => {
  const score = { told: 0, untold: 0 }
  fc.assert(
    fc.property(tables, tables, documents, (one, other, document) => {
      const [before, after] = [agreed(sourceOf(one)), agreed(sourceOf(other))]
      const subject = drill(document)
      const told = replayed(before, after, subject)
      const found = contradiction(told, facts(before, after, subject), score)
      if (found !== undefined) throw new Error(found)
      // With the conditions of the agreement that was in force, only a value itself can leave something open.
      const odd = told?.untold.find(({ says }) => !says.startsWith('whether a value fits'))
      if (odd !== undefined) throw new Error(odd.says)
    }),
    { numRuns: 400 },
  )
  t.ok(score.told > 1_000, `${score.told} values are told`)
  t.ok(score.untold < score.told, `${score.untold} are not`)
  t.end()
})

/** Conditions as a draft may word them anew: over choices, over what is not kept, and over both. */
const REWORDED: Readonly<Record<string, readonly string[]>> = {
  hot: [
    "mission.threatLevel == 'CRITICAL'",
    'mission.crowdEstimate >= 99',
    "mission.crowdEstimate < 3 || mission.phase == 'active'",
  ],
  early: [
    "!(mission.phase in ['closed', 'dispersal'])",
    "mission.reference == 'x' && mission.phase == 'active'",
  ],
  labelled: ["label.classification == 'SECRET'", 'label.sensitive', 'request.who == mission.reference'],
  custody: [
    "sector.kind != 'custody'",
    "sector.code == 'S1'",
    "sector.kind == 'route' && mission.phase == 'active'",
  ],
  unarmed: ['team.armed == true', "!team.armed || sector.code == 'S1'"],
  overt: ['!unit.covert', "unit.covert == false && mission.endsAt == '2026'"],
  young: [
    'person.ageYears < 16',
    "person.role in ['missing', 'victim']",
    "person.role == 'missing' && person.ageYears < 18",
  ],
  free: ["report.handlingCode == 'C'", "report.urn == 'I-1'"],
}

const rewordings = fc.record(
  Object.fromEntries(
    Object.entries(REWORDED).map(([name, texts]) => [name, fc.option(fc.constantFrom(...texts))]),
  ),
)

function withConditions(
  { rows, include, redLines }: Table,
  reworded: Readonly<Record<string, string | null>>,
): string {
  const numbered = redLines.map((line, index) => ({ id: `RL${index}`, ...(line as JsonObject) }))
  const own = Object.entries(conditions).map(([name, { says, test }]) => {
    return [name, { says, test: reworded[name] ?? test }]
  })
  return policyWith({
    conditions: Object.fromEntries(own),
    treatments,
    resource: { redLines: numbered, include, fields: rows },
  })
}

void t.test('new and changed conditions are told from the choices that are kept, or not at all', t => {
  const score = { told: 0, untold: 0 }
  fc.assert(
    fc.property(
      tables,
      rewordings,
      rewordings,
      documents,
      fc.boolean(),
      (table, old, now, document, sensitive) => {
        const [before, after] = [agreed(withConditions(table, old)), agreed(withConditions(table, now))]
        const recorder = agreed(sourceOf(table))
        const subject = {
          ...drill(document),
          label: { ...label, sensitive },
          request: { who: document['reference'] ?? 'x' },
        }
        for (const one of [before, recorder]) {
          const found = contradiction(
            replayed(before, after, subject, one),
            facts(before, after, subject),
            score,
          )
          if (found !== undefined) throw new Error(found)
        }
      },
    ),
    { numRuns: 300 },
  )
  t.ok(score.told > 100, `${score.told} values are told`)
  t.ok(score.untold > 100, `${score.untold} are not`)
  t.end()
})

// Over the agreements that are shipped ----------------------------------------------------------------------------------

const root = join(here, '../..')
const schemas = loadSchemas(join(root, 'schemas'))
const parts: PolicyParts = {
  catalogueOf: resource => schemas.get(resource)?.catalogue,
  squareOf,
  pseudonymKey: () => createSecretKey(Buffer.alloc(32, 5)),
}
const label2 = { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true }

/** What officers might change in the police agreement; some of it no worked example would let pass. */
const EDITS: readonly (readonly [from: string, to: string])[] = [
  ['tier: { all: share }', 'tier: { all: withhold }'],
  [
    'command[].contact.talkgroup: { live-coordination: share, others: withhold }',
    'command[].contact.talkgroup: { all: share }',
  ],
  ["operation.lifecycle == 'LIVE'", "operation.lifecycle in ['LIVE', 'APPROVED']"],
  ["venue.kind == 'ACCOMMODATION'", "venue.kind in ['ACCOMMODATION', 'ROUTE']"],
  ["venue.kind in ['CUSTODY', 'PROTECTED_SITE']", "venue.kind == 'CUSTODY' || operation.tier == 3"],
  ['requesters: [ops-room, liaison-officer]', 'requesters: [ops-room, planner]'],
  ['roundTo: 5', 'roundTo: 10'],
  ['generalisePlace: { grid: 1km }', 'generalisePlace: { grid: 10km }'],
  ['{ keepLast: 3, with: "*" }', '{ keepLast: 2, with: "*" }'],
  ['vehicles[]: { all: every }', 'vehicles[]: { debrief: every, others: none }'],
  [
    'require: works-in-uniform, for: [police.unitDeployment] }',
    'require: unit-is-planned, for: [police.unitDeployment] }',
  ],
  [
    "post.role == 'LIAISON_OFFICER'",
    "post.role in ['LIAISON_OFFICER', 'GOLD'] && operation.operationRef != 'x'",
  ],
  ['has(unitPosition.covert) && unitPosition.covert', '!has(unitPosition.covert) || unitPosition.covert'],
  ['unitDeployment.state == 0', 'unitDeployment.state < 3'],
  ['whilst: { police.operation: operation-is-planned,', 'whilst: { police.operation: operation-is-live,'],
  ["label.classification == 'OFFICIAL'", "label.classification == 'OFFICIAL' && label.sensitive"],
  [
    'strength.total:\n        live-coordination: share',
    'strength.total:\n        live-coordination: size-band',
  ],
]

const file = join(root, 'policies/northshire-police.to.army-1div.public-order.yaml')
const text = readFileSync(file, 'utf8')

const inForce = compileAgreement(text, file, parts)

/** The agreement with some of the edits; its worked examples are not run. */
function drafted(edits: readonly (readonly [string, string])[]): Agreement {
  const source = edits.reduce((whole, [from, to]) => {
    if (!whole.includes(from)) throw new Error(`nothing to edit: ${from}`)
    return whole.replace(from, to)
  }, text)
  return { ...inForce, digest: digestOf(source), reading: readAgreement(source, file, parts) }
}

const RESOURCES = ['police.operation', 'police.unitDeployment', 'police.unitPosition']
const PURPOSES: readonly (readonly [purpose: string, role: string])[] = [
  ['joint-planning', 'planner'],
  ['live-coordination', 'ops-room'],
  ['live-coordination', 'planner'],
  ['debrief', 'lessons-team'],
]

/** A document in which every value is marked, of which some are taken away and every choice is drawn anew. */
const lived = fc
  .tuple(fc.constantFrom(...RESOURCES), fc.infiniteStream(fc.nat({ max: 999 })))
  .map(([resource, stream]) => {
    const draw = () => stream.next().value ?? 0
    const catalogue = catalogueOf(resource)
    let number = draw()
    const sent = new Map([...catalogue.leaves].filter(([, leaf]) => !leaf.derived))
    const { document, marks } = markDocument({ ...catalogue, leaves: sent }, {}, () => ++number)
    const changes = marks.flatMap(({ at, leaf }): { at: typeof at; value: Json | undefined }[] => {
      if (draw() % 6 === 0 && typeof at.at(-1) === 'string') return [{ at, value: undefined }]
      if (leaf.type === 'bool') return [{ at, value: draw() % 2 === 0 }]
      return leaf.values ? [{ at, value: leaf.values[draw() % leaf.values.length] }] : []
    })
    return { resource, document: changed(document, changes) }
  })

function catalogueOf(resource: string): Catalogue {
  const catalogue = schemas.get(resource)?.catalogue
  if (!catalogue) throw new Error(`no schema of ${resource}`)
  return catalogue
}

void t.test('so it is for the police agreement and drafts of it', t => {
  const score = { told: 0, untold: 0 }
  const drafts = fc.subarray([...EDITS], { maxLength: 3 })
  fc.assert(
    fc.property(drafts, drafts, fc.array(lived, { minLength: 4, maxLength: 4 }), (one, other, documents) => {
      const [before, after] = [drafted(one), drafted(other)]
      for (const { resource, document } of documents) {
        for (const [purpose, role] of PURPOSES) {
          const subject = { resource, document, purpose, role, label: label2, request: {} }
          const found = contradiction(
            replayed(before, after, subject, inForce),
            facts(before, after, subject),
            score,
          )
          if (found !== undefined) throw new Error(`${resource} for ${purpose}: ${found}`)
        }
      }
    }),
    { numRuns: 60 },
  )
  t.ok(score.told > 100, `${score.told} values are told`)
  t.ok(score.untold > 10, `${score.untold} are not`)
  t.end()
})

// What a shape holds ----------------------------------------------------------------------------------------------------

/** Every text in a JSON value, names of members among them. */
function textsIn(value: Json): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(textsIn)
  return isJsonObject(value) ? Object.entries(value).flatMap(([name, one]) => [name, ...textsIn(one)]) : []
}

const FORM =
  'shape agreement resource purpose role ending urgent sensitive unfit whole items bare choices values truths lists groups count facts more released'

void t.test(
  'a shape holds names of the schema and the agreement, closed choices, truths and counts, and nothing else',
  t => {
    const agreement = compileAgreement(text, file, parts)
    const names = new Set(agreement.reading.resolved.draft.conditions.keys())
    let seen = 0
    fc.assert(
      fc.property(lived, fc.constantFrom(...PURPOSES), ({ resource, document }, [purpose, role]) => {
        const { leaves, items } = catalogueOf(resource)
        const groups = [...leaves.keys()].flatMap(path =>
          path.split('.').map((_, at, all) => all.slice(0, at).join('.')),
        )
        const choices = [...leaves.values()].flatMap(({ control, values }) => (control ? (values ?? []) : []))
        const known = new Set([...FORM.split(' '), ...leaves.keys(), ...items.keys(), ...groups, ...choices])
        for (const one of [resource, purpose, role, agreement.digest, ...Object.keys(REFUSALS)])
          known.add(one)
        const subject = { resource, document, purpose, role, label: label2, request: { who: 'SOMEBODY' } }
        for (const found of textsIn(shapeText(agreement, subject))) {
          seen++
          const isTruth = names.has(found.split('#')[0] ?? '') && /#[0-9a-f]{16}$/.test(found)
          if (!known.has(found) && !isTruth) throw new Error(`the shape holds ${found}`)
        }
      }),
      { numRuns: 300 },
    )
    t.ok(seen > 10_000, `${seen} texts were looked at`)
    t.end()
  },
)

void t.test('a value of a control item that is none of its choices is not kept', t => {
  const agreement = compiled(sourceOf({ rows: { phase: { all: 'share' } }, include: {}, redLines: [] }))
  const shape = shapeText(
    agreement,
    drill({ phase: 'Robin Hale', units: [{ covert: 'Robin Hale' }], reference: 'Robin Hale' }),
  )
  t.notMatch(JSON.stringify(shape), 'Robin Hale')
  t.match(shape, {
    whole: {
      items: ['reference', 'phase'],
      lists: { 'units[]': { groups: [{ facts: { items: ['units[].covert'] } }] } },
    },
  })
  t.end()
})

/** The same document with other values of the same kind, and its lists the other way round. */
function disguised(value: Json, path = ''): Json {
  const leaf = mission.leaves.get(path)
  if (leaf?.values || leaf?.type === 'bool') return value
  if (Array.isArray(value)) return [...value].reverse().map(one => disguised(one as Json, `${path}[]`))
  if (isJsonObject(value) && !leaf) {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [
        name,
        disguised(one, path === '' ? name : `${path}.${name}`),
      ]),
    )
  }
  return typeof value === 'string' && leaf?.type !== 'time' && leaf?.type !== 'date'
    ? `other ${value}`
    : value
}

void t.test(
  'documents of one shape have one key and one text, whatever their values and the order of their entries',
  t => {
    const texts = new Map<string, string>()
    fc.assert(
      fc.property(tables, documents, (table, document) => {
        const agreement = agreed(sourceOf(table))
        const shaper = makeShaper(agreement)
        const both = [document, disguised(document) as JsonObject].map(one => {
          const about = decided(agreement, drill(one))
          return {
            key: shaper.key({ ...about, tally: undefined }),
            text: canonicalJson(shaper.print({ ...about, tally: undefined }) ?? null),
          }
        })
        const [one, other] = both
        if (one?.key !== other?.key || one?.text !== other?.text)
          throw new Error('the shape tells them apart')
        const key = `${agreement.digest} ${one?.key}`
        const known = texts.get(key) ?? one?.text
        if (known !== one?.text) throw new Error('one key stands for two shapes')
        texts.set(key, one?.text ?? '')
      }),
      { numRuns: 300 },
    )
    const few = compiled(sourceOf({ rows: { phase: { all: 'share' } }, include: {}, redLines: [] }))
    const shaper = makeShaper(few)
    const age = fc.constantFrom(null, 9, 17, 18, 41)
    const person = fc.record({
      ageYears: age,
      role: fc.constantFrom('missing', 'suspect'),
      name: fc.constantFrom(null, 'A', 'B'),
    })
    const people = fc.array(person, { maxLength: 2 })
    let [alike, unlike] = [0, 0]
    fc.assert(
      fc.property(people, people, fc.constantFrom(49, 50, 51), (one, other, crowdEstimate) => {
        const [a, b] = [one, other].map(people => decided(few, drill({ crowdEstimate, people })))
        if (!a || !b) return false
        const same = canonicalJson(shaper.print(a) ?? null) === canonicalJson(shaper.print(b) ?? null)
        if (same) alike++
        else unlike++
        return (shaper.key(a) === shaper.key(b)) === same
      }),
      { numRuns: 2_000 },
    )
    t.ok(alike > 100 && unlike > 100, `${alike} alike, ${unlike} unlike`)
    t.end()
  },
)

void t.test('the size of a shape is bounded: entries beyond the groups that are kept are only counted', t => {
  const people = Array.from({ length: 5_000 }, (_, at) => {
    const member = (bit: number, name: string): JsonObject => ((at >> bit) & 1 ? { [name]: 'x' } : {})
    return {
      ...member(0, 'name'),
      ...member(1, 'policeRef'),
      ...member(2, 'ethnicity'),
      ...member(3, 'offenceHistory'),
      ...member(4, 'lastSeenAt'),
      ...member(5, 'dateOfBirth'),
    }
  })
  const [before, after] = ['share', 'withhold'].map(cell => {
    return compiled(
      sourceOf({
        rows: { phase: { all: 'share' }, 'people[].policeRef': { all: cell } },
        include: { 'people[]': { all: 'every' } },
        redLines: [],
      }),
    )
  })
  if (!before || !after) throw new Error('no agreements')
  const shape = shapeText(before, drill({ phase: 'active', people }))
  const text = JSON.stringify(shape)
  t.ok(text.length < 8_000, `${text.length} characters`)
  t.match(shape, { whole: { lists: { 'people[]': { more: Number } } } })
  const told = replayed(before, after, drill({ phase: 'active', people }))
  const [ref, list] = ['people[].policeRef', 'people[]'].map(path =>
    told?.items.find(one => one.path === path),
  )
  t.ok((ref?.fewer ?? 0) + (list?.untold ?? 0) >= 2_500, `${ref?.fewer} fewer, ${list?.untold} not told`)
  t.ok((ref?.fewer ?? 0) > 100)
  t.match(told?.untold, [{ says: 'how entries fare beyond the groups that are kept apart' }])
  t.end()
})

void t.test('what is not a shape is not read as one', t => {
  const agreement = compiled(sourceOf({ rows: { phase: { all: 'share' } }, include: {}, redLines: [] }))
  const shape = shapeText(
    agreement,
    drill({ phase: 'active', tags: ['a', null, 'b'], units: [{ callSign: 'A' }] }),
  )
  t.ok(readShape(shape))
  const whole = shape['whole'] as JsonObject
  const wrong: Json[] = [
    null,
    [],
    'shape',
    { ...shape, shape: 2 },
    { ...shape, agreement: 'x' },
    { ...shape, role: 1 },
    { ...shape, ending: 'somehow' },
    { ...shape, urgent: 'yes' },
    { ...shape, sensitive: 'yes' },
    { ...shape, unfit: [1] },
    { ...shape, whole: null },
    { ...shape, whole: { ...whole, items: 'phase' } },
    { ...shape, whole: { ...whole, values: { 'tags[]': -1 } } },
    { ...shape, whole: { ...whole, choices: { phase: 3 } } },
    { ...shape, whole: { ...whole, truths: { 'hot#1': 'yes' } } },
    { ...shape, whole: { ...whole, lists: { 'units[]': { groups: [{ count: 0, facts: {} }] } } } },
    { ...shape, whole: { ...whole, lists: { 'units[]': { groups: [], more: 1.5 } } } },
  ]
  for (const one of wrong) t.equal(readShape(one), undefined, JSON.stringify(one)?.slice(0, 80))
  t.match(readShape(shape)?.whole.values, new Map([['tags[]', 2]]))
  t.end()
})
