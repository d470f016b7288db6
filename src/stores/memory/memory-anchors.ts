import type { Anchor, AnchorStore } from '../../ledger/ledger.ts'

/** Anchors in a list. */
export function makeMemoryAnchors(append: (leaves: readonly string[]) => void): {
  readonly port: AnchorStore
  /** Anchors belong to the log they were made of. */
  forgetAnchors(): void
} {
  let kept: Anchor[] = []
  const port: AnchorStore = {
    async saveAnchor(anchor, leaf) {
      if (kept.some(({ size, kind }) => size === anchor.size && kind === anchor.kind))
        throw new Error('an anchor is never changed')
      append([leaf])
      kept = [...kept, anchor].sort((a, b) => a.size - b.size)
    },
    lastAnchor: async () => kept.at(-1),
    anchors: async () => kept,
  }
  return {
    port,
    forgetAnchors() {
      kept = []
    },
  }
}
