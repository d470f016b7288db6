import type { JsonObject } from '../kit/kit.ts'
import type { Label } from '../terms/terms.ts'
import type { Condition, Scene } from './condition.ts'
import type { Plan } from './plan.ts'
import type { DecidedItem, ResolvedResource } from './resolved.ts'

/** What a peer sent, as its manifest and its line say. */
export interface Received {
  readonly resource: string
  readonly purpose: string
  readonly label: Label
  readonly document: JsonObject
  /** Whether it was released under urgent use, where the stage is not looked at. */
  readonly urgent: boolean
}

/**
 * The first gate, red line or stage before the whole document that a received document certainly does not pass, by its name.
 * What the receiver cannot tell for certain is not held against the sender.
 */
export type Regater = (received: Pick<Received, 'label' | 'document' | 'urgent'>) => string | undefined

interface Guard {
  readonly name: string
  readonly holds: (scene: Scene) => boolean
  readonly stage: boolean
}

export function makeRegater({ gates, whilst, items }: ResolvedResource, plan: Plan): Regater {
  const always = new Set(items.flatMap(item => (isAlways(item, plan.purpose) ? [item.leaf.path] : [])))
  const stage = whilst.get(plan.purpose)
  const rules = [
    ...(stage ? [{ name: stage.name, condition: stage, passes: true, stage: true }] : []),
    ...gates.map(({ id, condition, passes }) => ({ name: id, condition, passes, stage: false })),
  ]
  const guards = rules.flatMap(({ name, condition, passes, stage: isStage }): readonly Guard[] => {
    const certainty = certaintyOf(condition, plan, always)
    if (certainty === 'none') return []
    const told = certainty === 'full' ? () => true : (scene: Scene) => condition.present(scene)
    return [{ name, stage: isStage, holds: scene => !told(scene) || condition.test(scene) === passes }]
  })
  return ({ label, document, urgent }) => {
    const scene: Scene = { document, label, request: {}, entries: [] }
    return guards.find(guard => !(urgent && guard.stage) && !guard.holds(scene))?.name
  }
}

/** An item of which the receiver sees whatever the sender sees: shared in every case, and not inside a list. */
function isAlways({ leaf, cells }: DecidedItem, purpose: string): boolean {
  const cell = cells.get(purpose)
  return cell?.length === 1 && cell[0]?.outcome.kind === 'share' && !leaf.path.includes('[]')
}

/**
 * How far the receiver can tell a condition. The label is always known, the request never. An item that is always shared is
 * absent here where it is absent there, which settles any condition but one that asks for absence: a group with nothing in it
 * does not travel. Other unchanged items settle it only where they are there.
 */
function certaintyOf(
  { inputs, absenceMakes }: Condition,
  { unchanged }: Plan,
  always: ReadonlySet<string>,
): 'full' | 'where-present' | 'none' {
  if (inputs.some(({ kind }) => kind === 'request')) return 'none'
  const items = inputs.filter(({ kind }) => kind === 'item')
  const asksForAbsence = absenceMakes.true || absenceMakes.false
  if (items.length === 0 || (!asksForAbsence && items.every(({ path }) => always.has(path)))) return 'full'
  return items.every(({ path }) => unchanged.has(path)) ? 'where-present' : 'none'
}
