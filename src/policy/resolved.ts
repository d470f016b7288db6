import type { Catalogue, Leaf } from '../terms/terms.ts'
import type { Condition } from './condition.ts'
import type { Draft } from './draft.ts'
import type { Figure } from './figure.ts'
import type { PreparedTreatment } from './treatments/treatment.ts'
import type { TreatmentKind } from './treatments/treatments.ts'

/** An agreement whose every name stands for something: what the signed form, the plans and the explanations are made from. */
export interface Resolved {
  readonly draft: Draft
  readonly resources: ReadonlyMap<string, ResolvedResource>
}

export interface ResolvedResource {
  readonly catalogue: Catalogue
  /** When each purpose applies; undefined stands for always. */
  readonly whilst: ReadonlyMap<string, NamedCondition | undefined>
  /** Before the whole document, in the order of the file: gates, then red lines that drop the document. */
  readonly gates: readonly Gate[]
  /** Red lines that drop entries, by list. */
  readonly drops: ReadonlyMap<string, readonly Drop[]>
  /** Which entries may go, by list and purpose. Every list of objects has a row here. */
  readonly include: ReadonlyMap<string, ReadonlyMap<string, Inclusion>>
  /** What the gateway works out, by the item that it becomes. */
  readonly figures: ReadonlyMap<string, Figure>
  readonly items: readonly DecidedItem[]
}

export interface NamedCondition extends Condition {
  readonly name: string
  readonly says: string
}

export interface Gate {
  readonly id: string
  readonly says: string
  readonly condition: NamedCondition
  /** The truth value with which the document may pass. */
  readonly passes: boolean
}

/** A red line about the entries of a list. */
export interface Drop {
  readonly id: string
  readonly says: string
  readonly condition: NamedCondition
  /** The truth value with which an entry may stay; whatever else comes out, it is dropped. */
  readonly stays: boolean
}

export type Inclusion =
  | { readonly kind: 'every' }
  | { readonly kind: 'none' }
  | { readonly kind: 'condition'; readonly condition: NamedCondition }

/** One item of the catalogue with its cell for each purpose. */
export interface DecidedItem {
  readonly leaf: Leaf
  /** The row that decides: the item's own, or the longest group row; undefined where the table says nothing. */
  readonly row: string | undefined
  /** The red line that says never; every cell then withholds. */
  readonly redLine: string | undefined
  readonly cells: ReadonlyMap<string, Cell>
}

/** First match decides; only the last branch has no condition. */
export type Cell = readonly Branch[]

export interface Branch {
  readonly condition: NamedCondition | undefined
  readonly outcome: Outcome
}

export interface Outcome {
  /** As the table writes it. */
  readonly name: string
  readonly says: string
  readonly kind: TreatmentKind
  readonly prepared: PreparedTreatment
  /** The line of another document that made it stricter than the agreement: `baseline B1`, and why. */
  readonly limit?: { readonly rule: string; readonly says: string }
}

/** The innermost list of objects around a path, or undefined: `command[]` for `command[].officer.name`. */
export function listAround(path: string): string | undefined {
  const end = path.lastIndexOf('[].')
  return end < 0 ? undefined : path.slice(0, end + 2)
}

/** Whether nothing of a cell ever leaves. */
export function isWithheld(cell: Cell): boolean {
  return cell.every(({ outcome }) => outcome.kind === 'withhold')
}
