import { readFileSync } from 'node:fs'
import { isJsonObject, type Json, type JsonObject, readJson } from '../../src/kit/kit.ts'

/** The first operation of the practice field. */
export function operation(): JsonObject {
  const reading = readJson(readFileSync(new URL('../../src/demo/records/operations.json', import.meta.url)))
  const [first] = reading.ok && Array.isArray(reading.value) ? (reading.value as readonly Json[]) : []
  if (!isJsonObject(first)) throw new Error('the records of the practice field hold no operation')
  return first
}

const REPEATED = ['venues', 'command', 'protectedPersons'] as const
/** Keeps every list within its schema. */
const MOST = { venues: 500, command: 200, protectedPersons: 100 } as const

/** The operation with the entries of its lists repeated until its text is about so many bytes long. */
export function longOperation(bytes: number): JsonObject {
  const short = operation()
  const lists: Record<string, Json> = {}
  const grow = (times: number): JsonObject => {
    for (const name of REPEATED) lists[name] = repeat(short[name], times, MOST[name])
    return { ...short, ...lists }
  }
  let times = 1
  while (JSON.stringify(grow(times)).length < bytes && times < 500) times++
  return grow(times)
}

function repeat(list: Json | undefined, times: number, most: number): Json {
  if (!Array.isArray(list)) return []
  return Array.from({ length: Math.min(list.length * times, most) }, (_, at) => {
    const entry: unknown = list[at % list.length]
    if (!isJsonObject(entry)) throw new Error('a list of the operation holds something else than objects')
    return typeof entry['venueId'] === 'string' ? { ...entry, venueId: `V-${at}` } : entry
  })
}
