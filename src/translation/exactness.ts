import { isJsonObject, type Json } from '../kit/kit.ts'
import { numberOf, type Site } from './converter.ts'

/** How exact a place is, in metres, and whether the document or its schema says so. */
export interface Exactness {
  /** Infinite where what is said cannot be read, or has no upper end. */
  readonly metres: number
  readonly said: boolean
}

/** What a place is taken for of which neither the document nor its schema says how exact it is, in metres. */
const NOT_SAID = 100

export const EXACTNESS_NOTE = 'how exact the place is was not said'

/** The squares that policy generalises places to, with their sides in metres. */
export const CELLS = { '100m': 100, '1km': 1_000, '10km': 10_000 } as const

/** Compared one by one: every place of a long list is asked. */
function sideOfCell(named: Json | undefined): number | undefined {
  if (named === '100m' || named === '1km' || named === '10km') return CELLS[named]
  return undefined
}

/**
 * Tells how exact places are: the larger of the stated accuracy and the side of the generalised square; else what the schema
 * promises (`x-accuracy-m`); else the parameter `accuracyM` of the mapping, or 100 m. A parameter that is finer than what the
 * schema promises has no ground and is a problem of the mapping: an accuracy may have been taken away by policy.
 */
export function makeExactness(site: Site): (place: Json, accuracy: Json | undefined) => Exactness {
  const promised = site.room.reads[0]?.accuracyM
  const written = numberOf(site, 'accuracyM', { least: 1, most: 10_000 })
  const finest = promised ?? NOT_SAID
  if (written !== undefined && written < finest)
    site.complain('accuracy-unfounded', `the schema promises no place within ${written} m, only ${finest} m`)
  const assumed: Exactness = { metres: written ?? finest, said: promised !== undefined }
  return (place, accuracy) => {
    const metres = coarseness(place, accuracy)
    return metres === undefined ? assumed : { metres, said: true }
  }
}

/** The larger of the stated accuracy and the side of the generalised square, in metres; undefined where neither is told. */
export function coarseness(place: Json, accuracy: Json | undefined): number | undefined {
  if (!isJsonObject(place)) return undefined
  const stated = metresOf(accuracy ?? place['accuracyM'])
  const cell = sideOfCell(place['cell'])
  return stated === undefined ? cell : Math.max(stated, cell ?? 0)
}

const BAND = /^(?:below (\d{1,9})|\d{1,9}-(\d{1,9}))$/

/** A number of metres, or the upper end of a band: `below 10`, `50-99`, whose end is 100. */
export function metresOf(accuracy: Json | undefined): number | undefined {
  if (accuracy === undefined || accuracy === null) return undefined
  if (typeof accuracy === 'number') return accuracy
  const band = typeof accuracy === 'string' ? BAND.exec(accuracy) : null
  const [, below, last] = band ?? []
  if (below !== undefined) return Number(below)
  // A band ends where the next one begins: 99.5 m is in `50-99`.
  return last === undefined ? Number.POSITIVE_INFINITY : Number(last) + 1
}
