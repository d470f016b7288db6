import type { Element } from '../../kit/kit.ts'
import { type Forbidden, forbiddenPart, forbiddenRelationship, HARMLESS } from './forbidden.ts'
import { type Offences, shown } from './offences.ts'
import { attributeOf, RELATIONSHIPS, readPartXml } from './xml.ts'

/** The parts of a workbook that are read, each as XML. */
export interface Package {
  readonly workbook: Element
  /** By the id under which the workbook names them. */
  readonly sheets: ReadonlyMap<string, SheetPart>
  readonly styles: Element | undefined
  readonly strings: Element | undefined
  readonly theme: Element | undefined
}

export interface SheetPart {
  readonly root: Element
  /** What it points at that may not be there; told together with the name of the sheet. */
  readonly forbidden: readonly Forbidden[]
}

const TYPES = 'http://schemas.openxmlformats.org/package/2006/content-types'
const PACKAGE_RELATIONSHIPS = 'http://schemas.openxmlformats.org/package/2006/relationships'
const PREFIX = 'application/vnd.openxmlformats-officedocument.'

/** What a part has to be to be read as one of these. */
const CONTENT = {
  officeDocument: `${PREFIX}spreadsheetml.sheet.main+xml`,
  worksheet: `${PREFIX}spreadsheetml.worksheet+xml`,
  styles: `${PREFIX}spreadsheetml.styles+xml`,
  sharedStrings: `${PREFIX}spreadsheetml.sharedStrings+xml`,
  theme: `${PREFIX}theme+xml`,
} as const

type Role = keyof typeof CONTENT

interface Opening {
  readonly parts: ReadonlyMap<string, Uint8Array>
  readonly offences: Offences
  /** Content types by part, in lower case as the packaging conventions compare them. */
  readonly typeOf: (part: string) => string | undefined
  /** Every part that something points at. */
  readonly reached: Set<string>
}

/**
 * Follows an Open Packaging Conventions package (ECMA-376 part 2) from its root to the parts of a workbook. What is not a part
 * of a plain workbook is noted, wherever it hangs; so is what nothing points at.
 *
 * @returns undefined where there is no workbook to read, which is noted
 */
export function openPackage(parts: ReadonlyMap<string, Uint8Array>, offences: Offences): Package | undefined {
  const types = readPart(parts, offences, '[Content_Types].xml')
  if (types?.name !== 'Types' || types.space !== TYPES)
    return offences.note({}, 'sheet-not-a-package', 'the package does not say what its parts are')
  const opening: Opening = { parts, offences, typeOf: typesOf(types), reached: new Set() }
  const root = follow(opening, '', ['officeDocument'])
  for (const one of root.forbidden) offences.note({}, one.code, one.says)
  const [main, ...more] = root.found
  const workbook = main && readRole(opening, main)
  if (!main || !workbook || more.length > 0)
    return offences.note({}, 'sheet-not-a-package', 'the package holds no workbook, or several')
  const opened = openWorkbook(opening, main.target, workbook)
  noteUnreached(opening)
  return opened
}

function openWorkbook(opening: Opening, part: string, workbook: Element): Package {
  const { offences } = opening
  const { found, forbidden } = follow(opening, part, ['worksheet', 'styles', 'sharedStrings', 'theme'])
  for (const one of forbidden) offences.note({}, one.code, one.says)
  const only = (role: Role): Element | undefined => {
    const [first, ...more] = found.filter(one => one.role === role)
    if (more.length > 0)
      offences.note({}, 'sheet-not-a-package', `the workbook has several \`${role}\` parts`)
    return first && readRole(opening, first)
  }
  const sheets = new Map<string, SheetPart>()
  for (const link of found.filter(one => one.role === 'worksheet')) {
    const root = readRole(opening, link)
    if (root) sheets.set(link.id, { root, forbidden: follow(opening, link.target, []).forbidden })
  }
  return { workbook, sheets, styles: only('styles'), strings: only('sharedStrings'), theme: only('theme') }
}

interface Link {
  readonly id: string
  readonly role: Role
  readonly target: string
}

interface Followed {
  readonly found: readonly Link[]
  readonly forbidden: readonly Forbidden[]
}

/** The relationships of a part: those of the roles asked for, and everything that may not be there. */
function follow(opening: Opening, part: string, roles: readonly Role[]): Followed {
  const name = relationshipsOf(part)
  if (!opening.parts.has(name)) return { found: [], forbidden: [] }
  opening.reached.add(name)
  const root = readPart(opening.parts, opening.offences, name)
  const found: Link[] = []
  const forbidden: Forbidden[] = []
  for (const element of root?.children ?? []) {
    const link = readLink(opening, part, element, roles)
    if (link && 'code' in link) forbidden.push(link)
    else if (link) found.push(link)
  }
  return { found, forbidden }
}

function readLink(
  { parts, reached }: Opening,
  part: string,
  element: Element,
  roles: readonly Role[],
): Link | Forbidden | undefined {
  const broken = {
    code: 'sheet-not-a-package',
    says: `part ${shown(part || '/')} points at nothing that is there`,
  }
  const [type, id] = [attributeOf(element, 'Type') ?? '', attributeOf(element, 'Id') ?? '']
  if (element.space !== PACKAGE_RELATIONSHIPS || element.name !== 'Relationship') return broken
  const target = attributeOf(element, 'Target') ?? ''
  if ((attributeOf(element, 'TargetMode') ?? 'Internal') !== 'Internal')
    return { code: 'sheet-external-link', says: 'it points at something outside of the file' }
  const resolved = resolveTarget(part, target)
  if (resolved === undefined || !parts.has(resolved)) return broken
  const again = reached.has(resolved)
  reached.add(resolved)
  const role = roles.find(one => type === `${RELATIONSHIPS}/${one}`)
  if (role)
    return again
      ? { ...broken, says: `part ${shown(resolved)} is used twice` }
      : { id, role, target: resolved }
  return HARMLESS.has(type) ? undefined : forbiddenRelationship(type, resolved)
}

/** `xl/_rels/workbook.xml.rels` for `xl/workbook.xml`, `_rels/.rels` for the package. */
function relationshipsOf(part: string): string {
  const cut = part.lastIndexOf('/') + 1
  return `${part.slice(0, cut)}_rels/${part.slice(cut)}.rels`
}

/** A target relative to its part; undefined where it leads out of the package. */
function resolveTarget(part: string, target: string): string | undefined {
  const base = target.startsWith('/') ? [] : part.split('/').slice(0, -1)
  for (const segment of target.split('/')) {
    if (segment === '..') {
      if (base.pop() === undefined) return undefined
    } else if (segment !== '.' && segment !== '') base.push(segment)
  }
  return base.join('/')
}

function readRole({ parts, offences, typeOf }: Opening, { role, target }: Link): Element | undefined {
  const type = typeOf(target)
  if (type === CONTENT[role].toLowerCase()) return readPart(parts, offences, target)
  const code = type?.includes('macroenabled') ? 'sheet-macro' : 'sheet-content-type'
  const says =
    code === 'sheet-macro'
      ? 'the workbook is of a kind that carries macros'
      : `part ${shown(target)} is not of the kind that it is used as`
  return offences.note({}, code, says)
}

function readPart(
  parts: ReadonlyMap<string, Uint8Array>,
  offences: Offences,
  name: string,
): Element | undefined {
  const bytes = parts.get(name)
  if (!bytes) return undefined
  const read = readPartXml(bytes)
  if (typeof read !== 'string') return read
  return offences.note({}, 'sheet-xml', `part ${shown(name)} ${read}`)
}

/** The part's own type, or that of its extension. */
function typesOf(types: Element): (part: string) => string | undefined {
  const [own, byExtension] = [new Map<string, string>(), new Map<string, string>()]
  for (const element of types.children) {
    const type = (attributeOf(element, 'ContentType') ?? '').toLowerCase()
    const key = attributeOf(element, element.name === 'Override' ? 'PartName' : 'Extension') ?? ''
    if (element.name === 'Override') own.set(key.toLowerCase(), type)
    else byExtension.set(key.toLowerCase(), type)
  }
  return part => {
    const name = part.toLowerCase()
    return own.get(`/${name}`) ?? byExtension.get(name.slice(name.lastIndexOf('.') + 1))
  }
}

function noteUnreached({ parts, offences, reached }: Opening): void {
  for (const name of parts.keys()) {
    if (name === '[Content_Types].xml' || reached.has(name)) continue
    const { code, says } = forbiddenPart(name)
    offences.note({}, code, says)
  }
}
