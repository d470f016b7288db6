import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { printAgreement } from '../../../src/policy/policy.ts'
import { dutyWords, instantWords, labelWords, periodWords } from '../../../src/policy/words.ts'
import { compiled, here, policyWith } from '../support.ts'
import { army, edited, police, run } from './run.ts'

/**
 * Digests follow every change of a schema; the golden file is about words. After a wanted change of the policy, write it anew:
 * `node src/main.ts agreement print policies/army-1div… | sed -E 's/sha256:[0-9a-f]{64}/sha256:…/g' > test/policy/commands/army-annex.md`
 */
function withoutDigests(text: string): string {
  return text.replaceAll(/sha256:[0-9a-f]{64}/g, 'sha256:…')
}

void t.test('the annex of a shipped agreement reads as its golden file', async t => {
  const { out, code } = await run('.', 'print', army)
  t.equal(withoutDigests(out), readFileSync(join(here, 'commands/army-annex.md'), 'utf8'))
  t.equal(code, 0)
})

/** The names of the elements of a page in their order, with `/` before those that close; throws where they do not nest. */
function elements(html: string): readonly string[] {
  const open: string[] = []
  const names: string[] = []
  for (const [, close = '', name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g)) {
    names.push(close + name)
    if (['meta', 'wbr', 'br'].includes(name)) continue
    if (close === '') open.push(name)
    else if (open.pop() !== name) throw new Error(`</${name}> closes nothing`)
  }
  if (open.length > 0) throw new Error(`${open.join(', ')} stay open`)
  return names
}

void t.test('the page stands alone and is built for everybody', async t => {
  const { out: html } = await run('.', 'print', police, '--format', 'html')
  const names = elements(html)
  const count = (name: string) => names.filter(one => one === name).length
  t.match(html, /^<!doctype html>\n<html lang="en-GB">/)
  t.match(html, '<title>Police to Army sharing for public-order operations (military aid)</title>')
  t.equal(count('h1'), 1)
  t.equal(count('main'), 1)
  t.equal(count('script'), 0)
  t.notMatch(html, /\s(?:src|on[a-z]+)=|url\(|@import|href="(?!#)/, 'nothing is fetched and nothing runs')
  t.ok(count('table') > 4)
  t.equal(count('caption'), count('table'), 'every table has a caption')
  t.notMatch(html, /<th(?! scope="(?:col|row|rowgroup)")[ >]/, 'every header cell says what it heads')
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
  t.equal(new Set(ids).size, ids.length, 'ids are unique')
  for (const [, target] of html.matchAll(/(?:href="#|aria-labelledby=")([^"]+)"/g))
    t.ok(ids.includes(target), `${target} is there`)
  t.match(html, '@media print')
  t.match(
    html,
    /@bottom-left \{ content: "northshire-police\.to\.army-1div\.public-order {2}revision 1 {2}sha256:[0-9a-f]{16}"/,
  )
})

void t.test('every row of the table has a cell for every purpose', async t => {
  const { out: html } = await run('.', 'print', police, '--format', 'html')
  const rows = [...html.matchAll(/<tr><th scope="row"><code>.*?<\/tr>/g)].map(([row]) => row)
  const widths = new Set(rows.map(row => row.split('<td').length - 1))
  t.ok(rows.length > 100)
  t.strictSame(
    [...widths].toSorted((a, b) => a - b),
    [3, 4],
    'conditions have three cells, items have a kind and three purposes',
  )
  const { out: markdown } = await run('.', 'print', police)
  const tables = markdown
    .trimEnd()
    .split('\n\n')
    .filter(part => part.startsWith('| '))
  for (const table of tables) {
    const bars = table.split('\n').map(line => line.replaceAll('\\|', '').split('|').length)
    t.equal(new Set(bars).size, 1, `as many cells in every row: ${table.slice(0, 40)}`)
  }
})

void t.test('obligations come before what is shared', async t => {
  const { out } = await run('.', 'print', police)
  const at = (words: string) => out.indexOf(words)
  t.ok(at('What the recipient has to do') > 0)
  t.ok(at('What the recipient has to do') < at('What is shared of'))
  t.ok(at('Delete the data 30 days after receiving it.') > 0)
  t.match(out, 'Log the person behind every access, and keep the log for 5 years.')
  t.match(
    out,
    'Where officers sleep stays with us: an entry of `venues[]` is left out if the venue is where officers sleep, or if that cannot be told.',
  )
  t.match(
    out,
    'If the venue is a custody site or a protected site: **only the 1 km square it lies in** – protects detainees',
  )
})

const hostile = '<script>alert("1")</script> & *bold* [x](javascript:y) | `code` <!-- ]]> \'quoted\''

void t.test('nothing an author writes becomes markup', t => {
  const source = JSON.parse(
    policyWith({
      conditions: { c: { says: hostile, test: "mission.phase == 'active'" } },
      gates: [{ id: 'G1', says: hostile, require: 'c' }],
      resource: { fields: { phase: { all: 'share', why: hostile } } },
    }),
  )
  source.title = hostile
  source.parties.provider.controller = hostile
  source.dates.reviewOwner = `1. ${hostile}`
  const agreement = compiled(JSON.stringify(source))
  const html = printAgreement(agreement, 'html')
  t.doesNotThrow(() => elements(html))
  t.notMatch(html, '<script>')
  t.match(html, '<h1>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; *bold*')
  const markdown = printAgreement(agreement, 'markdown')
  t.notMatch(markdown, /(?<!\\)<(?!br>)/, 'no tag but the line break of a cell')
  t.match(
    markdown,
    '# \\<script\\>alert("1")\\</script\\> \\& \\*bold\\* \\[x\\](javascript:y) \\| \\`code\\`',
  )
  t.end()
})

void t.test('words for periods, instants, labels and duties', t => {
  t.equal(periodWords('P1Y6M'), '1 year and 6 months')
  t.equal(periodWords('P1DT12H30M'), '1 day, 12 hours and 30 minutes')
  t.equal(instantWords(Date.UTC(2026, 4, 1, 6)), '1 May 2026, 06:00 UTC')
  t.equal(instantWords(Date.UTC(2026, 4, 1, 6, 0, 7)), '1 May 2026, 06:00:07 UTC')
  t.equal(
    labelWords({ policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true }),
    'OFFICIAL-SENSITIVE (UK-GSC)',
  )
  const duties = [
    [{ onward: 'not-allowed' }, 'Do not pass the data on.'],
    [
      { notify: { who: 'provider', on: ['person-found', 'other-use'], within: 'PT15M' } },
      'Notify the provider of person found and other use, within 15 minutes.',
    ],
    [
      { deleteAfter: { from: { 'drill.mission': 'mission.endsAt', others: 'receipt' }, period: 'P30D' } },
      'Delete the data 30 days after the time in mission.endsAt (mission) and receiving it (all other documents).',
    ],
  ] as const
  for (const [duty, says] of duties) t.equal(dutyWords(duty), says)
  t.end()
})

void t.test('a file with problems is not printed, and all of them are told', async t => {
  const directory = t.testdir({
    'bad.yaml': edited(army, ['revision: 1', 'revsion: 1'], ['grid: 1km', 'grid: 3km']),
  })
  await t.rejects(run(directory, 'print', 'bad.yaml'), /unknown-key[\s\S]*unknown-word/)
  t.equal((await run(directory, 'print', army, '--format', 'pdf')).code, 2)
  t.match((await run(directory, 'print', '--help')).out, /stands alone/)
})
