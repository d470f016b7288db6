import fc from 'fast-check'
import t from 'tap'
import { isJsonObject, type Json } from '../../src/kit/kit.ts'
import { CONVERTERS } from '../../src/translation/converters.ts'
import { Sayings, SpokenReport } from '../../src/translation/spoken-report.ts'
import type { Mapping, Translation } from '../../src/translation/translation.ts'
import { makeWalk } from '../../src/translation/walk.ts'
import { allMappings, cases, context, schemas } from './support.ts'

const registry = schemas()

/** The source texts that are made while something is done; those of ajv, which compiles schemas, are left out. */
function textsWhile<Result>(work: () => Result): {
  readonly texts: readonly string[]
  readonly result: Result
} {
  const texts: string[] = []
  const real = globalThis.Function
  globalThis.Function = new Proxy(real, {
    construct(target, given: string[]) {
      const [parameter, text = ''] = given
      if (parameter !== 'self') texts.push(text)
      return Reflect.construct(target, given) as object
    },
  })
  try {
    return { result: work(), texts }
  } finally {
    globalThis.Function = real
  }
}

/** What a text says beside its numbers. */
function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.replace(/\d+/g, '').match(/[A-Za-z_$]+|[^\sA-Za-z_$]/g) ?? [])
}

/** Everything that the text of a walk can say; a word of a mapping or a schema would be another one. */
const VOCABULARY = new Set(
  `strict use const let if else for of return typeof function new undefined null true false object string length prototype Object Array
  isArray isObject leaveOut given reads steps says tables list rows beside get begins most entries built scope run report root holder
  nothing made Made none this m isEmpty mark push enter end words size key read name value answer build longest isFit pair row values said
  ${"{ } ( ) [ ] = ! ; : , . | & < > + ? ' /"}`.split(/\s+/),
)

void t.test('nothing that a mapping or a schema says becomes source text', t => {
  const { texts } = textsWhile(() => allMappings(registry))
  t.ok(texts.length > 100, 'every object of every mapping has a walk')
  const strange = new Set(texts.flatMap(text => [...wordsOf(text)].filter(word => !VOCABULARY.has(word))))
  t.same([...strange], [], 'no word but those of a walk')

  const spite = "x'];process.exit(9);//`\n"
  const sayings = new Sayings()
  const saying = { pointer: spite, manner: { outcome: 'EXACT', rule: spite } } as const
  const { texts: theirs, result: walk } = textsWhile(() =>
    makeWalk({
      reads: [{ kind: 'member', of: 'scope', name: spite }],
      steps: [{ name: spite, kind: 'same', longest: 9, saying, reads: [0], answer: () => spite }],
      sayings,
    }),
  )
  t.equal(theirs.length, 1)
  t.same(
    [...wordsOf(theirs[0] ?? '')].filter(word => !VOCABULARY.has(word)),
    [],
  )
  const run = { context, root: {}, report: new SpokenReport(sayings), stopped: undefined }
  t.same(walk({ [spite]: 'kept' }, run), { [spite]: 'kept' })
  t.same(walk({ [spite]: 1 }, run), { [spite]: spite })
  t.equal(walk(['not', 'an', 'object'], run), undefined)
  t.end()
})

/** All mappings, with converters that do not tell what they know: every rule is asked about every value. */
function askedMappings(): ReadonlyMap<string, Mapping> {
  const converters = Object.values(CONVERTERS)
  const own = converters.map(converter => converter.compile)
  for (const [at, converter] of converters.entries())
    converter.compile = site => {
      const convert = own[at]?.call(converter, site)
      return (values, about) => convert?.(values, about)
    }
  try {
    return allMappings(registry)
  } finally {
    for (const [at, converter] of converters.entries()) converter.compile = own[at] ?? converter.compile
  }
}

const JUNK: readonly Json[] = [
  ...[null, 0, -1, 3.7, '', 'X', 'ÄÖ😀', 'x'.repeat(300), true, false, [], {}, [1], ['a'], { a: 1 }],
  ...['2026-02-30T00:00:00Z', '2026-11-20T12:00:07Z', '2026-11', 'below 10', 'REAL', 'EXERCISE', '***701'],
  'N-5d0d432616646e3251285fbace4ba451',
]

/** Numbers from 0 to 1, always the same ones for a seed (a linear congruential generator). */
function numbersFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** A document with parts left out, repeated, or replaced by something else. */
function spoilt(value: Json, next: () => number): Json {
  if (next() < 0.015) return JUNK[Math.floor(next() * JUNK.length)] ?? null
  if (Array.isArray(value)) {
    const entries = (value as Json[]).map(entry => spoilt(entry, next)).filter(() => next() > 0.05)
    return next() < 0.1 ? [...entries, ...entries, ...entries] : entries
  }
  if (!isJsonObject(value)) return value
  const members = Object.entries(value).filter(() => next() > 0.06)
  return Object.fromEntries(members.map(([name, member]) => [name, spoilt(member, next)]))
}

function tellingOf(translation: Translation): unknown {
  if (translation.kind === 'blocked') return translation
  const { document, report } = translation
  return {
    text: JSON.stringify(document),
    lines: report.lines(),
    counts: report.counts(),
    kept: report.kept(),
  }
}

void t.test('what is known beforehand is what the converters answer', t => {
  const [known, asked] = [allMappings(registry), askedMappings()]
  const all = cases()
  let blocked = 0
  const which = fc.integer({ min: 0, max: all.length - 1 })
  fc.assert(
    fc.property(which, fc.integer(), (at, seed) => {
      const { document, mapping } = all[at] ?? { document: {}, mapping: '' }
      const made = spoilt(document, numbersFrom(seed))
      const told = [known, asked].map(mappings => {
        const translation = mappings
          .get(mapping)
          ?.translate(structuredClone(isJsonObject(made) ? made : {}), context)
        if (translation?.kind === 'blocked') blocked++
        return translation && JSON.stringify(tellingOf(translation))
      })
      return told[0] !== undefined && told[0] === told[1]
    }),
    { numRuns: Number(process.env['CONCORDAT_RUNS'] ?? 3_000) },
  )
  t.ok(blocked > 0, 'some of the documents are refused')
  t.end()
})

void t.test('an object that is made is like any other', t => {
  const { document, mapping } = cases().find(({ name }) => name.startsWith('operation')) ??
    cases()[0] ?? { document: {}, mapping: '' }
  const translation = allMappings(registry).get(mapping)?.translate(document, context)
  const made = translation?.kind === 'translated' ? translation.document : {}
  t.equal(Object.getPrototypeOf(made), Object.prototype)
  t.strictSame(JSON.parse(JSON.stringify(made)), made)
  t.end()
})
