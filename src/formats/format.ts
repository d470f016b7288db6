import type { Json, JsonObject } from '../kit/kit.ts'
import type { Catalogue } from '../terms/terms.ts'
import { toCursorOnTarget, toCursorOnTargetList } from './cursor-on-target.ts'
import { type FormatLoss, isMutualAid } from './edxl-rm.ts'
import { toEdxlRm } from './edxl-rm-write.ts'
import { featureCollection, toFeatures } from './geo-json.ts'
import type { FindSquare } from './place.ts'

export const FORMAT_NAMES = ['cot', 'geojson', 'edxl-rm'] as const
export type FormatName = (typeof FORMAT_NAMES)[number]

/** A document to be written in a format, and what is known of it beside. */
export interface Shown {
  readonly document: JsonObject
  /** The marking under which it travelled; undefined for one that has only its own. */
  readonly label: Json | undefined
  readonly caveats: readonly string[]
  /** Agencies for whom it is meant. */
  readonly releasableTo: readonly string[]
  /** Where it came from, as values for a map: undefined for what was never shared. */
  readonly about: JsonObject | undefined
}

export type Written =
  | {
      readonly kind: 'written'
      readonly text: string
      /** How many documents of a list hold nothing that the format can show. */
      readonly leftOut: number
      readonly losses: readonly FormatLoss[]
    }
  | { readonly kind: 'unwritable'; readonly lacks: string }

/** What formats ask of others. */
export interface FormatParts {
  readonly squareOf: FindSquare
  /** The moment of a date-time group, ms; undefined where it names none. */
  readonly momentOf: (dtg: string) => number | undefined
  /** The 15 characters for a symbol of 20 digits; undefined where there are none. */
  readonly lettersOf: (sidc: string) => string | undefined
  /** Now, ms. */
  readonly now: () => number
}

/** One way of writing the documents of one schema. */
export interface Format {
  readonly name: FormatName
  readonly mediaType: 'application/xml' | 'application/geo+json'
  one(shown: Shown): Written
  /** Undefined where the format has no list. */
  readonly list: ((shown: readonly Shown[]) => Written) | undefined
}

/** The formats in which documents of a schema can be written; none for most. */
export function formatsOf(
  { resource, leaves }: Pick<Catalogue, 'resource' | 'leaves'>,
  parts: FormatParts,
): readonly Format[] {
  const places = [...leaves.values()].filter(({ type }) => type === 'place').map(({ path }) => path)
  return [
    ...(resource === 'army.positionReport' ? [cursorOnTarget(parts)] : []),
    ...(places.length > 0 ? [geoJson(places, parts)] : []),
    ...(isMutualAid(resource) ? [edxlRm(resource, parts)] : []),
  ]
}

function cursorOnTarget(parts: FormatParts): Format {
  return {
    name: 'cot',
    mediaType: 'application/xml',
    one(shown) {
      const event = toCursorOnTarget(shown.document, { ...parts, ...shown })
      return event.kind === 'unwritable' ? event : complete(event.xml)
    },
    list(all) {
      const { xml, leftOut } = toCursorOnTargetList(
        all.map(shown => ({ report: shown.document, options: { ...parts, ...shown } })),
      )
      return { ...complete(xml), leftOut }
    },
  }
}

/** A document with one place at its top is a feature; any other is a collection of those in it. */
function geoJson(places: readonly string[], { squareOf }: FormatParts): Format {
  const featuresOf = ({ document, about, label }: Shown) =>
    toFeatures(document, { places, squareOf, about: about ?? {}, label })
  const isSingle = places.length === 1 && !/[.[]/.test(places[0] ?? '')
  return {
    name: 'geojson',
    mediaType: 'application/geo+json',
    one(shown) {
      const features = featuresOf(shown)
      if (features.length === 0) return { kind: 'unwritable', lacks: 'place' }
      return complete(JSON.stringify(isSingle ? features[0] : featureCollection(features)))
    },
    list(all) {
      const each = all.map(featuresOf)
      const leftOut = each.filter(features => features.length === 0).length
      return { ...complete(JSON.stringify(featureCollection(each.flat()))), leftOut }
    },
  }
}

function edxlRm(resource: Parameters<typeof toEdxlRm>[0], { now }: FormatParts): Format {
  return {
    name: 'edxl-rm',
    mediaType: 'application/xml',
    one({ document }) {
      const message = toEdxlRm(resource, document, now())
      return message.kind === 'unwritable' ? message : { ...complete(message.xml), losses: message.losses }
    },
    list: undefined,
  }
}

function complete(text: string): Extract<Written, { kind: 'written' }> {
  return { kind: 'written', text, leftOut: 0, losses: [] }
}
