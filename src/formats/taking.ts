import { type Element, isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'
import type { FormatLoss } from './edxl-rm.ts'

/** Takes values out of a document by dotted path (`lines.0.from`) and remembers which: what is left over is a loss. */
export class Values {
  readonly #document: JsonObject
  readonly #taken = new Set<string>()

  constructor(document: JsonObject) {
    this.#document = document
  }

  /** A plain value; undefined for what is not there, is null, or has parts. */
  take(path: string): string | number | boolean | undefined {
    let value: Json | undefined = this.#document
    for (const name of path.split('.')) value = memberOf(value, name)
    if (value === undefined || value === null || typeof value === 'object') return undefined
    this.#taken.add(path)
    return value
  }

  text(path: string): string | undefined {
    const value = this.take(path)
    return value === undefined ? undefined : String(value)
  }

  /** How many entries a list has. */
  count(path: string): number {
    let value: Json | undefined = this.#document
    for (const name of path.split('.')) value = memberOf(value, name)
    return Array.isArray(value) ? value.length : 0
  }

  /** JSON Pointers of the plain values that nobody took; null says nothing. */
  left(): readonly string[] {
    return pathsIn(this.#document, '')
      .filter(path => !this.#taken.has(path))
      .map(path => `/${path.replaceAll('.', '/')}`)
  }
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (Array.isArray(value)) return (value as readonly Json[])[Number(name)]
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

function pathsIn(value: Json, path: string): readonly string[] {
  if (value === null) return []
  if (typeof value !== 'object') return [path]
  return Object.entries(value).flatMap(([name, below]) =>
    pathsIn(below, path === '' ? name : `${path}.${name}`),
  )
}

/** Takes elements out of a message and remembers which. */
export class Elements {
  readonly #taken = new Set<Element>()
  readonly #reasons = new Map<Element, string>()

  /** All children of this name. */
  all(parent: Element | undefined, space: string, name: string): readonly Element[] {
    const found = childrenOf(parent, space, name)
    for (const child of found) this.#taken.add(child)
    return found
  }

  /** The first child of this name; further ones are left over. */
  one(parent: Element | undefined, space: string, name: string): Element | undefined {
    const found = parent?.children.find(child => child.space === space && child.name === name)
    if (found) this.#taken.add(found)
    return found
  }

  /** The text of the first child of this name; undefined where it has none. */
  text(parent: Element | undefined, space: string, name: string): string | undefined {
    const text = this.one(parent, space, name)?.text
    return text === '' ? undefined : text
  }

  take(element: Element): void {
    this.#taken.add(element)
  }

  /** What was taken cannot be used after all, and why. */
  putBack(element: Element, why: string): void {
    this.#taken.delete(element)
    this.#reasons.set(element, why)
  }

  /** The elements that nobody took and that say something; of their descendants nothing is told. */
  left(root: Element): readonly FormatLoss[] {
    const losses: FormatLoss[] = []
    this.#collect(root, `/${root.name}`, losses)
    return losses
  }

  #collect(parent: Element, path: string, losses: FormatLoss[]): void {
    const numbers = new Map<string, number>()
    const many = new Map<string, number>()
    for (const { name } of parent.children) many.set(name, (many.get(name) ?? 0) + 1)
    for (const child of parent.children) {
      const number = (numbers.get(child.name) ?? 0) + 1
      numbers.set(child.name, number)
      const place = `${path}/${child.name}${(many.get(child.name) ?? 0) > 1 ? `[${number}]` : ''}`
      if (this.#taken.has(child)) this.#collect(child, place, losses)
      else if (child.text !== '' || child.children.length > 0)
        losses.push({ path: place, why: this.#reasons.get(child) ?? 'our schema has no place for it' })
    }
  }
}

function childrenOf(parent: Element | undefined, space: string, name: string): readonly Element[] {
  return (parent?.children ?? []).filter(child => child.space === space && child.name === name)
}
