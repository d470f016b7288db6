import type { Element } from '../../kit/kit.ts'
import type { Styles } from './styles.ts'
import { childOf, childrenOf } from './xml.ts'

/** A text of a cell: plain, or in runs with fonts of their own. What is only there to be pronounced is left out. */
export interface CellText {
  readonly text: string
  /** What is wrong with how one of its runs would be seen, in a cell of that style. */
  fault(styles: Styles, style: number | undefined): string | undefined
}

/** The texts that the cells of a workbook refer to by number. */
export function readStrings(root: Element | undefined): readonly CellText[] {
  return childrenOf(root, 'si').map(readText)
}

/** A `si` or `is` element: `t`, or runs `r` with `rPr` and `t`; phonetic hints are not part of what is written. */
export function readText(element: Element): CellText {
  const runs = childrenOf(element, 'r')
  const texts = [...childrenOf(element, 't'), ...runs.flatMap(run => childrenOf(run, 't'))]
  const fonts = runs.flatMap(run => childOf(run, 'rPr') ?? [])
  return {
    text: texts.map(({ text }) => plainText(text)).join(''),
    fault(styles, style) {
      for (const font of fonts) {
        const fault = styles.run(font, style)
        if (fault !== undefined) return fault
      }
      return undefined
    },
  }
}

/** `_x000D_` stands for a character that XML cannot carry (ECMA-376 part 1, ST_Xstring). */
function plainText(text: string): string {
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
