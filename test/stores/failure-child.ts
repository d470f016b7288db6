/**
 * A process that records groups of leaves, each group asked for at once, and says so when all of a group are acknowledged.
 * It ends by itself when nothing can be recorded any more, as a gateway does.
 * Arguments: directory, how many groups, how many leaves in each.
 */
import { systemClock } from '../../src/kit/kit.ts'
import { makeLeafWriter } from '../../src/ledger/ledger.ts'
import { openSqliteStore } from '../../src/stores/stores.ts'
import { Refusal } from '../../src/terms/terms.ts'

const [, , directory = '', groups = '1', leaves = '1'] = process.argv
const writer = makeLeafWriter({ clock: systemClock, agency: 'army-1div' })
const store = await openSqliteStore({
  directory,
  clock: systemClock,
  onFailure() {
    say('failed')
    process.exitCode = 1
  },
  shortage: {
    onChange: short => say(short ? 'full' : 'has space'),
    leaf: (why, count) => writer.write('store.degraded', { why, count }).text,
  },
})
say('ready')
for (let group = 0; group < Number(groups); group++) await append(group)
await store[Symbol.asyncDispose]()
say('closed')

async function append(group: number): Promise<void> {
  const texts = Array.from({ length: Number(leaves) }, (_, at) => `{"group":${group},"n":${at}}`)
  const results = await Promise.allSettled(texts.map(text => store.note([text])))
  const fault = results.find(result => result.status === 'rejected')
  if (fault === undefined) return say(`group ${group}`)
  say(`no ${group} ${fault.reason instanceof Refusal ? fault.reason.code : 'fault'}`)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
