import { SaxesParser } from 'saxes'

/** An element with the names of its namespace. */
export interface Element {
  readonly space: string
  readonly name: string
  /** Attributes without a namespace by their name, the others as `{namespace}name`. */
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly Element[]
  /** The text directly in it, without that of its children. */
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

export interface XmlReadingParts {
  readonly mostBytes: number
  readonly mostElements: number
  readonly mostDepth: number
  /** Whether blanks at the ends of an element's text belong to it. */
  readonly blanks: 'kept' | 'trimmed'
}

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
 * Reads an XML 1.0 document with namespaces from elsewhere: UTF-8, bounded in bytes, elements and depth. A document type is
 * refused, and with it every entity of its own: nothing is expanded and nothing is fetched. So is an instruction to a program.
 */
export function readXml(bytes: Uint8Array, parts: XmlReadingParts): XmlReading {
  if (bytes.length > parts.mostBytes) return { ok: false, fault: 'too-large' }
  try {
    return { ok: true, root: parse(decoded(bytes), parts) }
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

function parse(text: string, { mostElements, mostDepth, blanks }: XmlReadingParts): Element {
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
    if (++count > mostElements) throw new Halt('too-large')
    if (open.length >= mostDepth) throw new Halt('too-deep')
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
    const element = open.pop()
    if (element && blanks === 'trimmed') element.text = element.text.trim()
  })
  parser.write(text).close()
  if (!root) throw new Halt('not-well-formed')
  return root
}
