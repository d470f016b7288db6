import t from 'tap'
import type { JsonObject } from '../../src/kit/kit.ts'
import { ProblemsError } from '../../src/terms/terms.ts'
import { compileMapping } from '../../src/translation/translation.ts'
import { compiled, context, mappingSource, schemas } from './support.ts'

const registry = schemas()
const POSITION = 'police.unitPosition.to.army.positionReport'

/** Codes and places of what is wrong with a changed mapping. */
function problemsOf(source: string): readonly string[] {
  try {
    compiled(registry, source, 'm.yaml')
    return []
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    return error.problems.map(({ line, column, code, says }) => `${line}:${column} ${code}: ${says}`)
  }
}

function changed(id: string, from: string, to: string): readonly string[] {
  const source = mappingSource(id)
  if (!source.includes(from)) throw new Error(`${id} has no ${from}`)
  return problemsOf(source.replace(from, to))
}

void t.test('a mapping is checked when it is loaded', async t => {
  const expectations: readonly (readonly [string, string, string, RegExp])[] = [
    ['an unknown source path', 'from: speedMph', 'from: speedKnots', /source-unknown.*speedKnots/],
    ['an unknown target path', 'to: speedKmh', 'to: speedMs', /target-unknown.*speedMs/],
    ['an unknown converter', 'convert: speed', 'convert: warp', /converter-unknown.*warp/],
    [
      'a converter that does not read the source',
      'from: speedMph, convert: speed',
      'from: callsign, convert: speed',
      /type-mismatch.*callsign/,
    ],
    [
      'a converter that does not make the target',
      'to: speedKmh, from: speedMph',
      'to: shortName, from: speedMph',
      /type-mismatch.*shortName/,
    ],
    ['an unknown parameter', 'with: { to: kmh }', 'with: { into: kmh }', /parameter-unknown.*into/],
    ['a wrong parameter', 'with: { to: kmh }', 'with: { to: knots }', /parameter-value.*kmh/],
    ['two rules for one target', 'to: speedKmh', 'to: bearingMils', /target-twice.*bearingMils/],
    ['two rules with one id', 'id: unit.speed', 'id: unit.mils', /rule-twice.*unit\.mils/],
    [
      'a source leaf without a rule',
      '  - { from: originatorLabel, why:',
      '  - { from: originatorLabel.policy, why:',
      /source-uncovered.*`originatorLabel\.classification`/,
    ],
    ['an unknown key', 'convert: speed,', 'convertor: speed,', /key-unknown.*convertor/],
    [
      'an unknown schema',
      'schema: army.positionReport',
      'schema: army.nothing',
      /schema-unknown.*army\.nothing/,
    ],
    [
      'another schema version',
      'positionReport, version: 1.0.0',
      'positionReport, version: 2.0.0',
      /schema-version.*2\.0\.0/,
    ],
    ['an anchor', 'id: unit.speed', 'id: &a unit.speed', /yaml-anchor/],
    ['a tag', 'id: unit.speed', 'id: !!js/function unit.speed', /yaml-tag/],
    ['a key written twice', 'id: unit.speed,', 'id: unit.speed, id: unit.other,', /yaml-duplicate-key/],
    ['another format', 'concordat-mapping/1', 'concordat-mapping/2', /format-unknown/],
  ]
  for (const [what, from, to, problem] of expectations)
    t.match(changed(POSITION, from, to).join('\n'), problem, `complains of ${what}`)
})

void t.test('enumerations have to be whole on both sides', async t => {
  const operation = 'police.operation.to.army.opord'
  t.match(
    changed(operation, '    LIVE: RUNNING\n', '').join('\n'),
    /enum-unmapped.*`LIVE`/,
    'a value without a counterpart',
  )
  t.match(
    changed(operation, 'LIVE: RUNNING', 'LIVE: GOING').join('\n'),
    /enum-value.*`GOING`/,
    'a counterpart that is no value',
  )
  t.match(
    changed(operation, 'LIVE: RUNNING', 'ALIVE: RUNNING').join('\n'),
    /enum-value.*`ALIVE`/,
    'a value that does not exist',
  )
  t.match(
    changed(operation, 'value: OPORD', 'value: PARADE').join('\n'),
    /value-unfit.*`PARADE`/,
    'a fixed value that does not fit',
  )
  t.match(
    changed(operation, 'command.policePostCounts', 'command.liaison').join('\n'),
    /enum-value.*liaison` has no `GOLD`.*`MEDICAL_ADVISER`/s,
    'a table whose keys have no place',
  )
})

/** Problems where one leaf of the target takes only some of its values. */
function problemsWhere(id: string, path: string, takes: (value: unknown) => boolean): readonly string[] {
  const catalogueOf = (resource: string, version?: string) => {
    const catalogue = registry.catalogueOf(resource, version)
    const leaf = id.endsWith(`.to.${resource}`) ? catalogue?.leaves.get(path) : undefined
    if (!catalogue || !leaf) return catalogue
    const narrower = {
      ...leaf,
      values: undefined,
      valid: (value: unknown) => leaf.valid(value) && takes(value),
    }
    return { ...catalogue, leaves: new Map([...catalogue.leaves, [path, narrower]]) }
  }
  try {
    compileMapping(mappingSource(id), 'm.yaml', { catalogueOf })
    return []
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    return error.problems.map(({ line, code, says }) => `${line > 0} ${code}: ${says}`)
  }
}

void t.test('a word or code that the target has no room for is named when the mapping is loaded', t => {
  const no = (word: string) => (value: unknown) => value !== word
  const posts = 'p5CommandSignal.command.policePosts[]'
  for (const [id, path, word] of [
    ['police.operation.to.army.opord', `${posts}.role`, 'SUPPORTED_AUTHORITY'],
    ['police.operation.to.army.opord', `${posts}.rankCode`, 'OF-7'],
    ['police.operation.to.army.opord', `${posts}.spanCode`, 'OF-1'],
    ['police.operation.to.army.opord', `${posts}.sidc`, '10231002002007000000'],
    ['police.operation.to.army.opord', 'p1Situation.supportedOperation.phase', 'RUNNING'],
    ['police.incident.methane.to.army.incidentReport', 'event.code', 'CIVUNR'],
    ['police.incident.methane.to.army.incidentReport', 'event.sidc', '10144000001201000000'],
    ['police.unitPosition.to.army.positionReport', 'sidc15', 'SDGAUULC---D---'],
    ['police.unitPosition.to.army.positionReport', 'statusCode', 'NotOperational'],
    ['army.positionReport.to.police.unitPosition', 'unitType', 'GENDARMERIE'],
    ['army.opord.to.police.operation', 'command[].rank', 'CHSUPT'],
    ['army.opord.to.police.operation', 'command[].role', 'LOGGIST'],
    ['army.incidentReport.to.police.incident.methane', 'type.code', 'OBSTRUCTION'],
  ] as const)
    t.ok(
      problemsWhere(id, path, no(word)).includes(
        `true value-unfit: \`${word}\` is not a value of \`${path}\``,
      ),
      `${path}: ${problemsWhere(id, path, no(word)).join('; ')}`,
    )
  const state = problemsWhere('army.positionReport.to.police.unitPosition', 'state', value => value !== 7)
  t.same(state, ['true value-unfit: `7` is not a value of `state`'], 'numbers of a list too')
  const short = problemsWhere(POSITION, 'dtg', value => String(value).length <= 12)
  t.same(short, ['true value-unfit: `061204ZNOV1921` is not a value of `dtg`'], 'and every form of a text')
  t.end()
})

void t.test('a rule inside a list reads from the top of the document what begins with `/`', async t => {
  const id = 'police.operation.to.army.opord'
  const source = mappingSource(id)
  const mapping = compiled(registry, source, 'm.yaml')
  const symbolsOf = (document: JsonObject) => {
    const translation = mapping.translate(document, context)
    return JSON.stringify(translation.kind === 'translated' && translation.document).match(/"1\d{19}"/g)
  }
  const command = [{ role: 'GOLD' }, { role: 'PSU_COMMANDER' }]
  t.same(symbolsOf({ command, realm: 'EXERCISE' }), ['"10131002002007000000"', '"10131000142007000000"'])
  t.same(symbolsOf({ command, realm: 'REAL' }), ['"10031002002007000000"', '"10031000142007000000"'])
  t.same(symbolsOf({ command }), ['"10031002002007000000"', '"10031000142007000000"'])
  t.equal(symbolsOf({ command: [{}], realm: 'EXERCISE' }), null, 'the realm alone draws no post')

  const fixed = source.replace('from: realm, convert: realm', 'value: EXERCISE')
  t.same(problemsOf(fixed), [], 'what only such a source reads counts as read')
  t.match(problemsOf(fixed.replace(', realm: /realm', '')).join('\n'), /source-uncovered.*`realm`/)
  const symbol = 'from: { value: role, realm: /realm }, convert: command'
  for (const [written, problem] of [
    ['{ value: role, realm: realm }', /source-unknown.*`realm`/],
    ['{ value: role, realm: /rank }', /source-unknown.*`\/rank`/],
    ['{ value: role, realm: //realm }', /source-unknown.*`\/\/realm`/],
    ['{ value: role, realm: / }', /source-unknown.*`\/`/],
    ['{ value: role, realm: "/$provider" }', /source-unknown.*`\/\$provider`/],
    ['{ value: role, realm: "/command[].role" }', /source-unknown.*`\/command\[\]\.role`/],
    ['{ value: role, realm: /operationName }', /type-mismatch.*`operationName`/],
  ] as const)
    t.match(changed(id, symbol, `from: ${written}, convert: command`).join('\n'), problem, written)
  t.match(changed(id, 'each: command[]', 'each: /command[]').join('\n'), /source-unknown.*`\/command\[\]`/)
  t.match(changed(id, '- { from: threatA', '- { from: /threatA').join('\n'), /source-unknown.*`\/threatA/)

  const { origins } = compileMapping(source, 'm.yaml', registry)
  const origin = origins.find(({ target }) => target.endsWith('policePosts[].sidc'))
  t.same(origin?.sources, ['command[].role', 'realm'], 'and a chain follows it from there')
})

void t.test('what says whether it is real has to be found', async t => {
  const id = 'army.opord.to.police.operation'
  const from = 'from: { value: exerciseOrOperation.kind, symbols: "p5CommandSignal.command.policePosts[]" }'
  t.match(changed(id, '    with: { symbol: sidc }\n', '').join('\n'), /parameter-missing.*`symbol`/)
  t.match(changed(id, from, 'from: { }').join('\n'), /source-missing.*`value` or `symbols`/)
})

void t.test('of several sources one may be at the top', async t => {
  const source = mappingSource('police.operation.to.army.opord').replace(
    'to: from, from: from,',
    'to: from, from: "from | /start",',
  )
  const translation = compiled(registry, source, 'm.yaml').translate(
    { start: '2026-03-14T06:00:00Z', command: [{ from: '2026-03-14T09:00:00Z' }, { role: 'GOLD' }] },
    context,
  )
  const posts = [{ from: '140900ZMAR26' }, { role: 'SUPPORTED_AUTHORITY', from: '140600ZMAR26' }]
  t.match(translation, { document: { p5CommandSignal: { command: { policePosts: posts } } } })
})

void t.test('all problems come at once, each with its place', async t => {
  const source = mappingSource(POSITION)
    .replace('convert: speed', 'convert: warp')
    .replace('to: mgrs,', 'to: grid,')
  const problems = problemsOf(source)
  t.equal(problems.length, 2)
  const lines = source.split('\n')
  const place = (word: string) => {
    const line = lines.findIndex(text => text.includes(word))
    return `${line + 1}:${(lines[line] ?? '').indexOf(word) + 1} `
  }
  t.ok(
    problems.some(problem => problem.startsWith(place('warp'))),
    'line and column of the converter',
  )
  t.ok(
    problems.some(problem => problem.startsWith(place('grid, from'))),
    'line and column of the target',
  )
})

void t.test('a file that is no mapping is a list of problems, never a crash', async t => {
  for (const source of [
    '',
    '[]',
    'a: [',
    '42',
    'format: concordat-mapping/1',
    'rules: {}',
    '- - -',
    '%',
    ': :',
    'null',
  ])
    t.ok(problemsOf(source).length > 0, JSON.stringify(source))
})

void t.test('the digest is that of the file', async t => {
  const source = mappingSource(POSITION)
  const [one, other] = [
    compiled(registry, source, 'a'),
    compiled(registry, `${source}\n# read by two\n`, 'a'),
  ]
  t.match(one.digest, /^sha256:[0-9a-f]{64}$/)
  t.not(one.digest, other.digest)
})
