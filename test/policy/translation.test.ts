import fc from 'fast-check'
import t from 'tap'
import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import { type Agreement, diffAgreements } from '../../src/policy/policy.ts'
import type { Mapping } from '../../src/translation/translation.ts'
import { allMappings, cases, context, schemas } from '../translation/support.ts'
import { same, valuesByPath } from './outcomes.ts'
import { RUNS } from './runs.ts'
import { pool } from './subjects.ts'
import { label } from './support.ts'
import { agreementOf, composes, documentsLike, type Pair, pairs, type Rung } from './translated.ts'
import { isVaguerTranslation } from './vagueness.ts'

const registry = schemas()
const mappings = [...allMappings(registry).values()]
const runs = { numRuns: Math.ceil(RUNS / mappings.length) }

function catalogueOf({ from }: Mapping) {
  const catalogue = registry.get(from.resource)?.catalogue
  if (!catalogue) throw new Error(`no schema of ${from.resource}`)
  return catalogue
}

/** A policy over the schema that a mapping starts from, and a stricter one. */
function policies(mapping: Mapping, fit?: (rung: Rung) => boolean) {
  const catalogue = catalogueOf(mapping)
  const both = (pair: Pair) => ({
    pair,
    loose: agreementOf('loose', pair, catalogue, registry),
    strict: agreementOf('strict', pair, catalogue, registry),
  })
  return pool(pairs(catalogue, fit), both, runs.numRuns)
}

function documentsFor(mapping: Mapping): fc.Arbitrary<JsonObject> {
  const models = cases().filter(one => one.mapping === mapping.id && one.expected['blocked'] === undefined)
  return fc.constantFrom(...models).chain(({ document }) => documentsLike(document, catalogueOf(mapping)))
}

function cut(agreement: Agreement, document: JsonObject): JsonObject {
  const [resource = ''] = agreement.resources.keys()
  const asked = { resource, purpose: 'drill', role: 'planner', document, label, request: {} }
  const decision = agreement.decide({ ...asked, now: agreement.effectiveFrom })
  return decision.kind === 'release' ? agreement.project(decision).document : {}
}

function translated(mapping: Mapping, document: JsonObject): JsonObject | undefined {
  const translation = mapping.translate(document, context)
  return translation.kind === 'translated' ? translation.document : undefined
}

/** A document without some of its items: from what is missing, a mapping may turn to something else. */
function without(document: JsonObject, isGone: (path: string) => boolean): JsonObject {
  const keep = (value: Json, path: string): Json | undefined => {
    if (isGone(path)) return undefined
    if (Array.isArray(value))
      return (value as readonly Json[]).flatMap(entry => keep(entry, `${path}[]`) ?? [])
    if (!isJsonObject(value)) return value
    const members = Object.entries(value).flatMap(([name, member]): [string, Json][] => {
      const kept = keep(member, path === '' ? name : `${path}.${name}`)
      return kept === undefined ? [] : [[name, kept]]
    })
    return Object.fromEntries(members)
  }
  const kept = keep(document, '')
  return isJsonObject(kept ?? null) ? (kept as JsonObject) : {}
}

/** Everything that can be read off what the looser policy leaves, with and without what the stricter one takes away. */
function readings(mapping: Mapping, { loose, pair }: { loose: Agreement; pair: Pair }, document: JsonObject) {
  const { cells, closed } = pair
  const cell = (path: string): Rung | undefined => cells[path]
  const gone = (path: string) => cell(path)?.strict === 'withhold' || closed.includes(path)
  const other = (path: string) => gone(path) || cell(path)?.strict !== cell(path)?.loose
  // A mapping cannot reckon with a size that has become a band, such as how exact a place is.
  const banded = (path: string) => other(path) && /bands|withhold/.test(cell(path)?.strict ?? 'withhold')
  const documents = [document, ...[gone, banded, other].map(isGone => without(document, isGone))]
  return documents.flatMap(one => {
    const target = translated(mapping, cut(loose, one))
    return target ? [valuesByPath(target)] : []
  })
}

const KINDS = ['absent', 'equal', 'vaguer'] as const
/** How many values of each target have to be seen to be absent, equal and vaguer. */
const LEAST = { absent: 40, equal: 40, vaguer: 10 } as const
const MOST_ROUNDS = 40
const everSeen = { absent: 0, equal: 0, vaguer: 0 }

for (const mapping of mappings) {
  void t.test(`${mapping.id}: under a stricter policy no item of the target tells more`, t => {
    const seen = { absent: 0, equal: 0, vaguer: 0 }
    const isEnough = () => KINDS.every(kind => seen[kind] >= LEAST[kind])
    // Documents that are stopped leave nothing to compare, so a mapping that stops at much is tried more often.
    for (let round = 0; round === 0 || (round < MOST_ROUNDS && !isEnough()); round++)
      fc.assert(
        fc.property(policies(mapping), documentsFor(mapping), ({ pair, loose, strict }, document) => {
          const less = translated(mapping, cut(strict, document))
          const all = readings(mapping, { loose, pair }, document)
          // What is blocked needs a person, so that there is nothing to compare with.
          if (!less || all.length < 4) return true
          const few = valuesByPath(less)
          seen.absent += Math.max(0, (all[0]?.size ?? 0) - few.size)
          return [...few].every(([path, [value = null]]) => {
            const before = all.flatMap(target => target.get(path)?.[0] ?? [])
            if (before.some(one => same(one, value))) return ++seen.equal > 0
            seen.vaguer++
            if (before.some(one => isVaguerTranslation(one, value))) return true
            throw new Error(`${path} was ${JSON.stringify(before)} and is ${JSON.stringify(value)}`)
          })
        }),
        runs,
      )
    for (const kind of KINDS) everSeen[kind] += seen[kind]
    for (const kind of KINDS)
      t.ok(seen[kind] >= LEAST[kind], `${kind}: ${seen[kind]} values, and ${LEAST[kind]} at least`)
    t.end()
  })

  void t.test(`${mapping.id}: what a stricter policy leaves can be made of what a looser one leaves`, t => {
    let differing = 0
    fc.assert(
      fc.property(policies(mapping, composes), documentsFor(mapping), ({ loose, strict }, document) => {
        const [more, less] = [cut(loose, document), cut(strict, document)]
        if (!same(more, less)) differing++
        const made = cut(strict, more)
        return same(made, less) && same(translated(mapping, made) ?? null, translated(mapping, less) ?? null)
      }),
      runs,
    )
    t.ok(differing > runs.numRuns / 4)
    t.end()
  })

  void t.test(`${mapping.id}: the comparison of agreements calls the stricter policy tighter`, t => {
    fc.assert(
      fc.property(policies(mapping), ({ loose, strict }) => {
        return diffAgreements(loose, strict).every(
          ({ direction }) => direction === 'tighter' || direction === 'other',
        )
      }),
      { numRuns: Math.ceil(runs.numRuns / 4) },
    )
    t.pass('tighter or other')
    t.end()
  })
}

void t.test('what a stricter policy takes was seen to be absent, equal and vaguer, each often', t => {
  for (const kind of KINDS) t.ok(everSeen[kind] > RUNS / 4, `${kind}: ${everSeen[kind]}`)
  t.end()
})
