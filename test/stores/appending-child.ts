/**
 * A process that appends to a store until it is killed, and prints each leaf once it was acknowledged.
 * Arguments: directory, how many writers at once, how many leaves at most, how many bytes a document has.
 */
import { systemClock } from '../../src/kit/kit.ts'
import { openSqliteStore } from '../../src/stores/stores.ts'
import { Refusal } from '../../src/terms/terms.ts'
import { vaultRow } from '../support/vault.ts'
import { acceptEntry, agency, inboxEntry, releaseEntry, type Store } from './exchange-store.suite.ts'

const [, , directory = '', writers = '1', most = '1', bytes = '10'] = process.argv
const clock = systemClock
const store = await openSqliteStore({ directory, clock, onFailure: () => say('failed') })
say('ready')
let left = Number(most)
await Promise.all(Array.from({ length: Number(writers) }, append))
await store[Symbol.asyncDispose]()
say('closed')

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function append(): Promise<void> {
  for (let turn = 0; left > 0; turn++) {
    left -= 1
    try {
      say(`leaf ${await appendOne(store, turn % 3)}`)
    } catch (fault) {
      say(`no ${fault instanceof Refusal ? fault.code : 'fault'}`)
      await new Promise(resolve => setTimeout(resolve, 1))
    }
  }
}

async function appendOne(to: Store, way: number): Promise<string> {
  const body = 'x'.repeat(Number(bytes))
  if (way === 0) {
    const entry = releaseEntry(clock, { line: body, vault: vaultRow(clock) })
    await to.release([entry], undefined)
    return entry.leaf
  }
  if (way === 1) {
    const entry = acceptEntry(clock, { inbox: inboxEntry(clock, { document: body }) })
    await to.accept({ peer: agency('army-1div'), id: entry.id, issuedAt: clock.now() }, [entry])
    return entry.leaf
  }
  const { leaf } = acceptEntry(clock)
  await to.note([leaf])
  return leaf
}
