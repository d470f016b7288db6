import fc from 'fast-check'
import t from 'tap'
import { stringify } from 'yaml'
import type { Json, JsonObject } from '../../src/kit/kit.ts'
import { lintAgreement } from '../../src/policy/policy.ts'
import { conditions, treatments } from './arbitraries.ts'
import { RUNS } from './runs.ts'
import { attempt, parts, policyWith } from './support.ts'

const runs = { numRuns: RUNS }

const small = JSON.parse(
  policyWith({
    conditions: { hot: conditions.hot, young: conditions.young },
    treatments: { sizes: treatments.sizes, alias: treatments.alias },
    resource: {
      redLines: [{ id: 'RL1', says: 'never', never: ['people[].ethnicity'] }],
      include: { 'people[]': { all: 'young' } },
      fields: {
        title: { all: 'share' },
        // biome-ignore lint/suspicious/noThenProperty: the word of the file format; the object is never awaited
        crowdEstimate: { all: [{ if: 'hot', then: 'share' }, { else: 'sizes' }] },
        'people[].*': { all: 'withhold' },
        'people[].name': { all: 'alias' },
      },
    },
  }),
) as JsonObject

const words = [
  'share',
  'withhold',
  'all',
  'others',
  'every',
  'drill',
  'hot',
  'people[]',
  'people[].name',
  '*',
  'always',
  '~',
  '',
]
const anyValue = fc.oneof(
  fc.constantFrom<Json>(
    ...words,
    null,
    true,
    -1,
    1e21,
    [],
    {},
    [[]],
    { all: 'share' },
    '2026-02-30',
    '__proto__',
  ),
  fc.jsonValue({ maxDepth: 2 }).map(value => value as Json),
)

/** The same with one node replaced, removed, renamed or doubled. */
function mutated(value: Json, pick: () => number, other: Json): Json | undefined {
  const entries: readonly (readonly [string, Json])[] =
    typeof value === 'object' && value !== null ? Object.entries(value) : []
  if (entries.length === 0 || pick() % 6 === 0) return pick() % 4 === 0 ? undefined : other
  const at = pick() % entries.length
  const way = pick() % 8
  const made = entries.flatMap(([name, member], index): (readonly [string, Json])[] => {
    if (index !== at) return [[name, member]]
    if (way === 0) return [[words[pick() % words.length] ?? '', member]]
    if (way === 1)
      return [
        [name, member],
        [`${name}x`, member],
      ]
    const inner = mutated(member, pick, other)
    return inner === undefined ? [] : [[name, inner]]
  })
  return Array.isArray(value) ? made.map(([, member]) => member) : Object.fromEntries(made)
}

const scraps = [
  '&a ',
  '*a',
  '!!int ',
  '\t',
  '\u202e',
  '{',
  '[',
  '- ',
  '? ',
  '|',
  '>',
  '---\n',
  '#',
  '"',
  "'",
  ': ',
  '<<: ',
  '\u0000',
  '\ud800',
  '%',
]

const brokenTexts = fc.oneof(
  fc.tuple(fc.infiniteStream(fc.nat()), anyValue).map(([numbers, other]) => {
    return stringify(mutated(small, () => numbers.next().value ?? 0, other) ?? null)
  }),
  fc.tuple(fc.nat(), fc.nat(12), fc.constantFrom(...scraps, '')).map(([at, cut, scrap]) => {
    const text = stringify(small)
    const from = at % text.length
    return text.slice(0, from) + scrap + text.slice(from + cut)
  }),
)

void t.test(
  'whatever is wrong with a file, it is told as problems with their places, and never crashes',
  t => {
    const seen = { good: 0, bad: 0 }
    fc.assert(
      fc.property(brokenTexts, text => {
        const found = attempt(text)
        if (!Array.isArray(found)) return ++seen.good > 0
        seen.bad++
        return (
          found.length > 0 &&
          found.every(({ line, column, code, says }) => line > 0 && column > 0 && code && says)
        )
      }),
      runs,
    )
    t.ok(seen.good > RUNS / 50 && seen.bad > RUNS / 2, JSON.stringify(seen))
    t.end()
  },
)

void t.test('the linter never crashes either, and stops wherever the compiler does', t => {
  let stopped = 0
  fc.assert(
    fc.property(brokenTexts, source => {
      const findings = lintAgreement({ source, file: 'policy.yaml', parts, now: Date.UTC(2026, 5, 1) })
      const stops = findings.some(({ level }) => level === 'stop')
      if (stops) stopped++
      return stops || !Array.isArray(attempt(source))
    }),
    runs,
  )
  t.ok(stopped > RUNS / 2)
  t.end()
})
