import type { ActRow, AgreementStore, DraftRow } from '../../governance/governance.ts'
import type { VaultRow } from '../../ledger/ledger.ts'

/** The acts and drafts of a store that forgets. */
export function makeMemoryAgreements(
  append: (leaves: readonly string[]) => number,
  keep: (row: VaultRow | undefined, leaf: number) => void,
): AgreementStore {
  const rows = new Map<string, ActRow>()
  const drafts = new Map<string, DraftRow>()
  return {
    acts: async () => [...rows.values()],
    async addActs(entries) {
      const added = entries.filter(({ id }) => !rows.has(id))
      for (const { id, to, text, recordedAt } of added)
        rows.set(id, { id, to, text, recordedAt, toldAt: undefined })
      const first = append(added.map(({ leaf }) => leaf))
      for (const [at, { vault }] of added.entries()) keep(vault, first + at)
      return added.map(({ id }) => id)
    },
    async markTold(ids, at) {
      for (const id of ids) {
        const row = rows.get(id)
        if (row && row.toldAt === undefined) rows.set(id, { ...row, toldAt: at })
      }
    },
    drafts: async () => [...drafts.values()].toSorted((a, b) => (a.agreement < b.agreement ? -1 : 1)),
    async saveDraft(draft, leaf, vault) {
      drafts.set(draft.agreement, draft)
      keep(vault, append([leaf]))
    },
    async dropDraft(agreement) {
      drafts.delete(agreement)
    },
  }
}
