import { type Json, unreachable } from '../kit/kit.ts'
import { type Answer, type Builder, buildFixed, buildRule, type ListParts } from './builder.ts'
import type { Lookup } from './lookup.ts'
import type { Saying, Sayings } from './spoken-report.ts'
import { makeWalk, type Read, type Shortcut, type Step } from './walk.ts'

/** What makes one value of the target. */
export type Maker =
  | { readonly kind: 'built'; readonly build: Builder }
  | { readonly kind: 'fixed'; readonly value: Json; readonly saying: Saying }
  | {
      readonly kind: 'rule'
      /** In the order of the slots; undefined for one that is not filled. */
      readonly slots: readonly (Lookup | undefined)[]
      readonly answer: Answer
      readonly shortcut: Shortcut
    }

/** A node of the target while rules are collected: an object, or something that a rule makes. */
type TargetNode = { readonly kind: 'object'; readonly members: TargetMembers } | Maker

export type TargetMembers = Map<string, TargetNode>

/** Puts a maker at its place in the tree of the target; false where something is there. */
export function plant(members: TargetMembers, names: readonly string[], maker: Maker): boolean {
  const [name = '', ...rest] = names
  const found = members.get(name)
  if (rest.length === 0) {
    members.set(name, maker)
    return found === undefined
  }
  if (found && found.kind !== 'object') return false
  const object = found ?? { kind: 'object' as const, members: new Map<string, TargetNode>() }
  members.set(name, object)
  return plant(object.members, rest, maker)
}

/** A maker whose value is the whole of what is built. */
export function builderOf(maker: Maker, sayings: Sayings): Builder {
  switch (maker.kind) {
    case 'built':
      return maker.build
    case 'fixed':
      return buildFixed(maker.value, sayings.add(maker.saying.pointer, maker.saying.manner))
    case 'rule': {
      const sources = maker.slots.map(slot => slot?.source ?? (() => undefined))
      return buildRule({ sources, answer: maker.answer })
    }
    default:
      return unreachable(maker)
  }
}

/** An object with the members of the tree; with `list` such an object for each of its entries. */
export function buildObject(members: TargetMembers, sayings: Sayings, list?: ListParts): Builder {
  const reads = new Reads()
  const steps = [...members].map(([name, node]): Step => {
    switch (node.kind) {
      case 'object':
        return { name, kind: 'built', build: buildObject(node.members, sayings) }
      case 'rule':
        return {
          name,
          ...node.shortcut,
          reads: node.slots.map(slot => reads.of(slot)),
          answer: node.answer,
        }
      default:
        return { name, ...node }
    }
  })
  return makeWalk({ reads: reads.all, steps, sayings }, list)
}

/** What the steps of one object read, each thing once. */
class Reads {
  readonly all: Read[] = []
  readonly #ways = new Map<string, number>()

  /** @returns the number of the read; undefined for a slot that is not filled */
  of(slot: Lookup | undefined): number | undefined {
    if (slot === undefined) return undefined
    if (slot.way === undefined) return this.all.push({ kind: 'asked', source: slot.source }) - 1
    const { from, names } = slot.way
    let of: 'scope' | 'root' | number = from
    for (const [depth, name] of names.entries()) {
      const way = `${from} ${names.slice(0, depth + 1).join('.')}`
      const read: number = this.#ways.get(way) ?? this.all.push({ kind: 'member', of, name }) - 1
      this.#ways.set(way, read)
      of = read
    }
    return Number(of)
  }
}
