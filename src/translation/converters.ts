import type { Converter } from './converter.ts'
import { altitude, altitudeOfHeight, height } from './converters/altitude.ts'
import { code } from './converters/code.ts'
import { coded, numberOfCoded, partOfCoded, timeOfEvent } from './converters/coded.ts'
import { command, policeRole } from './converters/command.ts'
import { constant } from './converters/constant.ts'
import { count, flag, label, serial, text } from './converters/copy.ts'
import { dtg, dtgRange } from './converters/dtg.ts'
import { effectiveness } from './converters/effectiveness.ts'
import { event, eventKind, eventOfCode, eventSymbol } from './converters/event.ts'
import { figure } from './converters/figure.ts'
import { grade } from './converters/grade.ts'
import { instant, instantOfRange } from './converters/instant.ts'
import { constantUnlessKept, rankUnlessKept, statusUnlessKept } from './converters/kept.ts'
import { marking } from './converters/marking.ts'
import { bearing, speed } from './converters/measures.ts'
import { mgrs, placeOfMgrs, sourceOfPlace } from './converters/mgrs.ts'
import { mgrsOfOsgr, osgr, osgrOfMgrs, placeOfOsgr } from './converters/osgr.ts'
import { accuracyOfMgrs, pointOfMgrs } from './converters/point.ts'
import { rank, rankOfCode } from './converters/rank.ts'
import { realm } from './converters/realm.ts'
import { urnOfReferences } from './converters/references.ts'
import { sentences } from './converters/sentences.ts'
import { formOfShape, shape } from './converters/shape.ts'
import { shapeOfMgrs } from './converters/shape-of-mgrs.ts'
import { crowdSymbol, sidc15Kept, sidc15OfSidc, sidcKept, sidcOfSidc15 } from './converters/sidc.ts'
import { state } from './converters/state.ts'
import { status } from './converters/status.ts'
import { strengthBreakdown, strengthPart, strengthSum, strengthTotal } from './converters/strength.ts'
import { sidc, sidc15, unitType } from './converters/symbol.ts'
import { sidc15UnlessKept, sidcUnlessKept } from './converters/symbol-kept.ts'
import { table } from './converters/table.ts'
import { track, unitOfTrack } from './converters/track.ts'
import { besideVerb, wordOfVerb } from './converters/verb.ts'

/**
 * Every converter that a mapping can name. A new one is a file and a row here. The card above each converter says what it reads
 * (slots), its parameters, what it gives, how much may be lost, and the codes with which it refuses: a refusal is told as
 * `<rule of the mapping>.<code>` and stops the translation.
 */
export const CONVERTERS = {
  'accuracy-of-mgrs': accuracyOfMgrs,
  altitude,
  'altitude-of-height': altitudeOfHeight,
  bearing,
  'beside-verb': besideVerb,
  code,
  coded,
  command,
  constant,
  'constant-unless-kept': constantUnlessKept,
  count,
  'crowd-symbol': crowdSymbol,
  dtg,
  'dtg-range': dtgRange,
  effectiveness,
  event,
  'event-kind': eventKind,
  'event-of-code': eventOfCode,
  'event-symbol': eventSymbol,
  figure,
  flag,
  'form-of-shape': formOfShape,
  grade,
  height,
  instant,
  'instant-of-range': instantOfRange,
  label,
  marking,
  mgrs,
  'mgrs-of-osgr': mgrsOfOsgr,
  'number-of-coded': numberOfCoded,
  osgr,
  'osgr-of-mgrs': osgrOfMgrs,
  'part-of-coded': partOfCoded,
  'place-of-mgrs': placeOfMgrs,
  'place-of-osgr': placeOfOsgr,
  'point-of-mgrs': pointOfMgrs,
  'police-role': policeRole,
  rank,
  'rank-of-code': rankOfCode,
  'rank-unless-kept': rankUnlessKept,
  realm,
  sentences,
  serial,
  shape,
  'shape-of-mgrs': shapeOfMgrs,
  sidc,
  'sidc-kept': sidcKept,
  'sidc-of-sidc15': sidcOfSidc15,
  'sidc-unless-kept': sidcUnlessKept,
  sidc15,
  'sidc15-kept': sidc15Kept,
  'sidc15-of-sidc': sidc15OfSidc,
  'sidc15-unless-kept': sidc15UnlessKept,
  'source-of-place': sourceOfPlace,
  speed,
  state,
  status,
  'status-unless-kept': statusUnlessKept,
  'strength-breakdown': strengthBreakdown,
  'strength-part': strengthPart,
  'strength-sum': strengthSum,
  'strength-total': strengthTotal,
  table,
  text,
  'time-of-event': timeOfEvent,
  track,
  'unit-of-track': unitOfTrack,
  'unit-type': unitType,
  'urn-of-references': urnOfReferences,
  'word-of-verb': wordOfVerb,
} satisfies Record<string, Converter>

const BY_NAME: ReadonlyMap<string, Converter> = new Map(Object.entries(CONVERTERS))

export function converterNamed(name: string): Converter | undefined {
  return BY_NAME.get(name)
}
