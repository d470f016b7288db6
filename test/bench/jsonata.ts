import { readFileSync } from 'node:fs'
import jsonata from 'jsonata'
import { parse } from 'yaml'
import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import { pointOf } from '../../src/translation/converters/mgrs.ts'
import { printDtg } from '../../src/translation/date-time-group.ts'
import { coarseness } from '../../src/translation/exactness.ts'
import { digitsFor, referenceOf } from '../../src/translation/grid.ts'
import { readMoment } from '../../src/translation/moment.ts'
import type { TranslationContext } from '../../src/translation/translation.ts'
import { fileOf } from './agreement.ts'

/** What JSONata makes of a document. */
export type Evaluate = (document: JsonObject, context: TranslationContext) => Promise<unknown>

/**
 * The mapping of the operation as an expression of JSONata, parsed beforehand. JSONata has it easier than we do: it reports no
 * losses and copies most values without a look at what they are, and for what it has no words for (date-time groups, grid
 * references) it is given our own functions. Tables are plain objects.
 *
 * @param mapping the text of our mapping, for its tables
 */
export function makeJsonata(mapping: string): Evaluate {
  const expression = jsonata(readFileSync(fileOf('test/bench/operation-to-opord.jsonata'), 'utf8'))
  const { tables }: { tables: Json } = parse(mapping)
  for (const [name, rows] of entriesOf(tables)) expression.assign(`${name}s`, wordsOf(rows))
  expression.assign('posts', POSTS)
  expression.assign('ranks', RANKS)
  expression.assign('realms', REALMS)
  expression.registerFunction('dtg', dateTimeGroup)
  expression.registerFunction('mgrs', gridReference)
  return (document, { receivedAt, label }) => expression.evaluate(document, { receivedAt, label })
}

/** The rows of a table as words to words, without how well a word says it. */
function wordsOf(rows: Json): JsonObject {
  return Object.fromEntries(
    entriesOf(rows).map(([word, row]) => [word, (isJsonObject(row) && row['is']) || row]),
  )
}

function entriesOf(value: Json): readonly (readonly [string, Json])[] {
  return isJsonObject(value) ? Object.entries(value) : []
}

function dateTimeGroup(time: string | number | undefined, anchor: number): string | undefined {
  if (time === undefined) return undefined
  const moment = typeof time === 'number' ? { kind: 'instant' as const, at: time } : readMoment(time)
  return moment && printDtg(moment, anchor)
}

function gridReference(geometry: Json | undefined): string | undefined {
  const point = geometry === undefined ? undefined : pointOf(geometry)
  const digits = digitsFor(coarseness(geometry ?? null, undefined) ?? 10)
  return point && digits !== undefined ? referenceOf(point, digits) : undefined
}

const HQ = '10031002002007000000'

const POSTS = {
  GOLD: { role: 'SUPPORTED_AUTHORITY', level: 'STRATEGIC', symbol: HQ },
  SILVER: { role: 'SUPPORTED_COMMANDER', level: 'OPERATIONAL', symbol: HQ },
  BRONZE: { role: 'SECTOR_COMMANDER', level: 'TACTICAL', symbol: HQ },
  SUB_BRONZE: { role: 'SECTOR_COMMANDER', level: 'TACTICAL', symbol: HQ },
  PSU_COMMANDER: { role: 'SUB_UNIT_COMMANDER', level: 'TACTICAL', symbol: '10031000142007000000' },
  TACTICAL_ADVISER: { role: 'STAFF_ADVISER' },
  MEDICAL_ADVISER: { role: 'STAFF_ADVISER' },
  LOGGIST: { role: 'WATCHKEEPER' },
  LIAISON_OFFICER: { role: 'LNO', symbol: '10031000001105000000' },
}

/** A list of two words calls a test an exercise. */
const REALMS = { REAL: 'OPERATION', EXERCISE: 'EXERCISE', TEST: 'EXERCISE' }

const RANKS = {
  PC: { seniority: 'OR-2', span: 'OR-2' },
  SGT: { seniority: 'OR-6', span: 'OR-4' },
  INSP: { seniority: 'OF-2', span: 'OF-1' },
  CHINSP: { seniority: 'OF-3', span: 'OF-2' },
  SUPT: { seniority: 'OF-4', span: 'OF-4' },
  CHSUPT: { seniority: 'OF-5', span: 'OF-5' },
  ACC: { seniority: 'OF-6', span: 'OF-6' },
  CMDR: { seniority: 'OF-6', span: 'OF-6' },
  DCC: { seniority: 'OF-7' },
  CC: { seniority: 'OF-8' },
}
