import { isJsonObject, type Json } from '../../kit/kit.ts'
import { type Converter, exactly, made, type Site, type SiteType, unmapped } from '../converter.ts'
import type { Manner } from '../mapping.ts'

/** A number, or the band that policy put in its place: `50-99`, `below 10`, `5000 or more`. */
const BAND = /^(?:below \d{1,9}|\d{1,9}(?:-\d{1,9}| or more))$/

const TEXTS: readonly SiteType[] = ['text', 'id', 'enum', 'phone', 'agency']

/**
 * A text, an identifier or an alias that stands for one, as it came.
 *
 * Slot: `value` (text, id, enum, phone or agency). Gives: text, id, phone. Loss: EXACT; UNMAPPED for what is no text.
 */
export const text: Converter = {
  slots: [{ name: 'value', types: TEXTS }],
  gives: ['text', 'id', 'phone'],
  parameters: [],
  compile({ rule }: Site) {
    const exact = exactly(rule)
    const no = unmapped(rule, 'not a text')
    return ([value]) => (typeof value === 'string' ? made(value, exact) : no)
  },
}

/**
 * A yes or no.
 *
 * Slot: `value` (bool). Gives: bool. Loss: EXACT; UNMAPPED.
 */
export const flag: Converter = {
  slots: [{ name: 'value', types: ['bool'] }],
  gives: ['bool'],
  parameters: [],
  compile({ rule }: Site) {
    const exact = exactly(rule)
    const no = unmapped(rule, 'neither yes nor no')
    return ([value]) => (typeof value === 'boolean' ? made(value, exact) : no)
  },
}

/**
 * A whole number, or the band that policy put in its place.
 *
 * Slot: `value` (count). Gives: count. Loss: EXACT; WIDENED for a band; UNMAPPED.
 */
export const count: Converter = {
  slots: [{ name: 'value', types: ['count'] }],
  gives: ['count'],
  parameters: [],
  compile({ rule }: Site) {
    return ([value]) =>
      countOf(value, { exact: exactly(rule), banded: bandManner(rule) }) ?? unmapped(rule, 'not a number')
  },
}

/**
 * A number as a text, padded with zeros to three digits: the serial number of an order.
 *
 * Slot: `value` (count). Gives: text. Loss: EXACT; UNMAPPED.
 */
export const serial: Converter = {
  slots: [{ name: 'value', types: ['count'] }],
  gives: ['text'],
  parameters: [],
  compile({ rule }: Site) {
    const exact = exactly(rule)
    const no = unmapped(rule, 'not a number')
    return ([value]) => (typeof value === 'number' ? made(String(value).padStart(3, '0'), exact) : no)
  },
}

/**
 * The protective marking exactly as it came, so that an originator finds its own label again byte for byte. To say a label in
 * another policy, use `marking`.
 *
 * Slot: `value` (group or label). Gives: group. Loss: EXACT.
 */
export const label: Converter = {
  slots: [{ name: 'value', types: ['group', 'label'] }],
  gives: ['group'],
  parameters: [],
  compile({ rule }: Site) {
    const exact = exactly(rule)
    return ([value]) =>
      isJsonObject(value) && Object.keys(value).length > 0 ? made(value, exact) : undefined
  },
}

/** How a band is told: a size, not a number. */
export function bandManner(rule: string): Manner {
  return { outcome: 'WIDENED', rule: `${rule}.band`, note: 'a size band, not a number' }
}

/** The value where it is a whole number or a band; otherwise undefined. */
export function countOf(value: Json | undefined, manners: { exact: Manner; banded: Manner }) {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return made(value, manners.exact)
  return typeof value === 'string' && BAND.test(value) ? made(value, manners.banded) : undefined
}
