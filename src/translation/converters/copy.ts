import { isJsonObject, type Json } from '../../kit/kit.ts'
import { checkLength, checkRange, checkResults } from '../bounds.ts'
import {
  blocked,
  type Converted,
  type Converter,
  exactly,
  made,
  ofValues,
  type Site,
  type SiteType,
  unmapped,
} from '../converter.ts'
import type { Manner } from '../mapping.ts'
import { makeFit } from '../text-fit.ts'

/** A number, or the band that policy put in its place: `50-99`, `below 10`, `5000 or more`. */
const BANDS = ['below 10', '50-99', '5000 or more'] as const
const BAND = /^(?:below \d{1,9}|\d{1,9}(?:-\d{1,9}| or more))$/

const TEXTS: readonly SiteType[] = ['text', 'id', 'enum', 'phone', 'agency']

/**
 * A text, an identifier or an alias that stands for one, as it came.
 *
 * Slot: `value` (text, id, enum, phone or agency). Parameter `longer`: `cut` or `drop` what is too long for the target, which
 * is a problem of the mapping otherwise. Gives: text, id, phone. Loss: EXACT; NARROWED where cut; UNMAPPED for what is no text,
 * or has not the form of the target.
 */
export const text: Converter = {
  slots: [{ name: 'value', types: TEXTS }],
  gives: ['text', 'id', 'phone'],
  parameters: ['longer'],
  compile(site: Site) {
    const fit = makeFit(site, site.room.reads[0] ?? {}, exactly(site.rule))
    const no = unmapped(site.rule, 'not a text')
    return ofValues(([value]) => (typeof value === 'string' ? fit(value) : no), fit.always)
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
 * Slot: `value` (count). Parameter `note`: what the number counts here beyond what the target's own word says; it is never exact
 * then. Gives: count. Loss: EXACT; WIDENED for a band, and with a note; UNMAPPED.
 */
export const count: Converter = {
  slots: [{ name: 'value', types: ['count'] }],
  gives: ['count'],
  parameters: ['note'],
  compile(site: Site) {
    checkRange(site, site.room.reads[0] ?? {})
    const note = site.parameters.get('note')
    const said =
      note === undefined ? exactly(site.rule) : ({ outcome: 'WIDENED', rule: site.rule, note } as const)
    const manners = { exact: said, banded: withNote(bandManner(site), note) }
    const no = unmapped(site.rule, 'not a number that can stand here')
    return ([value]) => countOf(value, manners) ?? no
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
  compile(site: Site) {
    const { minimum = 0, maximum } = site.room.reads[0] ?? {}
    checkLength(site, maximum === undefined ? undefined : padded(maximum).length)
    checkResults(site, [minimum, maximum ?? 1000].map(padded))
    const exact = exactly(site.rule)
    const no = unmapped(site.rule, 'not a number')
    return ([value]) => (typeof value === 'number' ? made(padded(value), exact) : no)
  },
}

function padded(number: number): string {
  return String(number).padStart(3, '0')
}

/**
 * The protective marking exactly as it came, so that an originator finds its own label again byte for byte. Without a word for which
 * the target has no place it would ask for less than it did, so that word stops the translation. To say a label in another policy,
 * use `marking`.
 *
 * Slot: `value` (group or label). Gives: group. Loss: EXACT. Refuses: with the name of the member, `descriptor`.
 */
export const label: Converter = {
  slots: [{ name: 'value', types: ['group', 'label'] }],
  gives: ['group'],
  parameters: [],
  compile(site: Site) {
    checkMembers(site)
    const { rule, target } = site
    const exact = exactly(rule)
    const beyond = membersOf(site).filter(name => target.values?.includes(name) === false)
    return ([value]) => {
      if (!isJsonObject(value) || Object.keys(value).length === 0) return undefined
      const lost = beyond.find(name => value[name] !== undefined)
      return lost === undefined ? made(value, exact) : blocked(`${rule}.${lost}`)
    }
  },
}

/** What a label can hold: that of a document what its schema says, that of an exchange what a manifest has. */
function membersOf({ sources: [source] }: Site): readonly string[] {
  return source?.type === 'label' ? ['policy', 'classification', 'sensitive'] : (source?.values ?? [])
}

/** Complains of a member that can be longer than the target takes. */
function checkMembers(site: Site): void {
  const { complain, room, target } = site
  for (const name of site.sources[0]?.values ?? []) {
    const [comes, takes] = [room.readMember(name), room.takesMember(name)]
    if (takes.maxLength !== undefined && (comes.maxLength ?? Number.POSITIVE_INFINITY) > takes.maxLength)
      complain('text-too-long', `\`${name}\` can be longer than \`${target.path}\` takes`)
  }
}

/** How a band is told, a size and not a number; undefined where the target takes none. */
export function bandManner({ room, rule }: Site): Manner | undefined {
  if (room.takes.banded !== true || !BANDS.every(room.accepts)) return undefined
  return { outcome: 'WIDENED', rule: `${rule}.band`, note: 'a size band, not a number' }
}

/** A manner that says something more. */
function withNote(manner: Manner | undefined, more: string | undefined): Manner | undefined {
  if (manner === undefined || more === undefined) return manner
  return { ...manner, note: manner.note === undefined ? more : `${more}; ${manner.note}` }
}

/** The value where it is a whole number or a band that the target takes; otherwise undefined. */
export function countOf(
  value: Json | undefined,
  { exact, banded }: { exact: Manner; banded: Manner | undefined },
): Converted | undefined {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return made(value, exact)
  return banded && typeof value === 'string' && BAND.test(value) ? made(value, banded) : undefined
}
