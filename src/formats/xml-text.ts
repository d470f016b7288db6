/** Attributes of an element in their order; one without a value is left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>

/** What XML 1.0 §2.2 does not let stand in a document, escaped or not. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
  ['\t', '&#9;'],
  ['\n', '&#10;'],
  ['\r', '&#13;'],
])

/** A text as it may stand in an element or in a quoted attribute; what XML cannot hold becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text.replaceAll(FORBIDDEN, '\ufffd').replaceAll(/[&<>"'\t\n\r]/g, sign => ESCAPES.get(sign) ?? '')
}

/** An element with its children; the names are ours and need no escape. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escapeXml(String(value))}"`],
  )
  const open = `<${name}${written.join('')}`
  return children.length === 0 ? `${open}/>` : `${open}>${children.join('')}</${name}>`
}

/** An element that holds a text alone. */
export function textElement(name: string, text: string): string {
  return element(name, {}, escapeXml(text))
}

/** The line with which a document of ours begins. */
export const XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
