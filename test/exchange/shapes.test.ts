import t from 'tap'
import { type Exchange, makeShapeCollector } from '../../src/exchange/exchange.ts'
import { type Json, type JsonObject, systemClock } from '../../src/kit/kit.ts'
import { type Decided, readShape } from '../../src/policy/policy.ts'
import { makeMemoryStore } from '../../src/stores/stores.ts'
import { Refusal } from '../../src/terms/terms.ts'
import { changed, markDocument } from '../support/marked.ts'
import {
  ARMY,
  asObject,
  callerWith,
  type House,
  parse,
  policeToArmy,
  record,
  twoHouses,
} from './two-houses.ts'

const LABEL = { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true }
const ALL = { agreement: policeToArmy.id, since: '', limit: 100 }
const { signal } = new AbortController()
const given = { idempotencyKey: undefined, body: new Uint8Array(), waitMs: 0, signal, answer: () => '{}' }
type Request = Parameters<Exchange['push']>[1]

async function push(house: House, document: JsonObject, role = 'planner', key?: string) {
  const request: Request = {
    to: ARMY,
    purpose: 'joint-planning',
    resource: 'police.operation',
    document,
    label: LABEL,
  }
  const caller = callerWith(role, 'joint-planning')
  try {
    await house.exchange.push(caller, request, { ...given, idempotencyKey: key })
    return 'released'
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown
    return thrown.code
  }
}

/** What the house keeps once everything is written. */
async function shapesOf(house: House) {
  await house.shapes[Symbol.asyncDispose]()
  return house.store.shapes(ALL)
}

/** An operation in which every value that can be is one that occurs nowhere else. */
function marked() {
  const catalogue = policeToArmy.reading.resolved.resources.get('police.operation')?.catalogue
  if (!catalogue) throw new Error('no catalogue')
  const leaves = new Map([...catalogue.leaves].filter(([, leaf]) => !leaf.derived))
  let number = 0
  const fixed = {
    lifecycle: 'APPROVED',
    'label.policy': 'UK-GSC',
    'label.classification': 'OFFICIAL',
    'label.sensitive': true,
  }
  const { document, marks } = markDocument({ ...catalogue, leaves }, fixed, () => ++number)
  return { document, marks, catalogue }
}

void t.test('a release leaves its shape, and no value of the document is in it', async t => {
  const { police } = twoHouses()
  const { document, marks, catalogue } = marked()
  t.equal(await push(police, document), 'released')
  const [row, ...others] = await shapesOf(police)
  t.same(others, [])
  t.match(row, { agreement: policeToArmy.id, revision: 1, resource: 'police.operation', count: 1 })
  t.match(readShape(parse(row?.text ?? 'null')), {
    ending: 'released',
    role: 'planner',
    agreement: policeToArmy.digest,
  })
  let looked = 0
  for (const { leaf, value, path } of marks) {
    if (leaf.control && (leaf.values ?? leaf.type === 'bool')) continue
    for (const text of textsIn(value)) {
      looked++
      if (row?.text.includes(text)) t.fail(`the value of \`${path}\` is in the shape`)
    }
  }
  t.ok(looked > 40, `${looked} values were looked for`)
  t.ok(
    [...catalogue.leaves.values()]
      .filter(({ derived }) => !derived)
      .every(({ path }) => row?.text.includes(`"${path}"`)),
    'every item was there',
  )
  t.same(police.faults, [])
})

/** Texts and numbers by which a value would be recognised. */
function textsIn(value: Json): string[] {
  if (typeof value === 'string') return value.length > 3 ? [value] : []
  if (typeof value === 'number') return String(value).length > 3 ? [String(value)] : []
  return typeof value === 'object' && value !== null
    ? Object.values(value).flatMap(one => textsIn(one as Json))
    : []
}

void t.test(
  'equal shapes are counted in one row; another shape, role or ending has a row of its own',
  async t => {
    const { police } = twoHouses()
    const document = record('operations', 0)
    const renamed = { ...document, operationName: 'ANOTHER NAME', operationRef: 'NS/2026/OPS/0999' }
    t.same([await push(police, document), await push(police, renamed)], ['released', 'released'])
    const live = changed(document, [{ at: ['lifecycle'], value: 'LIVE' }])
    t.equal(await push(police, live), 'purpose-window')
    t.equal(await push(police, document, 'lessons-team'), 'role-not-allowed')
    const rows = await shapesOf(police)
    const told = rows.map(({ text, count }) => {
      const shape = readShape(parse(text))
      return [shape?.role, shape?.ending, count].join(' ')
    })
    t.same(told.sort(), ['lessons-team role-not-allowed 1', 'planner purpose-window 1', 'planner released 2'])
  },
)

void t.test('what is refused for no reason of the agreement, or comes again, leaves none', async t => {
  const { police } = twoHouses()
  const document = record('operations', 0)
  t.equal(await push(police, { ...document, surprise: 1 }), 'document-invalid')
  t.equal(await push(police, document, 'planner', 'key-1'), 'released')
  t.equal(await push(police, document, 'planner', 'key-1'), 'released')
  t.match(await shapesOf(police), [{ count: 1 }])
})

const release: Decided = {
  resource: 'police.operation',
  purpose: 'joint-planning',
  role: 'planner',
  document: asObject(record('operations', 0)),
  label: LABEL,
  request: {},
  urgent: false,
  refused: undefined,
  tally: undefined,
}

void t.test('a store that fails loses shapes and nothing else', async t => {
  const lost: string[] = []
  const log = { info() {}, warn() {}, error: (event: string) => lost.push(event) }
  const store = { addShapes: () => Promise.reject(new Error('no room')) }
  const shapes = makeShapeCollector({ store, clock: systemClock, log })
  shapes.note(policeToArmy, release)
  await shapes[Symbol.asyncDispose]()
  t.same(lost, ['shapes-lost'])
})

void t.test('a document of which no shape can be told is told of once, and harms nothing', async t => {
  const lost: string[] = []
  const log = { info() {}, warn() {}, error: (event: string) => lost.push(event) }
  const store = makeMemoryStore({ clock: systemClock })
  const shapes = makeShapeCollector({ store, clock: systemClock, log })
  const odd = {
    ...release,
    get document(): JsonObject {
      throw new Error('not there')
    },
  }
  shapes.note(policeToArmy, odd)
  shapes.note(policeToArmy, odd)
  shapes.note(policeToArmy, { ...release, purpose: 'a purpose nobody knows' })
  shapes.note(policeToArmy, { ...release, resource: 'police.rumour' })
  shapes.note(policeToArmy, release)
  await shapes[Symbol.asyncDispose]()
  t.same(lost, ['shape-fault'])
  t.match(await store.shapes(ALL), [{ count: 1 }])
})

void t.test('many different shapes are written before their time', async t => {
  const store = makeMemoryStore({ clock: systemClock })
  const log = { info() {}, warn() {}, error: (_: string, fault: unknown) => t.fail(String(fault)) }
  await using shapes = makeShapeCollector({ store, clock: systemClock, log })
  for (let at = 0; at < 600; at++) shapes.note(policeToArmy, { ...release, role: `role-${at}` })
  await new Promise(resolve => setImmediate(resolve))
  t.equal((await store.shapes({ ...ALL, limit: 1_000 })).length, 512)
})
