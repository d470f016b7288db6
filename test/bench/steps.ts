import { readFileSync } from 'node:fs'
import { type JsonObject, readJson, systemClock } from '../../src/kit/kit.ts'
import type { Agreement } from '../../src/policy/policy.ts'
import { compileMapping, type Mapping } from '../../src/translation/translation.ts'
import { fileOf, loadAgreement, loadAllSchemas, RESOURCE, release } from './agreement.ts'
import { longOperation, operation } from './documents.ts'
import { median, ROUND_MS, timeOf } from './timing.ts'

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

const PURPOSE = 'joint-planning'
const ROUNDS = 15

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
  const schemas = loadAllSchemas()
  const catalogueOf = (resource: string) => schemas.get(resource)?.catalogue
  const agreement = loadAgreement(schemas)
  const mappingFile = fileOf('schemas/mappings/police.operation.to.army.opord.yaml')
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
  return release(agreement, document, { purpose: PURPOSE, role: 'planner' })
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
