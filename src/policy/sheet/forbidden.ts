import { shown } from './offences.ts'
import { RELATIONSHIPS } from './xml.ts'

/** Something that may not be in a table of an agreement, and why. */
export interface Forbidden {
  readonly code: string
  readonly says: string
}

/** Parts that are about the file or how it looks, and are never read: properties, sensitivity labels, printers, pictures of it. */
export const HARMLESS: ReadonlySet<string> = new Set([
  `${RELATIONSHIPS}/extended-properties`,
  `${RELATIONSHIPS}/custom-properties`,
  `${RELATIONSHIPS}/printerSettings`,
  'http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties',
  'http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail',
  'http://schemas.microsoft.com/office/2020/02/relationships/classificationlabels',
])

/** What relationship types and part names tell, in the order of the first that is found in them. */
const KINDS: readonly (readonly [pattern: RegExp, code: string, says: string])[] = [
  [/vbaproject|macrosheet|vbadata|attachedtoolbars|customui/i, 'sheet-macro', 'macros'],
  [/externallink/i, 'sheet-external-link', 'a link to another file'],
  [/hyperlink/i, 'sheet-external-link', 'a link to somewhere else'],
  [/comment|person|vmldrawing/i, 'sheet-comment', 'comments or notes'],
  [/pivot/i, 'sheet-pivot', 'a pivot table, which keeps a copy of data'],
  [
    /connection|querytable|datamodel|powerpivot|xmlmaps|webextension/i,
    'sheet-connection',
    'a connection to data elsewhere',
  ],
  [
    /oleobject|embedd|\/package$|activex|ctrlprop|\/control/i,
    'sheet-embedded',
    'an embedded object or control',
  ],
  [
    /drawing|chart|image|media|diagram/i,
    'sheet-drawing',
    'drawings, charts or pictures, which may lie over cells',
  ],
  [/calcchain|volatile|metadata|richdata/i, 'sheet-formula', 'traces of formulas'],
  [/tables?\d*(?:\.xml)?$|\/table/i, 'sheet-list-object', 'a table object; convert it to a range'],
  [/slicer|timeline/i, 'sheet-filtered', 'a slicer or timeline, which filters rows'],
  [/customxml/i, 'sheet-part-unknown', 'custom XML data; inspect the document and remove it'],
]

export function forbiddenRelationship(type: string, part: string): Forbidden {
  return (
    kindOf([type, part]) ?? {
      code: 'sheet-part-unknown',
      says: `it points at ${shown(part)}, which no plain table has`,
    }
  )
}

/** A part that nothing points at: no program would show it. */
export function forbiddenPart(name: string): Forbidden {
  return (
    kindOf([name]) ?? {
      code: 'sheet-part-unknown',
      says: `part ${shown(name)} is in the file and nothing points at it`,
    }
  )
}

function kindOf(texts: readonly string[]): Forbidden | undefined {
  const kind = KINDS.find(([pattern]) => texts.some(text => pattern.test(text)))
  return kind && { code: kind[1], says: `it holds ${kind[2]}` }
}
