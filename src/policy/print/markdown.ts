import { unreachable } from '../../kit/kit.ts'
import type { Annex, Block, TableBlock, TableCell, Text } from './annex.ts'

/** An annex as GitHub Flavored Markdown (https://github.github.com/gfm/). */
export function toMarkdown({ over, title, under, sections }: Annex): string {
  const parts = [
    `# ${escaped(title)}`,
    escaped(over),
    ...under.map(inline),
    ...sections.flatMap(section => [`## ${escaped(section.title)}`, ...section.blocks.map(block)]),
  ]
  return `${parts.filter(part => part !== '').join('\n\n')}\n`
}

function block(one: Block): string {
  switch (one.kind) {
    case 'heading':
      return `### ${inline(one.text)}`
    case 'paragraph':
      return inline(one.text)
    case 'list':
      return one.items.map(item => `- ${inline(item)}`).join('\n')
    case 'facts':
      return one.facts.map(([term, said]) => `- **${escaped(term)}:** ${inline(said)}`).join('\n')
    case 'table':
      return table(one)
    case 'signatures':
      return [
        '| For | Name and position | Date | Signature |',
        '|---|---|---|---|',
        ...one.parties.map(party => `| ${escaped(party)} | | | |`),
      ].join('\n')
    default:
      return unreachable(one)
  }
}

function table({ caption, columns, groups }: TableBlock): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const lines = groups.flatMap(({ title, rows }) => [
    ...(title ? [row([`*${inline(title)}*`, ...columns.slice(1).map(() => '')])] : []),
    ...rows.map(({ head, cells }) => row([inline(head), ...cells.map(cell)])),
  ])
  return [
    `**${escaped(caption)}**`,
    '',
    row(columns.map(escaped)),
    row(columns.map(() => '---')),
    ...lines,
  ].join('\n')
}

function cell({ lines }: TableCell): string {
  return lines.map(inline).join('<br>')
}

function inline(said: Text): string {
  return said
    .map(part => {
      if (typeof part === 'string') return escaped(part)
      return 'code' in part ? code(part.code) : `**${escaped(part.strong)}**`
    })
    .join('')
}

/** Nothing an author writes becomes markup: every character that Markdown or HTML could read is written as itself. */
function escaped(plain: string): string {
  return oneLine(plain)
    .replaceAll(/[\\`*_{}[\]<>|~#&!]/g, '\\$&')
    .replaceAll(
      /^(\s*)([-+=]|\d+[.)])/g,
      (_, space: string, mark: string) => `${space}${mark.slice(0, -1)}\\${mark.slice(-1)}`,
    )
    .replaceAll(/(https?|ftp)(:)/gi, '$1\\$2')
    .replaceAll(/\b(www)\./gi, '$1\\.')
    .replaceAll('@', '\\@')
}

/** A code span with a fence longer than any run of backticks in it; a pipe would end a cell even there. */
function code(plain: string): string {
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = longest > 0 ? ' ' : ''
  return `${fence}${pad}${oneLine(plain).replaceAll('|', '\\|')}${pad}${fence}`
}

function oneLine(plain: string): string {
  return plain.replaceAll(/\s+/g, ' ')
}
