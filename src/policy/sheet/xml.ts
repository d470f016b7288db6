import { type Element, readXml, type XmlFault } from '../../kit/kit.ts'

/** Namespaces of ECMA-376 part 1, in the transitional spelling that every program writes. */
export const SHEET = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
export const RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

/** How large a part may be is judged where the file is unpacked. */
const PART = { mostBytes: Infinity, mostElements: 300_000, mostDepth: 40, blanks: 'kept' } as const

const SAYS: Readonly<Record<XmlFault, string>> = {
  'too-large': 'is too large',
  'too-deep': 'is too large',
  'document-type': 'has a document type, through which texts can be brought in from elsewhere',
  instruction: 'holds an instruction to a program',
  encoding: 'is not UTF-8',
  'not-well-formed': 'is not well-formed XML',
}

/**
 * Reads the XML of one part.
 *
 * @returns the root, or what is wrong as the rest of a sentence about the part
 */
export function readPartXml(bytes: Uint8Array): Element | string {
  const reading = readXml(bytes, PART)
  return reading.ok ? reading.root : SAYS[reading.fault]
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
