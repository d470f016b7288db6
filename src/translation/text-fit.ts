import type { Bounds } from '../terms/terms.ts'
import { checkLength, lengthOf } from './bounds.ts'
import {
  type Always,
  type Convert,
  type Converted,
  choiceOf,
  made,
  type Site,
  unmapped,
} from './converter.ts'
import type { Manner } from './mapping.ts'

/** Makes one text fit. */
export interface Fit {
  (text: string): Converted
  readonly always: Always
}

/**
 * Makes texts fit the target. One that can be longer is a problem when the mapping is loaded, unless the parameter `longer` says what
 * becomes of it: `cut`, NARROWED with a note, or `drop`, UNMAPPED, for identifiers, of which a part may name something else. What
 * the target does not take at run time is left out and said so, so that one text never makes a whole document invalid.
 *
 * @param comes how the texts can be
 * @param manner how a text that fits is told
 */
export function makeFit(site: Site, comes: Bounds, manner: Manner): Fit {
  const { room, rule } = site
  const most = room.takes.maxLength ?? Number.POSITIVE_INFINITY
  const longer = site.parameters.has('longer') ? choiceOf(site, 'longer', ['cut', 'drop']) : undefined
  if (longer === undefined) checkLength(site, comes.maxLength)
  const note = `cut at ${most} characters`
  const cut: Manner = { outcome: 'NARROWED', rule: `${rule}.cut`, note, reversible: false }
  const long = unmapped(`${rule}.long`, 'longer than there is room for')
  const strange = unmapped(`${rule}.form`, 'not in a form that can stand here')
  const judged = needsJudging(site, comes)
  const fit = (text: string) => {
    const whole = text.length <= most || lengthOf(text) <= most
    if (!whole && longer !== 'cut') return long
    const fitting = whole ? text : Array.from(text).slice(0, most).join('')
    if (judged && !room.accepts(fitting)) return strange
    return made(fitting, whole ? manner : cut)
  }
  const isFit = judged ? room.accepts : undefined
  return Object.assign(fit, { always: { kind: 'same', longest: most, isFit, manner } as const })
}

/** Leaves out, and says so, what the target does not take: for values whose forms nobody can list when the mapping is loaded. */
export function judged({ room, rule }: Site, convert: Convert): Convert {
  const strange = unmapped(`${rule}.form`, 'not in a form that can stand here')
  return (values, context) => {
    const converted = convert(values, context)
    return converted?.kind === 'value' && !room.accepts(converted.value) ? strange : converted
  }
}

/** Whether the target asks for something that the schema of the source does not promise; a code name is no telephone number. */
function needsJudging({ room: { takes }, target }: Site, { minLength = 0, pattern }: Bounds): boolean {
  const formed = takes.pattern !== undefined && takes.pattern !== pattern
  return formed || (takes.minLength ?? 0) > minLength || target.type === 'phone'
}
