import { createSecretKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { loadSchemas } from '../../src/contract/contract.ts'
import { type JsonObject, readJson, systemClock } from '../../src/kit/kit.ts'
import { type Agreement, compileAgreement } from '../../src/policy/policy.ts'
import { compileMapping, type Mapping, squareOf } from '../../src/translation/translation.ts'
import { longOperation, operation } from './documents.ts'
import { median } from './path.ts'

/** One step of the walks on one document, measured against `JSON.parse` and `JSON.stringify` of it. */
export interface StepFigure {
  readonly step: string
  /** Time of the step by time of parsing and printing. */
  readonly ratio: number
  readonly microseconds: number
}

export interface StepFigures {
  readonly bytes: number
  /** Of `JSON.parse` and `JSON.stringify`, µs. */
  readonly parseAndPrint: number
  readonly steps: readonly StepFigure[]
}

const RESOURCE = 'police.operation'
const PURPOSE = 'joint-planning'
const ROUNDS = 15
const ROUND_MS = 20

/** The steps one by one and together, on the operation of the practice field and on a long one. */
export function measureSteps(): readonly StepFigures[] {
  const knowledge = load()
  return [operation(), longOperation(62_000)].map(document => measureDocument(document, knowledge))
}

interface Knowledge {
  readonly agreement: Agreement
  readonly mapping: Mapping
  readonly checkOwn: (document: unknown) => unknown
  readonly checkTheirs: (document: unknown) => unknown
}

function load(): Knowledge {
  const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
  const schemas = loadSchemas(file('schemas'))
  const catalogueOf = (resource: string) => schemas.get(resource)?.catalogue
  const policy = file('policies/northshire-police.to.army-1div.public-order.yaml')
  const key = createSecretKey(Buffer.alloc(32, 7))
  const pseudonymKey = () => key
  const agreement = compileAgreement(readFileSync(policy, 'utf8'), policy, {
    catalogueOf,
    squareOf,
    pseudonymKey,
  })
  const mappingFile = file('schemas/mappings/police.operation.to.army.opord.yaml')
  const mapping = compileMapping(readFileSync(mappingFile, 'utf8'), mappingFile, { catalogueOf })
  const check = (resource: string) => {
    const schema = schemas.get(resource)
    if (schema === undefined) throw new Error(`there is no schema of ${resource}`)
    return schema.check
  }
  return { agreement, mapping, checkOwn: check(RESOURCE), checkTheirs: check(mapping.to.resource) }
}

function measureDocument(document: JsonObject, knowledge: Knowledge): StepFigures {
  const text = JSON.stringify(document)
  const bytes = Buffer.from(text)
  const { agreement, checkOwn, checkTheirs } = knowledge
  const cutDown = project(document, agreement)
  const theirs = translate(cutDown, knowledge)
  const steps = {
    'strict JSON reading': () => readJson(bytes),
    'validation, own schema': () => must(checkOwn(document) === undefined),
    'policy: decide and project': () => project(document, agreement),
    'policy: recheck': () => must(agreement.recheck(RESOURCE, PURPOSE, cutDown).length === 0),
    translation: () => translate(cutDown, knowledge),
    'validation, target schema': () => must(checkTheirs(theirs) === undefined),
    'policy, translation, validations (≤ 0.3 at 62 kB)': () => {
      must(checkOwn(document) === undefined)
      must(checkTheirs(translate(project(document, agreement), knowledge)) === undefined)
    },
  }
  const parseAndPrint = () => JSON.stringify(JSON.parse(text))
  for (const work of [parseAndPrint, ...Object.values(steps)]) timeOf(work, 5 * ROUND_MS)
  const plain: number[] = []
  const figures = Object.entries(steps).map(([step, work]) => {
    const pairs = Array.from({ length: ROUNDS }, () => ({ ours: timeOf(work), base: timeOf(parseAndPrint) }))
    plain.push(...pairs.map(({ base }) => base))
    return {
      step,
      ratio: median(pairs.map(({ ours, base }) => ours / base)),
      microseconds: median(pairs.map(({ ours }) => ours)),
    }
  })
  return { bytes: bytes.length, parseAndPrint: median(plain), steps: figures }
}

function project(document: JsonObject, agreement: Agreement): JsonObject {
  const decision = agreement.decide({
    resource: RESOURCE,
    purpose: PURPOSE,
    role: 'planner',
    document,
    label: { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true },
    request: {},
    now: Date.parse('2026-11-20T12:00:00Z'),
  })
  if (decision.kind === 'refuse') throw new Error(`the agreement refuses the operation: ${decision.code}`)
  return agreement.project(decision).document
}

function translate(document: JsonObject, { agreement, mapping }: Knowledge): JsonObject {
  const context = {
    provider: agreement.provider,
    label: { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true },
    receivedAt: systemClock.now(),
    exchangeId: '0190a1c2-7d11-7a00-8b01-5f2d6c1e0001',
  }
  const outcome = mapping.translate(document, context)
  if (outcome.kind === 'blocked') throw new Error(`the operation is not translated: ${outcome.rule}`)
  return outcome.document
}

function must(holds: boolean): void {
  if (!holds) throw new Error('a step has refused the operation')
}

/** Time of one call, µs, over as many calls as fit into a round. */
function timeOf(work: () => unknown, milliseconds: number = ROUND_MS): number {
  const begun = performance.now()
  let calls = 0
  let spent = 0
  do {
    for (let call = 0; call < 8; call++) work()
    calls += 8
    spent = performance.now() - begun
  } while (spent < milliseconds)
  return (spent * 1_000) / calls
}
