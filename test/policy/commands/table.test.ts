import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import t from 'tap'
import { here } from '../support.ts'
import { army, edited, jsonIn, police, run } from './run.ts'

const rules = (agency: string) => join(here, '../../policies', `${agency}.rules.yaml`)

// Export and import -----------------------------------------------------------------------------------------------

/** An exported spreadsheet with some of its first sheet replaced. */
function spoilt(file: string, ...edits: readonly (readonly [from: string, to: string])[]): Buffer {
  const parts = unzipSync(readFileSync(file))
  const name = 'xl/worksheets/sheet1.xml'
  const text = edits.reduce(
    (sheet, [from, to]) => {
      if (!sheet.includes(from)) throw new Error(`the sheet does not hold ${from}`)
      return sheet.replace(from, () => to)
    },
    strFromU8(parts[name] ?? new Uint8Array()),
  )
  return Buffer.from(zipSync({ ...parts, [name]: strToU8(text) }))
}

const text = (words: string) => `<t xml:space="preserve">${words.replaceAll('"', '&#34;')}</t>`

void t.test('a table that comes back unchanged changes nothing', async t => {
  const directory = t.testdir({ 'p.yaml': readFileSync(police, 'utf8') })
  const out = await run(directory, 'export', 'p.yaml', '--out', 't.xlsx')
  t.match(out, { out: /revision 1: 3 tables written to t\.xlsx/, code: 0 })
  const back = await run(directory, 'import', 't.xlsx', '--into', 'p.yaml')
  t.match(back, {
    out: /no difference in meaning[\s\S]*3 tables of t\.xlsx written to p\.yaml/,
    err: '',
    code: 0,
  })
  t.equal(readFileSync(join(directory, 'p.yaml'), 'utf8'), readFileSync(police, 'utf8'))
})

void t.test('a changed cell gives a change sheet, and tells which examples no longer hold', async t => {
  const directory = t.testdir({ 'p.yaml': readFileSync(army, 'utf8') })
  await run(directory, 'export', 'p.yaml', '--out', 't.xlsx')
  const table = spoilt(join(directory, 't.xlsx'), [
    text(
      'if in-danger then share because "those who come to help have to know how many they look for",\nelse withhold',
    ),
    text('share'),
  ])
  writeFileSync(join(directory, 't2.xlsx'), table)
  const given = ['--into', 'p.yaml', '--resource', 'army.positionReport', '--out', 'new.yaml']
  const { out, code } = await run(directory, 'import', 't2.xlsx', ...given)
  t.match(out, /Looser: .*\(1 change\)\n {2}cell strength \(army\.positionReport, live-coordination\)\n/)
  t.match(
    out,
    /worked examples? no longer holds?:\n {2}The ops room sees where a unit is, but not how strong\n/,
  )
  t.equal(code, 0)
  const [old, now] = ['p.yaml', 'new.yaml'].map(name =>
    readFileSync(join(directory, name), 'utf8').split('\n'),
  )
  t.equal(old?.join('\n'), readFileSync(army, 'utf8'), 'the policy itself is left alone')
  const added = now?.filter(line => !old?.includes(line))
  t.strictSame(added, ['      strength: { live-coordination: share, debrief: withhold }'])
  t.ok(now?.includes('revision: 1'))
})

void t.test('a file that hides something is refused whole, and nothing is written', async t => {
  const directory = t.testdir({ 'p.yaml': readFileSync(army, 'utf8') })
  await run(directory, 'export', 'p.yaml', '--out', 't.xlsx')
  const table = spoilt(
    join(directory, 't.xlsx'),
    ['<row r="4"', '<row r="4" hidden="1"'],
    ['<col min="2"', '<col hidden="1" min="2"'],
  )
  writeFileSync(join(directory, 't2.xlsx'), table)
  const { out, err, code } = await run(directory, 'import', 't2.xlsx', '--into', 'p.yaml')
  t.equal(out, '')
  t.match(err, /^t2\.xlsx:0:2 sheet-hidden-column: `army\.positionReport` column B: the column is hidden$/m)
  t.match(
    err,
    /^t2\.xlsx:4:0 sheet-hidden-row: `army\.positionReport` row 4: the row is hidden or filtered away$/m,
  )
  t.match(err, 'refused: 2 problems; nothing was written')
  t.equal(code, 1)
  t.equal(readFileSync(join(directory, 'p.yaml'), 'utf8'), readFileSync(army, 'utf8'))
  const misfit = spoilt(join(directory, 't.xlsx'), [text('grid-1km'), text('quarter-hour')])
  writeFileSync(join(directory, 't3.xlsx'), misfit)
  const unfit = await run(directory, 'import', 't3.xlsx', '--into', 'p.yaml')
  t.match(
    unfit.err,
    /^t3\.xlsx:\d+:3 treatment-unfit: `army\.positionReport`!C\d+: treatment `quarter-hour` does not fit `mgrs`/m,
  )
  t.equal(unfit.code, 1)
  t.match(
    (await run(directory, 'import', '--help')).out,
    /anything hidden, filtered, computed, linked or embedded/,
  )
})

// Mutate ----------------------------------------------------------------------------------------------------------

void t.test('mutate tells for every cell which example would notice', async t => {
  const { out, err, code } = await run('.', 'mutate', army, '--all')
  t.match(out, /^`statusCode` of army\.positionReport for debrief made `share`: caught by “The debrief /m)
  t.match(out, /^`specialForces` .* made `share`: stopped by red line RL2$/m)
  t.match(out, /^leak: \d+ cells turned round; \d+ caught by an example, 2 stopped elsewhere, 0 unnoticed$/m)
  t.match(out, /^gap: \d+ cells turned round; \d+ caught by an example, 0 stopped elsewhere, 0 unnoticed$/m)
  t.equal(err, '')
  t.equal(code, 0)
})

void t.test('mutate ends with 1 where a leak would go unnoticed', async t => {
  const directory = t.testdir({
    'p.yaml': edited(
      army,
      [
        '      statusCode: Operational\n      activity: MOVING\n      strength: 29',
        '      activity: MOVING\n      strength: 29',
      ],
      [
        '      statusCode: Operational\n      activity: MOVING\n      alert',
        '      activity: MOVING\n      alert',
      ],
      ['hides: [statusCode, ', 'hides: ['],
    ),
  })
  const { out, err, code } = await run(directory, 'mutate', 'p.yaml')
  t.match(
    err,
    /^leak: `statusCode` of army\.positionReport for debrief could become `share`, and no worked example would notice$/m,
  )
  t.match(err, 'p.yaml: 1 leak would go unnoticed')
  t.match(out, /^gap: `statusCode` .* could become `withhold`/m)
  t.equal(code, 1)
  const json = jsonIn((await run(directory, 'mutate', 'p.yaml', '--json')).out) as {
    counts: object
    mutants: readonly object[]
  }
  t.match(json.counts, { leak: { surviving: 1 }, gap: { surviving: 1 } })
  t.match(
    json.mutants.find(
      one => 'path' in one && one.path === 'statusCode' && 'direction' in one && one.direction === 'leak',
    ),
    { purpose: 'debrief', flip: 'share', survives: true },
  )
  t.equal(json.mutants.length > 50, true)
})

// Rules -----------------------------------------------------------------------------------------------------------

void t.test('check holds policies against the rules of the agency', async t => {
  for (const agency of ['northshire-police', 'army-1div']) {
    const { err, code } = await run('.', 'check', police, army, '--rules', rules(agency))
    t.equal(err, '')
    t.equal(code, 0)
  }
  const directory = t.testdir({
    'strict.yaml': edited(rules('army-1div'), ['path: statusCode, purposes: [debrief]', 'path: statusCode']),
    'wrong.yaml': edited(rules('army-1div'), ['path: statusCode', 'path: statusCod']),
  })
  const { err, code } = await run(directory, 'check', army, '--rules', 'strict.yaml')
  t.match(
    err,
    /check 37: `statusCode` for `live-coordination` is looser than line `B3` of the baseline: How ready a unit was/,
  )
  t.equal(code, 1)
  await t.rejects(run(directory, 'check', army, '--rules', 'wrong.yaml'), /wrong\.yaml:\d+:\d+ unknown-path/)
})
