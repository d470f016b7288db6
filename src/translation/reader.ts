import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml'
import type { Problem } from '../terms/terms.ts'

/** Where something is written, counted from one. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** A word of the file and where it stands. */
export interface Placed<T> {
  readonly value: T
  readonly place: Place
}

/** Something written in the file, not yet understood. */
export interface Written {
  readonly node: Node | undefined
  readonly place: Place
}

/**
 * Reads a mapping file as plain YAML 1.2: no anchors, aliases or tags, no key twice. Collects every problem; reading goes on with
 * something harmless, so that one file tells all that is wrong with it.
 */
export class Reader {
  readonly file: string
  readonly problems: Problem[] = []
  readonly root: Written
  readonly #lines = new LineCounter()

  constructor(source: string, file: string) {
    this.file = file
    const document = parseDocument(source, {
      lineCounter: this.#lines,
      version: '1.2',
      schema: 'core',
      uniqueKeys: true,
      merge: false,
    })
    for (const error of [...document.errors, ...document.warnings]) {
      const code = error.code === 'DUPLICATE_KEY' ? 'yaml-duplicate-key' : 'yaml-syntax'
      this.complain(
        this.#placeAt(error.pos[0]),
        code,
        (error.message.split('\n')[0] ?? '').replace(/ at line .*$/, '').toLowerCase(),
      )
    }
    visit(document, { Node: (_, node) => this.#refuseTricks(node) })
    this.root = this.#written(document.contents ?? undefined)
  }

  complain(place: Place, code: string, says: string): void {
    this.problems.push({ file: this.file, line: place.line, column: place.column, code, says })
  }

  /** The members of a mapping node; unknown and missing keys are problems. */
  record<const R extends string, const O extends string>(
    written: Written,
    about: { what: string; required: readonly R[]; optional: readonly O[] },
  ): { readonly [key in R]: Written } & { readonly [key in O]?: Written } {
    const found = new Map(
      this.entries(written, about.what).map(([key, value]) => [key.value, { key, value }]),
    )
    const known: readonly string[] = [...about.required, ...about.optional]
    for (const [name, { key }] of found)
      if (!known.includes(name)) this.complain(key.place, 'key-unknown', `${about.what} has no \`${name}\``)
    const members: Record<string, Written> = {}
    for (const name of known) {
      const value = found.get(name)?.value
      if (value) members[name] = value
    }
    for (const name of about.required) {
      if (members[name] !== undefined) continue
      this.complain(written.place, 'key-missing', `${about.what} needs \`${name}\``)
      members[name] = { node: undefined, place: written.place }
    }
    return members as { readonly [key in R]: Written } & { readonly [key in O]?: Written }
  }

  /** Keys and values of a mapping node in the order in which they are written. */
  entries(written: Written, what: string): readonly (readonly [Placed<string>, Written])[] {
    if (written.node === undefined) return []
    if (!isMap(written.node)) {
      this.complain(written.place, 'not-a-record', `${what} has to be a list of \`key: value\``)
      return []
    }
    return written.node.items.flatMap(({ key, value }) => {
      if (!isScalar(key)) return []
      const place = this.#placeAt(key.range?.[0] ?? 0)
      const node = this.#isNode(value) ? value : undefined
      return [
        [
          { value: String(key.value), place },
          { node, place: node ? this.#placeOf(node) : place },
        ] as const,
      ]
    })
  }

  /** The entries of a sequence node. */
  list(written: Written | undefined, what: string): readonly Written[] {
    if (written?.node === undefined) return []
    if (isSeq(written.node))
      return written.node.items.map(item => this.#written(this.#isNode(item) ? item : undefined))
    this.complain(written.place, 'not-a-list', `${what} has to be a list`)
    return []
  }

  /** A scalar as the text that is written there. */
  text(written: Written, what: string): Placed<string> {
    const { node, place } = written
    const value = isScalar(node) ? node.value : undefined
    if (typeof value === 'string') return { value, place }
    if (typeof value === 'number' || typeof value === 'boolean') return { value: String(value), place }
    if (node !== undefined) this.complain(place, 'not-a-text', `${what} has to be a text`)
    return { value: '', place }
  }

  /** A scalar with its own type. */
  scalar(written: Written, what: string): Placed<string | number | boolean> {
    const value = isScalar(written.node) ? written.node.value : undefined
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return { value, place: written.place }
    this.complain(written.place, 'not-a-value', `${what} has to be a text, a number, \`true\` or \`false\``)
    return { value: '', place: written.place }
  }

  isRecord(written: Written): boolean {
    return isMap(written.node)
  }

  #refuseTricks(node: Node): void {
    const place = this.#placeOf(node)
    if (isAlias(node)) this.complain(place, 'yaml-alias', 'aliases are not allowed; write it out')
    if (!isAlias(node) && 'anchor' in node && node.anchor)
      this.complain(place, 'yaml-anchor', 'anchors are not allowed')
    if (node.tag) this.complain(place, 'yaml-tag', `the tag \`${node.tag}\` is not allowed`)
  }

  #isNode(value: unknown): value is Node {
    return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value)
  }

  #written(node: Node | undefined): Written {
    return { node, place: node ? this.#placeOf(node) : { line: 1, column: 1 } }
  }

  #placeOf(node: Node): Place {
    return this.#placeAt(node.range?.[0] ?? 0)
  }

  #placeAt(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
}
