import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import type { Agreement } from '../../src/policy/policy.ts'
import { compileMapping, type Mapping, type TranslationContext } from '../../src/translation/translation.ts'
import { cases } from '../translation/support.ts'
import { fileOf, loadAgreement, loadAllSchemas, release } from './agreement.ts'
import { longOperation, operation } from './documents.ts'
import { type Evaluate, makeJsonata } from './jsonata.ts'
import { compare, compareAwaited, overAll } from './timing.ts'

/** What translating one document costs, the report of losses included. Times in µs for a document. */
export interface TranslationFigure {
  /** Of the document that is translated: what policy let through. */
  readonly bytes: number
  readonly ours: number
  /** By `JSON.parse` and `JSON.stringify` of the document. */
  readonly ratio: number
  /** The same where every document has places of its own. */
  readonly ratioOfStrangers: number
  /** The same once all cases of the mapping were translated, in which entries lack whatever can be lacking: no two are alike. */
  readonly ratioOfOdd: number
  readonly jsonata: number
  /** JSONata's time by ours. */
  readonly jsonataRatio: number
}

const LONG = 62_000
/** Documents with places of their own, some hundred places in each long one. */
const STRANGERS = 40

/** The operation of the practice field and a long one, as the army's gateway receives them, into an order. */
export async function measureTranslation(): Promise<readonly TranslationFigure[]> {
  const schemas = loadAllSchemas()
  const agreement = loadAgreement(schemas)
  const file = fileOf('schemas/mappings/police.operation.to.army.opord.yaml')
  const source = readFileSync(file, 'utf8')
  const catalogueOf = (resource: string) => schemas.get(resource)?.catalogue
  const makeTools = (): Tools => ({
    mapping: compileMapping(source, file, { catalogueOf }),
    evaluate: makeJsonata(source),
    context: contextOf(agreement),
  })
  const [tools, odd] = [makeTools(), makeTools()]
  await checkCases(odd)
  return [
    await measureDocument(arrive(agreement, operation()), tools, odd),
    await measureDocument(longArrival(agreement), tools, odd),
  ]
}

interface Tools {
  readonly mapping: Mapping
  readonly evaluate: Evaluate
  readonly context: TranslationContext
}

function contextOf({ provider }: Agreement): TranslationContext {
  return {
    provider,
    label: { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true },
    receivedAt: Date.parse('2026-11-20T12:00:00Z'),
    exchangeId: '0190a1c2-7d11-7a00-8b01-5f2d6c1e0001',
  }
}

/**
 * Every rule of the mapping has a case, and JSONata has to come to the same in each that is not refused. It leaves objects with
 * nothing in them, which its expression would have to look for; that is not asked of it.
 *
 * @throws AssertionError where JSONata makes another order than we do: then there is nothing to compare
 */
async function checkCases(tools: Tools): Promise<void> {
  const own = cases().filter(({ mapping }) => mapping === tools.mapping.id)
  const translated = own.filter(({ document }) => {
    return tools.mapping.translate(document, tools.context).kind === 'translated'
  })
  assert.ok(translated.length > 0, 'the mapping has no case')
  for (const { name, document } of translated)
    assert.deepEqual(filled(await askJsonata(document, tools)), translate(document, tools), name)
}

/** A value without objects that have nothing in them. */
function filled(value: Json): Json | undefined {
  if (Array.isArray(value))
    return value.map((entry: Json) => filled(entry)).filter(entry => entry !== undefined)
  if (!isJsonObject(value)) return value
  const members = Object.entries(value).flatMap(([name, member]): [string, Json][] => {
    const kept = filled(member)
    return kept === undefined ? [] : [[name, kept]]
  })
  return members.length === 0 ? undefined : Object.fromEntries(members)
}

/** JSONata's answer; its lists carry marks of its own, which are no part of a document. */
async function askJsonata(document: JsonObject, { evaluate, context }: Tools): Promise<Json> {
  return JSON.parse(JSON.stringify(await evaluate(document, context))) as Json
}

/** @throws AssertionError where JSONata makes another order than we do */
async function measureDocument(document: JsonObject, tools: Tools, odd: Tools): Promise<TranslationFigure> {
  assert.deepEqual(await askJsonata(document, tools), translate(document, tools))
  const text = JSON.stringify(document)
  const { evaluate, context } = tools
  const ours = overAll([text], one => translate(one, tools))
  const strangers = Array.from({ length: STRANGERS }, (_, at) => JSON.stringify(moved(document, at + 1)))
  const ofStrangers = overAll(strangers, one => translate(one, tools))
  const ofOdd = overAll([text], one => translate(one, odd))
  const own = compare(ours.work, ours.base)
  const asking = await compareAwaited(() => evaluate(document, context), ours.work)
  return {
    bytes: Buffer.byteLength(text),
    ours: own.microseconds,
    ratio: own.ratio,
    ratioOfStrangers: compare(ofStrangers.work, ofStrangers.base).ratio,
    ratioOfOdd: compare(ofOdd.work, ofOdd.base).ratio,
    jsonata: asking.microseconds,
    jsonataRatio: asking.ratio,
  }
}

function translate(document: JsonObject, { mapping, context }: Tools): JsonObject {
  const outcome = mapping.translate(document, context)
  if (outcome.kind === 'blocked') throw new Error(`the operation is not translated: ${outcome.rule}`)
  return outcome.document
}

/** An operation as the recipient reads it: cut down by policy, printed and parsed. */
function arrive(agreement: Agreement, document: JsonObject): JsonObject {
  const released = release(agreement, document, { purpose: 'joint-planning', role: 'planner' })
  return JSON.parse(JSON.stringify(released)) as JsonObject
}

/** A long operation of which {@link LONG} bytes are left by policy; no two of its places are the same. */
function longArrival(agreement: Agreement): JsonObject {
  for (let bytes = LONG; bytes < 2 * LONG; bytes += 1_000) {
    const document = arrive(agreement, moved(longOperation(bytes), 0))
    if (JSON.stringify(document).length >= LONG) return document
  }
  throw new Error('the operation cannot be made long enough')
}

/** A copy of an operation whose venues are some two kilometres from each other, in rows that each copy begins elsewhere. */
function moved(document: JsonObject, copy: number): JsonObject {
  const venues = document['venues']
  const list: readonly Json[] = Array.isArray(venues) ? venues : []
  return {
    ...document,
    venues: list.map((venue, at) => (isJsonObject(venue) ? placed(venue, at, copy) : venue)),
  }
}

function placed(venue: JsonObject, at: number, copy: number): JsonObject {
  const lon = -2 + 0.03 * (at % 15) + 0.00071 * copy
  const lat = 54 + 0.02 * Math.floor(at / 15) + 0.00043 * copy
  const coordinates = [Number(lon.toFixed(6)), Number(lat.toFixed(6))]
  const geometry = venue['geometry']
  return { ...venue, geometry: { ...(isJsonObject(geometry) ? geometry : { type: 'Point' }), coordinates } }
}
