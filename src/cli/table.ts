/** Rows in columns of equal width, two blanks apart; the last column is not padded. */
export function tableLines(rows: readonly (readonly string[])[]): readonly string[] {
  const clean = rows.map(row => row.map(plain))
  const widths = Array.from({ length: Math.max(0, ...clean.map(row => row.length)) }, (_none, column) =>
    Math.max(...clean.map(row => lengthOf(row[column] ?? ''))),
  )
  return clean.map(row =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - lengthOf(cell)))
      .join('  ')
      .trimEnd(),
  )
}

/** A text on one line, without characters that would move the cursor of a terminal. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
}

function lengthOf(text: string): number {
  return Array.from(text).length
}
