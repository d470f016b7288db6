import fc from 'fast-check'
import t from 'tap'
import type { Json, JsonObject } from '../../src/kit/kit.ts'
import { conditions, documents, sourceOf, tables } from './arbitraries.ts'
import { either } from './lint/sound.ts'
import { compiled, label, policyWith } from './support.ts'

const RUNS = { numRuns: 1_000 }

const more = {
  running: { says: 'running', test: "mission.phase == 'active'" },
  quiet: {
    says: 'nobody has counted the crowd, or it is small',
    test: '!has(mission.crowdEstimate) || mission.crowdEstimate < 50',
    opensWhenAbsent: 'it is counted before anybody shares it',
  },
  asked: { says: 'the request is for this mission', test: 'request.missionReference == mission.reference' },
  kept: { says: 'not marked sensitive', test: 'label.sensitive == false' },
}

const FIELDS: JsonObject = {
  reference: { all: 'share' },
  phase: { all: 'share' },
  crowdEstimate: { all: 'share' },
  'weather.windKph': { all: 'share' },
  title: { all: 'share' },
}

/** An agreement with one gate, of which the table shares everything but what is said. */
function gated(gate: JsonObject, fields: JsonObject = {}) {
  return compiled(
    policyWith({
      conditions: more,
      treatments: {},
      gates: [{ id: 'G1', says: 'a gate', ...gate }],
      resource: { fields: { ...FIELDS, ...fields } },
    }),
  )
}

function regated(agreement: ReturnType<typeof gated>, document: JsonObject, over: JsonObject = {}) {
  const received = { resource: 'drill.mission', purpose: 'drill', label, document, urgent: false, ...over }
  return agreement.regate(received)
}

void t.test('a gate is judged again by the label and by what arrives unchanged', t => {
  const running = gated({ require: 'running' })
  t.equal(regated(running, { phase: 'active' }), undefined)
  t.equal(regated(running, { phase: 'planning' }), 'G1')
  t.equal(regated(running, {}), 'G1', 'an item that is always shared cannot be left out to get past')
  t.equal(
    regated(running, { phase: 'active' }, { purpose: 'press' }),
    'press',
    'what is not covered does not pass',
  )
  const kept = gated({ require: 'kept' })
  t.equal(regated(kept, {}, { label: { ...label, sensitive: false } }), undefined)
  t.equal(regated(kept, {}, { label: { ...label, sensitive: true } }), 'G1')
  t.equal(regated(kept, {}), 'G1', 'a label that does not say is no label that says no')
  t.end()
})

void t.test('what the receiver cannot tell for certain is not held against the sender', t => {
  const withheld = gated({ require: 'running' }, { phase: { all: 'withhold' } })
  t.equal(regated(withheld, {}), undefined)
  const sometimes = gated({ require: 'running' }, { phase: { all: either('kept', 'share', 'withhold') } })
  t.equal(regated(sometimes, {}), undefined)
  t.equal(regated(sometimes, { phase: 'planning' }), 'G1', 'where it is there, it can be told')
  const asked = gated({ require: 'asked' })
  t.equal(regated(asked, { reference: 'M-1' }), undefined, 'the request does not travel')
  const quiet = gated({ require: 'quiet' })
  t.equal(regated(quiet, {}), undefined)
  t.equal(regated(quiet, { crowdEstimate: 12 }), undefined)
  t.equal(regated(quiet, { crowdEstimate: 4_213 }), 'G1')
  t.end()
})

const NAMES = ['hot', 'early', 'labelled', 'running', 'quiet', 'kept']

/** The parts of a written agreement that the property changes. */
interface Written extends JsonObject {
  readonly purposes: { readonly drill: JsonObject }
}

void t.test('whatever a sender may release passes at the receiver', t => {
  const gate = fc.constantFrom(...NAMES)
  const stage = fc.constantFrom('always', ...NAMES)
  const sensitive = fc.constantFrom(undefined, true, false)
  let released = 0
  fc.assert(
    fc.property(tables, documents, gate, stage, sensitive, (table, document, require, whilst, marked) => {
      const written = JSON.parse(sourceOf(table)) as Written
      const { drill } = written.purposes
      const agreement = compiled(
        JSON.stringify({
          ...written,
          conditions: { ...conditions, ...more },
          gates: [{ id: 'G1', says: 'a gate', require }],
          purposes: { drill: { ...drill, whilst } },
        } satisfies Json),
      )
      const told = marked === undefined ? label : { ...label, sensitive: marked }
      const about = { resource: 'drill.mission', purpose: 'drill', label: told }
      const now = agreement.effectiveFrom
      const decision = agreement.decide({ ...about, role: 'planner', document, request: {}, now })
      if (decision.kind === 'refuse') return
      released++
      const { document: projected } = agreement.project(decision)
      const stopped = agreement.regate({ ...about, document: projected, urgent: false })
      if (stopped !== undefined) throw new Error(`stopped by ${stopped}`)
    }),
    RUNS,
  )
  t.ok(released > 50, `${released} were released`)
  t.end()
})
