import { celEnv, isCelError, parse, plan } from '@bufbuild/cel'
import fc from 'fast-check'
import t from 'tap'
import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import { bindCondition, type Scene } from '../../src/policy/condition.ts'
import { parseCondition } from '../../src/policy/expression.ts'
import { open, type Read, scenes, type Written, writtenConditions } from './condition-arbitraries.ts'
import { RUNS } from './runs.ts'

/** A scene, and the same as the CEL library is given it. */
interface Staged {
  readonly scene: Scene
  readonly bindings: JsonObject
}

/** To us, null is absent. */
function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isJsonObject(value)) return value
  const kept = Object.entries(value).filter(([, member]) => member !== null)
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutNulls(member)]))
}

function stage(scene: Scene): Staged {
  const { document, entries, request } = scene
  const [sector = {}, team = {}] = entries
  const bindings = { mission: document, sector, team, label: { ...scene.label }, request }
  return { scene, bindings: withoutNulls(bindings) as JsonObject }
}

/** Whether something stands there that is not of the type it is read as, or that has no members where it should have. */
function isFault({ bindings }: Staged, { path, type }: Read): boolean {
  let value: Json | undefined = bindings
  for (const name of path.split('.')) {
    if (value === undefined) return false
    if (!isJsonObject(value)) return true
    value = Object.hasOwn(value, name) ? value[name] : undefined
  }
  return value !== undefined && type !== 'any' && typeof value !== type
}

/** The library's answer: undefined for an error. What is of the wrong type is an error wherever it is read. */
function makeOracle({ write }: Written): (staged: Staged) => boolean | undefined {
  const env = celEnv()
  const plans = new Map<string, ReturnType<typeof plan>>()
  return staged => {
    const text = write(read => isFault(staged, read))
    const known = plans.get(text) ?? plan(env, parse(text))
    plans.set(text, known)
    const answer = known(staged.bindings as never)
    if (isCelError(answer)) return undefined
    if (typeof answer !== 'boolean') throw new Error(`${text} is neither true nor false`)
    return answer
  }
}

/** On how many scenes each condition is tried: a thousand runs come to a hundred thousand cases. */
const SCENES_EACH = 50

void t.test('conditions come out as the CEL library says, in a hundred thousand cases', t => {
  const staged = fc.sample(scenes, 5_000).map(stage)
  const seen = { true: 0, false: 0, undefined: 0 }
  fc.assert(
    fc.property(writtenConditions, fc.nat(staged.length - 1), (written, from) => {
      const text = written.write(() => false)
      const parsed = parseCondition(text)
      if (!parsed.ok) return text.length > 1_000
      const bound = bindCondition(parsed.expression, open)
      if (!bound.ok) throw new Error(`${text}: ${JSON.stringify(bound.faults)}`)
      const oracle = makeOracle(written)
      for (const one of [...staged, ...staged].slice(from, from + SCENES_EACH)) {
        const [ours, theirs] = [bound.condition.test(one.scene), oracle(one)]
        if (ours !== theirs)
          throw new Error(`${text}: ${ours}, but ${theirs} for ${JSON.stringify(one.scene)}`)
        seen[`${ours}`]++
      }
      return true
    }),
    { numRuns: RUNS * 2 + 100 },
  )
  const cases = seen.true + seen.false + seen.undefined
  t.ok(cases >= RUNS * 100, `${cases} cases`)
  for (const [answer, count] of Object.entries(seen)) t.ok(count > cases / 10, `${answer}: ${count}`)
  t.end()
})

/** What CEL reads and we refuse, by the reason that is given; `»` marks the place that is told. */
const OUTSIDE: Readonly<Record<string, readonly string[]>> = {
  '`size` is not available in conditions': ['»size(unit.name) > 3', 'true && »size(unit.name) > 3'],
  '`matches` is not available in conditions': ["»matches(unit.name, 'A+')"],
  '`matches()` is not available in conditions': ["unit.name».matches('A+')"],
  '`startsWith()` is not available in conditions': ["unit.name».startsWith('A')"],
  '`endsWith()` is not available in conditions': ["unit.name».endsWith('A')"],
  '`contains()` is not available in conditions': ["unit.name».contains('A')"],
  '`getHours()` is not available in conditions': ['mission.at».getHours() > 3'],
  '`size()` is not available in conditions': ["'abc'».size() == 3"],
  '`bind()` is not available in conditions': ['cel».bind(x, 1, x == 1)'],
  '`int` is not available in conditions': ["»int('1') == 1"],
  '`string` is not available in conditions': ["»string(1) == '1'"],
  '`type` is not available in conditions': ['»type(mission.phase) == string'],
  '`dyn` is not available in conditions': ["»dyn(mission.phase) == 'x'"],
  '`timestamp` is not available in conditions': ["»timestamp('2026-01-01T00:00:00Z') < mission.at"],
  '`duration` is not available in conditions': ["»duration('1h') > mission.at"],
  'macros that go through a list are not available in conditions': [
    "mission.tags».all(x, x == 'a')",
    "mission.tags».exists(x, x == 'a')",
    "mission.tags».exists_one(x, x == 'a')",
    'mission.tags».map(x, x) == mission.tags',
    "mission.tags».filter(x, x == 'a') == mission.tags",
  ],
  '`+` is not available in conditions': [
    'mission.crowd »+ 1 > 2',
    "unit.name == 'a' »+ 'b'",
    "mission.phase != '\u{1f600}' && 1 »+ 1 == 2",
  ],
  '`-` is not available in conditions': ['mission.crowd »- 1 > 2', '»-mission.crowd > 2'],
  '`*` is not available in conditions': ['mission.crowd »* 2 > 2'],
  '`/` is not available in conditions': ['mission.crowd »/ 2 > 2'],
  '`%` is not available in conditions': ['mission.crowd »% 2 == 0'],
  '`[]` is not available in conditions': ["mission.tags»[0] == 'x'", "mission»['phase'] == 'x'"],
  '`?:` is not available in conditions': ['»unit.covert ? true : false'],
  '`has` takes a dotted path': ['»has(mission)', '»has(mission.tags[0])', '»has(true)', '»has()'],
  'only a dotted path may stand before a dot': ['(unit.covert && unit.armed)».x', "'a'».b"],
  'a list may only stand to the right of `in`': ['»[1, 2] == [1, 2]', 'mission.crowd == »[1]'],
  'conditions know comparisons, `in`, `has`, `!`, `&&` and `||` only': [
    "»{'a': 1} == {'a': 1}",
    "»Mission{phase: 'x'} == mission.phase",
    '»google.protobuf.Timestamp{seconds: 1} == mission.at',
  ],
  '`in` looks through a written list only': [
    'mission.phase in mission».tags',
    "mission.phase in »{'a': 1}",
    "mission.phase in »'planning'",
  ],
  'the list after `in` is empty': ['mission.phase in »[]'],
  'a list holds values of one type': ["mission.phase in »['a', 1]"],
  'a list may hold plain values only': ["mission.phase in ['a', mission».title]", 'mission.crowd in [»[1]]'],
  '`null` counts as absent; ask with `has()`': ['mission.phase == »null', 'mission.phase in [»null]'],
  'a plain value is a text, a number or a truth value': ["»b'x' == mission.phase", '»1u == mission.crowd'],
  'a number so large is not exact': ['mission.crowd == »9007199254740993', 'mission.crowd == »1e999'],
  'the condition is longer than 1000 characters': [`${'x'.repeat(1_000)}»x`],
}

/** What is no CEL at all. */
const UNREADABLE: readonly string[] = [
  '»',
  "mission.phase »= 'x'",
  "mission.phase »=== 'x'",
  "mission.phase == 'x' »and true",
  'mission.phase »==',
  "(mission.phase == 'x'»",
  "mission.phase »== 'x",
  "mission.phase == 'x'»;",
  "mission».?phase == 'x'",
  "mission.tags»[?0] == 'x'",
  'mission.crowd > 1»_000',
  'true »// why',
  '»if (true) true',
  "mission.phase »~ 'x'",
  "mission.phase == 'x' »|| ",
  '!»',
]

function marked(text: string): { readonly text: string; readonly offset: number } {
  return { text: text.replace('»', ''), offset: text.indexOf('»') }
}

void t.test('what lies outside our part of CEL is refused, with its place and the reason', t => {
  for (const [says, texts] of Object.entries(OUTSIDE)) {
    for (const { text, offset } of texts.map(marked)) {
      const refused = { ok: false, code: 'condition-outside-subset', says, offset }
      t.strictSame(parseCondition(text), refused, text.slice(0, 60))
    }
  }
  t.end()
})

void t.test('what cannot be read is refused with the place where reading stopped', t => {
  for (const { text, offset } of UNREADABLE.map(marked)) {
    t.match(parseCondition(text), { ok: false, code: 'condition-syntax', offset }, text)
  }
  t.end()
})

void t.test('no text makes the reader throw, or lets a fault be told outside of it', t => {
  const pieces = [
    'mission.phase',
    'has',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '==',
    '&&',
    '!',
    '?',
    ':',
    ',',
    '.',
    '-',
    "'a'",
  ]
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom(...pieces, 'x', '1', 'null', 'in', 'all', '+', ' '), { maxLength: 30 })
      .map(all => all.join('')),
  )
  fc.assert(
    fc.property(texts, text => {
      const parsed = parseCondition(text)
      return parsed.ok || (parsed.says !== '' && parsed.offset >= 0 && parsed.offset <= text.length)
    }),
    { numRuns: RUNS },
  )
  t.end()
})
