import type {
  AcceptEntry,
  AcceptResult,
  BatchSeen,
  OnceKey,
  ReleaseEntry,
  ReleaseResult,
  SettleEntry,
} from '../../delivery/delivery.ts'
import type { DropAnswer, Head, LogTurn, SavedCheckpoint, VaultRow } from '../../ledger/ledger.ts'
import type { Problem } from '../../terms/terms.ts'
import type { AgreementCommand } from './agreement-table.ts'
import type { AnchorCommand } from './anchor-table.ts'
import type { DropCommand } from './drop-table.ts'
import type { ShapeCommand } from './shape-table.ts'
import type { WitnessCommand } from './witness-table.ts'

/** What the writing thread is asked to do: plain data, so that it can be posted, and merged into one transaction. */
export type Command =
  | {
      readonly kind: 'note'
      readonly leaves: readonly string[]
      readonly vault: readonly (VaultRow | undefined)[]
    }
  | {
      readonly kind: 'release'
      readonly entries: readonly ReleaseEntry[]
      readonly once: OnceKey | undefined
    }
  | { readonly kind: 'accept'; readonly batch: BatchSeen; readonly entries: readonly AcceptEntry[] }
  | { readonly kind: 'settle'; readonly entries: readonly SettleEntry[] }
  | EraseCommand
  | { readonly kind: 'forget'; readonly ids: readonly string[]; readonly leaf: string }
  | {
      readonly kind: 'remember'
      readonly agreement: string
      readonly revision: number
      readonly digest: string
    }
  | AgreementCommand
  | ShapeCommand
  | WitnessCommand
  | AnchorCommand
  | DropCommand
  | { readonly kind: 'open-log'; readonly leaves: readonly string[] }
  | TurnCommand
  | { readonly kind: 'checkpoint'; readonly checkpoint: SavedCheckpoint }
  | HeadCommand

/** Asks how large the log is; with a leaf, how large it would be with that. */
export interface HeadCommand {
  readonly kind: 'head'
  readonly leaf?: string
}

/** Ends the log with its last leaf under its last checkpoint, and begins the next one. */
export interface TurnCommand extends LogTurn {
  readonly kind: 'turn-log'
  readonly closing: string
}

/** Deletes what is due at `due`, if it is as many documents as the leaf says. */
export interface EraseCommand {
  readonly kind: 'erase'
  readonly due: number
  readonly count: number
  /** Undefined where there is nothing to record. */
  readonly leaf: string | undefined
}

/** What each command is answered with. */
export interface Answers {
  readonly note: null
  readonly release: ReleaseResult
  readonly accept: AcceptResult
  readonly settle: null
  /** False where another number of documents is due. */
  readonly erase: boolean
  /** False where one of the rows is gone already. */
  readonly forget: boolean
  readonly remember: null
  /** The ids of the acts that were not there yet. */
  readonly acts: readonly string[]
  readonly told: null
  readonly draft: null
  readonly 'drop-draft': null
  readonly shapes: null
  /** The reason why it was not kept, null where it was. */
  readonly checkpoint: string | null
  readonly head: Head
  readonly 'open-log': null
  readonly 'turn-log': null
  /** False where it was another head that we have seen. */
  readonly advance: boolean
  /** False where it is kept already, or enough are. */
  readonly conflict: boolean
  readonly 'settle-conflicts': number
  readonly cosignature: null
  readonly anchor: null
  readonly 'drop-log': DropAnswer
}

export type CommandKind = Command['kind']
export type CommandOf<K extends CommandKind> = Extract<Command, { kind: K }>
export type Answer = Answers[CommandKind]

/** Why something cannot be recorded. `locked`: another process holds the file. The last two are for good. */
export type Hindrance = 'disk-full' | 'locked' | 'io-error' | 'thread-ended'

/** `fault`: this command cannot be carried out. `unavailable`: nothing of the kind can be recorded at present. */
export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'fault'; readonly says: string }
  | { readonly kind: 'unavailable'; readonly why: Hindrance }

/** Commands that wait together and the time they are carried out at, ms. */
export interface Work {
  readonly now: number
  readonly commands: readonly Command[]
  /** The leaf about what could not be recorded: the first of the transaction, where the disk has space. */
  readonly owed: string | undefined
}

/** What became of them. */
export interface Done {
  readonly outcomes: readonly Outcome[]
  /** The disk is full: only what needs little space is recorded. */
  readonly short: boolean
  /** Whether the leaf that was owed is durable. */
  readonly paid: boolean
  /** Why nothing will be recorded any more; undefined while the store is well. */
  readonly broken: string | undefined
}

/** To the thread: work, or the end. */
export type Request = ({ readonly kind: 'apply' } & Work) | { readonly kind: 'close' }

/** From the thread. */
export type Reply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unfit'; readonly problems: readonly Problem[] | undefined; readonly fault: unknown }
  | ({ readonly kind: 'applied' } & Done)

/** How many leaves a command records. */
export function leavesIn(command: Command): number {
  if (command.kind === 'shapes' || command.kind === 'head') return 0
  // One that cannot be recorded is tried again, and nothing that has happened is missing.
  if (command.kind === 'turn-log') return 0
  if ('leaves' in command) return command.leaves.length
  if ('entries' in command) return command.entries.length
  if (command.kind === 'drop-log') return 1
  return 'leaf' in command && command.leaf !== undefined ? 1 : 0
}

/** About how many bytes a command adds to the transaction. */
export function weightOf(command: Command): number {
  switch (command.kind) {
    case 'note':
      return (
        command.leaves.reduce((sum, leaf) => sum + leaf.length, 0) +
        command.vault.reduce((sum, row) => sum + (row?.sealed.length ?? 0), 0)
      )
    case 'release':
      return command.entries.reduce(
        (sum, { line, manifest, leaf }) => sum + line.length + manifest.length + leaf.length,
        0,
      )
    case 'accept':
      return command.entries.reduce(
        (sum, { inbox, leaf }) => sum + (inbox?.document.length ?? 0) + leaf.length,
        0,
      )
    case 'settle':
      return command.entries.reduce((sum, { leaf, receipt }) => sum + leaf.length + (receipt?.length ?? 0), 0)
    case 'shapes':
      return command.entries.reduce((sum, { text }) => sum + text.length, 0)
    case 'acts':
      return command.entries.reduce((sum, { text, leaf }) => sum + text.length + leaf.length, 0)
    default:
      return 1024
  }
}
