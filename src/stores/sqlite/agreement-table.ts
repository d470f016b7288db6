import type { ActEntry, ActRow, DraftRow } from '../../governance/governance.ts'
import type { VaultRow } from '../../ledger/ledger.ts'
import { agencyOf, type Database, numberOf, optionalNumberOf, type Row, textOf } from './database.ts'
import type { LedgerTable } from './ledger-table.ts'
import type { VaultTable } from './vault-table.ts'

/** What the writing thread is asked to do about agreements. */
export type AgreementCommand =
  | { readonly kind: 'acts'; readonly entries: readonly ActEntry[] }
  | { readonly kind: 'told'; readonly ids: readonly string[]; readonly at: number }
  | { readonly kind: 'draft'; readonly draft: DraftRow; readonly leaf: string; readonly vault: VaultRow }
  | { readonly kind: 'drop-draft'; readonly agreement: string }

export interface AgreementTable {
  /** Adds acts with their leaves. Returns the ids of those that were not there. */
  addActs(entries: readonly ActEntry[]): readonly string[]
  markTold(ids: readonly string[], at: number): void
  saveDraft(draft: DraftRow, leaf: string, vault: VaultRow): void
  dropDraft(agreement: string): void
}

export function openAgreementTable(db: Database, ledger: LedgerTable, rows: VaultTable): AgreementTable {
  const insert = db.prepare(
    'INSERT INTO agreement_act (id, peer, text, recorded_at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
  )
  const told = db.prepare('UPDATE agreement_act SET told_at = ? WHERE id = ? AND told_at IS NULL')
  const save = db.prepare(
    'INSERT OR REPLACE INTO agreement_draft (agreement, source, saved_by, saved_at) VALUES (?, ?, ?, ?)',
  )
  const drop = db.prepare('DELETE FROM agreement_draft WHERE agreement = ?')
  return {
    addActs(entries) {
      const added = entries.filter(({ id, to = null, text, recordedAt }) => {
        return insert.run(id, to, text, recordedAt).changes > 0
      })
      const first = ledger.append(added.map(({ leaf }) => leaf))
      for (const [at, { vault }] of added.entries()) if (vault) rows.add(vault, first + at)
      return added.map(({ id }) => id)
    },
    markTold(ids, at) {
      for (const id of ids) told.run(at, id)
    },
    saveDraft({ agreement, source, savedBy, savedAt }, leaf, vault) {
      save.run(agreement, source, savedBy, savedAt)
      rows.add(vault, ledger.append([leaf]))
    },
    dropDraft(agreement) {
      drop.run(agreement)
    },
  }
}

/** Reads of agreements, on the reading connection. */
export function openAgreementReader(db: Database) {
  const acts = db.prepare('SELECT id, peer, text, recorded_at, told_at FROM agreement_act ORDER BY row')
  const drafts = db.prepare(
    'SELECT agreement, source, saved_by, saved_at FROM agreement_draft ORDER BY agreement',
  )
  return {
    acts: () => acts.all().map(readAct),
    drafts: () => drafts.all().map(readDraft),
  }
}

function readAct(row: Row): ActRow {
  return {
    id: textOf(row, 'id'),
    to: row['peer'] === null ? undefined : agencyOf(row, 'peer'),
    text: textOf(row, 'text'),
    recordedAt: numberOf(row, 'recorded_at'),
    toldAt: optionalNumberOf(row, 'told_at'),
  }
}

function readDraft(row: Row): DraftRow {
  return {
    agreement: textOf(row, 'agreement'),
    source: textOf(row, 'source'),
    savedBy: textOf(row, 'saved_by'),
    savedAt: numberOf(row, 'saved_at'),
  }
}
