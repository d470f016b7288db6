import type { KeptRow, VaultRow, VaultStore } from '../../ledger/ledger.ts'

/** The vault of a store that forgets everything at the end. */
export function makeMemoryVault(ledger: {
  append(leaves: readonly string[]): number
  leafAt(number: number): string | undefined
}): {
  readonly port: VaultStore
  add(row: VaultRow | undefined, leaf: number): void
} {
  const rows = new Map<string, KeptRow>()
  const inOrder = () => [...rows.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1))
  return {
    add(row, leaf) {
      if (row) rows.set(row.id, { ...row, leaf })
    },
    port: {
      leafAt: async number => ledger.leafAt(number),
      kept: async id => rows.get(id),
      async tagged(tags, below, limit) {
        const wanted = new Set(tags.map(nameOf))
        const found = [...rows.values()].filter(
          row => row.leaf < below && row.tags.some(tag => wanted.has(nameOf(tag))),
        )
        return found
          .map(({ leaf }) => leaf)
          .toSorted((one, other) => other - one)
          .slice(0, limit)
      },
      oldestKept: async () => inOrder()[0]?.id,
      async doomed(which, limit) {
        const found = inOrder().filter(({ id, kind, expiresAt }) =>
          which.kind === 'due'
            ? kind === which.of && expiresAt <= which.at
            : kind !== 'office' && timeIn(id) < which.at,
        )
        return found.slice(0, limit).map(({ id }) => id)
      },
      async forget(ids, leaf) {
        if (!ids.every(id => rows.has(id))) return false
        ledger.append([leaf])
        for (const id of ids) rows.delete(id)
        return true
      },
    },
  }
}

function nameOf(tag: Uint8Array): string {
  return Buffer.from(tag).toString('hex')
}

/** The milliseconds in a UUID version 7. */
function timeIn(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}
