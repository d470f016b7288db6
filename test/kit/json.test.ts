import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { canonicalJson, type Json, type JsonFault, readJson, readJsonText } from '../../src/kit/kit.ts'

const utf8 = (text: string): Buffer => Buffer.from(text, 'utf8')

function faultOf(bytes: Uint8Array): JsonFault['kind'] | undefined {
  const reading = readJson(bytes)
  return reading.ok ? undefined : reading.fault.kind
}

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

const good: readonly (readonly [text: string, value: Json])[] = [
  ['null', null],
  [' \t\r\n[ ] ', []],
  ['-0.5e-3', -0.0005],
  ['1E2', 100],
  ['9007199254740991', 9_007_199_254_740_991],
  ['-9007199254740991', -9_007_199_254_740_991],
  ['0.1', 0.1],
  ['""', ''],
  ['"\\u00e9\\ud83d\\ude00\\/\\b"', 'é😀/\b'],
  ['"€ 😀"', '€ 😀'],
  ['{}', {}],
  ['{"a":1,"A":2,"a ":3}', { a: 1, A: 2, 'a ': 3 }],
  ['{"a":{"a":{"a":[]}}}', { a: { a: { a: [] } } }],
  ['[{"a":1},{"a":2}]', [{ a: 1 }, { a: 2 }]],
  ['{"a:b":":","c":"\\":"}', { 'a:b': ':', c: '":' }],
  ['{"":0}', { '': 0 }],
  ['{"constructor":1,"toString":2,"prototype":3}', { constructor: 1, toString: 2, prototype: 3 }],
  ['{"\\u00e9":1,"e\\u0301":2}', { é: 1, 'e\u0301': 2 }],
  ['"[[[[{{{{"', '[[[[{{{{'],
]

const bad: readonly (readonly [kind: JsonFault['kind'], ...texts: readonly string[]])[] = [
  [
    'duplicate-key',
    '{"a":1,"a":1}',
    '{"a":1,"b":2,"a":3}',
    '{"a":1,"\\u0061":2}',
    '{"\\u0061":1,"\\u0061":2}',
    '{"x":{"a":1,"a":2}}',
    '[{"a":{"b":1,"b":2}}]',
    '{"a":{"b":1},"a":{"b":1}}',
    '{"":1,"":2}',
    '{"constructor":1,"constructor":2}',
    '{"😀":1,"\\ud83d\\ude00":2}',
    '{":":1,":":2}',
  ],
  [
    'lone-surrogate',
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '["x\\udfffy"]',
    '{"\\ud800":1}',
    '{"a":{"b":"\\ud83d"}}',
    '"\\ud83d\\\\ude00"',
  ],
  [
    'number-out-of-range',
    '9007199254740992',
    '-9007199254740992',
    '9007199254740993',
    '1e400',
    '-1e400',
    '[1,[2,[1e16]]]',
    '{"a":123456789012345678901234567890}',
    '1e308',
  ],
  [
    'forbidden-key',
    '{"__proto__":1}',
    '{"a":{"__proto__":{}}}',
    '{"\\u005f_proto__":null}',
    '[{"__proto__":[]}]',
  ],
  ['too-deep', nested(33), nested(100_000), `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`, '['.repeat(1_000_000)],
  [
    'syntax',
    '',
    ' ',
    '{',
    '}',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    "{'a':1}",
    '01',
    '+1',
    '.5',
    '1.',
    '0x10',
    'NaN',
    'Infinity',
    'undefined',
    '"a',
    '"\\x41"',
    '"\\u00g0"',
    '"tab\there"',
    '"line\nbreak"',
    '1 2',
    '{} {}',
    '{"a" 1}',
    '{"a":}',
    '// a\n1',
    '/* a */ 1',
    '\ufeff1',
    '\ufeff{"a":1}',
    '1\u0000',
    '\u00a01',
    `${']'.repeat(40)}${'['.repeat(40)}`,
  ],
]

void t.test('reads I-JSON', t => {
  for (const [text, value] of good) t.strictSame(readJson(utf8(text)), { ok: true, value }, text)
  t.equal(readJson(utf8(nested(32))).ok, true, '32 levels')
  t.end()
})

void t.test('refuses everything else by its name', t => {
  for (const [kind, ...texts] of bad)
    for (const text of texts) t.equal(faultOf(utf8(text)), kind, JSON.stringify(text.slice(0, 60)))
  t.end()
})

void t.test('refuses bytes that are not UTF-8', t => {
  const cases = {
    'a byte that never occurs': [0xff],
    'a continuation without a beginning': [0x22, 0x80, 0x22],
    'a sequence cut short': [0x22, 0xe2, 0x82],
    'an overlong slash': [0x22, 0xc0, 0xaf, 0x22],
    'a surrogate in UTF-8 (CESU-8)': [0x22, 0xed, 0xa0, 0x80, 0x22],
    'beyond U+10FFFF': [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22],
    'UTF-16': [0xff, 0xfe, 0x31, 0x00],
  }
  for (const [what, bytes] of Object.entries(cases))
    t.equal(faultOf(Uint8Array.from(bytes)), 'not-utf8', what)
  t.equal(faultOf(Uint8Array.of(0x31, 0x00)), 'syntax', 'UTF-16 without its mark')
  t.end()
})

void t.test('a fault never repeats what was read', t => {
  for (const text of [
    '{"swordfish":1,"swordfish":2}',
    '"swordfish\\ud800"',
    '{"swordfish":}',
    '{"swordfish\\ud800":1}',
  ]) {
    const reading = readJsonText(text)
    t.notMatch(JSON.stringify(reading), /swordfish/)
    t.notOk(reading.ok)
  }
  t.end()
})

void t.test('nothing that is read can reach a prototype', t => {
  readJson(utf8('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'))
  t.equal(Reflect.get({}, 'polluted'), undefined)
  t.end()
})

/** Values that I-JSON carries exactly. */
const value = fc
  .jsonValue({ maxDepth: 6, stringUnit: 'binary' })
  .map(drawn => JSON.parse(JSON.stringify(drawn)) as Json)
  .filter(drawn => readableNumbers(drawn) && !JSON.stringify(drawn).includes('__proto__'))

function readableNumbers(drawn: Json): boolean {
  if (typeof drawn === 'number') return !Number.isInteger(drawn) || Number.isSafeInteger(drawn)
  if (typeof drawn !== 'object' || drawn === null) return true
  return Object.values(drawn).every(readableNumbers)
}

void t.test('what JSON.stringify prints is read back, with and without white space', t => {
  fc.assert(
    fc.property(value, fc.constantFrom(0, 1, '\t'), (drawn, indent) => {
      const reading = readJson(utf8(JSON.stringify(drawn, undefined, indent)))
      return reading.ok && isDeepStrictEqual(reading.value, drawn)
    }),
    { numRuns: 1_000 },
  )
  t.pass('for 1000 values')
  t.end()
})

void t.test('one member named twice is found wherever it stands and however it is spelt', t => {
  const escaped = (name: string) =>
    `"${name
      .split('')
      .map(letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join('')}"`
  const name = fc.string({ minLength: 1, unit: fc.constantFrom(...'ab:{}[],_7'.split('')) })
  fc.assert(
    fc.property(name, value, value, fc.nat(8), (name, first, second, depth) => {
      const twice = `{${JSON.stringify(name)}:${JSON.stringify(first)},${escaped(name)}:${JSON.stringify(second)}}`
      return faultOf(utf8(`${'['.repeat(depth)}${twice}${']'.repeat(depth)}`)) === 'duplicate-key'
    }),
  )
  t.pass('for 100 objects')
  t.end()
})

void t.test('the canonical text is that of RFC 8785', t => {
  const sample = String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
    "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`
  t.equal(
    canonicalJson(JSON.parse(sample) as Json),
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    'section 3.2.2',
  )
  const keys = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6']
  const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33']
  const printed = canonicalJson(Object.fromEntries(keys.map(key => [key, key])))
  t.same(
    Object.keys(JSON.parse(printed) as object).filter(key => key !== '1'),
    sorted.filter(key => key !== '1'),
  )
  t.equal(
    printed,
    `{${sorted.map(key => `${JSON.stringify(key)}:${JSON.stringify(key)}`).join(',')}}`,
    'section 3.2.3',
  )
  const numbers = {
    '0': -0,
    '5e-324': 5e-324,
    '1.7976931348623157e+308': Number.MAX_VALUE,
    '295147905179352830000': 2 ** 68,
    '1e+23': 1e23,
    '0.000001': 1e-6,
    '1e-7': 1e-7,
    '333333333.3333332': 333333333.3333332,
  }
  for (const [text, number] of Object.entries(numbers)) t.equal(canonicalJson(number), text, 'appendix B')
  t.end()
})

void t.test('equal values have one canonical text, and it is read back', t => {
  const turned = (drawn: Json): Json => {
    if (typeof drawn !== 'object' || drawn === null) return drawn
    if (Array.isArray(drawn)) return drawn.map(turned)
    return Object.fromEntries(
      Object.entries(drawn)
        .reverse()
        .map(([key, below]) => [key, turned(below as Json)]),
    )
  }
  fc.assert(
    fc.property(value, drawn => {
      const text = canonicalJson(drawn)
      const reading = readJsonText(text)
      return text === canonicalJson(turned(drawn)) && reading.ok && isDeepStrictEqual(reading.value, drawn)
    }),
    { numRuns: 500 },
  )
  t.pass('for 500 values')
  t.end()
})
