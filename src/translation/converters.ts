import type { Converter } from './converter.ts'
import { command } from './converters/command.ts'
import { constant } from './converters/constant.ts'
import { altitude, count, flag, label, serial, text } from './converters/copy.ts'
import { dtg, dtgRange } from './converters/dtg.ts'
import { instant } from './converters/instant.ts'
import { bearing, speed } from './converters/measures.ts'
import { mgrs, placeOfMgrs, sourceOfPlace } from './converters/mgrs.ts'
import { rank } from './converters/rank.ts'
import { coded, sentences } from './converters/sentences.ts'
import { state, status } from './converters/status.ts'
import { strengthBreakdown, strengthTotal } from './converters/strength.ts'
import { sidc, sidc15, sidcKept, unitType } from './converters/symbol.ts'
import { table } from './converters/table.ts'
import { track, unitOfTrack } from './converters/track.ts'

/** Every converter that a mapping can name. A new one is a file and a row here. */
export const CONVERTERS = {
  altitude,
  bearing,
  coded,
  command,
  constant,
  count,
  dtg,
  'dtg-range': dtgRange,
  flag,
  instant,
  label,
  mgrs,
  'place-of-mgrs': placeOfMgrs,
  rank,
  sentences,
  serial,
  sidc,
  sidc15,
  'sidc-kept': sidcKept,
  'source-of-place': sourceOfPlace,
  speed,
  state,
  status,
  'strength-breakdown': strengthBreakdown,
  'strength-total': strengthTotal,
  table,
  text,
  track,
  'unit-of-track': unitOfTrack,
  'unit-type': unitType,
} satisfies Record<string, Converter>

const BY_NAME: ReadonlyMap<string, Converter> = new Map(Object.entries(CONVERTERS))

export function converterNamed(name: string): Converter | undefined {
  return BY_NAME.get(name)
}
