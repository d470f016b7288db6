import { isJsonObject, type Json, type JsonObject } from '../../kit/kit.ts'
import type { Scene } from '../condition.ts'
import type { KeptCondition, Outline, Part } from './outline.ts'

/** A stream of bits as text. A one stands before those that are held back, so that none is lost. */
interface Bits {
  text: string
  held: number
  width: number
}

/** One walk through a document. */
export interface Run extends Scene, Bits {
  readonly entries: JsonObject[]
}

export function startRun({ document, label, request }: Omit<Scene, 'entries'>): Run {
  return { document, label, request, entries: [], text: '', held: 1, width: 0 }
}

const MOST_HELD = 29

function write(bits: Bits, value: number, count: number): void {
  if (bits.width + count > MOST_HELD) flush(bits)
  bits.held = (bits.held << count) | value
  bits.width += count
}

function flush(bits: Bits): void {
  bits.text += String.fromCharCode(bits.held >> 15, bits.held & 0x7fff)
  bits.held = 1
  bits.width = 0
}

/** A text that is equal only for documents in which the outline finds the same. */
export function keyOf(outline: Outline, run: Run): string {
  writeLevel(outline, run.document, run)
  flush(run)
  return run.text
}

function writeLevel({ parts, conditions }: Outline, holder: JsonObject, run: Run): void {
  writeParts(parts, holder, run)
  for (const condition of conditions) if (!condition.follows) write(run, truthNumber(condition, run), 2)
}

function truthNumber({ test }: KeptCondition, scene: Scene): number {
  const truth = test(scene)
  return truth === undefined ? 2 : truth ? 1 : 0
}

function writeParts(parts: readonly Part[], holder: JsonObject, run: Run): void {
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] as Part
    const { name } = part
    const value = Object.hasOwn(holder, name) ? (holder[name] as Json) : null
    if (part.kind === 'item') write(run, value === null ? 0 : 1, 1)
    else writePart(part, value, run)
  }
}

function writePart(part: Exclude<Part, { kind: 'item' }>, value: Json, run: Run): void {
  switch (part.kind) {
    case 'choice':
      return write(run, value === null ? 0 : (part.choices.numbers.get(value) ?? 1), part.choices.bits)
    case 'values':
      flush(run)
      run.text += `${countValues(value)};`
      return
    case 'group':
      if (!isJsonObject(value)) return write(run, 0, 1)
      write(run, 1, 1)
      return writeParts(part.parts, value, run)
    case 'list':
      flush(run)
      run.text += Array.isArray(value) ? listKey(part.entry, value, run) : '0;'
  }
}

/** How many values a list of plain values holds. */
export function countValues(value: Json): number {
  return Array.isArray(value) ? value.reduce<number>((sum, one) => sum + (one === null ? 0 : 1), 0) : 0
}

function listKey(entry: Outline, value: readonly Json[], run: Run): string {
  const alike = new Map<string, number>()
  const { text, held, width } = run
  for (const one of value) {
    if (!isJsonObject(one)) continue
    const key = entryKey(entry, one, run)
    alike.set(key, (alike.get(key) ?? 0) + 1)
  }
  run.entries.length = entry.depth
  run.text = text
  run.held = held
  run.width = width
  const keys = [...alike.keys()].sort()
  let whole = `${keys.length};`
  for (const key of keys) whole += `${key.length}:${key}${alike.get(key)};`
  return whole
}

/** What tells the shape of one entry; entries around it are those of the run. */
export function entryKey(entry: Outline, value: JsonObject, run: Run): string {
  run.entries[entry.depth] = value
  run.text = ''
  run.held = 1
  run.width = 0
  writeLevel(entry, value, run)
  flush(run)
  return run.text
}
