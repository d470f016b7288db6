import type { Json } from '../kit/kit.ts'

/** An object of JSON while it is being made. */
export interface Growing {
  [name: string]: Json | Growing | Growing[]
}

/** Puts a value at a dotted path and makes the objects on the way; undefined puts nothing. */
export function put(target: Growing, path: string, value: Json | Growing | Growing[] | undefined): void {
  if (value === undefined) return
  const names = path.split('.')
  const last = names.pop() ?? ''
  let place = target
  for (const name of names) {
    const below = place[name]
    const next: Growing = isGrowing(below) ? below : {}
    place[name] = next
    place = next
  }
  place[last] = value
}

function isGrowing(value: Json | Growing | Growing[] | undefined): value is Growing {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
