import { drawCatalogue } from '../../src/contract/catalogue.ts'
import {
  canonicalJson,
  digestOf,
  isJsonObject,
  type Json,
  type JsonObject,
  readJsonText,
  timestamp,
} from '../../src/kit/kit.ts'
import { bindCondition, bindScope, type Scene } from '../../src/policy/condition.ts'
import { addPeriod } from '../../src/policy/draft-duties.ts'
import { parseCondition } from '../../src/policy/expression.ts'
import { makeFindings } from '../../src/policy/findings.ts'
import { makeKeyring, type ScopeReader } from '../../src/policy/keyring.ts'
import { makeAcceptance } from '../../src/policy/policy.ts'
import { isCalendarDay, parseInstant } from '../../src/policy/read.ts'
import type { Outcome } from '../../src/policy/resolved.ts'
import { readSource } from '../../src/policy/source.ts'
import { compareOutcomes } from '../../src/policy/strictness.ts'
import { tellCounts } from '../../src/policy/treatments/count.ts'
import type { PreparedTreatment, Treatment } from '../../src/policy/treatments/treatment.ts'
import { FAMILIES, isTermedKind, PLAIN } from '../../src/policy/treatments/treatments.ts'
import {
  agreementOf,
  type Case,
  caseParts,
  catalogueFor,
  linesIn,
  listIn,
  objectIn,
  objectsIn,
  textIn,
} from './case-parts.ts'
import { label } from './support.ts'

/** What each kind of vector gives. `about` is the case itself, `null` stands for nothing. */
export const VECTORS: Readonly<Record<string, (vector: JsonObject, about: JsonObject, one: Case) => Json>> = {
  json: ({ text }) => {
    const reading = readJsonText(String(text))
    return reading.ok
      ? { canonical: canonicalJson(reading.value), digest: digestOf(canonicalJson(reading.value)) }
      : reading.fault.kind
  },
  instants: ({ text }) => {
    const instant = parseInstant(String(text))
    return instant === undefined ? null : timestamp(instant)
  },
  days: ({ text }) => isCalendarDay(String(text)),
  periods: ({ from, period }) => {
    const moved = addPeriod(Date.parse(String(from)), String(period))
    return moved === undefined ? null : timestamp(moved)
  },
  catalogue: ({ schema }) => catalogueIn(isJsonObject(schema) ? schema : {}),
  conditions: conditionGives,
  treatments: treatmentGives,
  counts: ({ counts, hideBelow, roundTo }) =>
    tellCounts((Array.isArray(counts) ? counts : []).map(Number), {
      hideBelow: Number(hideBelow),
      roundTo: Number(roundTo),
    }),
  strictness: ({ before, after }) => compareOutcomes(outcomeOf(before ?? null), outcomeOf(after ?? null)),
  recheck: recheckGives,
  acceptance: acceptanceGives,
  duties: dutiesGive,
}

function catalogueIn(schema: JsonObject): Json {
  const { catalogue, problems } = drawCatalogue(schema, {
    ...{ resource: textIn(schema, 'x-resource'), version: textIn(schema, 'x-version') },
    ...{ digest: digestOf(canonicalJson(schema)), file: 'schema', testOf: () => () => true },
  })
  if (problems.length > 0) return problems.map(({ code, says }) => `${code}: ${says}`)
  const leaves = [...catalogue.leaves.values()].map(
    ({ path, type, sensitivity, control, values, derived }) => {
      const extra = { ...(values ? { values } : {}), ...(derived ? { derived } : {}) }
      return { path, type, sensitivity, control, ...extra }
    },
  )
  return { digest: catalogue.digest, items: Object.fromEntries(catalogue.items), leaves }
}

function sceneOf(vector: JsonObject): Scene {
  return {
    document: objectIn(vector, 'document'),
    entries: objectsIn(vector, 'entries'),
    label: { ...label, ...objectIn(vector, 'label') },
    request: objectIn(vector, 'request'),
  }
}

/** `true`, `false`, `null` where it cannot be told, or the codes of what is wrong with it. */
function conditionGives(vector: JsonObject): Json {
  const parsed = parseCondition(textIn(vector, 'test'))
  if (!parsed.ok) return parsed.code
  const binding = bindCondition(parsed.expression, catalogueFor(textIn(vector, 'resource', 'drill.mission')))
  if (!binding.ok) return binding.faults.map(({ code }) => code).join(' ')
  const { absenceMakes, test } = binding.condition
  if (vector['asks'] === 'absence') return { true: absenceMakes.true, false: absenceMakes.false }
  return test(sceneOf(vector)) ?? null
}

function preparedOf(written: Json): { kind: Outcome['kind']; prepared: PreparedTreatment } {
  if (written === 'share' || written === 'withhold') return { kind: written, prepared: PLAIN[written] }
  const [kind, terms] = Object.entries(isJsonObject(written) ? written : {})[0] ?? ['', null]
  if (kind === 'count' && isJsonObject(terms)) return { kind, prepared: { ...PLAIN.withhold, terms } }
  const findings = makeFindings('vector')
  const source = readSource(JSON.stringify(terms), findings)
  if (!source || !isTermedKind(kind)) throw new Error(`no treatment ${kind}`)
  const prepared = FAMILIES[kind].prepare(findings, source)
  if (findings.problems.length > 0) throw new Error(findings.problems.map(({ says }) => says).join())
  return { kind, prepared }
}

function outcomeOf(written: Json): Outcome {
  return { name: 'vector', says: '', ...preparedOf(written) }
}

/** What a treatment makes of a value, or with `received` whether it accepts one. */
function treatmentGives(vector: JsonObject): Json {
  const { prepared } = preparedOf(vector['treatment'] ?? null)
  const treatment = bound(prepared, vector)
  if (vector['received'] !== undefined) return treatment.accepts(vector['received'])
  try {
    return treatment.apply(vector['value'] ?? null, sceneOf(vector)) ?? null
  } catch {
    return null
  }
}

function bound(prepared: PreparedTreatment, vector: JsonObject): Treatment {
  const catalogue = catalogueFor('drill.mission')
  const leaf = catalogue.leaves.get(textIn(vector, 'item'))
  if (!leaf) throw new Error('no item')
  const readers = new Map<string, ScopeReader>()
  for (const scope of prepared.reads) {
    const reader = bindScope(scope, catalogue, () => undefined)
    if (reader) readers.set(scope, reader)
  }
  const { pseudonymKey: baseKey, squareOf } = caseParts
  const [agreement, purpose] = [textIn(vector, 'agreement'), textIn(vector, 'purpose')]
  const pseudonymKey = makeKeyring({ agreement, purpose, readers, baseKey })
  return prepared.forLeaf(leaf, { squareOf, pseudonymKey })
}

function recheckGives(vector: JsonObject, about: JsonObject, one: Case): Json {
  const agreement = agreementOf(one, { policy: textIn(about, 'policy') })
  const [resource, purpose] = [textIn(vector, 'resource', 'drill.mission'), textIn(vector, 'purpose')]
  const document = objectIn(vector, 'document')
  const marked = { ...label, ...objectIn(vector, 'label') }
  const urgent = vector['urgent'] === true
  return {
    beyond: agreement.recheck(resource, purpose, document).map(({ path, code }) => `${code} ${path}`),
    stopped: agreement.regate({ resource, purpose, label: marked, document, urgent }) ?? '',
  }
}

function acceptanceGives(vector: JsonObject, about: JsonObject, one: Case): Json {
  const agreement = agreementOf(one, { policy: textIn(about, 'policy') })
  const needed = new Set(listIn(about, 'required'))
  const acceptance = makeAcceptance(agreement, linesIn(one, textIn(about, 'rules')), {
    squareOf: caseParts.squareOf,
    requires: (_, path) => needed.has(path),
  })
  const { document, cut, missing } = acceptance.cut(
    'drill.mission',
    textIn(vector, 'purpose'),
    objectIn(vector, 'document'),
  )
  return { document, cut, missing }
}

function dutiesGive(vector: JsonObject, about: JsonObject, one: Case): Json {
  const agreement = agreementOf(one, { policy: textIn(about, 'policy') })
  const [resource, purpose] = [textIn(vector, 'resource', 'drill.mission'), textIn(vector, 'purpose')]
  const receivedAt = Date.parse(textIn(vector, 'receivedAt'))
  const obligations = agreement.obligations(resource, purpose)
  if (!obligations) return null
  const at = agreement.deleteAt({ resource, purpose, document: objectIn(vector, 'document'), receivedAt })
  const until = agreement.keepLogUntil(purpose, receivedAt)
  return {
    must: obligations.must,
    should: obligations.should,
    requires: agreement.requires(resource, purpose),
    deleteAt: at === undefined ? null : timestamp(at),
    keepLogUntil: until === undefined ? null : timestamp(until),
  }
}
