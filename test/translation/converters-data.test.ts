import t from 'tap'
import { isJsonObject, type Json } from '../../src/kit/kit.ts'
import { readReference } from '../../src/translation/mgrs-reference.ts'
import {
  eastingsOf,
  gridReferenceOf,
  pointOf,
  readGridReference,
  SHIFT_ERROR,
} from '../../src/translation/national-grid.ts'
import { printDigits, readDigits } from '../../src/translation/symbol-digits.ts'
import { readLetters, writeLetters } from '../../src/translation/symbol-letters.ts'
import { complaintsOf, convert, metresBetween, outcomeOf, resultOf, rowsOf } from './converter-support.ts'
import { conformanceFolder, hasConformanceData, jsonFile, textOf } from './support.ts'

const options = hasConformanceData ? {} : { skip: 'the independent test data is not here' }

void t.test(
  'every reference of GEOTRANS leads back to its place, or is refused by name',
  options,
  async t => {
    const { readFileSync } = await import('node:fs')
    const wrong: string[] = []
    let [near, polar] = [0, 0]
    for (const line of readFileSync(`${conformanceFolder}/mgrs/geotrans39-geo-to-mgrs.tsv`, 'utf8')
      .trim()
      .split('\n')
      .slice(1)) {
      const [, lat, lon, , reference = ''] = line.split('\t')
      const square = readReference(reference)
      if (/^[ABYZ]/.test(reference)) {
        if (square.kind === 'square' || square.why !== 'polar') wrong.push(line)
        polar++
        continue
      }
      // A reference is the corner of its square metre, and GEOTRANS may be a metre off the truth
      const far =
        square.kind === 'square' ? metresBetween(square.centre, { lat: Number(lat), lon: Number(lon) }) : 99
      if (far > 2.5) wrong.push(`${line} ${far}`)
      near++
    }
    t.same(wrong, [])
    t.ok(near > 8_000 && polar > 50, `${near} rows, ${polar} polar`)
  },
)

void t.test('the National Grid is within five metres of OSTN15 both ways', options, async t => {
  let [rows, most, back] = [0, 0, 0]
  for (const [, lat, lon, , east, north] of rowsOf('osgb/ostn15-test-points.csv', ',')) {
    const point = { lat: Number(lat), lon: Number(lon) }
    const truth = { east: Number(east), north: Number(north) }
    const found = eastingsOf(point)
    most = Math.max(most, found ? Math.hypot(found.east - truth.east, found.north - truth.north) : 99)
    back = Math.max(back, metresBetween(pointOf(truth), point))
    rows++
    const line = convert('osgr', { value: { ...point, accuracyM: 1 } })
    t.match(line, { kind: 'value', manner: { outcome: 'APPROXIMATED', error: { value: 5.7, unit: 'm' } } })
  }
  t.equal(rows, 40)
  t.ok(most <= SHIFT_ERROR && back <= SHIFT_ERROR, `${most.toFixed(2)} m there, ${back.toFixed(2)} m back`)
  t.ok(most > 4.9, 'and not better than it says, for want of OSTN15')
})

void t.test('every letter square of the grid is read and written', async t => {
  let squares = 0
  for (let east = 50_000; east < 700_000; east += 100_000)
    for (let north = 50_000; north < 1_300_000; north += 100_000) {
      const letters = gridReferenceOf(pointOf({ east, north }), 0)
      const read = readGridReference(letters ?? '')
      if (read.kind !== 'square') t.fail(`${east} ${north} ${letters}`)
      else if (metresBetween(read.centre, pointOf({ east, north })) > 0.1) t.fail(`${letters}`)
      squares++
    }
  t.equal(squares, 91)
  t.equal(gridReferenceOf({ lat: 55.8639, lon: -4.2719 }, 5), 'NS 57916 65747', 'the worked example')
})

void t.test(
  'every row of the table of symbols, from 15 characters to 20 digits and back',
  options,
  async t => {
    const wrong: string[] = []
    const narrowed: string[] = []
    let [rows, retired] = [0, 0]
    for (const row of rowsOf('symbology/jmsml-LegacyMappingTableCtoD.csv', ',')) {
      const [, letters = '', set = '', entity = '', one = '', two = '', , , , back = '', remark] = row
      const reading = readLetters(letters)
      if (remark === 'Retired') {
        retired++
        if (reading.kind === 'symbol' || reading.why !== 'retired') wrong.push(`${letters}: retired`)
        continue
      }
      rows++
      const digits = reading.kind === 'symbol' ? printDigits(reading.fields) : ''
      const parts = [digits.slice(4, 6), digits.slice(10, 16), digits.slice(16, 18), digits.slice(18)]
      if (parts.join() !== [set, entity, one, two].join()) wrong.push(`${letters}: ${digits}`)
      if (readDigits(digits).kind !== 'symbol') wrong.push(`${digits}: not valid`)
      const writing = reading.kind === 'symbol' ? writeLetters(reading.fields) : undefined
      if (writing?.kind !== 'letters' || writing.sidc15 !== back) wrong.push(`${letters}: back ${back}`)
      const lost = reading.kind === 'symbol' ? reading.lost.length : 0
      if ((back !== letters) !== lost > 0) wrong.push(`${letters}: loss not told`)
      if (lost > 0) narrowed.push(letters)
    }
    t.same(wrong, [])
    t.equal(rows, 1_072)
    t.equal(retired, 56)
    t.equal(narrowed.length, 17, 'fifteen that share digits with another, and two that fail in the table')
  },
)

const DOMAINS = [
  ['10', 'Land_Unit_Entities'],
  ['11', 'Land_Unit_Civilian_Entities'],
  ['15', 'Land_Equipment_Entities'],
  ['20', 'Land_Installation_Entities'],
  ['40', 'Activities_Entities'],
] as const

/** A symbol that is valid but for the fields given, by position from one. */
function symbolWith(set: string, fields: Readonly<Record<number, string>>): string {
  const digits = Array.from('10030000000000000000')
  for (const [at, text] of Object.entries({ 5: set, ...fields }))
    for (let index = 0; index < text.length; index++) digits[Number(at) - 1 + index] = text.charAt(index)
  return digits.join('')
}

void t.test('every value of the coded domains is valid, and what they leave out is not', options, async t => {
  const valuesOf = (file: string) =>
    new Set(rowsOf(`symbology/jmsml-Coded_Domain_${file}.csv`, ',').map(row => row.at(-1) ?? ''))
  const wrong: string[] = []
  const judge = (sidc: string, valid: boolean) => {
    if ((readDigits(sidc).kind === 'symbol') !== valid)
      wrong.push(`${sidc} should ${valid ? '' : 'not '}be valid`)
  }
  let special = 0
  for (const [set, file] of DOMAINS) {
    const known = valuesOf(file)
    for (const text of known) judge(symbolWith(set, { 11: text }), true)
    for (let entity = 0; entity < 1_000_000; entity += 101) {
      const text = String(entity).padStart(6, '0')
      if (!known.has(text) && readDigits(symbolWith(set, { 11: text })).kind === 'symbol') special++
    }
  }
  t.ok(special < 5, 'beside them only the special subtypes that the table of 15 characters names')
  const fields = [
    ['Land_Unit_Modifier_Ones', 17, 2],
    ['Land_Unit_Modifier_Twos', 19, 2],
    ['Echelons', 9, 2],
    ['HQTFFD', 8, 1],
    ['Operational_Condition_Amplifier', 7, 1],
    ['Identity', 4, 1],
    ['Context', 3, 1],
  ] as const
  for (const [file, at, digits] of fields) {
    const known = valuesOf(file)
    for (let code = 0; code < 10 ** digits; code++) {
      const text = String(code).padStart(digits, '0')
      judge(symbolWith('10', { [at]: text }), known.has(text) || (file === 'Echelons' && text === '00'))
    }
  }
  const mobilities = valuesOf('Mobilities')
  for (let code = 1; code < 100; code++) {
    const text = String(code).padStart(2, '0')
    judge(symbolWith('15', { 9: text }), mobilities.has(text))
  }
  t.same(wrong, [])
})

void t.test('symbols of the worked tables', async t => {
  const pairs = [
    ['10031000142007001400', 'SFGPUULC---D---', 'NARROWED'],
    ['10031000132007001400', 'SFGPUULC---C---', 'NARROWED'],
    ['10031000122007002000', 'SFGPUULC---B---', 'NARROWED'],
    ['10031000132007005300', 'SFGPUULC---C---', 'NARROWED'],
    ['10031000112007006400', 'SFGPUULC---A---', 'NARROWED'],
    ['10031002002007000000', 'SFGPUULC--A----', 'EXACT'],
    ['10031000152013001400', 'EFOPDA-----E---', 'NARROWED'],
    ['10031000151211000000', 'SFGPUCI----E---', 'EXACT'],
    ['10031000141408000000', 'SFGPUUE----D---', 'EXACT'],
    ['10031000131412000000', 'SFGPUULM---C---', 'EXACT'],
    ['10031000141636000000', 'SFGPUST----D---', 'EXACT'],
    ['10041100001104000000', 'ONGP-----------', 'EXACT'],
    ['10044000001201000000', 'ONOPD----------', 'EXACT'],
    ['10044000001101100000', 'ENIPAC---------', 'EXACT'],
    ['10131010142007000000', 'SDGAUULC---D---', 'EXACT'],
  ] as const
  for (const [digits, letters, outcome] of pairs) {
    const there = convert('sidc15-of-sidc', { value: digits })
    t.equal(there?.kind === 'value' && there.value, letters, digits)
    t.equal(outcomeOf(there), outcome, digits)
    if (outcome === 'EXACT') t.equal(resultOf('sidc-of-sidc15', letters), digits, letters)
  }
  t.equal(resultOf('crowd-symbol', 1, { with: { as: 'sidc' } }), '10041100001104000000')
  t.equal(resultOf('crowd-symbol', 1, { with: { as: 'sidc15' } }), 'ONGP-----------')
})

void t.test(
  'every event of JC3IEDM is translated by a row or refused, and none is forgotten',
  options,
  async t => {
    const rows = rowsOf('niem/jc3iedm-event-category-codes.csv', ',').map(([code = '']) => code)
    t.equal(rows.length, 347)
    const counts = new Map<string, number>()
    for (const code of rows) {
      const written = { with: { table: 'e' }, tables: { e: { [code]: 'WORD' } } }
      const refusedAtLoad = complaintsOf('event-of-code', written).length > 0
      const bare = convert('event-of-code', { value: code }, { with: { table: 'e' }, tables: { e: {} } })
      const outcome = outcomeOf(bare)
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
      if (refusedAtLoad !== (outcome === 'guarded')) t.fail(`${code} is judged in two ways`)
      const said = { with: { table: 'p' }, tables: { p: { WORD: code } }, source: ['WORD'] }
      if (complaintsOf('event', said).length > 0 !== refusedAtLoad) t.fail(`${code} may be said by police`)
    }
    t.same([...counts.keys()].sort(), ['UNMAPPED', 'guarded'])
    for (const code of ['ATTACK', 'AMBUSH', 'DMNSTR', 'VANDAL', 'THREAT', 'CONTAN', 'ENGAGE', 'WPNFIR'])
      t.equal(
        outcomeOf(convert('event-of-code', { value: code }, { with: { table: 'e' }, tables: { e: {} } })),
        'guarded',
        code,
      )
    t.ok((counts.get('guarded') ?? 0) > 200, `${counts.get('guarded')} need a person`)
  },
)

/** Mission tasks that only move, relieve or protect: nothing that police do, and nothing that needs a person. */
const PEACEFUL =
  'Bypass,Follow and Assume,Follow and Support,Relief in Place (RIP),Retire/Retirement,Security : Cover,Security : Guard,' +
  'Security : Screen,Withdraw,Withdraw Under Pressure'

void t.test('a mission task of an army needs a person, unless it is a peaceful one', options, async t => {
  const written = { with: { table: 'v' }, tables: { v: {} } }
  const counts = new Map<string, number>()
  for (const [name = ''] of rowsOf('symbology/jmsml-All_Coded_Domain_Values_Entities.csv', ',')) {
    const task = /^Mission Tasks : (.*)$/.exec(name)?.[1]
    if (task === undefined) continue
    const outcome = outcomeOf(convert('word-of-verb', { value: task }, written))
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
    t.equal(outcome, PEACEFUL.split(',').includes(task) ? 'UNMAPPED' : 'combat', task)
  }
  t.same(Object.fromEntries(counts), { combat: 17, UNMAPPED: 10 })
})

void t.test('codes of NIEM and EDXL-RM pass between lists that are one', options, async t => {
  const codes = jsonFile(`${conformanceFolder}/niem/niem6-unit-and-deployment-codes.json`)['codes']
  if (!isJsonObject(codes)) throw new Error('no codes')
  const lists = Object.entries(codes).flatMap(([name, list]): [string, readonly Json[]][] =>
    Array.isArray(list) ? [[name, list]] : [],
  )
  let passed = 0
  for (const [name, list] of lists) {
    const values = list.map(textOf)
    for (const value of values) {
      t.equal(resultOf('code', value, { source: values, target: values }), value, name)
      passed++
    }
  }
  t.ok(passed > 80, `${passed} codes`)
})

void t.test('NIEM statuses are what states and effectiveness become', options, async t => {
  const codes = jsonFile(`${conformanceFolder}/niem/niem6-unit-and-deployment-codes.json`)['codes']
  if (!isJsonObject(codes)) throw new Error('no codes')
  const listed = (name: string) => (codes[name] as readonly string[]) ?? []
  for (let state = 0; state <= 16; state++) {
    const status = resultOf('status', state, { with: { as: 'status' }, type: 'enum' })
    const deployment = resultOf('status', state, { with: { as: 'deployment' }, type: 'enum' })
    if (status !== undefined) t.ok(listed('UnitOperationalStatusCodeSimpleType').includes(textOf(status)))
    if (deployment !== undefined) t.ok(listed('DeploymentStatusCodeSimpleType').includes(textOf(deployment)))
  }
  for (const [, code = ''] of rowsOf('symbology/jmsml-Coded_Domain_CombatEffectiveness.csv', ','))
    t.ok(
      listed('UnitOperationalStatusCodeSimpleType').includes(
        textOf(resultOf('effectiveness', code, { with: { to: 'status' } })),
      ),
      code,
    )
  const realms = [...listed('OPEXCodeSimpleType'), ...listed('NotificationCategoryCodeSimpleType')]
  for (const word of realms) {
    const target = ['REAL', 'EXERCISE', 'TEST']
    const real = word === 'OPERATIONS/REALITY' || word === 'Actual'
    t.equal(resultOf('realm', word, { target }) === 'REAL', real, word)
  }
})

void t.test('grades come from the lists of reliability and credibility', options, async t => {
  const listOf = (name: string) =>
    new Set(rowsOf(`symbology/jmsml-Coded_Domain_${name}.csv`, ',').map(row => row.at(-1)))
  const [reliability, credibility] = [listOf('Reliability'), listOf('Credibility')]
  for (const value of [1, 2, 3])
    t.ok(reliability.has(textOf(resultOf('grade', value, { with: { to: 'reliability' } }))))
  for (const value of 'ABCDE')
    t.ok(credibility.has(textOf(resultOf('grade', value, { with: { to: 'credibility' } }))))
  for (const value of reliability)
    t.ok(/^[123]$/.test(textOf(resultOf('grade', value ?? '', { with: { to: 'source' } }))))
  for (const value of credibility)
    t.ok(/^[A-E]$/.test(textOf(resultOf('grade', value ?? '', { with: { to: 'assessment' } }))))
})

void t.test('date-time groups through the converter, in every zone of NIEM', options, async t => {
  for (const [code = '', offset = ''] of rowsOf('dtg/niem-time-zone-offset-codes.csv', ',')) {
    const converted = convert('instant', { dtg: `31${'0030'}${code}OCT2021` })
    const expected = new Date(Date.parse(`2021-10-31T00:30:00${offset}`)).toISOString().replace('.000', '')
    t.equal(converted?.kind === 'value' && converted.value, expected, code)
  }
  const published = jsonFile(`${conformanceFolder}/dtg/published-examples.json`)
  const facts = published['zoneFacts']
  for (const fact of Array.isArray(facts) ? facts : []) {
    if (!isJsonObject(fact)) continue
    const converted = convert('instant', { dtg: `311200${textOf(fact['letter'])}OCT21` })
    const expected = Date.parse(`2021-10-31T12:00:00${textOf(fact['offset'])}`)
    t.equal(
      converted?.kind === 'value' && Date.parse(textOf(converted.value)),
      expected,
      textOf(fact['letter']),
    )
  }
  for (const example of Array.isArray(published['cases']) ? published['cases'] : []) {
    if (!isJsonObject(example)) continue
    const group = textOf(example['dtg'] ?? example['time'])
    const converted = convert('instant', { dtg: group }, { with: { zone: 'last' } })
    const told = converted?.kind === 'value' ? Date.parse(textOf(converted.value)) : outcomeOf(converted)
    t.equal(told, example['time'] === undefined ? Date.parse(textOf(example['iso'])) : 'no-day', group)
  }
})

void t.test('a night in which clocks go back has nine hours', async t => {
  const written = '302200AOCT21-310600ZOCT21'
  const [from, to] = (['from', 'to'] as const).map(end =>
    resultOf('instant-of-range', written, { with: { end } }),
  )
  t.equal((Date.parse(textOf(to)) - Date.parse(textOf(from))) / 3_600_000, 9)
  t.equal(resultOf('instant-of-range', 'FROM 302200AOCT21', { with: { end: 'to' } }), undefined)
  t.equal(resultOf('instant-of-range', 'UNTIL 310600ZOCT21', { with: { end: 'to' } }), to)
  const hours = convert('instant', { dtg: 'H+2', hHour: '2021-10-31T00:30:00Z' })
  t.match(hours, { kind: 'value', value: '2021-10-31T02:30:00Z' })
})
