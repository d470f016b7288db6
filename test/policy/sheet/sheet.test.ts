import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { strToU8, zipSync } from 'fflate'
import t from 'tap'
import { parse } from 'yaml'
import { loadSchemas } from '../../../src/contract/contract.ts'
import { canonicalJson, digestOf } from '../../../src/kit/kit.ts'
import {
  exportSheet,
  importSheet,
  type PolicyParts,
  type Reading,
  readAgreement,
} from '../../../src/policy/policy.ts'
import { printCellWords, readCellWords } from '../../../src/policy/sheet/cell-words.ts'
import { signedForm } from '../../../src/policy/signed-form.ts'
import { squareOf } from '../../../src/translation/translation.ts'
import { sourceOf, tables } from '../arbitraries.ts'
import { soundText } from '../lint/sound.ts'
import { parts } from '../support.ts'
import { refused } from './refused.ts'
import { attempt, cellXml, edited, pack, partsOf, policy, SHEET, soundParts, told } from './workbooks.ts'

const root = join(import.meta.dirname, '../../..')
const registry = loadSchemas(join(root, 'schemas'))
const house: PolicyParts = {
  catalogueOf: resource => registry.get(resource)?.catalogue,
  squareOf,
  pseudonymKey: () => undefined,
}

function meaningOf({ resolved, duties }: Reading): string {
  return digestOf(canonicalJson(signedForm(resolved, duties)))
}

function reread(source: string, given: PolicyParts, into = source): { source: string; same: boolean } {
  const before = readAgreement(source, 'p.yaml', given)
  const bytes = exportSheet(before)
  const about = { bytes, table: 't.xlsx', file: 'p.yaml', parts: given, resource: undefined }
  const imported = importSheet({ ...about, source: into })
  return { source: imported.source, same: meaningOf(imported.after) === meaningOf(before) }
}

const shipped = readdirSync(join(root, 'policies'))
  .filter(name => name.endsWith('.public-order.yaml'))
  .map(name => readFileSync(join(root, 'policies', name), 'utf8'))

void t.test('what is exported and read in again is the same agreement, byte for byte', t => {
  t.ok(shipped.length >= 2)
  for (const source of [
    ...shipped.map(text => [text, house] as const),
    [policy, parts] as const,
    [soundText, parts] as const,
  ]) {
    const [text, given] = source
    const again = reread(text, given)
    t.ok(again.same, 'its meaning')
    if (text !== soundText) t.equal(again.source, text)
  }
  const twice = [0, 1].map(() => Buffer.from(exportSheet(readAgreement(policy, 'p', parts))).toString('hex'))
  t.equal(twice[0], twice[1], 'the same bytes every time')
  t.end()
})

/** The text of an agreement whose table has lost its rows but one, so that every other row has to come from the sheet. */
function emptied(source: string, resource: string): string {
  const lines = source.split('\n')
  const at = lines.findIndex(line => line.trimEnd() === `  ${resource}:`)
  const fields = lines.findIndex((line, index) => index > at && line === '    fields:')
  const end = lines.findIndex(
    (line, index) => index > fields + 1 && !line.startsWith('      ') && line.trim() !== '',
  )
  return [...lines.slice(0, fields + 2), ...lines.slice(end)].join('\n')
}

void t.test('a table that is written anew means what the sheet means, and leaves the rest alone', t => {
  const [source = ''] = shipped.filter(text => text.includes('police.operation:'))
  const into = emptied(source, 'police.unitPosition')
  t.not(into, source)
  const bytes = exportSheet(readAgreement(source, 'p.yaml', house))
  const about = { table: 't.xlsx', file: 'p.yaml', parts: house, resource: undefined }
  const imported = importSheet({ ...about, bytes, source: into })
  t.equal(meaningOf(imported.after), meaningOf(readAgreement(source, 'p.yaml', house)))
  const outside = (text: string) =>
    text
      .split('\n')
      .filter(line => !/^ {6,}/.test(line))
      .join('\n')
  t.equal(outside(imported.source), outside(into))
  t.end()
})

void t.test('a spreadsheet that LibreOffice has opened and saved says what it said', t => {
  const bytes = readFileSync(join(import.meta.dirname, 'saved-by-libreoffice.xlsx'))
  const outcome = attempt(bytes)
  t.strictSame(told(outcome), [])
  const meaning = (source: string) => meaningOf(readAgreement(source, 'p.yaml', parts))
  t.equal(typeof outcome === 'string' && meaning(outcome), meaning(policy))
  t.end()
})

void t.test('random tables come back as they were', t => {
  const property = fc.property(tables, table => {
    const source = JSON.stringify(parse(sourceOf(table)))
    return reread(source, parts).same
  })
  fc.assert(property, { numRuns: 40 })
  t.pass('40 tables')
  t.end()
})

void t.test('random changes of a shipped table come back as they were, into the unchanged file', t => {
  const [source = ''] = shipped.filter(text => text.includes('army.positionReport'))
  const rows = [
    ...source.matchAll(/^ {6}(\w+(?:\.\w+)?): \{ live-coordination: share, debrief: withhold[^}]*\}$/gm),
  ]
  t.ok(rows.length > 5, `${rows.length} rows`)
  const cell = fc.constantFrom(
    '{ all: share }',
    '{ all: withhold }',
    '{ debrief: share, live-coordination: withhold }',
    '{ live-coordination: share }',
    '{ live-coordination: [{ if: in-danger, then: share, why: "a \\"reason\\", they say" }, { else: withhold }], others: share, why: "because: x" }',
  )
  const property = fc.property(fc.array(cell, { minLength: rows.length, maxLength: rows.length }), cells => {
    const changed = rows.reduce(
      (text, [line = '', path], index) => text.replace(line, () => `      ${path}: ${cells[index]}`),
      source,
    )
    const back = reread(changed, house, source)
    return back.same && reread(back.source, house).source === back.source
  })
  fc.assert(property, { numRuns: 25 })
  t.end()
})

void t.test('cells of words are read as they are printed', t => {
  const name = fc
    .stringMatching(/^[a-z][a-z0-9]{0,6}(?:-[a-z0-9]{1,4})?$/)
    .filter(text => !/^(?:if|else|otherwise|then|because)$/.test(text))
  const why = fc.option(
    fc
      .string({ minLength: 1 })
      .map(text => text.trim())
      .filter(text => text !== ''),
    { nil: undefined },
  )
  const branch = fc.record({ condition: name, outcome: name, why })
  const last = fc.record({ condition: fc.constant(undefined), outcome: name, why })
  const property = fc.property(fc.array(branch, { maxLength: 3 }), last, (branches, end) => {
    const cell = [...branches, end]
    return JSON.stringify(readCellWords(printCellWords(cell))) === JSON.stringify(cell)
  })
  fc.assert(property, { numRuns: 500 })
  t.match(readCellWords('IF child THEN share; otherwise Withhold'), [
    { condition: 'child', outcome: 'share' },
    { condition: undefined, outcome: 'withhold' },
  ])
  t.match(readCellWords(' if child then share because “they say "so"”, else withhold '), [
    { why: 'they say "so"' },
    {},
  ])
  for (const wrong of [
    '',
    'if',
    'else share',
    'if a then b',
    'if a then b else',
    'share withhold',
    'share because x',
    'if a, then b, else c',
  ])
    t.equal(readCellWords(wrong), undefined, wrong)
  const started = performance.now()
  for (const piece of ['if a then b, ', 'share because "', ' ', '""', '“'])
    t.equal(readCellWords(piece.repeat(4_000 / piece.length)), undefined)
  t.ok(performance.now() - started < 1_000, 'hostile cells take no time')
  t.end()
})

for (const { what, edits, says } of refused) {
  void t.test(`refused: ${what}`, t => {
    const problems = told(attempt(pack(edited(...edits))))
    t.ok(
      problems.some(problem => says.test(problem)),
      problems.join(' | '),
    )
    t.end()
  })
}

void t.test('everything wrong is told at once, each with its place', t => {
  const outcome = attempt(
    pack(
      edited(
        [SHEET, '<row r="3"', '<row r="3" hidden="1"'],
        [SHEET, '<row r="5"', '<row r="5" hidden="1"'],
        [SHEET, '<col min="3"', '<col hidden="1" min="3"'],
        [SHEET, cellXml('B2', 3, 'share'), cellXml('B2', 3, 'shared')],
        ['xl/workbook.xml', 'sheetId="1"', 'sheetId="1" state="hidden"'],
      ),
    ),
  )
  t.match(
    typeof outcome === 'string' ? [] : outcome.map(({ line, column, code }) => `${line}:${column} ${code}`),
    [
      '0:0 sheet-hidden',
      '0:3 sheet-hidden-column',
      '3:0 sheet-hidden-row',
      '5:0 sheet-hidden-row',
      '2:2 unknown-treatment',
    ],
  )
  t.end()
})

void t.test('what officers do without harm is let through', t => {
  const colour = '<font><sz val="11"/><color theme="1" tint="0.2"/>'
  const harmless = edited(
    ['xl/styles.xml', '<font><sz val="11"/><color rgb="FF000000"/>', colour],
    [
      SHEET,
      '</sheetData>',
      '</sheetData><autoFilter ref="A1:D9"/><dataValidations/><pageMargins/><headerFooter/>',
    ],
    [
      'xl/workbook.xml',
      '</sheets>',
      '</sheets><definedNames><definedName name="_xlnm._FilterDatabase" hidden="1">\'drill.mission\'!$A$1:$D$9</definedName><definedName name="_xlnm.Print_Titles">\'drill.mission\'!$1:$1</definedName></definedNames><calcPr/>',
    ],
    [
      SHEET,
      cellXml('B2', 3, 'share'),
      '<c r="B2" s="3" t="inlineStr"><is><r><t>Sha</t></r><r><rPr><b/></rPr><t>re </t></r><rPh sb="0" eb="1"><t>withhold</t></rPh></is></c>',
    ],
    ['docProps/core.xml', undefined, '<x/>'],
    [
      '_rels/.rels',
      '</Relationships>',
      '<Relationship Id="p" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>',
    ],
  )
  t.equal(attempt(pack(harmless)), policy)
  t.end()
})

void t.test('a sheet with another name is taken for the resource that is asked for', t => {
  const bytes = pack(edited(['xl/workbook.xml', 'name="drill.mission"', 'name="Sheet1"']))
  t.equal(attempt(bytes, policy, 'drill.mission'), policy)
  t.match(told(attempt(bytes, policy, 'drill.mision')), [/did you mean `drill.mission`/])
  t.end()
})

void t.test('only rows that say something else are written anew; comments stay', t => {
  const commented = policy
    .replace('      title:', '      # what it is called\n\n      title:')
    .replace('      phase:\n', '      # how far it is\n      phase:\n')
    .replace('      tags[]:', '      # gone soon\n      tags[]:')
  t.not(commented, policy)
  const rows = partsOf(commented)
  const spoiltSheet = (rows[SHEET] ?? '')
    .replace(
      /(<c r="B3"[^>]*>.*?<t[^>]*>)share/,
      '$1if within-ceiling then share because "it is open", else withhold',
    )
    .replace(/<row r="\d+"><c r="A\d+"[^>]*><is><t[^>]*>tags\[\]<.*?<\/row>/, '')
  const outcome = attempt(pack({ ...rows, [SHEET]: spoiltSheet }), commented)
  t.type(outcome, 'string')
  const text = typeof outcome === 'string' ? outcome : ''
  t.match(
    text,
    /# what it is called\n\n {6}title:\n {8}drill:\n {10}- \{ if: within-ceiling, then: share, why: it is open \}\n {10}- \{ else: withhold \}\n {8}review: withhold\n/,
  )
  t.match(text, '      # how far it is\n      phase:\n')
  t.match(text, '      # gone soon\n      sectors[].code')
  t.notMatch(text, 'tags[]')
  const kept = (all: string) => all.slice(all.indexOf('obligations:'))
  t.equal(kept(text), kept(commented))
  t.end()
})

// Bytes -----------------------------------------------------------------------------------------------------------

const good = pack(soundParts)

void t.test('bytes that are no package are refused and never crash', t => {
  const ole = Buffer.from('d0cf11e0a1b11ae1'.padEnd(2048, '0'), 'hex')
  const cases: readonly (readonly [what: string, bytes: Uint8Array, says: RegExp])[] = [
    ['nothing', new Uint8Array(), /^sheet-not-a-package/],
    ['a text', strToU8('item,drill,review'), /^sheet-not-a-package/],
    ['an encrypted workbook', ole, /^sheet-encrypted/],
    ['half a file', good.subarray(0, good.length / 2), /^sheet-not-a-package/],
    ['something after it', Buffer.concat([good, Buffer.from('x')]), /^sheet-not-a-package/],
    ['something before it', Buffer.concat([Buffer.from('x'), good]), /^sheet-not-a-package/],
    ['too many bytes', new Uint8Array(9 * 1024 * 1024), /^sheet-too-large/],
    ['a bomb', zipSync({ 'xl/a.xml': new Uint8Array(8 * 1024 * 1024) }), /^sheet-too-large: .*200 times/],
    [
      'many bombs',
      zipSync(
        Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`a${index}`, noise(4 * 1024 * 1024)])),
        { level: 9 },
      ),
      /^sheet-too-large/,
    ],
    [
      'too many parts',
      zipSync(Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`a${index}`, strToU8('x')]))),
      /more than 200 parts/,
    ],
    ...['../a.xml', '/a.xml', 'xl\\a.xml', 'C:/a.xml', 'xl//a.xml', 'xl/./a.xml', 'xl/\u0000a.xml'].map(
      name =>
        [`the name ${JSON.stringify(name)}`, zipSync({ [name]: strToU8('x') }), /^sheet-part-name/] as const,
    ),
    ['two names for one part', zipSync({ 'a.xml': strToU8('x'), 'A.xml': strToU8('x') }), /stands twice/],
    ['an encrypted part', patched(good, 0x02014b50, 8, 1), /^sheet-encrypted/],
    ['a part that is longer than it says', patchedSize(good), /^sheet-not-a-package/],
    ['another name inside', patchedName(good), /^sheet-not-a-package/],
  ]
  for (const [what, bytes, says] of cases) t.match(told(attempt(bytes))[0], says, what)
  t.end()
})

/** Bytes that pack to about a tenth. */
function noise(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index % 64 === 0 ? (index * 2_654_435_761) >>> 24 : 0))
}

/** A copy with 16 bits of the first record of a kind set. */
function patched(bytes: Uint8Array, signature: number, at: number, value: number): Uint8Array {
  const copy = new Uint8Array(bytes)
  const view = new DataView(copy.buffer)
  for (let offset = 0; offset < copy.length - 4; offset++) {
    if (view.getUint32(offset, true) !== signature) continue
    view.setUint16(offset + at, value, true)
    return copy
  }
  throw new Error('no such record')
}

function patchedSize(bytes: Uint8Array): Uint8Array {
  return patched(bytes, 0x02014b50, 24, 10)
}

function patchedName(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes)
  copy.write('[Content_Typez]', copy.indexOf('[Content_Types]'))
  return copy
}

void t.test('flipped, cut and repeated bytes are refused or give the same table, and never throw', t => {
  const property = fc.property(
    fc.array(fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    }),
    fc.option(fc.nat(good.length)),
    (flips, cut) => {
      const copy = new Uint8Array(good)
      for (const [at, value] of flips) copy[at] = value
      const outcome = attempt(cut === null ? copy : copy.subarray(0, cut))
      return outcome === policy || typeof outcome !== 'string'
    },
  )
  fc.assert(property, { numRuns: 150 })
  t.end()
})

void t.test('random words in random cells are refused or read, and never throw', t => {
  const property = fc.property(
    fc.constantFrom('A', 'B', 'C', 'D'),
    fc.nat(8),
    fc.string({ unit: 'binary', maxLength: 40 }),
    (column, row, text) => {
      const at = `${column}${row + 1}`
      const sheet = (soundParts[SHEET] ?? '').replace(
        new RegExp(`<c r="${at}"(?: s="\\d")(?:/>|.*?</c>)`),
        () => {
          const plain = text.replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/gu, '').replace(/[&<>]/g, '')
          return cellXml(at, 3, plain)
        },
      )
      attempt(pack({ ...soundParts, [SHEET]: sheet }))
      return true
    },
  )
  fc.assert(property, { numRuns: 40 })
  t.pass('none threw')
  t.end()
})
