import type { Problem } from '../../terms/terms.ts'

/** Where in a workbook something is wrong; nothing for the file as a whole. Rows and columns are counted from one. */
export interface Where {
  readonly sheet?: string | undefined
  readonly row?: number | undefined
  readonly column?: number | undefined
}

/** Collects everything for which a spreadsheet is refused, so that an officer sees all of it at once. */
export interface Offences {
  readonly problems: readonly Problem[]
  /** @returns nothing, so that a reader can give it back in the place of what it could not read */
  note(where: Where, code: string, says: string): undefined
}

/** A file with more than this is told so; nobody reads on. */
const MOST = 200

/** @param file the name that the problems carry */
export function makeOffences(file: string): Offences {
  const problems: Problem[] = []
  const seen = new Set<string>()
  return {
    problems,
    note(where, code, says) {
      const at = referenceOf(where)
      const key = `${at} ${code} ${says}`
      if (seen.has(key) || problems.length > MOST) return undefined
      seen.add(key)
      const place = { file, line: where.row ?? 0, column: where.column ?? 0 }
      if (problems.length === MOST) problems.push({ ...place, code: 'sheet-too-much', says: 'and more' })
      else problems.push({ ...place, code, says: at === '' ? says : `${at}: ${says}` })
      return undefined
    },
  }
}

/** As a spreadsheet calls the place: `police.operation!C7`, a whole row, a whole column or a whole sheet. */
export function referenceOf({ sheet, row, column }: Where): string {
  const name = sheet === undefined ? '' : shown(sheet)
  if (row !== undefined && column !== undefined) return `${name}!${columnName(column)}${row}`
  if (row !== undefined) return `${name} row ${row}`
  if (column !== undefined) return `${name} column ${columnName(column)}`
  return name
}

/** A name out of the file as a message can show it: short, and nothing that cannot be seen. */
export function shown(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}]/gu, '�')
  return `\`${plain.length > 80 ? `${plain.slice(0, 80)}…` : plain}\``
}

/** `A` for 1, `AA` for 27. */
export function columnName(column: number): string {
  let name = ''
  for (let rest = column; rest > 0; rest = Math.floor((rest - 1) / 26))
    name = String.fromCharCode(65 + ((rest - 1) % 26)) + name
  return name
}

/** A cell reference such as `C7`; undefined for anything else, also outside what a sheet can hold. */
export function readReference(text: string): { readonly row: number; readonly column: number } | undefined {
  const [, letters = '', digits = ''] = /^([A-Z]{1,3})([1-9]\d{0,6})$/.exec(text) ?? []
  if (letters === '') return undefined
  const column = letters.split('').reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0)
  const row = Number(digits)
  return row <= 1_048_576 && column <= 16_384 ? { row, column } : undefined
}
