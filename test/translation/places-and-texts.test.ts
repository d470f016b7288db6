import fc from 'fast-check'
import t from 'tap'
import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import { ProblemsError } from '../../src/terms/terms.ts'
import type { Converted } from '../../src/translation/converter.ts'
import {
  complaintsOf,
  convert,
  metresBetween,
  outcomeOf,
  ROOMY,
  resultOf,
  type Written,
} from './converter-support.ts'
import { compiled, context, mappingSource, schemas } from './support.ts'

const registry = schemas()
const GLASGOW = [-4.2719, 55.8639] as const

function point(more: JsonObject = {}): JsonObject {
  return { type: 'Point', coordinates: [...GLASGOW], ...more }
}

/** A rule whose source the schema promises to ten metres. */
const PROMISED: Written = { room: { ...ROOMY, reads: [{ accuracyM: 10 }] } }

void t.test('a reference is no finer than what is known of the place', async t => {
  const digitsOf = (place: Json, accuracy: Json | undefined, written?: Written) => {
    const slots: JsonObject = accuracy === undefined ? { value: place } : { value: place, accuracy }
    const reference = made(convert('mgrs', slots, written))
    return reference === undefined ? undefined : reference.length - 5
  }
  const rows: readonly (readonly [string, number | undefined, number | undefined])[] = [
    ['a number', 10, digitsOf(point(), 0.5)],
    ['a number', 8, digitsOf(point(), 10)],
    ['the upper end of a band', 8, digitsOf(point(), 'below 10')],
    ['the upper end of a band', 6, digitsOf(point(), '10-24')],
    ['the upper end of a band', 6, digitsOf(point(), '50-99')],
    ['the upper end of a band', 4, digitsOf(point(), '100-249')],
    ['a band without an upper end', undefined, digitsOf(point(), '5000 or more')],
    ['something that nobody can read', undefined, digitsOf(point(), 'fairly good')],
    ['nothing said at all', 6, digitsOf(point(), undefined)],
    ['nothing said, ten metres promised', 8, digitsOf(point(), undefined, PROMISED)],
    ['worse said than promised', 4, digitsOf(point(), 800, PROMISED)],
    ['a generalised square', 4, digitsOf(point({ cell: '1km' }), 1)],
    ['a generalised square', 4, digitsOf(point({ cell: '1km' }), undefined, PROMISED)],
    ['a generalised square and a coarser band', 2, digitsOf(point({ cell: '1km' }), '1000-9999')],
  ]
  for (const [what, expected, digits] of rows) t.equal(digits, expected, what)
  for (const name of ['mgrs', 'osgr', 'shape']) {
    t.match(lineOf(convert(name, { value: point() })).note, /how exact the place is was not said/, name)
    t.notMatch(lineOf(convert(name, { value: point() }, PROMISED)).note ?? '', /not said/, name)
    t.match(
      complaintsOf(name, { with: { accuracyM: '10' } }).join(),
      /accuracy-unfounded.*10 m, only 100 m/,
      name,
    )
    t.same(complaintsOf(name, { ...PROMISED, with: { accuracyM: '10' } }), [], `${name}, as promised`)
    t.same(complaintsOf(name, { with: { accuracyM: '1000' } }), [], `${name}, coarser than need be`)
  }
})

const CELL_NAMES = new Map([
  [100, '100m'],
  [1_000, '1km'],
  [10_000, '10km'],
])

const position = fc
  .tuple(fc.double({ min: -179, max: 179, noNaN: true }), fc.double({ min: -79, max: 83, noNaN: true }))
  .map(([lon, lat]): readonly [number, number] => [lon, lat])

void t.test(
  'a point through a reference and back is off by no more than is said, and looks no finer',
  async t => {
    fc.assert(
      fc.property(position, fc.constantFrom(1, 10, 100, 1_000, 10_000), ([lon, lat], accuracy) => {
        const value = { type: 'Point', coordinates: [lon, lat] }
        const reference = resultOf('mgrs', value, { room: { ...ROOMY, reads: [{ accuracyM: accuracy }] } })
        const back = convert('point-of-mgrs', { value: reference ?? '' })
        const place = back?.kind === 'value' && isJsonObject(back.value) ? back.value : {}
        const [x, y] = Array.isArray(place['coordinates']) ? place['coordinates'] : []
        if (typeof x !== 'number' || typeof y !== 'number') return false
        const error = lineOf(back).error?.value ?? 0
        const cell = CELL_NAMES.get(accuracy)
        const off = metresBetween({ lat, lon }, { lat: y, lon: x })
        return place['cell'] === cell && off <= (error + 0.2) * 1.02
      }),
      { numRuns: 400 },
    )
    t.pass()
  },
)

void t.test('a line or an area comes whole, or not at all', async t => {
  const line = { type: 'LineString', coordinates: [[...GLASGOW], [-4.27, 55.865]] }
  const ring = [[...GLASGOW], [-4.27, 55.865], [-4.26, 55.86], [...GLASGOW]]
  const area = { type: 'Polygon', coordinates: [ring] }
  for (const value of [line, area])
    for (const name of ['mgrs', 'osgr'])
      t.equal(outcomeOf(convert(name, { value }, PROMISED)), 'UNMAPPED', `${name} of a ${value.type}`)
  t.same(resultOf('shape', line, PROMISED), ['30UVG20399166', '30UVG20519178'])
  t.same(resultOf('shape', area, PROMISED), ['30UVG20399166', '30UVG20519178', '30UVG21139121'])
  t.equal(resultOf('shape', point(), PROMISED), '30UVG20399166', 'a point alone is no list')
  t.same(
    ['POINT', 'LINE', 'AREA'],
    [point(), line, area].map(value => resultOf('form-of-shape', value)),
  )
  const room = { ...ROOMY, accepts: (value: Json) => !Array.isArray(value) || value.length < 3 }
  const crowded = convert('shape', { value: area }, { room })
  t.match(
    crowded,
    { kind: 'unmapped', manner: { note: /more points than there is room for/ } },
    'none is thinned out',
  )
  const odd: readonly (readonly [Json, string])[] = [
    [{ type: 'LineString', coordinates: [[...GLASGOW]] }, 'form'],
    [{ type: 'LineString', coordinates: [[...GLASGOW], [0]] }, 'form'],
    [{ type: 'Polygon', coordinates: [ring.slice(0, 3)] }, 'form'],
    [{ type: 'Polygon', coordinates: [[...ring.slice(0, 3), [0, 0]]] }, 'form'],
    [{ type: 'MultiPoint', coordinates: [[...GLASGOW]] }, 'form'],
    [{ type: 'LineString', coordinates: [[...GLASGOW], [0, 89]] }, 'polar'],
  ]
  for (const [value, code] of odd)
    t.equal(outcomeOf(convert('shape', { value })), code, JSON.stringify(value))
  for (const value of [['30UVG20399166', '30UVG20519178'], ['30UVG20399166']])
    t.equal(outcomeOf(convert('point-of-mgrs', { value })), 'UNMAPPED')
  for (const form of ['LINE', 'AREA'])
    t.equal(outcomeOf(convert('point-of-mgrs', { value: '30UVG2039', form })), 'UNMAPPED', form)
  for (const name of ['point-of-mgrs', 'accuracy-of-mgrs'])
    t.equal(outcomeOf(convert(name, { value: '30UVG123' })), 'odd-digits', name)
  t.equal(
    outcomeOf(convert('point-of-mgrs', { value: '30UVG' })),
    'UNMAPPED',
    'a hundred kilometres are no point',
  )
})

void t.test('the accuracy of a square is half its diagonal, or what is said where that is more', async t => {
  const accuracyOf = (slots: JsonObject) => {
    const converted = convert('accuracy-of-mgrs', slots)
    return converted?.kind === 'value' ? converted.value : outcomeOf(converted)
  }
  t.equal(accuracyOf({ value: '30UVG20399166' }), 7.07)
  t.equal(accuracyOf({ value: '30UVG20399166', accuracy: 50 }), 50)
  t.equal(accuracyOf({ value: '30UVG203916', accuracy: 50 }), 70.72)
  t.equal(accuracyOf({ value: '30UVG203916', accuracy: '100-249' }), 250)
  t.equal(accuracyOf({ value: '30UVG203916', accuracy: '5000 or more' }), 'UNMAPPED')
  t.equal(accuracyOf({ accuracy: 50 }), 'silent')
})

void t.test(
  'a text that is too long is cut between characters, dropped, or a problem of the mapping',
  async t => {
    const reads = [{ maxLength: 9 }, { maxLength: 9 }, { maximum: 99 }]
    const room = { ...ROOMY, reads, takes: { maxLength: 4 } }
    t.match(complaintsOf('text', { room }).join(), /text-too-long: .* 9 characters .* takes 4/)
    t.match(complaintsOf('coded', { room }).join(), /text-too-long: .* 24 characters/)
    t.match(
      complaintsOf('text', { room: { ...room, reads: [{}] } }).join(),
      /text-too-long: .* of any length/,
    )
    t.match(complaintsOf('text', { room, with: { longer: 'guess' } }).join(), /parameter-value: `longer`/)
    const cut: Written = { room, with: { longer: 'cut' } }
    t.match(convert('text', { value: 'abcdef' }, cut), {
      value: 'abcd',
      manner: { outcome: 'NARROWED', rule: 'r.cut', note: 'cut at 4 characters', reversible: false },
    })
    t.equal(resultOf('text', 'abcd', cut), 'abcd')
    t.equal(outcomeOf(convert('text', { value: 'abcd' }, cut)), 'EXACT')
    t.equal(resultOf('text', '👮👮👮👮', cut), '👮👮👮👮', 'four characters, though eight units')
    t.equal(resultOf('text', 'abc👮👮', cut), 'abc👮', 'never inside a character')
    t.match(convert('coded', { code: 'A', text: 'bcd' }, cut), {
      value: 'A: b',
      manner: { outcome: 'NARROWED' },
    })
    t.equal(outcomeOf(convert('text', { value: 'abcdef' }, { room, with: { longer: 'drop' } })), 'UNMAPPED')

    const told = { text: 'text', number: 'n' }
    const listed = {
      ...ROOMY,
      entries: 3,
      readMember: (name: string) => (name === 'n' ? { maximum: 99 } : { maxLength: 10 }),
    }
    const longest = 3 * ('99. '.length + 10 + '; '.length)
    t.same(complaintsOf('sentences', { with: told, room: { ...listed, takes: { maxLength: longest } } }), [])
    const tight = { ...listed, takes: { maxLength: longest - 1 } }
    t.match(complaintsOf('sentences', { with: told, room: tight }).join(), /text-too-long/)
    const endless = { ...tight, entries: undefined }
    t.match(
      complaintsOf('sentences', { with: told, room: endless }).join(),
      /text-too-long: .* of any length/,
    )
  },
)

void t.test('a text that has not the form of its target is left out and said so', async t => {
  const room = { ...ROOMY, takes: { minLength: 1 }, accepts: (value: Json) => value !== '' }
  t.equal(outcomeOf(convert('text', { value: '' }, { room })), 'UNMAPPED')
  t.equal(outcomeOf(convert('text', { value: 'a' }, { room })), 'EXACT')
  t.equal(
    outcomeOf(convert('text', { value: '' }, { room: { ...room, reads: [{ minLength: 1 }] } })),
    'EXACT',
    'promised',
  )
  const { p5CommandSignal } = translated('police.operation.to.army.opord', {
    id: 'urn:operation:1',
    command: [{ role: 'GOLD', contact: { tel: 'N-0123456789abcdef0123456789abcdef' } }],
  })
  t.ok(p5CommandSignal)
  t.notMatch(JSON.stringify(p5CommandSignal), /"tel"/, 'a code name is no telephone number')
})

function translated(id: string, document: JsonObject): JsonObject {
  const mapping = compiled(registry, mappingSource(id), id)
  const translation = mapping.translate(document, context)
  if (translation.kind === 'blocked') throw new Error(translation.rule)
  t.equal(registry.get(mapping.to.resource, mapping.to.version)?.check(translation.document), undefined, id)
  return translation.document
}

/** Codes and texts of what is wrong with a changed mapping. */
function problemsOf(id: string, from: string, to: string): string {
  const source = mappingSource(id)
  if (!source.includes(from)) throw new Error(`${id} has no ${from}`)
  try {
    compiled(registry, source.replace(from, to), id)
    return ''
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    return error.problems.map(({ line, code, says }) => `${line > 0} ${code}: ${says}`).join('\n')
  }
}

void t.test('a mapping is told of references and places that its target never takes', async t => {
  const taking = (accepts: (value: Json) => boolean): Written => ({ room: { ...ROOMY, accepts } })
  const short = complaintsOf(
    'mgrs',
    taking(value => String(value).length <= 11),
  )
  t.equal(short.length, 4, 'eight and ten digits of two zones')
  for (const says of short)
    t.match(says, /^value-unfit: `\d{2}[A-Z]{3}(?:\d{8}|\d{10})` is not a value of `target`/)
  t.same(complaintsOf('mgrs', {}), [])
  const sources = { source: ['MACHINE.GPS', 'HUMAN'] }
  const known = taking(value => isJsonObject(value) && value['source'] !== 'HUMAN')
  t.match(complaintsOf('place-of-mgrs', { ...sources, ...known }).join(), /^value-unfit: [^`]*`.+HUMAN.+/)
  const fine = taking(value => isJsonObject(value) && Number(value['accuracyM']) < 50_000)
  t.equal(complaintsOf('place-of-mgrs', { ...sources, ...fine }).length, 1, 'the square of 100 km')
  const seen = (source: string) => {
    const converted = convert('place-of-mgrs', { value: '30UVG2039', source }, sources)
    if (converted?.kind !== 'value' || !isJsonObject(converted.value)) throw new Error('no place')
    return [converted.value['source'], converted.manner.outcome, converted.manner.note]
  }
  t.same(seen('HUMAN'), ['HUMAN', 'APPROXIMATED', 'centre of the square'])
  const note = 'centre of the square; no such way of finding a place here'
  t.same(seen('p-00ff'), [undefined, 'APPROXIMATED', note], 'the place itself arrives')
})

void t.test('what can come has to fit where it goes, when a mapping is loaded', async t => {
  const order = 'army.opord.to.police.operation'
  t.match(
    problemsOf(
      order,
      'from: p1Situation.friendly.higherIntent2Up, convert: text, with: { longer: cut }',
      'from: p1Situation.friendly.higherIntent2Up, convert: text',
    ),
    /^true text-too-long: .*`strategicIntent.aims\[\].text` takes/,
  )
  t.match(
    problemsOf(
      order,
      'each: p3Execution.coordinatingInstructions.limitations[]',
      'each: p3Execution.coordinatingInstructions.controlMeasures[]',
    ),
    /true list-too-long: .* 500 entries .* takes 100/,
  )
  t.match(
    problemsOf(
      order,
      'to: tier, from: p1Situation.supportedOperation.mobilisationTier',
      'to: version, from: p1Situation.supportedOperation.mobilisationTier',
    ),
    /^$/,
    'a narrower range fits a wider one',
  )
  t.match(
    problemsOf(
      'police.operation.to.army.opord',
      'to: p1Situation.supportedOperation.mobilisationTier, from: tier',
      'to: p1Situation.supportedOperation.mobilisationTier, from: version',
    ),
    /true number-too-wide: 1 to \d+ can come, and .* takes 1 to 3/,
  )
  t.match(
    problemsOf(
      'police.unitDeployment.to.army.taskOrg',
      'accuracy: location.accuracyM }, convert: mgrs }',
      'accuracy: location.accuracyM }, convert: mgrs, with: { accuracyM: 10 } }',
    ),
    /true accuracy-unfounded/,
  )
  t.match(
    problemsOf(
      'police.operation.to.army.opord',
      'convert: constant, with: { value: UK-POLICE }',
      `convert: constant, with: { value: ${'x'.repeat(41)} }`,
    ),
    /true value-unfit/,
  )
})

void t.test(
  'a list with more entries than there is room for is cut, and every entry left out is told',
  async t => {
    const id = 'army.opord.to.police.briefing.iimarch'
    t.match(problemsOf(id, '    longer: cut\n', ''), /^true list-too-long: .* 100 entries .* takes 60$/)
    t.match(problemsOf(id, 'longer: cut\n', 'longer: perhaps\n'), /^true parameter-value: `longer`/)
    const order = (actionsOn: readonly string[], tasks: readonly JsonObject[]) => ({
      id: 'urn:order:1',
      messageId: { type: 'OPORD' },
      p3Execution: { coordinatingInstructions: { actionsOn }, tasks },
    })
    const actionsOn = Array.from({ length: 63 }, (_, at) => `Event ${at}: do it`)
    const translation = compiled(registry, mappingSource(id), id).translate(order(actionsOn, []), context)
    if (translation.kind === 'blocked') throw new Error(translation.rule)
    const { contingencies } = translation.document['method'] as { contingencies: readonly Json[] }
    t.same([contingencies.length, contingencies.at(-1)], [60, { name: 'Event 59', plan: 'do it' }])
    const lines = translation.report.lines().filter(({ rule }) => rule === 'long.method.contingencies[]')
    t.equal(lines.length, 3)
    t.match(lines[0], { path: '/method/contingencies', outcome: 'UNMAPPED' })
    const plan = 'army.opord.to.police.tacticalPlan'
    const patrols = Array.from({ length: 60 }, () => ({ task: 'PATROL' }))
    const late = order([], [...patrols, { task: 'MOVE' }, { task: 'PATROL' }, { task: 'AMBUSH' }])
    const stopped = compiled(registry, mappingSource(plan), plan).translate(late, context)
    t.same(
      stopped,
      { kind: 'blocked', rule: 'task.verb.combat', path: '/tacticalOptions/60/code' },
      'also beyond',
    )
  },
)

function made(converted: Converted | undefined): string | undefined {
  return converted?.kind === 'value' ? String(converted.value) : undefined
}

function lineOf(converted: Converted | undefined) {
  if (converted === undefined || converted.kind === 'blocked') throw new Error('nothing came')
  return converted.manner
}
