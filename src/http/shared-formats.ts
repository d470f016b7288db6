import type { SchemaRegistry } from '../contract/contract.ts'
import type { SharedRow } from '../delivery/delivery.ts'
import { type Format, formatsOf, type Shown, type Written } from '../formats/formats.ts'
import { type Clock, isJsonObject, type Json, type JsonObject, readJsonText, timestamp } from '../kit/kit.ts'
import { type AgencyId, Refusal } from '../terms/terms.ts'
import { lettersNamed, momentNamed, squareNamed } from '../translation/translation.ts'

export interface SharedFormatsParts {
  readonly agency: AgencyId
  readonly clock: Clock
  readonly schemas: SchemaRegistry
}

const JSON_TYPE = 'application/json'

/**
 * The format that an `Accept` header asks for; undefined for JSON, which is preferred where both are as welcome.
 *
 * @param asked.many whether a list is asked for: not every format has one
 * @throws Refusal format-unavailable where nothing that the resource has is welcome
 */
export function chooseFormat(
  parts: SharedFormatsParts,
  accept: string | undefined,
  asked: { readonly resource: string; readonly many: boolean },
): Format | undefined {
  if (accept === undefined) return undefined
  const formats = formatsFor(parts, asked.resource).filter(format => !asked.many || format.list !== undefined)
  const offered = [JSON_TYPE, ...formats.map(format => format.mediaType)]
  const chosen = preferred(accept, offered)
  if (chosen === undefined) throw new Refusal('format-unavailable', { rule: offered.join(', ') })
  return formats.find(format => format.mediaType === chosen)
}

/** A schema's formats over all of its versions that live: a page may hold documents of several. */
function formatsFor({ schemas, clock }: SharedFormatsParts, resource: string): readonly Format[] {
  const catalogues = schemas.versionsOf(resource).map(version => schemas.catalogueOf(resource, version))
  const leaves = new Map(catalogues.flatMap(catalogue => [...(catalogue?.leaves ?? [])]))
  const momentOf = (group: string) => momentNamed(group, clock.now())
  return formatsOf(
    { resource, leaves },
    { squareOf: squareNamed, lettersOf: lettersNamed, momentOf, now: clock.now },
  )
}

/** A media range of an `Accept` header, and how welcome it is. */
interface Range {
  readonly type: string
  readonly quality: number
}

/** The offered type with the highest quality; of equals the one named most exactly, then the first (RFC 9110 §12.5.1). */
function preferred(accept: string, offered: readonly string[]): string | undefined {
  const ranges = accept.split(',').map(readRange)
  const judged = offered.map(type => ({ type, ...welcomeOf(type, ranges) }))
  const best = judged
    .filter(({ quality }) => quality > 0)
    .toSorted((one, other) => other.quality - one.quality || other.exactness - one.exactness)
  return best[0]?.type
}

function readRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map(part => part.trim().toLowerCase())
  const weight = parameters.map(one => /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.exec(one)?.[1]).find(Boolean)
  return { type, quality: weight === undefined ? 1 : Number(weight) }
}

/** The most exact range that covers a type decides, even where a wider one is more welcoming. */
function welcomeOf(
  type: string,
  ranges: readonly Range[],
): { readonly quality: number; readonly exactness: number } {
  const covering = ['*/*', `${type.split('/')[0]}/*`, type]
  for (const [level, range] of [...covering.entries()].toReversed()) {
    const found = ranges.find(one => one.type === range)
    if (found) return { quality: found.quality, exactness: level }
  }
  return { quality: 0, exactness: 0 }
}

/** @throws Refusal format-unavailable where the document lacks what the format cannot do without */
export function writeShared(parts: SharedFormatsParts, format: Format, row: SharedRow): string {
  return textOf(format.one(shownOf(parts, row))).text
}

/** A page of documents, and how many of them hold nothing that the format can show. */
export function writeSharedPage(
  parts: SharedFormatsParts,
  format: Format,
  rows: readonly SharedRow[],
): { readonly text: string; readonly leftOut: number } {
  if (format.list === undefined) throw new Error('a format without a list was chosen for one')
  return textOf(format.list(rows.map(row => shownOf(parts, row))))
}

function textOf(written: Written): { readonly text: string; readonly leftOut: number } {
  if (written.kind === 'unwritable') throw new Refusal('format-unavailable', { rule: `no ${written.lacks}` })
  return written
}

/** What the exchange says of a document goes with it: whose it is, why it is here, its caveats, when it is erased. */
function shownOf({ agency }: SharedFormatsParts, row: SharedRow): Shown {
  const { from = null, label, caveats, receivedAt = null, agreement = null } = objectIn(row.about)
  const named = Array.isArray(caveats) ? caveats.filter((one): one is string => typeof one === 'string') : []
  const shared: JsonObject = {
    exchange: row.id,
    from,
    purpose: row.purpose,
    agreement,
    receivedAt,
    ...(row.deleteAt === undefined ? {} : { deleteAt: timestamp(row.deleteAt) }),
    ...(named.length === 0 ? {} : { caveats: named }),
    partialView: true,
  }
  const document = objectIn(row.document)
  return { document, label, caveats: named, releasableTo: [agency], about: { shared } }
}

/** Reads JSON that this gateway has written itself. */
function objectIn(text: string): { readonly [name: string]: Json | undefined } & JsonObject {
  const reading = readJsonText(text)
  if (!reading.ok || !isJsonObject(reading.value)) throw new Error('a stored text is not a JSON object')
  return reading.value
}
