import { type Clock, readJsonText } from '../../src/kit/kit.ts'
import { growTree, leafHash, makeLeafWriter } from '../../src/ledger/ledger.ts'
import { openSqliteStore, type Shortage } from '../../src/stores/stores.ts'
import { dig } from '../support/dig.ts'
import type { Store } from './exchange-store.suite.ts'

export interface Opened {
  readonly store: Store
  /** What the store has said, in order. */
  readonly said: string[]
}

export async function open(directory: string, clock: Clock): Promise<Opened> {
  const said: string[] = []
  const leaves = makeLeafWriter({ clock, agency: 'army-1div' })
  const shortage: Shortage = {
    onChange: (short, unrecorded) => said.push(`${short ? 'full' : 'has space'} ${unrecorded}`),
    leaf: (why, count) => leaves.write('store.degraded', { why, count }).text,
  }
  const onFailure = () => said.push('failed')
  return { store: await openSqliteStore({ directory, clock, onFailure, shortage }), said }
}

/** The leaves in the words of this test: what was noted, and what the ledger says it has missed. */
export async function told(store: Store): Promise<string[]> {
  const texts = await store.leaves(0, await store.size())
  return texts.map(text => {
    const reading = readJsonText(text)
    const json = reading.ok ? reading.value : null
    return dig(json, 'kind') === 'store.degraded'
      ? `missed ${String(dig(json, 'why'))} ${String(dig(json, 'count'))}`
      : text
  })
}

export async function isWhole(store: Store): Promise<boolean> {
  const head = await store.head()
  const tree = growTree(0, [], () => {})
  for (const leaf of await store.leaves(0, head.size)) tree.append(leafHash(leaf))
  return Buffer.from(tree.root()).equals(head.root)
}
