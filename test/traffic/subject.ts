import type { JsonObject } from '../../src/kit/kit.ts'
import type { Cast } from './cast.ts'
import type { Random } from './random.ts'

/** What one message is about, when it is written: enough to write the document, with nothing remembered from others. */
export interface Subject {
  readonly cast: Cast
  /** Which request, unit or plan, from 0. */
  readonly entity: number
  /** From 1; each version replaces the one before. */
  readonly version: number
  /** Milliseconds since 1970. */
  readonly at: number
  /** Draws the same for every version. */
  readonly fixed: Random
  /** Draws anew for each version. */
  readonly fresh: Random
}

/** Writes the document of one kind of message. */
export type Author = (subject: Subject) => JsonObject

/** The step that something has reached at a version; it stays at the last one. */
export function stepAt<Step>(steps: readonly [Step, ...Step[]], version: number): Step {
  return steps[Math.min(version, steps.length) - 1] ?? steps[0]
}
