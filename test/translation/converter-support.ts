import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json, JsonObject } from '../../src/kit/kit.ts'
import type { Converted, Room, SiteType, Spot, TableEntry } from '../../src/translation/converter.ts'
import { converterNamed } from '../../src/translation/converters.ts'
import { conformanceFolder, context } from './support.ts'

/** What a mapping says of one converter: parameters, tables, and the enumerations on both sides. */
export interface Written {
  readonly with?: Readonly<Record<string, string>>
  readonly tables?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly source?: readonly string[]
  readonly target?: readonly string[]
  readonly type?: SiteType
  /** Without it there is room for anything. */
  readonly room?: Room
}

/** Room for anything, at both ends. */
export const ROOMY: Room = {
  reads: [],
  entries: undefined,
  readMember: () => ({}),
  takes: { banded: true },
  takesMember: () => ({}),
  accepts: () => true,
  acceptsMember: () => true,
}

/** What a converter says when it is loaded. */
export function complaintsOf(name: string, written: Written): readonly string[] {
  return compiledFor(name, written).complaints
}

/** Runs one converter of the list by slot names; the rule is called `r`. */
export function convert(name: string, slots: JsonObject, written: Written = {}): Converted | undefined {
  const { converter, run, complaints } = compiledFor(name, written)
  if (complaints.length > 0) throw new Error(`${name}: ${complaints.join('; ')}`)
  return run(
    converter.slots.map(slot => slots[slot.name]),
    context,
  )
}

function compiledFor(name: string, written: Written) {
  const converter = converterNamed(name)
  if (!converter) throw new Error(`no converter ${name}`)
  const complaints: string[] = []
  const run = converter.compile({
    rule: 'r',
    sources: converter.slots.map(slot => spotOf(slot.name, slot.types[0] ?? 'text', written.source)),
    target: spotOf('target', written.type ?? converter.gives[0] ?? 'text', written.target),
    room: written.room ?? ROOMY,
    parameters: new Map(Object.entries(written.with ?? {})),
    tables: new Map(Object.entries(written.tables ?? {}).map(([table, rows]) => [table, tableOf(rows)])),
    complain: (code, says) => complaints.push(`${code}: ${says}`),
  })
  return { converter, run, complaints }
}

/** Only an enumeration has values. */
function spotOf(path: string, type: SiteType, values: readonly string[] | undefined): Spot {
  return { path, type, values }
}

function tableOf(rows: Readonly<Record<string, string>>): ReadonlyMap<string, TableEntry> {
  return new Map(
    Object.entries(rows).map(([key, is]) => [
      key,
      is === '' ? { is, outcome: 'UNMAPPED', note: 'none' } : { is, outcome: 'EXACT', note: undefined },
    ]),
  )
}

/** The converter by its name, as a function from its one slot `value`. */
export function resultOf(name: string, value: Json, written: Written = {}): Json | undefined {
  const converted = convert(name, { value }, written)
  return converted?.kind === 'value' ? converted.value : undefined
}

/** `EXACT`, …, `UNMAPPED`; for a refusal its code; `silent` where nothing is said. */
export function outcomeOf(converted: Converted | undefined): string {
  if (converted === undefined) return 'silent'
  return converted.kind === 'blocked' ? converted.rule.replace(/^r\.?/, '') : converted.manner.outcome
}

/** The rows of a table of the independent data, without its head; quotes are kept as they are. */
export function rowsOf(path: string, separator: string): readonly (readonly string[])[] {
  const [, ...rows] = readFileSync(join(conformanceFolder, path), 'utf8').trim().split('\n')
  return rows.map(row => row.trim().split(separator))
}

/** Metres between two points, on a sphere and near enough for neighbours. */
export function metresBetween(
  one: { lat: number; lon: number },
  other: { lat: number; lon: number },
): number {
  const degree = 111_320
  const around = ((one.lon - other.lon + 540) % 360) - 180
  return Math.hypot((one.lat - other.lat) * degree, around * degree * Math.cos((one.lat * Math.PI) / 180))
}
