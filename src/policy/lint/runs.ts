import type { ExampleDraft } from '../draft-examples.ts'
import type { Asked, Decision } from '../engine.ts'
import { askedIn } from '../examples.ts'
import type { Projected } from '../projector.ts'
import type { Subject } from './subject.ts'

/** What came of one worked example. */
export interface Run {
  readonly example: ExampleDraft
  readonly asked: Asked
  readonly decision: Decision
  /** Undefined where it was refused. */
  readonly projected: Projected | undefined
}

/** Runs every worked example that can be put together, with the engine given. */
export function runsOf({ resolved, engine }: Pick<Subject, 'resolved' | 'engine'>): readonly Run[] {
  return resolved.draft.examples.flatMap(example => {
    const asked = askedIn(resolved, example, () => undefined)
    if (!asked) return []
    const decision = engine.decide(asked)
    const projected = decision.kind === 'release' ? engine.project(decision) : undefined
    return [{ example, asked, decision, projected }]
  })
}
