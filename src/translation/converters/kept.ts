import type { Converter, Site } from '../converter.ts'
import { code } from './code.ts'
import { constant } from './constant.ts'
import { text } from './copy.ts'
import { rank } from './rank.ts'
import { status } from './status.ts'

/**
 * The text as it came, or a fixed one where there is none: the rank system of a partner, or else one's own.
 *
 * Slots: `kept` (as in `text`), `value` as in `constant`. Parameters of both. Gives: text, id, enum. Loss: as those.
 */
export const constantUnlessKept: Converter = unlessKept(constant, text)

/**
 * The NATO code as it came, or where there is none the code of a police rank.
 *
 * Slots: `kept` (as in `text`), `value` as in `rank`. Parameters of both. Gives: text. Loss: as those.
 */
export const rankUnlessKept: Converter = unlessKept(rank, text)

/**
 * The code as it came, or where there is none what a police state says of it.
 *
 * Slots: `kept` (as in `code`), `value` as in `status`. Parameters as in `status`. Gives: enum, bool. Loss: as those,
 * refusals too.
 */
export const statusUnlessKept: Converter = unlessKept(status, code)

/** What came from a partner goes back as it came; only where nothing was kept it is worked out, from the other slots. */
function unlessKept(make: Converter, keep: Converter): Converter {
  const types = keep.slots.flatMap(slot => slot.types)
  return {
    slots: [{ name: 'kept', types }, ...make.slots],
    gives: make.gives,
    parameters: [...make.parameters, ...keep.parameters],
    compile(site: Site) {
      const keeping = keep.compile(withSlots(site, 0, 1))
      const making = make.compile(withSlots(site, 1))
      return ([kept, ...values], context) => {
        if (kept !== undefined) return keeping([kept], context)
        return values.some(value => value !== undefined) ? making(values, context) : undefined
      }
    },
  }
}

/** A site as a converter with some of the slots sees it. */
export function withSlots(site: Site, start: number, end?: number): Site {
  const reads = site.room.reads.slice(start, end)
  return { ...site, sources: site.sources.slice(start, end), room: { ...site.room, reads } }
}
