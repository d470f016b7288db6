import { SaxesParser } from 'saxes'

/** An element with the names of its namespace. */
export interface Element {
  readonly space: string
  readonly name: string
  /** Attributes by their local name; declarations of namespaces are left out. */
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly Element[]
  /** The text directly in it, without blanks at its ends. */
  readonly text: string
}

/** Why a text is not read as XML. */
export type XmlFault =
  | 'too-large'
  | 'too-deep'
  | 'document-type'
  | 'instruction'
  | 'encoding'
  | 'not-well-formed'

export type XmlReading =
  | { readonly ok: true; readonly root: Element }
  | { readonly ok: false; readonly fault: XmlFault }

const MOST_BYTES = 2_000_000
const MOST_ELEMENTS = 20_000
const MOST_DEPTH = 32
const XMLNS = 'http://www.w3.org/2000/xmlns/'

interface Growing extends Element {
  readonly children: Growing[]
  text: string
}

/** What stops reading; only this file throws and catches it. */
class Halt extends Error {
  readonly fault: XmlFault

  constructor(fault: XmlFault) {
    super(fault)
    this.fault = fault
  }
}

/**
 * Reads an XML document from elsewhere: UTF-8, bounded in bytes, elements and depth. A document type is refused, and with it
 * every entity of its own: nothing is expanded and nothing is fetched.
 */
export function readXml(bytes: Uint8Array): XmlReading {
  if (bytes.length > MOST_BYTES) return { ok: false, fault: 'too-large' }
  try {
    return { ok: true, root: parse(decoded(bytes)) }
  } catch (thrown) {
    if (thrown instanceof Halt) return { ok: false, fault: thrown.fault }
    throw thrown
  }
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Halt('encoding')
  }
}

function parse(text: string): Element {
  const halt = (fault: XmlFault) => () => {
    throw new Halt(fault)
  }
  const open: Growing[] = []
  let root: Growing | undefined
  let count = 0
  const parser = new SaxesParser({ xmlns: true, position: false })
  parser.on('error', halt('not-well-formed'))
  parser.on('doctype', halt('document-type'))
  parser.on('processinginstruction', halt('instruction'))
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') throw new Halt('encoding')
  })
  parser.on('opentag', ({ uri, local, attributes }) => {
    if (++count > MOST_ELEMENTS) throw new Halt('too-large')
    if (open.length >= MOST_DEPTH) throw new Halt('too-deep')
    const named = Object.values(attributes).filter(one => one.uri !== XMLNS)
    const read = new Map(named.map(one => [one.local, one.value]))
    const element: Growing = { space: uri, name: local, attributes: read, children: [], text: '' }
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
    const element = open.pop()
    if (element) element.text = element.text.trim()
  })
  parser.write(text).close()
  if (!root) throw new Halt('not-well-formed')
  return root
}
