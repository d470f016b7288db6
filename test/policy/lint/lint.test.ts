import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadSchemas } from '../../../src/contract/contract.ts'
import { canaries } from '../../../src/policy/lint/canary.ts'
import { CHECKS } from '../../../src/policy/lint/checks.ts'
import {
  compileAgreement,
  type Finding,
  mutationReport,
  type PolicyParts,
} from '../../../src/policy/policy.ts'
import { ProblemsError } from '../../../src/terms/terms.ts'
import { squareOf } from '../../../src/translation/translation.ts'
import { compiled, parts } from '../support.ts'
import { cases } from './cases.ts'
import { inForce, linted, next, soundText, spoilt } from './sound.ts'

const root = join(import.meta.dirname, '../../..')

function printed({ check, level, says }: Finding): string {
  return `${level} ${check}: ${says}`
}

/** Everything that is said of the sound agreement, alone and as the next revision. */
const quiet = [...linted(soundText), ...linted(next(), { previous: inForce })]

void t.test('a sound agreement has nothing to stop and nothing to ask, alone or as the next revision', t => {
  t.strictSame(quiet.filter(({ level }) => level !== 'note').map(printed), [])
  t.end()
})

for (const { check, level, what, source, says, given } of cases) {
  void t.test(`check ${check} finds ${what}`, t => {
    const findings = linted(source, given)
    const hit = findings.find(one => one.check === check && one.level === level && says.test(one.says))
    t.ok(hit, `${level} ${check} among: ${findings.map(printed).join(' | ')}`)
    t.ok((hit?.line ?? 0) >= 1 && (hit?.column ?? 0) >= 1, 'it has a place')
    t.notOk(
      quiet.find(one => one.check === check && one.level === level && says.test(one.says)),
      'and not in the sound one',
    )
    t.end()
  })
}

void t.test(
  'every check has a case, but those that need more than the file and the canary, whose fault is not in the file',
  t => {
    const tried = new Set(cases.map(({ check }) => check))
    const untried = Object.keys(CHECKS)
      .map(Number)
      .filter(number => !tried.has(number))
    t.strictSame(untried, [46, 49, 50])
    t.strictSame(
      Object.keys(CHECKS).map(Number),
      Array.from({ length: 50 }, (_, index) => index + 1),
    )
    t.end()
  },
)

void t.test('a mark that gets out is found', t => {
  const strict = inForce.reading.resolved
  const engine = inForce.reading.practice
  t.strictSame(canaries({ resolved: strict, engine }), [])
  const share = ['resources', 'drill.mission', 'fields', 'title']
  const looser = compiled(
    spoilt(
      [share, { all: 'share' }],
      [['tests', 1, 'exactly'], undefined],
      [['tests', 1, 'shows'], { title: 'Harbour rally' }],
    ),
  )
  const leaks = canaries({ resolved: strict, engine: looser.reading.practice })
  t.match(
    leaks.map(({ says }) => says),
    ['the mark of `title` appears in what goes for `review`, although it may not go'],
  )
  t.end()
})

void t.test('every problem of the compiler belongs to one check', t => {
  const folder = join(root, 'src/policy')
  const files = ['.', 'treatments'].flatMap(name =>
    readdirSync(join(folder, name)).flatMap(file => (file.endsWith('.ts') ? [join(folder, name, file)] : [])),
  )
  const claimed = new Set(
    Object.values(CHECKS).flatMap(({ codes }) => codes.map(code => code.split('/').at(-1) ?? '')),
  )
  const problems = files.filter(
    file => !/approval|signature|engine|explain|recheck|diff|words|print/.test(file),
  )
  const noted = new Set(
    problems.flatMap(file => {
      const text = readFileSync(file, 'utf8')
      return [
        ...text.matchAll(/note\(\s*[^;]*?'([a-z]+(?:-[a-z]+)+)'/g),
        ...text.matchAll(/(?:fault\(binder|fail\(|code:)\s*,?\s*'([a-z]+(?:-[a-z]+)+)'/g),
      ].flatMap(match => match[1] ?? [])
    }),
  )
  t.ok(noted.size > 50, `${noted.size} codes were read`)
  t.strictSame(
    [...noted].filter(code => !claimed.has(code)),
    [],
  )
  const all = Object.values(CHECKS).flatMap(({ codes }) => codes)
  t.equal(new Set(all).size, all.length, 'no code belongs to two checks')
  t.end()
})

void t.test('a misspelling comes with what was meant', t => {
  const [finding] = linted(spoilt([['resources', 'drill.mission', 'fields', 'tittle'], { all: 'share' }]))
  t.match(finding, { check: 14, level: 'stop', file: 'policy.yaml', line: 1, fix: 'did you mean `title`?' })
  t.end()
})

void t.test('findings come in order: stops, then questions, then notes, each as in the file', t => {
  const findings = linted(
    spoilt([['dates', 'expiresAt'], '2030-01-01T00:00:00Z'], [['dates', 'reviewBy'], '2026-05-01']),
  )
  const order = findings.map(({ level }) => ['stop', 'ask', 'note'].indexOf(level))
  t.strictSame(
    order,
    order.toSorted((one, other) => one - other),
  )
  t.end()
})

void t.test('hostile texts are told about and never thrown at', t => {
  for (const source of [
    '',
    '- 1',
    'a: [',
    '{}',
    'null',
    '# only a comment',
    '"text"',
    `{"samples": 3, "tests": ${'['.repeat(40)}${']'.repeat(40)}}`,
  ]) {
    const findings = linted(source)
    t.ok(findings.length > 0 && findings.every(({ check }) => check >= 1 && check <= 50), source.slice(0, 20))
  }
  t.end()
})

void t.test('the mutation report names for every cell the example that catches it', t => {
  const report = mutationReport(soundText, 'policy.yaml', parts)
  t.ok(report.length >= 70, `${report.length} mutants`)
  t.strictSame(
    report.filter(({ caughtBy, stoppedBy }) => caughtBy === undefined && stoppedBy === undefined),
    [],
  )
  const of = (path: string, purpose: string) =>
    report.filter(one => one.path === path && one.purpose === purpose)
  t.match(of('title', 'review'), [{ flip: 'share', caughtBy: 'The review sees only what is needed' }])
  t.match(of('title', 'drill'), [{ flip: 'withhold', caughtBy: 'Planners see places roughly' }])
  t.match(of('sectors[].centre', 'drill'), [{ flip: 'share' }, { flip: 'withhold' }])
  t.match(of('people[].ethnicity', 'drill'), [
    { flip: 'share', caughtBy: undefined, stoppedBy: 'red line RL1' },
  ])
  t.throws(() => mutationReport(spoilt([['revsion'], 1]), 'policy.yaml', parts), ProblemsError)
  t.end()
})

void t.test('the shipped agreements have nothing that stops them, and every cell of them is caught', t => {
  const registry = loadSchemas(join(root, 'schemas'))
  const house: PolicyParts = {
    catalogueOf: resource => registry.get(resource)?.catalogue,
    squareOf,
    pseudonymKey: () => undefined,
  }
  for (const file of readdirSync(join(root, 'policies')).filter(name =>
    name.endsWith('.public-order.yaml'),
  )) {
    const source = readFileSync(join(root, 'policies', file), 'utf8')
    const findings = linted(source, { file, parts: house })
    t.strictSame(findings.filter(({ level }) => level === 'stop').map(printed), [])
    const free = mutationReport(source, file, house).filter(
      ({ caughtBy, stoppedBy }) => !caughtBy && !stoppedBy,
    )
    t.strictSame(free, [])
    const counts = findings.filter(({ check }) => check === 15).map(({ says }) => /(\d+) of (\d+)/.exec(says))
    t.ok(
      counts.every(count => count?.[1] === count?.[2]),
      'every cell is decided',
    )
    t.ok(compileAgreement(source, file, house).examples >= 12)
  }
  t.end()
})
