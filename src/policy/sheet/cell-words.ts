import type { CellDraft } from '../draft-resource.ts'

/** A cell of a table as an officer writes it: the same branches as in the file of the agreement. */
export type WrittenCell = readonly WrittenBranch[]

export interface WrittenBranch {
  /** Undefined for the last one, which needs none. */
  readonly condition: string | undefined
  readonly outcome: string
  readonly why: string | undefined
}

const NAME = '([a-z][a-z0-9-]*)'
/** A reason in straight quotes, with `""` for one of them inside, or in curly ones. */
const REASON = String.raw`(?:\s+because\s+(?:"((?:[^"]|"")*)"|“([^”]*)”))?`
const BRANCH = new RegExp(String.raw`\s*if\s+${NAME}\s+then\s+${NAME}${REASON}\s*[,;]?\s*`, 'iy')
const LAST = new RegExp(String.raw`(?:else|otherwise)\s+${NAME}${REASON}\s*$`, 'iy')
const ONLY = new RegExp(String.raw`\s*${NAME}${REASON}\s*$`, 'iy')

/** Characters of one cell; the longest sentence in use is a tenth of it. */
const MOST = 4_000

/**
 * Reads a cell: `share`, `withhold`, the name of a treatment, or `if child then share, else withhold`, each with
 * `because "…"` where a reason is given. Upper and lower case mean the same outside of reasons.
 *
 * @returns undefined where it is none of these
 */
export function readCellWords(text: string): WrittenCell | undefined {
  if (text.length > MOST) return undefined
  const only = matchAt(ONLY, text, 0)
  if (only && !/^(?:if|else|otherwise)$/i.test(only[1] ?? '')) return [branchOf(undefined, only.slice(1))]
  const branches: WrittenBranch[] = []
  let at = 0
  for (let match = matchAt(BRANCH, text, at); match; match = matchAt(BRANCH, text, at)) {
    branches.push(branchOf(match[1], match.slice(2)))
    at += match[0].length
  }
  const last = matchAt(LAST, text, at)
  if (!last || branches.length === 0) return undefined
  return [...branches, branchOf(undefined, last.slice(1))]
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

function branchOf(
  condition: string | undefined,
  [outcome = '', straight, curly]: readonly (string | undefined)[],
): WrittenBranch {
  const why = (straight?.replaceAll('""', '"') ?? curly)?.trim()
  return {
    condition: condition?.toLowerCase(),
    outcome: outcome.toLowerCase(),
    why: why === '' ? undefined : why,
  }
}

/** The words for a cell, each branch on a line of its own, such that {@link readCellWords} gives the cell back. */
export function printCellWords(cell: WrittenCell): string {
  const lines = cell.map(({ condition, outcome, why }) => {
    const reason = why === undefined ? '' : ` because "${why.replaceAll('"', '""')}"`
    const otherwise = cell.length === 1 ? '' : 'else '
    return `${condition === undefined ? otherwise : `if ${condition} then `}${outcome}${reason}`
  })
  return lines.join(',\n')
}

/** A cell of the agreement's file in the same words. */
export function writtenCell(cell: CellDraft): WrittenCell {
  return cell.map(({ condition, outcome, why }) => ({
    condition: condition?.name,
    outcome: outcome.name,
    why,
  }))
}

/** Whether two cells say the same, reasons included. */
export function sameWords(one: WrittenCell | undefined, other: WrittenCell | undefined): boolean {
  if (!one || !other) return one === other
  return one.length === other.length && printCellWords(one) === printCellWords(other)
}
