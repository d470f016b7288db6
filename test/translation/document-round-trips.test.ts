import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import { type CompiledMapping, compileMapping, type ReportLine } from '../../src/translation/translation.ts'
import { documentsLike } from '../policy/translated.ts'
import { metresBetween } from './converter-support.ts'
import { cases, context, mappingSource, schemas } from './support.ts'

const registry = schemas()

function compiled(id: string): CompiledMapping {
  return compileMapping(mappingSource(id), id, registry)
}

function translated({ id, translate }: CompiledMapping, document: JsonObject) {
  const translation = translate(document, context)
  if (translation.kind === 'blocked') throw new Error(`${id}: ${translation.rule} at ${translation.path}`)
  return { document: translation.document, lines: translation.report.lines() }
}

/** One document to the army and back, with what both translations said. */
interface Trip {
  readonly sent: JsonObject
  readonly there: { readonly document: JsonObject; readonly lines: readonly ReportLine[] }
  readonly back: { readonly document: JsonObject; readonly lines: readonly ReportLine[] }
}

/** `/method/tasks/0/unit` as a catalogue names it. */
function patternOf(pointer: string): string {
  return pointer.slice(1).replace(/\/\d+/g, '[]').replaceAll('/', '.')
}

/** Whether a path is another one, or stands below it. */
function isBelow(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}.`) || path.startsWith(`${other}[]`)
}

/** The values at a path, through all lists, in their order. */
function valuesAt(document: Json, path: string): readonly Json[] {
  let values: readonly Json[] = [document]
  for (const step of path.split('.')) {
    const name = step.replace('[]', '')
    values = values.flatMap(value => (isJsonObject(value) ? [value[name] ?? null] : []))
    if (step.endsWith('[]'))
      values = values.flatMap(value => (Array.isArray(value) ? (value as readonly Json[]) : []))
  }
  return values.filter(value => value !== null)
}

/**
 * What the two reports say of one item of the police document: of what it became, and of everything that was made of that on the way
 * back; an entry that did not come about is told of its list.
 */
function linesOf(item: string, trip: Trip, { go, come }: Way): readonly ReportLine[] {
  const via = targetsOf(go, item)
  const again = new Set([item, ...via.flatMap(path => targetsOf(come, path))])
  const isOf = ({ path, rule }: ReportLine, read: readonly string[], made: readonly string[]) => {
    if (path === '') return rule.startsWith('unmapped.') && read.some(one => isBelow(one, rule.slice(9)))
    return made.some(one => isBelow(one, patternOf(path)))
  }
  return [
    ...trip.there.lines.filter(line => isOf(line, [item], via)),
    ...trip.back.lines.filter(line => isOf(line, via, [...again])),
  ]
}

/** The paths that a mapping makes of what it reads at one, or below. */
function targetsOf({ origins }: CompiledMapping, item: string): readonly string[] {
  return origins
    .filter(({ sources }) => sources.some(source => isBelow(item, source) || isBelow(source, item)))
    .map(({ target }) => target)
}

interface Way {
  readonly go: CompiledMapping
  readonly come: CompiledMapping
}

/** Seconds and metres that both reports together leave open. */
function openIn(lines: readonly ReportLine[], unit: string): number {
  const errors = lines.flatMap(({ error, rule }) =>
    error?.unit === unit ? [[rule, error.value] as const] : [],
  )
  return [...new Map(errors.toSorted(([, one], [, other]) => one - other)).values()].reduce(
    (sum, value) => sum + value,
    0,
  )
}

/** The items of the police document that did not come back as they were. */
function changedItems({ sent, back }: Trip, items: readonly string[]): readonly string[] {
  return items.filter(item => !isDeepStrictEqual(valuesAt(sent, item), valuesAt(back.document, item)))
}

/** What is wrong with an item that changed: nothing told it, or it is further off than was told. */
function faultOf(item: string, trip: Trip, way: Way): string | undefined {
  const lines = linesOf(item, trip, way)
  if (lines.every(({ outcome }) => outcome === 'EXACT')) return `${item} changed and nobody told it`
  const [before, after] = [valuesAt(trip.sent, item), valuesAt(trip.back.document, item)]
  if (before.length !== after.length) return undefined
  for (const [at, one] of before.entries()) {
    const other = after[at] ?? null
    const [from, to] = [momentOf(one), momentOf(other)]
    if (from !== undefined && to !== undefined && Math.abs(from - to) / 1000 > openIn(lines, 's'))
      return `${item}: ${String(one)} came back as ${String(other)}`
    const metres = apart(one, other)
    if (metres !== undefined && metres > (openIn(lines, 'm') + 0.2) * 1.02) return `${item}: ${metres} m off`
  }
  return undefined
}

function momentOf(value: Json): number | undefined {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : undefined
}

/** How far two geometries of the same form are apart at most. */
function apart(one: Json, other: Json): number | undefined {
  const [from, to] = [positionsOf(one), positionsOf(other)]
  if (from.length === 0 || from.length !== to.length) return undefined
  return Math.max(...from.map((point, at) => metresBetween(point, to[at] ?? point)))
}

function positionsOf(value: Json): readonly { lat: number; lon: number }[] {
  if (isJsonObject(value)) return positionsOf(value['coordinates'] ?? null)
  if (!Array.isArray(value)) return []
  const [lon, lat] = value as readonly Json[]
  if (typeof lon === 'number' && typeof lat === 'number') return [{ lat, lon }]
  return (value as readonly Json[]).flatMap(positionsOf)
}

const ROUND_TRIPS = [
  {
    resource: 'police.briefing.iimarch',
    model: 'briefing-example',
    /** What does not come back from the whole example, and is told. */
    lost: `version audience issued information.timeline information.methaneRef
      information.intelligence[].grading information.intelligence[].sanitisedText intent.aims[]
      method.tasks[].task method.tasks[].option method.tasks[].phase method.tasks[].place method.tasks[].from
      method.tasks[].to method.contingencies[].code administration.timings administration.dress administration.ppe
      administration.meals administration.parking administration.decisionLog administration.overtime
      administration.contact.name administration.contact.tel communications.talkgroups[].name
      communications.talkgroups[].use communications.talkgroups[].interop communications.callsigns[].post
      communications.callsigns[].callsign communications.media humanitarian.welfare humanitarian.vulnerable
      humanitarian.communityImpact humanitarian.rights`,
  },
  {
    resource: 'police.tacticalPlan',
    model: 'plan-example',
    lost: `version author approvedBy phases[].start phases[].end phases[].taskedBronze[] phases[].options[]
      tacticalOptions[].code tacticalOptions[].trigger tacticalOptions[].authorisedBy tacticalOptions[].usesForce
      contingencies[].code controlMeasures.features[].properties.activePhase[]
      controlMeasures.features[].properties.shared controlMeasures.features[].geometry reserves[].unit
      reserves[].unitType reserves[].notice arrestPolicy stopSearchAuthority filmingPlan evidencePlan firearms.present
      summary.reservesByType`,
  },
] as const

for (const { resource, model, lost } of ROUND_TRIPS) {
  const way: Way = { go: compiled(`${resource}.to.army.opord`), come: compiled(`army.opord.to.${resource}`) }
  const schema = registry.get(resource)
  if (!schema) throw new Error(`no schema of ${resource}`)
  const items = [...schema.catalogue.leaves.keys()]
  const trip = (sent: JsonObject): Trip => {
    const there = translated(way.go, sent)
    return { sent, there, back: translated(way.come, there.document) }
  }

  void t.test(`${resource} to an order and back: what is lost is told, and nothing else is lost`, t => {
    const sample = cases().find(({ name }) => name === model)
    if (!sample) throw new Error(`no case ${model}`)
    const document: JsonObject = { ...sample.document, operationId: 'urn:operation:1' }
    const made = trip(document)
    t.same(changedItems(made, items), lost.trim().split(/\s+/), 'of the whole example')
    t.equal(schema.check(made.back.document), undefined)
    t.equal(JSON.stringify(made.back.document['label']), JSON.stringify(document['label']), 'byte for byte')
    t.end()
  })

  void t.test(`${resource} to an order and back: the result is the join of both losses`, t => {
    const models = cases().filter(one => one.mapping === way.go.id && one.expected['blocked'] === undefined)
    const sample = fc
      .constantFrom(...models)
      .chain(({ document }) => documentsLike(document, schema.catalogue))
    let [told, same] = [0, 0]
    fc.assert(
      fc.property(sample, document => {
        if (way.go.translate(document, context).kind === 'blocked') return
        const made = trip(document)
        const changed = changedItems(made, items)
        const faults = changed.flatMap(item => faultOf(item, made, way) ?? [])
        if (faults.length > 0) throw new Error(faults.join('\n'))
        told += changed.length
        same += items.filter(item => !changed.includes(item) && valuesAt(document, item).length > 0).length
        const broken = schema.check(document) ?? schema.check(made.back.document)
        if (schema.check(document) === undefined && broken) throw new Error(JSON.stringify(broken))
      }),
      { numRuns: 400 },
    )
    t.ok(told > 1_000 && same > 1_000, `${told} changed and were told, ${same} came back as they were`)
    t.end()
  })
}
