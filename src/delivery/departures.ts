import type { WaitingRow } from './exchange-store.ts'
import type { Picked } from './lanes.ts'

/** Whether an exchange may leave: at once, perhaps later, or never again because what it was released under is over. */
export type Leave = 'now' | 'later' | 'never'

/** What was picked, sorted by what may become of it. */
export interface Departures {
  readonly go: readonly Picked[]
  /** Rows at the heads of their lanes that never leave. */
  readonly over: readonly WaitingRow[]
  /** Lanes whose head has to wait. */
  readonly later: readonly string[]
}

/** Nothing overtakes in its lane: behind the first that does not go, only what is over as well is looked at. */
export function departures(picked: readonly Picked[], mayLeave: (row: WaitingRow) => Leave): Departures {
  const go: Picked[] = []
  const over: WaitingRow[] = []
  /** How the head of each lane fares. */
  const heads = new Map<string, Leave>()
  const halted = new Set<string>()
  for (const one of picked) {
    const { row } = one
    if (halted.has(row.lane)) continue
    const leave = mayLeave(row)
    const head = heads.get(row.lane) ?? leave
    heads.set(row.lane, head)
    if (leave !== head) halted.add(row.lane)
    else if (leave === 'now') go.push(one)
    else if (leave === 'never') over.push(row)
  }
  return { go, over, later: [...heads].flatMap(([lane, leave]) => (leave === 'later' ? [lane] : [])) }
}
