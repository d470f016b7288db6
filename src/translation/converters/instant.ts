import type { Json } from '../../kit/kit.ts'
import { blocked, type Converted, type Converter, exactly, made, type Site, unmapped } from '../converter.ts'
import { readDtg } from '../date-time-group.ts'
import { readMoment } from '../moment.ts'

/**
 * RFC 3339 → RFC 3339 (the text is kept), or a date-time group where there is no timestamp (ACP 121, NIEM zone codes). A day or
 * month alone is not an instant, and none is made up for it.
 */
export const instant: Converter = {
  slots: [
    { name: 'value', types: ['time'], optional: true },
    { name: 'dtg', types: ['text'], optional: true },
  ],
  gives: ['time'],
  parameters: [],
  compile(site: Site) {
    const exact = exactly(site.rule)
    return ([value, group], context) => {
      if (value === undefined) return fromGroup(group, { anchor: context.receivedAt, rule: site.rule })
      if (typeof value !== 'string') return blocked(site.rule)
      const moment = readMoment(value)
      if (moment === undefined) return blocked(site.rule)
      return moment.kind === 'instant' ? made(value, exact) : unmapped(site.rule, 'not an instant')
    }
  },
}

function fromGroup(group: Json | undefined, use: { anchor: number; rule: string }): Converted {
  if (typeof group !== 'string') return blocked(use.rule)
  const reading = readDtg(group, { anchor: use.anchor })
  if (reading.kind === 'fault') return blocked(`${use.rule}.${reading.fault}`)
  if (reading.kind !== 'instant') return unmapped(use.rule, 'not an instant')
  const text = `${new Date(reading.at).toISOString().slice(0, 19)}Z`
  if (reading.anchored)
    return made(text, {
      outcome: 'DEFAULTED',
      rule: `${use.rule}.anchor`,
      note: 'month and year from the time of receipt',
    })
  if (reading.seconds === 1) return made(text, exactly(use.rule))
  return made(text, { outcome: 'APPROXIMATED', rule: `${use.rule}.min`, error: { value: 60, unit: 's' } })
}
