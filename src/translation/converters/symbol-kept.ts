import type { Json } from '../../kit/kit.ts'
import { blocked, type Convert, type Converter, type Site, type Slot, unmapped } from '../converter.ts'
import { realmTold } from '../realm.ts'
import { symbolOf } from '../unit-symbols.ts'
import { withSlots } from './kept.ts'
import { shownByUnit, unrealIn } from './realm.ts'
import { sidc15Kept, sidcKept } from './sidc.ts'
import { sidc, sidc15 } from './symbol.ts'

const SLOTS: readonly Slot[] = [
  { name: 'sidc', types: ['text'] },
  { name: 'sidc15', types: ['text'] },
  { name: 'type', types: ['enum'] },
  { name: 'status', types: ['enum'], optional: true },
  { name: 'realm', types: ['enum'] },
]
/** Where the slots begin from which a symbol is worked out. */
const MADE_FROM = 2

/**
 * The 20-digit symbol of a unit as it came, or where no symbol came that of its police unit type. A type that is not one of the
 * police has no symbol: nobody is made a police unit. As nothing but its symbols tells that a unit belongs to an exercise, a unit
 * without any stops the translation of an exercise; and what is said to be real and was drawn as an exercise needs a person, as do two
 * symbols that contradict each other.
 *
 * Slots: `sidc`, `sidc15` (text: the symbols as they came), `type`, `status`, `realm` (enum). Gives: text. Loss: EXACT for what came;
 * otherwise as `sidc`. Refuses: as `sidc-kept` for a symbol that came; `realm`; `realm-untold`; `mixed`.
 */
export const sidcUnlessKept: Converter = unlessKept('sidc')

/**
 * As {@link sidcUnlessKept}, in 15 characters. Only where neither symbol came it is worked out.
 *
 * Slots and refusals: as there, with those of `sidc15-kept`. Gives: text. Loss: EXACT for what came; otherwise as `sidc15`.
 */
export const sidc15UnlessKept: Converter = unlessKept('sidc15')

function unlessKept(form: 'sidc' | 'sidc15'): Converter {
  const [own, other] = form === 'sidc' ? [0, 1] : [1, 0]
  return {
    slots: SLOTS,
    gives: ['text'],
    parameters: [],
    compile(site: Site) {
      const keep = (form === 'sidc' ? sidcKept : sidc15Kept).compile(site)
      const make = making(site, form)
      const untold = blocked(`${site.rule}.realm-untold`)
      const mixed = blocked(`${site.rule}.mixed`)
      return (values, context) => {
        const [, , type, status, said] = values
        const [kept, realm] = [values[own], realmTold(said)]
        const elsewhere = values[other] !== undefined
        const shown = shownByUnit(textOf(values[0]), textOf(values[1]))
        const unreal = unrealIn(shown)
        if (unreal && realm === 'real' && (said !== undefined || shown.includes('real'))) return mixed
        if (kept === undefined && elsewhere) return undefined
        if (realm === undefined) return blocked(`${site.rule}.realm`)
        const converted =
          kept === undefined ? make([type, status, said], context) : keep([kept, said], context)
        const silent = converted === undefined || converted.kind === 'unmapped'
        return silent && !elsewhere && (unreal ?? realm) !== 'real' ? untold : converted
      }
    },
  }
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Works a symbol out from type, status and realm. */
function making(site: Site, form: 'sidc' | 'sidc15'): Convert {
  const [type, status, realm] = withSlots(site, MADE_FROM).sources
  const print = (form === 'sidc' ? sidc : sidc15).compile({
    ...site,
    sources: [type, undefined, status, realm],
  })
  const no = unmapped(`${site.rule}.partner`, 'no symbol stands for such a unit')
  return ([type, status, realm], context) => {
    if (type === undefined) return undefined
    if (typeof type !== 'string' || symbolOf(type) === undefined) return no
    return print([type, undefined, status, realm], context)
  }
}
