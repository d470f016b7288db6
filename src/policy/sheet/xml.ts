import { SaxesParser } from 'saxes'

/** An element with the names of its namespace, as far as the parts of a workbook need it. */
export interface Element {
  readonly space: string
  readonly name: string
  /** Attributes without a namespace by their name, the others as `{namespace}name`. */
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly Element[]
  /** The text directly in it. */
  readonly text: string
}

/** Namespaces of ECMA-376 part 1, in the transitional spelling that every program writes. */
export const SHEET = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
export const RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

const MOST_ELEMENTS = 300_000
const MOST_DEPTH = 40

interface Growing extends Element {
  readonly children: Growing[]
  text: string
}

/** What stops reading; only this file throws and catches it. */
class Halt extends Error {}

/**
 * Reads the XML of one part: UTF-8, no document type, no instructions, bounded in depth and number.
 *
 * @returns the root, or what is wrong as the rest of a sentence about the part
 */
export function readXml(bytes: Uint8Array): Element | string {
  const text = decoded(bytes)
  if (text === undefined) return 'is not UTF-8'
  try {
    return parse(text)
  } catch (thrown) {
    if (thrown instanceof Halt) return thrown.message
    throw thrown
  }
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function parse(text: string): Element {
  const halt = (says: string) => () => {
    throw new Halt(says)
  }
  const open: Growing[] = []
  let root: Growing | undefined
  let count = 0
  const parser = new SaxesParser({ xmlns: true, position: false })
  parser.on('error', halt('is not well-formed XML'))
  parser.on('doctype', halt('has a document type, through which texts can be brought in from elsewhere'))
  parser.on('processinginstruction', halt('holds an instruction to a program'))
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') halt('is not UTF-8')()
  })
  parser.on('opentag', ({ uri, local, attributes }) => {
    if (++count > MOST_ELEMENTS || open.length >= MOST_DEPTH) halt('is too large')()
    const read = Object.values(attributes).map(({ uri: space, local: name, value }) => {
      return [space === '' ? name : `{${space}}${name}`, value] as const
    })
    const element: Growing = { space: uri, name: local, attributes: new Map(read), children: [], text: '' }
    open.at(-1)?.children.push(element)
    root ??= element
    open.push(element)
  })
  const add = (piece: string) => {
    const element = open.at(-1)
    if (element) element.text += piece
  }
  parser.on('text', add)
  parser.on('cdata', add)
  parser.on('closetag', () => {
    open.pop()
  })
  parser.write(text).close()
  if (!root) throw new Halt('is empty')
  return root
}

export function childrenOf(element: Element | undefined, name: string): readonly Element[] {
  return (element?.children ?? []).filter(child => child.space === SHEET && child.name === name)
}

export function childOf(element: Element | undefined, name: string): Element | undefined {
  return childrenOf(element, name)[0]
}

export function attributeOf(element: Element | undefined, name: string): string | undefined {
  return element?.attributes.get(name)
}

/** A truth value of XML Schema. What is neither true nor false counts as true: it may hide something. */
export function isSet(element: Element | undefined, name: string): boolean {
  const value = attributeOf(element, name)
  return value !== undefined && value !== '0' && value !== 'false'
}

/** A number; undefined where there is none, NaN where it cannot be read. */
export function numberOf(element: Element | undefined, name: string): number | undefined {
  const value = attributeOf(element, name)
  if (value === undefined) return undefined
  return /^-?\d{1,9}(?:\.\d{1,20})?$/.test(value) ? Number(value) : Number.NaN
}
