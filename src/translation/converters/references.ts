import type { Json } from '../../kit/kit.ts'
import { type Converter, type Site, unmapped } from '../converter.ts'
import type { Manner } from '../mapping.ts'
import { makeFit } from '../text-fit.ts'

/** A URN (RFC 8141): what a record is identified by, and no title of a map or a paper. */
const URN = /^urn:[a-z0-9][a-z0-9-]{0,31}:[!-~]+$/i

/**
 * The record that an order refers to: the one URN among its references. Where none of them is a URN, or several are, the identifier
 * of the order itself stands for it, under which its operation arrives too.
 *
 * Slots: `value` (list of texts, optional), `own` (id or text). Parameter `longer` as in `text`. Gives: id, text. Loss: APPROXIMATED
 * for a reference, DEFAULTED for the order itself; NARROWED where cut; UNMAPPED where neither is there.
 */
export const urnOfReferences: Converter = {
  slots: [
    { name: 'value', types: ['text', 'id'], optional: true },
    { name: 'own', types: ['text', 'id'] },
  ],
  gives: ['id', 'text'],
  parameters: ['longer'],
  compile(site: Site) {
    const { rule, room } = site
    const [listed = {}, own = {}] = room.reads
    const found: Manner = { outcome: 'APPROXIMATED', rule, note: 'the one record among the references' }
    const itself: Manner = {
      outcome: 'DEFAULTED',
      rule: `${rule}.own`,
      note: 'the order itself stands for it',
    }
    const fitFound = makeFit(site, listed, found)
    const fitOwn = makeFit(site, own, itself)
    const no = unmapped(rule, 'refers to no record')
    return ([value, order]) => {
      const [urn, other] = urnsIn(value)
      if (urn !== undefined && other === undefined) return fitFound(urn)
      return typeof order === 'string' ? fitOwn(order) : no
    }
  },
}

function urnsIn(value: Json | undefined): readonly string[] {
  if (!Array.isArray(value)) return []
  return [...new Set(value.filter(one => typeof one === 'string' && URN.test(one)))]
}
