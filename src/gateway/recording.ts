import type { Log } from '../kit/kit.ts'
import type { LeafWriter } from '../ledger/ledger.ts'
import type { SqliteStoreParts } from '../stores/stores.ts'

/** Whether this gateway can record, said aloud: to the log, to the health check, to the metrics and in the ledger itself. */
export interface Recording {
  /** For the store to call. */
  readonly hears: Required<Pick<SqliteStoreParts, 'onFailure' | 'shortage'>>
  /** False once the store has failed for good. */
  recording(): boolean
  /** False while the disk is full: refusals are still recorded, documents are not taken. */
  hasSpace(): boolean
}

/** @param onFailure called when nothing can be recorded any more: the process must end */
export function watchRecording(parts: {
  readonly log: Log
  readonly leaves: LeafWriter
  readonly onFailure: (fault: Error) => void
}): Recording {
  const state = { failed: false, short: false }
  return {
    hears: {
      onFailure(fault) {
        state.failed = true
        parts.onFailure(fault)
      },
      shortage: {
        onChange(short, unrecorded) {
          state.short = short
          if (short) parts.log.warn('store-full', { unrecorded })
          else parts.log.info('store-has-space', { unrecorded })
        },
        leaf: (why, count) => parts.leaves.write('store.degraded', { why, count }).text,
      },
    },
    recording: () => !state.failed,
    hasSpace: () => !state.failed && !state.short,
  }
}
