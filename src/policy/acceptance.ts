import { isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'
import type { Agreement } from './compile.ts'
import type { Scene } from './condition.ts'
import type { PolicyParts } from './reading.ts'
import type { Cell, DecidedItem, ResolvedResource } from './resolved.ts'
import { type BaselineLine, goesBeyond, pathsRead, speaksOf, strictestOf } from './restrict.ts'
import type { Treatment, Workshop } from './treatments/treatment.ts'

/** What the recipient is willing to hold of the documents that come under one agreement. */
export interface Acceptance {
  /** Takes out of a received document, which has been rechecked, what the recipient does not want to hold. */
  cut(resource: string, purpose: string, document: JsonObject): AcceptedDocument
}

export interface AcceptedDocument {
  readonly document: JsonObject
  /** Items of which something was taken out or made coarser, as the catalogue writes them; never a value. */
  readonly cut: readonly string[]
  /** Those of them that the schema requires and the document had: without them it cannot be accepted. */
  readonly missing: readonly string[]
}

/** What an acceptance needs from outside; handed in at assembly. */
export interface AcceptanceParts extends Pick<PolicyParts, 'squareOf'> {
  /** Whether the schema of a resource requires the item. */
  requires(resource: string, path: string): boolean
}

/**
 * The recipient's own document at work: the strictest of all documents wins here too. A value that a line would have let through
 * stays as it is; one that was shared plainly is treated as the line says; anything else goes. What is left is still within the
 * agreement. Code names are never made here: only the provider may.
 */
export function makeAcceptance(
  { reading }: Pick<Agreement, 'reading'>,
  lines: readonly BaselineLine[],
  parts: AcceptanceParts,
): Acceptance {
  const { draft, resources } = reading.resolved
  const cutters = new Map<string, ReadonlyMap<string, Node>>()
  for (const [name, resource] of resources) {
    const about = lines.filter(line => line.resource === name)
    const plant = (purpose: string) => plantCuts(resource, purpose, about, parts)
    cutters.set(name, new Map([...draft.purposes.keys()].map(purpose => [purpose, plant(purpose)])))
  }
  return {
    cut(resource, purpose, document) {
      const node = cutters.get(resource)?.get(purpose)
      const round: Round = { cut: new Set(), gone: new Set() }
      const kept = node ? cutNode(node, document, round) : document
      const missing = [...round.gone].filter(path => parts.requires(resource, path))
      return { document: isJsonObject(kept) ? kept : {}, cut: [...round.cut], missing }
    },
  }
}

/** Where something may have to be cut: the way to it by members, and at its end the item. */
interface Node {
  readonly members: Map<string, Node>
  item: { readonly path: string; readonly keep: (value: Json) => Json | undefined } | undefined
}

interface Round {
  readonly cut: Set<string>
  readonly gone: Set<string>
}

function plantCuts(
  resource: ResolvedResource,
  purpose: string,
  lines: readonly BaselineLine[],
  parts: AcceptanceParts,
): Node {
  const root: Node = { members: new Map(), item: undefined }
  const read = pathsRead(resource)
  for (const item of resource.items) {
    const { path } = item.leaf
    const about = lines.filter(line => speaksOf(line, path, purpose))
    const cell = item.cells.get(purpose) ?? []
    const beyond = about.some(line => cell.some(({ outcome }) => goesBeyond(outcome, line)))
    if (!beyond) continue
    nodeAt(root, path).item = { path, keep: keeper(item, cell, about, { ...parts, isRead: read.has(path) }) }
  }
  return root
}

function nodeAt(root: Node, path: string): Node {
  let node = root
  for (const step of path.split('.')) {
    const name = step.endsWith('[]') ? step.slice(0, -2) : step
    const next = node.members.get(name) ?? { members: new Map(), item: undefined }
    node.members.set(name, next)
    node = next
  }
  return node
}

/** What a receiver has of a scene: only a code name would need more, and none is made here. */
const SCENE: Scene = { document: {}, entries: [], label: { policy: '', classification: '' }, request: {} }

/** What is kept of one value: itself, a coarser one, or undefined for nothing. */
function keeper(
  { leaf }: DecidedItem,
  cell: Cell,
  lines: readonly BaselineLine[],
  { squareOf, isRead }: AcceptanceParts & { readonly isRead: boolean },
): (value: Json) => Json | undefined {
  const line = strictestOf(lines)
  if (!line || line.most.kind === 'withhold') return () => undefined
  const workshop: Workshop = { squareOf, pseudonymKey: () => () => undefined }
  const bound = cell.map(({ outcome }) => ({ outcome, treatment: outcome.prepared.forLeaf(leaf, workshop) }))
  const wanted = line.most.prepared.forLeaf(leaf, workshop)
  const among = (treatments: readonly { treatment: Treatment }[], value: Json) =>
    treatments.some(({ treatment }) => treatment.accepts(value))
  const good = bound.filter(({ outcome }) => !lines.some(one => goesBeyond(outcome, one)))
  const plain = bound.filter(({ outcome }) => outcome.kind === 'share')
  const treatedBefore = bound.filter(({ outcome }) => outcome.kind !== 'share')
  return value => {
    if (wanted.accepts(value) || among(good, value)) return value
    // What may have been treated already would not be what any row makes once it was treated again.
    if (isRead || !among(plain, value) || among(treatedBefore, value)) return undefined
    const treated = wanted.apply(value, SCENE)
    return treated !== undefined && among(bound, treated) ? treated : undefined
  }
}

/** A group, entry or list with nothing left disappears, as it does at the provider. */
function cutNode(node: Node, value: Json, round: Round): Json | undefined {
  if (Array.isArray(value)) {
    const kept = value.flatMap(entry => cutNode(node, entry, round) ?? [])
    return kept.length === 0 ? undefined : kept
  }
  if (node.item) return cutValue(node.item, value, round)
  if (!isJsonObject(value)) return value
  const kept: { [name: string]: Json } = { ...value }
  for (const [name, below] of node.members) {
    const member = Object.hasOwn(kept, name) ? kept[name] : undefined
    if (member === undefined) continue
    const left = cutNode(below, member, round)
    if (left === undefined) delete kept[name]
    else kept[name] = left
  }
  return Object.keys(kept).length === 0 ? undefined : kept
}

function cutValue({ path, keep }: NonNullable<Node['item']>, value: Json, round: Round): Json | undefined {
  const kept = keep(value)
  if (kept !== value) round.cut.add(path)
  if (kept === undefined) round.gone.add(path)
  return kept
}
