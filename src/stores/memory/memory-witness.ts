import {
  type Head,
  type LogConflict,
  MAX_CONFLICTS,
  type PeerLog,
  type SavedCosignature,
  type WitnessStore,
} from '../../ledger/ledger.ts'

/**
 * Heads, conflicts and cosignatures in lists.
 *
 * @param newest the number of the log that grows
 */
export function makeMemoryWitness(
  append: (leaves: readonly string[]) => void,
  newest: () => number,
): WitnessStore {
  const logs = new Map<string, PeerLog>()
  const conflicts: { readonly conflict: LogConflict; settled: boolean }[] = []
  const cosignatures = new Map<number, readonly SavedCosignature[]>()
  const ofLog = (log = newest()) => cosignatures.get(log) ?? []
  return {
    peerLog: async origin => logs.get(origin),
    peerLogs: async peer =>
      [...logs.values()]
        .filter(log => log.peer === peer)
        .sort((a, b) => a.at - b.at || (a.origin < b.origin ? -1 : 1)),
    async advance({ from, to, leaf }) {
      const known = logs.get(to.origin)
      if (!isSameHead(known, from)) return false
      if (known !== undefined && to.size < known.size) throw new Error('a witness never goes back')
      append([leaf])
      logs.set(to.origin, to)
      return true
    },
    async keepConflict(conflict, leaf) {
      const ofPeer = conflicts.filter(({ conflict: { peer } }) => peer === conflict.peer)
      const known = ofPeer.some(({ conflict: { note } }) => note === conflict.note)
      if (known || ofPeer.length >= MAX_CONFLICTS) return false
      append([leaf])
      conflicts.push({ conflict, settled: false })
      return true
    },
    conflicts: async () => conflicts.filter(({ settled }) => !settled).map(({ conflict }) => conflict),
    async settleConflicts(peer, _at, leaf) {
      const open = conflicts.filter(({ conflict, settled }) => conflict.peer === peer && !settled)
      for (const one of open) one.settled = true
      if (open.length > 0) append([leaf])
      return open.length
    },
    async saveCosignature(cosignature, log = newest()) {
      const { size, witness } = cosignature
      const others = ofLog(log).filter(one => one.size !== size || one.witness !== witness)
      cosignatures.set(log, [...others, cosignature])
    },
    lastCosignature: async (witness, log) =>
      ofLog(log)
        .filter(one => one.witness === witness)
        .sort((a, b) => b.size - a.size)[0],
    cosignatures: async size =>
      ofLog()
        .filter(one => one.size === size)
        .sort((a, b) => (a.witness < b.witness ? -1 : 1)),
  }
}

function isSameHead(one: Head | undefined, other: Head | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return one.size === other.size && Buffer.compare(one.root, other.root) === 0
}
