import type { Manner } from './mapping.ts'
import type { Report } from './report.ts'

/** A place of a document, such as an entry of a list, with lists marked: `/rows/3` is `rows[]` and 3. */
export interface Place {
  readonly path: string
  readonly indices: readonly number[]
}

/** Calls `enter` for each place of a report, and what it gives for each thing said there; no pointer goes through a list. */
export function eachPlace(
  report: Report,
  enter: (place: string, read: Place) => (pointer: string, manner: Manner) => void,
): void {
  const { manners, places } = report.kept()
  const read = makeReadPlace()
  for (const [place = '', ...said] of places) {
    const tell = enter(String(place), read(String(place)))
    for (let at = 0; at < said.length; at += 2) {
      const manner = manners[Number(said[at + 1])]
      if (manner) tell(String(said[at]), manner)
    }
  }
}

/** Reads places; the entries of one list share what stands before them. The names of a schema are no numbers. */
function makeReadPlace(): (place: string) => Place {
  const lists = new Map<string, Place>()
  const read = (place: string): Place => {
    if (place === '') return { path: '', indices: [] }
    const end = place.lastIndexOf('/')
    const [before, step] = [place.slice(0, end), place.slice(end + 1)]
    if (!/^\d+$/.test(step)) {
      const { path, indices } = read(before)
      return { path: path === '' ? step : `${path}.${step}`, indices }
    }
    const list = lists.get(before) ?? read(before)
    lists.set(before, list)
    return { path: `${list.path}[]`, indices: [...list.indices, Number(step)] }
  }
  return read
}

/** Looks up `rows[]` and `/strength/total` as `rows[].strength.total`; a mapping has few of them, and remembers them. */
export function makeLookup<Found>(
  find: (path: string) => Found | undefined,
): (path: string, pointer: string) => Found | undefined {
  const known = new Map<string, Map<string, Found | undefined>>()
  return (path, pointer) => {
    const below = known.get(path) ?? new Map<string, Found | undefined>()
    known.set(path, below)
    const found = below.get(pointer)
    if (found !== undefined || below.has(pointer)) return found
    const dotted = `${path}${pointer.replaceAll('/', '.')}`.replace(/^\./, '')
    const fresh = find(dotted)
    below.set(pointer, fresh)
    return fresh
  }
}
