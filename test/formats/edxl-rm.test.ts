import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { LINE_KEYWORDS, MESSAGE_KEYWORDS, MESSAGES } from '../../src/formats/edxl-rm.ts'
import { type EdxlRmReading, type MutualAid, readEdxlRm } from '../../src/formats/formats.ts'
import type { JsonObject } from '../../src/kit/kit.ts'
import { dig } from '../support/dig.ts'
import { conformanceFolder, hasConformanceData } from '../translation/support.ts'
import { example, formatOf, plainly, registry, written } from './support.ts'

const REQUEST = 'police.mutualAidRequest'
const OFFER = 'police.mutualAidOffer'

function read(text: string, as?: MutualAid): EdxlRmReading {
  return readEdxlRm(Buffer.from(text), as)
}

function documentIn(reading: EdxlRmReading): JsonObject {
  if (reading.kind === 'refused') throw new Error(reading.why)
  return reading.document
}

/** A text of an enumeration of the schema. */
function oneOf(resource: string, path: string): fc.Arbitrary<string> {
  const values = registry.catalogueOf(resource)?.leaves.get(path)?.values ?? []
  if (values.length === 0) throw new Error(`${path} has no values`)
  return fc.constantFrom(...values)
}

const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 4 })
/** One line, as identifiers and names are; blanks at the ends are not kept by XML. */
const words = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .map(text => text.replaceAll(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '').trim())
  .filter(text => text !== '')
const times = fc.constantFrom(
  '2021-10-30T08:00:00+00:00',
  '2021-10-31T01:30:00.25Z',
  '2021-11-13T20:00:00-03:30',
)
const label = fc.record({
  policy: words,
  classification: words,
  sensitive: optional(fc.boolean()),
  descriptor: optional(words),
})
const point = fc
  .tuple(fc.double({ min: -180, max: 180, noNaN: true }), fc.double({ min: -90, max: 90, noNaN: true }))
  .map(([lon, lat]) => ({
    type: 'Point',
    coordinates: [Number(lon.toFixed(6)) + 0, Number(lat.toFixed(6)) + 0],
  }))
const person = {
  name: optional(words),
  tel: optional(fc.constant('+44 141 0000002')),
  email: optional(words),
}

function isPresent(value: unknown): boolean {
  return value !== undefined
}

/** As it would come from JSON: without members that are not there, and without empty objects. */
function plain(value: unknown): JsonObject {
  const pruned = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(pruned)
    if (typeof one !== 'object' || one === null) return one
    const members = Object.entries(one).map(([name, below]) => [name, pruned(below)] as const)
    const kept = members.filter(([, below]) => isPresent(below) && !isEmpty(below))
    return kept.length === 0 ? undefined : Object.fromEntries(kept)
  }
  return pruned(value) as JsonObject
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

const quantities = fc.integer({ min: 1, max: 10_000 })
const requestLine = fc.record({
  line: fc.integer({ min: 1, max: 999 }),
  resourceType: optional(oneOf(REQUEST, 'lines[].resourceType')),
  skill: optional(oneOf(REQUEST, 'lines[].skill')),
  quantity: optional(quantities),
  composition: optional(fc.constant('1-3-18')),
  from: optional(times),
  to: optional(times),
  reportTo: fc.record({
    name: optional(words),
    geometry: optional(point),
    osgr: optional(fc.constant('NS 59934 66361')),
  }),
  accommodation: optional(oneOf(REQUEST, 'lines[].accommodation')),
  transport: optional(oneOf(REQUEST, 'lines[].transport')),
  feeding: optional(oneOf(REQUEST, 'lines[].feeding')),
  equipment: fc.array(fc.record({ kind: words, quantity: optional(quantities) }), { maxLength: 3 }),
  planningUnits: fc.array(words, { maxLength: 3 }),
})
const requests = fc
  .record({
    id: words,
    reference: words,
    operationId: optional(words),
    hostForce: words,
    realm: optional(oneOf(REQUEST, 'realm')),
    messageType: oneOf(REQUEST, 'messageType'),
    sentAt: times,
    originatingMessage: optional(words),
    precedingMessage: optional(words),
    tier: optional(fc.integer({ min: 1, max: 3 })),
    legalBasis: optional(oneOf(REQUEST, 'legalBasis')),
    category: optional(oneOf(REQUEST, 'category')),
    priority: optional(oneOf(REQUEST, 'priority')),
    requestedBy: fc.record({ role: optional(oneOf(REQUEST, 'requestedBy.role')), ...person }),
    lines: fc.array(requestLine, { minLength: 1, maxLength: 4 }),
    costing: fc.record({
      rateTable: optional(words),
      recoverable: optional(fc.boolean()),
      estimateGBP: optional(fc.double({ min: 0, max: 1e9, noNaN: true, noDefaultInfinity: true })),
    }),
    approval: fc.record({ by: optional(oneOf(REQUEST, 'approval.by')), at: optional(times) }),
    status: optional(oneOf(REQUEST, 'status')),
    label: optional(label),
  })
  .filter(request => request.originatingMessage !== request.id)
  .map(plain)

const offerLine = fc.record({
  line: fc.integer({ min: 1, max: 999 }),
  offered: quantities,
  overOffer: optional(fc.boolean()),
  skill: optional(oneOf(OFFER, 'lines[].skill')),
  from: optional(times),
  to: optional(times),
  planningUnits: fc.array(words, { maxLength: 3 }),
  shortfallReason: optional(oneOf(OFFER, 'lines[].shortfallReason')),
})
const offers = fc
  .record({
    id: words,
    requestRef: words,
    operationId: optional(words),
    donorForce: words,
    realm: optional(oneOf(OFFER, 'realm')),
    messageType: oneOf(OFFER, 'messageType'),
    sentAt: times,
    precedingMessage: optional(words),
    responseType: fc.constantFrom('ACCEPT', 'PARTIAL_ACCEPT', 'ACKNOWLEDGE'),
    lines: fc.array(offerLine, { minLength: 1, maxLength: 4 }),
    conditions: fc.array(words, { maxLength: 3 }),
    costing: fc.record({ rateTable: optional(words), estimateGBP: optional(fc.nat(1_000_000)) }),
    contact: fc.record({ role: optional(oneOf(OFFER, 'contact.role')), ...person }),
    label: optional(label),
  })
  .map(plain)

for (const [resource, documents] of [
  [REQUEST, requests],
  [OFFER, offers],
] as const)
  void t.test(`${resource}: what is written is read again, whole`, t => {
    const format = formatOf(resource, 'edxl-rm')
    fc.assert(
      fc.property(documents, document => {
        const message = format.one(plainly(document))
        if (message.kind === 'unwritable' || message.losses.length > 0)
          throw new Error(JSON.stringify(message))
        const again = read(message.text, resource)
        if (again.kind === 'refused' || again.losses.length > 0) throw new Error(JSON.stringify(again))
        // Texts lose their runs of blanks nowhere; numbers and truth values keep their kind.
        const [one, other] = [document, again.document].map(sorted)
        if (one !== other) throw new Error(`${one}\n${other}\n${message.text}`)
        return true
      }),
      { numRuns: 500 },
    )
    t.pass('500 documents')
    t.end()
  })

function sorted(document: JsonObject): string {
  const order = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(order)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([k, v]) => [k, order(v)]),
    )
  }
  return JSON.stringify(order(document))
}

void t.test('messages of others are read, and what finds no place is named', t => {
  if (!hasConformanceData) {
    t.comment('the examples are not on this machine')
    return t.end()
  }
  const file = (name: string) => readEdxlRm(readFileSync(join(conformanceFolder, 'edxl-rm', name)))
  const request = file('RequestResource.1.xml')
  t.match(request, {
    kind: 'read',
    resource: REQUEST,
    document: {
      id: 'RequestResource.1',
      reference: 'RequestResource.1',
      hostForce: 'Arlington Fire Station',
      lines: [{ line: 1, quantity: 4 }],
    },
  })
  const losses = (reading: EdxlRmReading) =>
    reading.kind === 'read' ? reading.losses.map(({ path }) => path) : []
  t.same(losses(request), [
    '/RequestResource/SentDateTime',
    '/RequestResource/ContactInformation/ContactLocation',
    '/RequestResource/ResourceInformation/Resource/TypeStructure',
    '/RequestResource/ResourceInformation/Resource/TypeInfo',
  ])
  const commit = file('CommitResource.1.xml')
  t.match(documentIn(commit), {
    messageType: 'CommitResource',
    responseType: 'ACCEPT',
    precedingMessage: 'RequestResource.1',
    requestRef: 'RequestResource.1',
  })
  t.ok(losses(commit).includes('/CommitResource/ResourceInformation[2]/Resource/Keyword[1]'))
  const decline = file('CommitResource-Decline.xml')
  t.match(documentIn(decline), { responseType: 'DECLINE', contact: { name: 'Michael Scott' } })
  for (const reading of [request, commit, decline]) {
    if (reading.kind === 'refused') throw new Error(reading.why)
    t.equal(registry.get(reading.resource)?.check(reading.document), undefined, 'it meets our schema')
    const again = read(written(reading.resource, 'edxl-rm', plainly(reading.document)))
    const { sentAt: _sentAt, ...rest } = documentIn(again)
    const { sentAt: _before, ...before } = reading.document
    t.same(rest, before, 'and goes round')
  }
  for (const resource of [REQUEST, OFFER] as const) {
    const document = example(resource)
    const { sentAt: _sentAt, ...again } = documentIn(read(written(resource, 'edxl-rm', plainly(document))))
    t.same(again, document, `the example of ${resource} goes round`)
  }
  t.end()
})

void t.test('the messages are those of the published code list', t => {
  if (!hasConformanceData) {
    t.comment('the code list is not on this machine')
    return t.end()
  }
  const list = readFileSync(join(conformanceFolder, 'niem', 'edxl_rm.xsd'), 'utf8')
  const codes = [...list.matchAll(/enumeration value="([^"]+)"/g)].map(([, code = '']) =>
    code.replaceAll(/ ?\(RFI\)| /g, ''),
  )
  for (const name of [
    'RequestResource',
    'ResponseToRequestResource',
    'RequisitionResource',
    'CommitResource',
    'RequestInformation',
    'ReleaseResource',
    'RequestReturn',
    'RequestQuote',
    'ResponseToRequestQuote',
  ])
    t.ok(MESSAGES.has(name) && codes.some(code => code.toLowerCase() === name.toLowerCase()), name)
  t.equal(MESSAGES.size, 16)
  t.ok(codes.includes('Accept') && codes.includes('Decline'))
  for (const [resource, side] of [
    [REQUEST, 'messageType'],
    [OFFER, 'messageType'],
  ] as const)
    for (const value of registry.catalogueOf(resource)?.leaves.get(side)?.values ?? [])
      t.ok(MESSAGES.has(value), value)
  t.end()
})

void t.test('every keyword is an item of the schema that it is for', t => {
  for (const [resource, keywords] of Object.entries(MESSAGE_KEYWORDS)) {
    const leaves = registry.catalogueOf(resource)?.leaves
    for (const [path, type] of keywords)
      t.equal(type === 'text', !['count', 'number', 'bool'].includes(leaves?.get(path)?.type ?? 'none'), path)
    for (const path of keywords.keys()) t.ok(leaves?.has(path), `${resource} has ${path}`)
  }
  const lines = [REQUEST, OFFER].flatMap(resource => [
    ...(registry.catalogueOf(resource)?.leaves.keys() ?? []),
  ])
  // A place is one leaf, and its square stands in it.
  for (const path of LINE_KEYWORDS.keys())
    t.ok(lines.includes(`lines[].${path.replace(/\.cell$/, '')}`), path)
  t.end()
})

void t.test('what the standard cannot do without is not made up', t => {
  const whole = {
    id: 'm',
    reference: 'r',
    hostForce: 'f',
    messageType: 'RequestResource',
    lines: [{ line: 1 }],
  }
  const { one } = formatOf(REQUEST, 'edxl-rm')
  t.equal(one(plainly(whole)).kind, 'written')
  for (const [name, lacks] of [
    ['id', 'id'],
    ['messageType', 'message type'],
    ['hostForce', 'force'],
    ['lines', 'lines'],
  ] as const) {
    const { [name]: _gone, ...rest } = whole
    t.same(one(plainly(rest as JsonObject)), { kind: 'unwritable', lacks })
  }
  t.match(one(plainly({ ...whole, newMember: 'x', lines: [{ line: 1, another: 2 }] })), {
    losses: [
      { path: '/lines/0/another', why: 'EDXL-RM has no place for it' },
      { path: '/newMember', why: 'EDXL-RM has no place for it' },
    ],
  })
  t.end()
})

void t.test('an exercise stays an exercise, a refusal a refusal', t => {
  const offer = {
    id: 'm',
    requestRef: 'r',
    donorForce: 'f',
    messageType: 'CommitResource',
    realm: 'EXERCISE',
    lines: [
      { line: 1, offered: 4 },
      { line: 2, offered: 0 },
    ],
  }
  const text = written(OFFER, 'edxl-rm', plainly(offer))
  t.match(text, '<rmsg:MessageDescription>EXERCISE</rmsg:MessageDescription>')
  t.match(text, /PrecedingResourceInfoElementID>2<[^>]*><rm:ResponseType>Decline/)
  t.match(documentIn(read(text)), { realm: 'EXERCISE', responseType: 'PARTIAL_ACCEPT' })
  const silent = written(OFFER, 'edxl-rm', plainly({ ...offer, lines: [{ line: 1 }] }))
  t.notMatch(silent, 'ResponseType', 'no answer is not turned into one')
  const mixed = text.replace(
    /<rmsg:AssignmentInformation>(?!.*<rmsg:AssignmentInformation>).*?<\/rmsg:AssignmentInformation>/,
    '',
  )
  t.equal(dig(documentIn(read(mixed)), 'lines', 1, 'offered'), 0, 'a line that is declined offers nothing')
  t.end()
})

const open =
  '<rmsg:RequestResource xmlns:rmsg="urn:oasis:names:tc:emergency:EDXL:RM:1.0:msg" xmlns:rm="urn:oasis:names:tc:emergency:EDXL:RM:1.0">'
const shut = '</rmsg:RequestResource>'

function laughs(): string {
  const entities = Array.from(
    { length: 10 },
    (_none, level) => `<!ENTITY l${level + 1} "${`&l${level};`.repeat(10)}">`,
  )
  return `<!DOCTYPE a [<!ENTITY l0 "ha">${entities.join('')}]><a>&l10;</a>`
}

const HOSTILE: readonly (readonly [what: string, text: string | Buffer, why: string])[] = [
  ['a billion laughs', laughs(), 'document-type'],
  ['an external entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', 'document-type'],
  [
    'an external document type',
    `<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd">${open}${shut}`,
    'document-type',
  ],
  ['a document type alone', `<!DOCTYPE a>${open}${shut}`, 'document-type'],
  [
    'an entity that nobody declared',
    `${open}<rmsg:MessageID>&secret;</rmsg:MessageID>${shut}`,
    'not-well-formed',
  ],
  ['an instruction', `<?xml-stylesheet href="x"?>${open}${shut}`, 'instruction'],
  ['deep nesting', open + '<rmsg:a>'.repeat(1e5) + '</rmsg:a>'.repeat(1e5) + shut, 'too-deep'],
  ['very many elements', open + '<rmsg:a/>'.repeat(30_000) + shut, 'too-large'],
  ['a huge text', `${open}<rmsg:MessageID>${'x'.repeat(3e6)}</rmsg:MessageID>${shut}`, 'too-large'],
  ['a tag that is not closed', `${open}<rmsg:MessageID>`, 'not-well-formed'],
  ['a prefix that nobody declared', '<rmsg:RequestResource/>', 'not-well-formed'],
  ['two roots', `${open}${shut}${open}${shut}`, 'not-well-formed'],
  ['nothing', '', 'not-well-formed'],
  ['JSON', '{"a":1}', 'not-well-formed'],
  ['another encoding', `<?xml version="1.0" encoding="ISO-8859-1"?>${open}${shut}`, 'encoding'],
  [
    'bytes that are not UTF-8',
    Buffer.concat([Buffer.from(open), Buffer.from([0xff, 0xfe]), Buffer.from(shut)]),
    'encoding',
  ],
  ['UTF-16', Buffer.from(`\ufeff${open}${shut}`, 'utf16le'), 'encoding'],
  ['the words in no namespace', '<RequestResource><MessageID>m</MessageID></RequestResource>', 'namespace'],
  ['the words in another namespace', open.replace('RM:1.0:msg', 'RM:9.0:msg') + shut, 'namespace'],
  [
    'a message that is none',
    open.replace('RequestResource', 'RequestPizza') + shut.replace('RequestResource', 'RequestPizza'),
    'message-type',
  ],
]

void t.test('hostile XML is refused by name', t => {
  for (const [what, text, why] of HOSTILE) {
    t.same(readEdxlRm(Buffer.from(text as string)), { kind: 'refused', why }, what)
  }
  t.end()
})

void t.test('names count with their namespace; members of objects are never made of texts', t => {
  const foreign = `${open}<MessageID>m</MessageID><rm:MessageID>m</rm:MessageID>${shut}`
  const reading = read(foreign)
  t.same(documentIn(reading), { messageType: 'RequestResource' })
  t.equal(reading.kind === 'read' && reading.losses.length, 2)
  const keyword = (name: string) =>
    `<rmsg:Keyword><rm:ValueListURN>urn:concordat:edxl-rm:${name}</rm:ValueListURN><rm:Value>x</rm:Value></rmsg:Keyword>`
  const names = [
    '__proto__',
    'line.__proto__.polluted',
    'constructor.prototype',
    'line.line',
    'label.__proto__',
    'tier.x',
  ]
  const poisoned = read(
    `${open}<rmsg:ResourceInformation><rmsg:Resource>${names.map(keyword).join('')}</rmsg:Resource></rmsg:ResourceInformation>${shut}`,
  )
  t.same(documentIn(poisoned), { messageType: 'RequestResource', lines: [{ line: 1 }] })
  t.equal(poisoned.kind === 'read' && poisoned.losses.length, names.length)
  t.equal(({} as Record<string, unknown>)['polluted'], undefined)
  const many = read(
    open + '<rmsg:Keyword/>'.repeat(15_000) + '<rmsg:ResourceInformation/>'.repeat(4_000) + shut,
  )
  t.equal(many.kind, 'read', 'very many siblings are read in no time')
  t.equal(read(`${open}<!-- a comment --><![CDATA[<a>]]>${shut}`).kind, 'read')
  t.end()
})
