/** An agreement as a document: what Markdown and HTML are both written from. Every text in it is plain and not yet escaped. */
export interface Annex {
  readonly title: string
  /** Above the title: what this is an annex to. */
  readonly over: string
  /** Below the title, one line each. */
  readonly under: readonly Text[]
  /** At the foot of each page: ASCII letters, digits, `.`, `-`, `:` and spaces only. */
  readonly foot: string
  readonly sections: readonly Section[]
}

export interface Section {
  readonly title: string
  readonly blocks: readonly Block[]
}

export type Block =
  | { readonly kind: 'heading'; readonly text: Text }
  | { readonly kind: 'paragraph'; readonly text: Text }
  | { readonly kind: 'list'; readonly items: readonly Text[] }
  /** Terms, each with what is to be said of it. */
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [term: string, text: Text])[] }
  | TableBlock
  /** A place to sign for each party. */
  | { readonly kind: 'signatures'; readonly parties: readonly string[] }

export interface TableBlock {
  readonly kind: 'table'
  readonly caption: string
  readonly columns: readonly string[]
  readonly groups: readonly RowGroup[]
}

export interface RowGroup {
  /** Undefined where the rows belong to the whole. */
  readonly title: Text | undefined
  readonly rows: readonly Row[]
}

export interface Row {
  readonly head: Text
  readonly cells: readonly TableCell[]
}

export interface TableCell {
  /** Lines, each a sentence; the first branch that fits decides. */
  readonly lines: readonly Text[]
  /** How much goes, for a mark that needs no colour; undefined for a cell that is not about that. */
  readonly tone: 'share' | 'treat' | 'withhold' | 'choice' | undefined
}

/** Text with the parts that are written as the file writes them. */
export type Text = readonly (string | { readonly code: string } | { readonly strong: string })[]

/** A template such as `` text`row ${code}` ``: what is put in is a name as the file writes it. */
export function text(words: TemplateStringsArray, ...names: readonly string[]): Text {
  return words.flatMap((word, index) => {
    const name = names[index]
    return name === undefined ? [word] : [word, { code: name }]
  })
}
