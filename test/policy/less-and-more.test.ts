import fc from 'fast-check'
import t from 'tap'
import type { Json, JsonObject } from '../../src/kit/kit.ts'
import { conditions, groupedTables, sourceOf, wildDocuments } from './arbitraries.ts'
import { changedAt, isWithin, same } from './outcomes.ts'
import { RUNS } from './runs.ts'
import { pool, subjects } from './subjects.ts'
import { compiled, label, mission, policyWith, released } from './support.ts'

const runs = { numRuns: RUNS }

void t.test('one more red line never shows more', t => {
  let fewer = 0
  const pairs = pool(fc.tuple(groupedTables, groupedTables), ([table, { redLines }]) => ({
    before: compiled(sourceOf(table)),
    after: compiled(sourceOf({ ...table, redLines: [...table.redLines, ...redLines.slice(0, 1)] })),
  }))
  fc.assert(
    fc.property(pairs, wildDocuments, ({ before, after }, document) => {
      const [more, less] = [released(before, document), released(after, document)]
      if (!same(more, less)) fewer++
      return isWithin(less, more)
    }),
    runs,
  )
  t.ok(fewer > RUNS / 50, `${fewer} outcomes were smaller`)
  t.end()
})

void t.test('one row less never shows more, unless the row kept back what its group shows', t => {
  let fewer = 0
  const pairs = pool(fc.tuple(groupedTables, fc.nat()), ([table, pick]) => {
    const paths = Object.keys(table.rows).filter(path => !path.startsWith('weather.'))
    const gone = paths[pick % paths.length]
    const rows = Object.fromEntries(Object.entries(table.rows).filter(([path]) => path !== gone))
    return { before: compiled(sourceOf(table)), after: compiled(sourceOf({ ...table, rows })) }
  })
  fc.assert(
    fc.property(pairs, wildDocuments, ({ before, after }, document) => {
      const [more, less] = [released(before, document), released(after, document)]
      if (!same(more, less)) fewer++
      return isWithin(less, more)
    }),
    runs,
  )
  t.ok(fewer > RUNS / 50, `${fewer} outcomes were smaller`)
  t.end()
})

const controls = [...mission.leaves.values()].filter(({ control }) => control).map(({ path }) => path)

void t.test('an item that is absent never opens anything', t => {
  let differing = 0
  fc.assert(
    fc.property(
      subjects(groupedTables),
      wildDocuments,
      fc.constantFrom(...controls),
      fc.nat(),
      ({ agreement }, document, path, pick) => {
        let at = 0
        const every = pick % 3 === 0
        const drop = (present: Json) => (every || at++ === pick % 4 ? undefined : present)
        const before = released(agreement, document)
        const after = released(agreement, changedAt(document, path.split('.'), drop) as JsonObject)
        if (!same(after, before)) differing++
        return isWithin(after, before)
      },
    ),
    runs,
  )
  t.ok(differing > RUNS / 20, `${differing} outcomes were smaller`)
  t.end()
})

void t.test('where a gate does not hold, or cannot be told, nothing leaves', t => {
  const gates = [{ id: 'G1', says: 'early only', require: 'early' }]
  const resource = { fields: { reference: { all: 'share' }, title: { all: 'share' } } }
  const gated = compiled(policyWith({ conditions, resource, gates }))
  const seen = { release: 0, refuse: 0 }
  fc.assert(
    fc.property(wildDocuments, document => {
      const { phase, threatLevel } = document
      const [closed, low] = [typeof phase === 'string' && phase === 'closed', threatLevel === 'LOW']
      const opens = typeof phase === 'string' && typeof threatLevel === 'string' && !closed && !low
      const asked = { resource: 'drill.mission', purpose: 'drill', role: 'planner', label, request: {} }
      const decision = gated.decide({ ...asked, document, now: gated.effectiveFrom })
      seen[decision.kind]++
      return (decision.kind === 'release') === opens && (opens || same(released(gated, document), {}))
    }),
    runs,
  )
  t.ok(seen.release > RUNS / 10 && seen.refuse > RUNS / 10, JSON.stringify(seen))
  t.end()
})
