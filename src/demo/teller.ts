/** Tells a story in the terminal and keeps count of what held. Every claim is checked before it is printed. */
export interface Teller {
  chapter(title: string): void
  say(text: string): void
  /** A sentence that must be true. */
  claim(says: string, holds: boolean): void
  /** Rows of cells under a head; columns are as wide as they need to be, up to the width given for them. */
  table(head: readonly string[], rows: readonly (readonly string[])[], widths: readonly number[]): void
  command(text: string): void
  readonly held: number
  readonly failed: readonly string[]
}

const PAINT = { bold: '1', faint: '2', green: '32', red: '31', cyan: '36' } as const

export function makeTeller(out: (line: string) => void, colour: boolean): Teller {
  const paint = (how: keyof typeof PAINT, text: string) =>
    colour ? `\u001b[${PAINT[how]}m${text}\u001b[0m` : text
  const failed: string[] = []
  let held = 0
  let chapters = 0
  return {
    get held() {
      return held
    },
    failed,
    chapter(title) {
      out('')
      out(paint('bold', `${++chapters}  ${title}`))
    },
    say: text => {
      for (const line of wrapped(text, 100)) out(`   ${line}`)
    },
    claim(says, holds) {
      if (holds) held++
      else failed.push(says)
      const mark = holds ? paint('green', '✓') : paint('red', '✗')
      for (const [index, line] of wrapped(says, 98).entries()) out(`   ${index === 0 ? mark : ' '} ${line}`)
    },
    table(head, rows, widths) {
      out('')
      const print = (cells: readonly string[]) =>
        cells
          .map((cell, index) => fit(cell, widths[index] ?? 20))
          .join('  ')
          .trimEnd()
      out(`   ${paint('faint', print(head))}`)
      for (const row of rows) out(`   ${print(row)}`)
      out('')
    },
    command: text => out(paint('cyan', text)),
  }
}

function fit(cell: string, width: number): string {
  return cell.length > width ? `${cell.slice(0, width - 1)}…` : cell.padEnd(width)
}

function wrapped(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line === '') lines[lines.length - 1] = word
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}
