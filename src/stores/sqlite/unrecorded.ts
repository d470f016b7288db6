import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject, readJsonText } from '../../kit/kit.ts'
import type { Hindrance } from './command.ts'
import { UNRECORDED_FILE } from './database.ts'

/** How many leaves could not be recorded and why the last of them could not, until the ledger says so itself. */
export interface Unrecorded extends Disposable {
  readonly count: number
  readonly why: Hindrance
  add(count: number, why: Hindrance): void
  /** So many of them are told by a durable leaf now. */
  settle(count: number): void
}

const RECORD_BYTES = 64
const HINDRANCES: readonly Hindrance[] = ['disk-full', 'locked', 'io-error', 'thread-ended']

/**
 * Keeps the figure in a small file of `directory`, so that it outlives the process. The file is written once with its full
 * length and from then on in place: a full disk does not hinder it. It is not synced: a power cut may lose the newest figure.
 */
export function keepUnrecorded(directory: string): Unrecorded {
  let handle = openOr(join(directory, UNRECORDED_FILE))
  let { count, why } = read(handle)
  write()

  function write(): void {
    if (handle === undefined) return
    try {
      writeSync(handle, `${JSON.stringify({ count, why }).padEnd(RECORD_BYTES - 1)}\n`, 0)
    } catch {
      // The figure is still told by this process.
    }
  }

  return {
    get count() {
      return count
    },
    get why() {
      return why
    },
    add(more, because) {
      if (more === 0) return
      count += more
      why = because
      write()
    },
    settle(told) {
      count -= told
      write()
    },
    [Symbol.dispose]() {
      if (handle !== undefined) closeSync(handle)
      handle = undefined
    },
  }
}

/** Undefined where the disk has no space for it, or is broken: then the figure lives as long as the process. */
function openOr(file: string): number | undefined {
  try {
    return openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600)
  } catch {
    return undefined
  }
}

function read(handle: number | undefined): { count: number; why: Hindrance } {
  const none = { count: 0, why: 'io-error' } as const
  if (handle === undefined) return none
  const bytes = Buffer.alloc(RECORD_BYTES)
  readSync(handle, bytes, 0, RECORD_BYTES, 0)
  const reading = readJsonText(bytes.toString('latin1').trim())
  const record = reading.ok && isJsonObject(reading.value) ? reading.value : {}
  const why = HINDRANCES.find(known => known === record['why'])
  const count = record['count']
  if (why === undefined || typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) return none
  return { count, why }
}
