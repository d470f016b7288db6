/**
 * The style of a printed agreement, on the screen and on paper (CSS Paged Media).
 *
 * @param foot what stands at the foot of each page; letters, digits, spaces and `.-:` only, so that it cannot leave its quotes
 */
export function styleFor(foot: string): string {
  const safe = foot.replaceAll(/[^A-Za-z0-9 .:-]/g, '')
  return `${SCREEN}\n@page { size: A4; margin: 20mm 18mm 22mm; @bottom-left { content: "${safe}"; ${PAGE_FOOT} } @bottom-right { content: counter(page) " / " counter(pages); ${PAGE_FOOT} } }\n${PAPER}`
}

const PAGE_FOOT = 'font: 7.5pt system-ui, sans-serif; color: #444;'

const SCREEN = `:root {
  color-scheme: light;
  --ink: #1a1a1a; --soft: #4d4d4d; --line: #b5b5b5; --faint: #f3f3f1; --accent: #123d63;
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 72rem;
  font: 1rem/1.55 Charter, "Bitstream Charter", "Source Serif 4", Georgia, "Times New Roman", serif;
  color: var(--ink); background: #fff; hyphens: manual;
}
p, li, dd { max-width: 44rem; text-wrap: pretty; }
h1, h2, h3, .over, .under, nav, dt, table { font-family: system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
header { border-block-end: 3px solid var(--accent); padding-block-end: 1.25rem; margin-block-end: 1.75rem; }
.over { margin: 0; font-size: .85rem; letter-spacing: .04em; color: var(--soft); }
h1 { margin: .35rem 0 .75rem; max-width: 46rem; font-size: 2rem; line-height: 1.2; font-weight: 650; text-wrap: balance; }
.under { margin: .15rem 0; max-width: none; font-size: .85rem; color: var(--soft); }
h2 { margin: 2.75rem 0 .75rem; font-size: 1.35rem; line-height: 1.25; color: var(--accent); }
h2 .number { display: inline-block; min-width: 1.6em; color: var(--soft); font-weight: 400; }
h3 { margin: 1.75rem 0 .5rem; font-size: 1.05rem; line-height: 1.3; }
nav h2 { margin: 0 0 .35rem; font-size: .95rem; }
nav ol { margin: 0; padding-inline-start: 1.5rem; columns: 18rem; font-size: .9rem; }
a { color: var(--accent); }
a:focus-visible, .scroll:focus-visible { outline: 3px solid #b45309; outline-offset: 2px; }
ul { padding-inline-start: 1.3rem; }
li { margin-block: .25rem; }
dl { margin: .75rem 0; }
dl div { display: grid; grid-template-columns: minmax(9rem, 14rem) 1fr; gap: .25rem 1.25rem; padding: .35rem 0; border-block-start: 1px solid var(--line); }
dt { font-size: .85rem; font-weight: 600; padding-block-start: .1rem; }
dd { margin: 0; }
code { font-family: ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Consolas, monospace; font-size: .86em; }
.scroll { overflow-x: auto; margin-block: 1rem; }
table { border-collapse: collapse; inline-size: 100%; font-size: .84rem; line-height: 1.4; font-variant-numeric: tabular-nums; }
caption { text-align: start; font-weight: 600; padding-block-end: .5rem; }
th, td { padding: .4rem .6rem; text-align: start; vertical-align: top; border-block-end: 1px solid var(--line); }
thead th { border-block-end: 2px solid var(--ink); vertical-align: bottom; }
tbody th { font-weight: 400; }
tr.group th { padding-block-start: 1rem; font-weight: 600; background: var(--faint); }
td p { margin: 0 0 .3rem; }
td p:last-child { margin: 0; }
td.share::before { content: "\\25CF\\00A0" / ""; }
td.treat::before { content: "\\25D0\\00A0" / ""; }
td.choice > p:first-child::before { content: "\\25D1\\00A0" / ""; }
td.withhold { color: var(--soft); }
td.withhold::before { content: "\\25CB\\00A0" / ""; }
.signatures td { block-size: 4.5rem; min-inline-size: 8rem; }
@media (max-width: 40rem) { dl div { grid-template-columns: 1fr; } }`

const PAPER = `@page wide { size: A4 landscape; margin: 16mm 15mm 20mm; }
@media print {
  body { padding: 0; max-width: none; font-size: 10pt; }
  h1 { font-size: 20pt; } h2 { font-size: 14pt; margin-block-start: 18pt; } h3 { font-size: 11pt; }
  h2, h3, caption { break-after: avoid; }
  section.wide { page: wide; }
  .scroll { overflow: visible; }
  table { font-size: 8pt; }
  thead { display: table-header-group; }
  tr, dl div, li { break-inside: avoid; }
  tr.group { break-after: avoid; }
  p { orphans: 3; widows: 3; }
  a { color: inherit; text-decoration: none; }
  tr.group th { print-color-adjust: exact; }
}`
