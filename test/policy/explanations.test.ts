import fc from 'fast-check'
import t from 'tap'
import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import type { Agreement, Explanation, Tally } from '../../src/policy/policy.ts'
import { groupedTables, mayLeave, wildDocuments } from './arbitraries.ts'
import { valuesByPath } from './outcomes.ts'
import { RUNS } from './runs.ts'
import { type Subject, subjects } from './subjects.ts'
import { label, mission } from './support.ts'

const RESOURCE = 'drill.mission'
const any = subjects(groupedTables)

interface Told {
  readonly outcome: JsonObject
  readonly tally: Tally
  readonly explanations: readonly Explanation[]
}

/** What an agreement makes of a document, with the reasons; undefined where it refuses. */
function tell(agreement: Agreement, document: JsonObject): Told | undefined {
  const asked = { resource: RESOURCE, purpose: 'drill', role: 'planner', document, label, request: {} }
  const decision = agreement.decide({ ...asked, now: agreement.effectiveFrom })
  if (decision.kind === 'refuse') return undefined
  const { document: outcome, tally } = agreement.project(decision)
  return { outcome, tally, explanations: agreement.explain(RESOURCE, 'drill', tally) }
}

/** Tries a law about what is told of one agreement and one document. */
function holds(law: (told: Told, document: JsonObject, subject: Subject) => boolean): number {
  let tried = 0
  fc.assert(
    fc.property(any, wildDocuments, (subject, document) => {
      const told = tell(subject.agreement, document)
      if (!told) return true
      tried++
      return law(told, document, subject)
    }),
    { numRuns: RUNS },
  )
  return tried
}

function items(explanations: readonly Explanation[]): readonly Explanation[] {
  return explanations.filter(({ path }) => mission.leaves.has(path))
}

void t.test('every item is told once, and as many values are told to have left as have left', t => {
  const tried = holds(({ outcome, explanations }) => {
    const left = valuesByPath(outcome)
    const told = items(explanations)
    return (
      told.length === mission.leaves.size &&
      told.every(({ path, counts }) => counts.shared + counts.treated === (left.get(path) ?? []).length)
    )
  })
  t.ok(tried > RUNS / 2)
  t.end()
})

void t.test('what stays is told too: all values of an item are accounted for', t => {
  let stayed = 0
  holds(({ explanations }, document, { table }) => {
    return items(explanations).every(({ path, counts }) => {
      if (path.includes('[]') || !mayLeave(table, path)) return true
      const there = valueAt(document, path.split('.'))
      const { shared, treated, withheld, failed } = counts
      stayed += withheld + failed
      return shared + treated + withheld + failed === (there === undefined ? 0 : 1)
    })
  })
  t.ok(stayed > RUNS / 3, `${stayed} values stayed`)
  t.end()
})

/** The value of an item that stands in no list; undefined where it is absent or null, or something above it is no object. */
function valueAt(document: JsonObject, steps: readonly string[]): Json | undefined {
  let value: Json | undefined = document
  for (const step of steps) value = isJsonObject(value ?? null) ? (value as JsonObject)[step] : undefined
  return value ?? undefined
}

void t.test('all entries of a list are accounted for', t => {
  let dropped = 0
  holds(({ explanations, outcome }, document) => {
    const lists = explanations.filter(({ path }) => path.endsWith('[]') && !mission.leaves.has(path))
    return lists.every(({ path, counts }) => {
      const name = path.slice(0, -2)
      if (name.includes('[]')) return true
      const objects = (value: Json | undefined) =>
        Array.isArray(value) ? value.filter(isJsonObject).length : 0
      const kept = counts.shared + counts.treated
      dropped += counts.withheld + counts.failed
      // An entry of which nothing is left is kept by the rules, and gone all the same.
      return (
        kept + counts.withheld + counts.failed === objects(document[name]) && kept >= objects(outcome[name])
      )
    })
  })
  t.ok(dropped > RUNS / 10, `${dropped} entries were dropped`)
  t.end()
})

void t.test('the summary is the sum of what is told of each item and list', t => {
  const tried = holds(({ tally, explanations }, _, { agreement }) => {
    const sums = { shared: 0, treated: 0, withheld: 0, failed: 0 }
    for (const { counts } of items(explanations)) {
      for (const fate of ['shared', 'treated', 'withheld', 'failed'] as const) sums[fate] += counts[fate]
    }
    const { dropped, ...summary } = agreement.summary(RESOURCE, 'drill', tally)
    const lists = explanations.filter(({ path }) => !mission.leaves.has(path))
    const told = lists.reduce((sum, { counts }) => sum + counts.withheld + counts.failed, 0)
    return JSON.stringify(summary) === JSON.stringify(sums) && dropped === told
  })
  t.ok(tried > RUNS / 2)
  t.end()
})

void t.test('reasons never hold a value', t => {
  const tried = holds(({ tally, explanations }) => {
    const text = JSON.stringify([tally, explanations])
    return !['mark-', 'stranger', 'misfit', '987654'].some(word => text.includes(word))
  })
  t.ok(tried > RUNS / 2)
  t.end()
})
