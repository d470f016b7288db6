import { unreachable } from '../../kit/kit.ts'
import type { Annex, Block, RowGroup, Section, TableBlock, TableCell, Text } from './annex.ts'
import { styleFor } from './style.ts'

/**
 * An annex as one HTML page that stands alone: no script, nothing fetched, headings in order, every table with a caption and with
 * header cells that say what they head (WCAG 2.2, 1.3.1), marks that do not rest on colour (1.4.1), and a style for paper.
 */
export function toHtml({ over, title, under, foot, sections }: Annex): string {
  const contents = sections
    .map(({ title: name }, index) => `<li><a href="#section-${index + 1}">${escaped(name)}</a></li>`)
    .join('\n')
  return `<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>
${styleFor(foot)}
</style>
</head>
<body>
<header>
<p class="over">${escaped(over)}</p>
<h1>${escaped(title)}</h1>
${under.map(line => `<p class="under">${inline(line)}</p>`).join('\n')}
</header>
<nav aria-labelledby="contents">
<h2 id="contents">Contents</h2>
<ol>
${contents}
</ol>
</nav>
<main>
${sections.map(section).join('\n')}
</main>
</body>
</html>
`
}

function section({ title, blocks }: Section, index: number): string {
  const id = `section-${index + 1}`
  const wide = blocks.some(({ kind }) => kind === 'table') ? ' class="wide"' : ''
  return `<section aria-labelledby="${id}"${wide}>
<h2 id="${id}"><span class="number">${index + 1}</span> ${escaped(title)}</h2>
${blocks.map(block).join('\n')}
</section>`
}

function block(one: Block): string {
  switch (one.kind) {
    case 'heading':
      return `<h3>${inline(one.text)}</h3>`
    case 'paragraph':
      return `<p>${inline(one.text)}</p>`
    case 'list':
      return `<ul>\n${one.items.map(item => `<li>${inline(item)}</li>`).join('\n')}\n</ul>`
    case 'facts':
      return `<dl>\n${one.facts.map(([term, said]) => `<div><dt>${escaped(term)}</dt><dd>${inline(said)}</dd></div>`).join('\n')}\n</dl>`
    case 'table':
      return table(one)
    case 'signatures':
      return signatures(one.parties)
    default:
      return unreachable(one)
  }
}

function table({ caption, columns, groups }: TableBlock): string {
  const head = columns.map(column => `<th scope="col">${escaped(column)}</th>`).join('')
  const bodies = groups.map(group => rowGroup(group, columns.length)).join('\n')
  return `<div class="scroll" role="region" aria-label="${escaped(caption)}" tabindex="0">
<table>
<caption>${escaped(caption)}</caption>
<thead><tr>${head}</tr></thead>
${bodies}
</table>
</div>`
}

function rowGroup({ title, rows }: RowGroup, width: number): string {
  const head = title
    ? `<tr class="group"><th scope="rowgroup" colspan="${width}">${inline(title)}</th></tr>\n`
    : ''
  const lines = rows.map(
    row => `<tr><th scope="row">${inline(row.head)}</th>${row.cells.map(cell).join('')}</tr>`,
  )
  return `<tbody>\n${head}${lines.join('\n')}\n</tbody>`
}

function cell({ lines, tone }: TableCell): string {
  const [only = []] = lines
  const content = lines.length === 1 ? inline(only) : lines.map(line => `<p>${inline(line)}</p>`).join('')
  return tone ? `<td class="${tone}">${content}</td>` : `<td>${content}</td>`
}

function signatures(parties: readonly string[]): string {
  const rows = parties
    .map(party => `<tr><th scope="row">${escaped(party)}</th><td></td><td></td><td></td></tr>`)
    .join('\n')
  return `<table class="signatures">
<caption>Signed for the parties</caption>
<thead><tr><th scope="col">For</th><th scope="col">Name and position</th><th scope="col">Date</th><th scope="col">Signature</th></tr></thead>
<tbody>
${rows}
</tbody>
</table>`
}

function inline(said: Text): string {
  return said
    .map(part => {
      if (typeof part === 'string') return escaped(part)
      return 'code' in part
        ? `<code>${breakable(escaped(part.code))}</code>`
        : `<strong>${escaped(part.strong)}</strong>`
    })
    .join('')
}

/** A long path may go on in the next line after a dot, and a digest after each group of digits. */
function breakable(safe: string): string {
  return safe
    .replaceAll(/(?<=\w{2}\[\]\.|\w{3}\.)(?=\w)/g, '<wbr>')
    .replaceAll(/[0-9a-f]{16}(?=[0-9a-f])/g, '$&<wbr>')
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
])

function escaped(plain: string): string {
  return plain.replaceAll(/[&<>"']/g, character => ENTITIES.get(character) ?? '')
}
