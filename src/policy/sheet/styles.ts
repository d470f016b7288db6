import type { Element } from '../../kit/kit.ts'
import { BLACK, contrast, type Rgb, readColour, themeColours, WHITE } from './colours.ts'
import { attributeOf, childOf, childrenOf, isSet, numberOf } from './xml.ts'

/** Below this contrast people do not see that there is a text. */
const LEAST_CONTRAST = 2
/** Points; below this nobody reads it. */
const LEAST_SIZE = 5

/** What is wrong with how a text would be seen, as the rest of a sentence about the cell; undefined where all of it is seen. */
export interface Styles {
  /** @param style the index of the cell; undefined for the ordinary one */
  cell(style: number | undefined): string | undefined
  /** @param font the properties of one run of a rich text, in a cell of that style */
  run(font: Element, style: number | undefined): string | undefined
}

interface Look {
  readonly fonts: readonly Element[]
  readonly fills: readonly Element[]
  readonly formats: ReadonlyMap<number, string>
  readonly cells: readonly Element[]
  readonly theme: readonly (Rgb | undefined)[]
}

/** Reads the styles part; a workbook without one shows everything black on white. */
export function readStyles(root: Element | undefined, theme: Element | undefined): Styles {
  const formats = childrenOf(childOf(root, 'numFmts'), 'numFmt').map(format => {
    return [numberOf(format, 'numFmtId') ?? -1, attributeOf(format, 'formatCode') ?? ''] as const
  })
  const look: Look = {
    fonts: childrenOf(childOf(root, 'fonts'), 'font'),
    fills: childrenOf(childOf(root, 'fills'), 'fill'),
    formats: new Map(formats),
    cells: childrenOf(childOf(root, 'cellXfs'), 'xf'),
    theme: themeColours(theme),
  }
  const known = new Map<number | undefined, string | undefined>()
  return {
    cell(style) {
      if (!known.has(style)) known.set(style, judgeCell(look, style))
      return known.get(style)
    },
    run: (font, style) => judgeFont(look, font, groundOf(look, styleOf(look, style))),
  }
}

function styleOf({ cells }: Look, style: number | undefined): Element | undefined {
  return cells[style ?? 0]
}

function judgeCell(look: Look, style: number | undefined): string | undefined {
  const xf = styleOf(look, style)
  if (!xf)
    return style === undefined && look.cells.length === 0
      ? undefined
      : 'has a style that the file does not have'
  const id = numberOf(xf, 'numFmtId') ?? 0
  const format = look.formats.get(id) ?? (id === 0 || id === 49 ? 'General' : `number format ${id}`)
  // Any other format may show another text than the cell holds, or none, as `;;;` does.
  if (format !== 'General' && format !== '@' && format !== 'GENERAL')
    return 'has a number format, which may hide or change what is shown; make it Text or General'
  if (
    isSet(childOf(xf, 'alignment'), 'textRotation') &&
    numberOf(childOf(xf, 'alignment'), 'textRotation') === 255
  )
    return 'is written downwards'
  return judgeFont(look, look.fonts[numberOf(xf, 'fontId') ?? 0], groundOf(look, xf))
}

/** What lies behind the text: a colour, or why it cannot be told. */
function groundOf({ fills, theme }: Look, xf: Element | undefined): Rgb | string {
  const fill = fills[numberOf(xf, 'fillId') ?? 0]
  if (!fill) return WHITE
  const pattern = childOf(fill, 'patternFill')
  const kind = attributeOf(pattern, 'patternType') ?? 'none'
  if (!pattern || (kind !== 'none' && kind !== 'solid')) return 'has a pattern or gradient behind the text'
  if (kind === 'none') return WHITE
  return (
    readColour(childOf(pattern, 'fgColor'), WHITE, theme) ?? 'has a background whose colour cannot be told'
  )
}

function judgeFont({ theme }: Look, font: Element | undefined, ground: Rgb | string): string | undefined {
  if (typeof ground === 'string') return ground
  if (isSetFlag(font, 'strike')) return 'is struck through: is it meant or not?'
  const size = numberOf(childOf(font, 'sz'), 'val')
  if (size !== undefined && !(size >= LEAST_SIZE)) return 'is written too small to be read'
  const colour = readColour(childOf(font, 'color'), BLACK, theme)
  if (!colour) return 'is written in a colour that cannot be told'
  return contrast(colour, ground) < LEAST_CONTRAST ? 'is written in the colour of its background' : undefined
}

/** `<strike/>` alone means yes. */
function isSetFlag(font: Element | undefined, name: string): boolean {
  const flag = childOf(font, name)
  return flag !== undefined && (attributeOf(flag, 'val') === undefined || isSet(flag, 'val'))
}
