import { createSecretKey, type KeyObject } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { type Clock, randomKey, timestamp } from '../kit/kit.ts'
import type { SearchKeys } from '../ledger/ledger.ts'
import { ProblemsError, Refusal } from '../terms/terms.ts'

/** The keys of tags in their file: a line for each month, such as `2026-07 <32 bytes in hexadecimal>`. */
export interface KeptSearchKeys extends SearchKeys {
  /** Makes sure that this month and the next one have a key, so that none has to be made while somebody waits. */
  prepare(): void
  /** Destroys the keys of the months before the one in which `at` lies, ms: nothing is left that they could find. */
  dropBefore(at: number): void
}

type Keys = ReadonlyMap<string, string>

/**
 * Opens the file, or makes it.
 *
 * @throws ProblemsError where it holds something else
 */
export function openSearchKeys(file: string, clock: Clock): KeptSearchKeys {
  let keys = existsSync(file) ? readKeys(file) : new Map<string, string>()
  const objects = new Map<string, KeyObject>()

  function keep(changed: Keys): void {
    replaceFile(file, [...changed].map(([month, key]) => `${month} ${key}\n`).join(''))
    keys = changed
  }
  function add(...months: readonly string[]): void {
    const fresh = months.filter(month => !keys.has(month))
    if (fresh.length === 0) return
    const made = fresh.map(month => [month, randomKey(32).toString('hex')] as const)
    keep(new Map([...keys, ...made].toSorted(([one], [other]) => (one < other ? -1 : 1))))
  }
  function objectOf(month: string): KeyObject | undefined {
    const key = keys.get(month)
    if (key === undefined) return undefined
    const known = objects.get(month) ?? createSecretKey(Buffer.from(key, 'hex'))
    objects.set(month, known)
    return known
  }
  const prepare = () => add(monthOf(clock.now()), monthOf(clock.now() + NEXT_MS))

  prepare()
  return {
    prepare,
    current(now) {
      const month = monthOf(now)
      const known = objectOf(month)
      if (known) return known
      try {
        add(month)
      } catch {
        throw new Refusal('store-unavailable')
      }
      return objectOf(month) ?? missing()
    },
    within(since, until) {
      const [first, last] = [
        since === undefined ? '' : monthOf(since),
        until === undefined ? '9' : monthOf(until),
      ]
      const months = [...keys.keys()].filter(month => month >= first && month <= last)
      return months.toReversed().flatMap(month => objectOf(month) ?? [])
    },
    dropBefore(at) {
      const first = monthOf(Math.min(at, clock.now()))
      const gone = [...keys.keys()].filter(month => month < first)
      if (gone.length === 0) return
      keep(new Map([...keys].filter(([month]) => month >= first)))
      for (const month of gone) objects.delete(month)
    },
  }
}

/** More than a month from any day lies in the next month or the one after; nearer days need no key yet. */
const NEXT_MS = 14 * 86_400_000

function monthOf(at: number): string {
  return timestamp(Math.max(0, Math.min(at, 253_402_300_799_999))).slice(0, 7)
}

function missing(): never {
  throw new Error('a key was made and is not there')
}

function readKeys(file: string): Keys {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  const entries = lines.map((line, index) => {
    const [, month, key] = /^(\d{4}-\d{2}) ([0-9a-f]{64})$/.exec(line) ?? []
    if (month !== undefined && key !== undefined) return [month, key] as const
    const says = 'is not a month and 32 bytes in hexadecimal'
    throw new ProblemsError([{ file, line: index + 1, column: 0, code: 'key-unreadable', says }])
  })
  return new Map(entries)
}

/** The new text takes the place of the old one at once; then the old one is overwritten. */
function replaceFile(file: string, text: string): void {
  const draft = `${file}.${randomKey(8).toString('hex')}`
  writeFileSync(draft, text, { flag: 'wx', mode: 0o600, flush: true })
  const old = existsSync(file) ? openSync(file, 'r+') : undefined
  renameSync(draft, file)
  const directory = openSync(dirname(file), 'r')
  fsyncSync(directory)
  closeSync(directory)
  if (old === undefined) return
  writeSync(old, Buffer.alloc(fstatSync(old).size))
  fsyncSync(old)
  closeSync(old)
}
