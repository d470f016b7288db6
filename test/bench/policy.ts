import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import type { Agreement } from '../../src/policy/policy.ts'
import type { Catalogue } from '../../src/terms/terms.ts'
import { loadAgreement, loadAllSchemas, RESOURCE, release } from './agreement.ts'
import { leavingItems, makeCedar } from './cedar.ts'
import { operation } from './documents.ts'
import { compare, overAll } from './timing.ts'

/** What one purpose costs: deciding about a document and cutting it down. Times in µs for a document. */
export interface PolicyFigure {
  readonly purpose: string
  readonly bytes: number
  /** How many values of catalogue items the document holds: as often is Cedar asked. */
  readonly items: number
  readonly ours: number
  /** By `JSON.parse` and `JSON.stringify` of the document. */
  readonly ratio: number
  /** The same where every value that gets a code name is one never seen before. */
  readonly ratioOfStrangers: number
  readonly cedar: number
  /** Cedar's time by ours. */
  readonly cedarRatio: number
}

const PURPOSES = [
  { purpose: 'joint-planning', role: 'planner', lifecycle: 'APPROVED' },
  { purpose: 'live-coordination', role: 'ops-room', lifecycle: 'LIVE' },
  { purpose: 'debrief', role: 'lessons-team', lifecycle: 'CLOSED' },
] as const

/** More documents than a treatment keeps code names, so that none is known when its document comes round again. */
const STRANGERS = 400

/** The agreement of the practice field over its operation, for every purpose. */
export function measurePolicy(): readonly PolicyFigure[] {
  const schemas = loadAllSchemas()
  const agreement = loadAgreement(schemas)
  const catalogue = schemas.get(RESOURCE)?.catalogue
  if (!catalogue) throw new Error(`there is no schema of ${RESOURCE}`)
  return PURPOSES.map(({ lifecycle, ...asked }) => {
    return measurePurpose(agreement, catalogue, asked, { ...operation(), lifecycle })
  })
}

function measurePurpose(
  agreement: Agreement,
  catalogue: Catalogue,
  asked: { readonly purpose: string; readonly role: string },
  document: JsonObject,
): PolicyFigure {
  const { purpose, role } = asked
  const text = JSON.stringify(document)
  const strangers = strangersOf(document).map(stranger => JSON.stringify(stranger))
  const items = itemsOf(document, catalogue)
  const allows = makeCedar(agreement, purpose, role)
  const leaving = leavingItems(agreement, purpose)
  if (items.some(item => allows(item) !== leaving.has(item))) throw new Error('Cedar decides otherwise')
  const ours = overAll([text], one => release(agreement, one, asked))
  const ofStrangers = overAll(strangers, one => release(agreement, one, asked))
  const cedar = () => items.map(allows)
  const own = compare(ours.work, ours.base)
  const asking = compare(cedar, ours.work)
  return {
    purpose,
    bytes: Buffer.byteLength(text),
    items: items.length,
    ours: own.microseconds,
    ratio: own.ratio,
    ratioOfStrangers: compare(ofStrangers.work, ofStrangers.base).ratio,
    cedar: asking.microseconds,
    cedarRatio: asking.ratio,
  }
}

/** Copies of an operation that other officers command. */
function strangersOf(document: JsonObject): readonly JsonObject[] {
  const command = document['command']
  const posts = Array.isArray(command) ? (command as readonly Json[]) : []
  return Array.from({ length: STRANGERS }, (_, at) => ({
    ...document,
    command: posts.map((post, index) => {
      return isJsonObject(post) ? { ...post, officer: { collar: `NS${at}-${index}` } } : post
    }),
  }))
}

/** The catalogue path of every value in a document. */
function itemsOf(value: Json, catalogue: Catalogue, path = ''): readonly string[] {
  if (catalogue.leaves.has(path)) return [path]
  if (Array.isArray(value)) return value.flatMap((entry: Json) => itemsOf(entry, catalogue, `${path}[]`))
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([name, member]) =>
    itemsOf(member, catalogue, path === '' ? name : `${path}.${name}`),
  )
}
