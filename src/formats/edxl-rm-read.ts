import { type Element, type Json, type JsonObject, readXml, type XmlFault } from '../kit/kit.ts'
import {
  type FormatLoss,
  KEYWORDS,
  type KeywordType,
  LINE_KEYWORDS,
  MESSAGE_KEYWORDS,
  MESSAGES,
  type MutualAid,
  PARTIES,
  REASONS,
  RESOURCE_TYPES,
  SKILLS,
  SPACES,
} from './edxl-rm.ts'
import { contactName, referenceName } from './edxl-rm-write.ts'
import { type Growing, put } from './growing.ts'
import { Elements } from './taking.ts'

export type EdxlRmReading =
  | {
      readonly kind: 'read'
      readonly resource: MutualAid
      /** Not judged yet: whether it meets the schema is for the schema to say. */
      readonly document: JsonObject
      /** Every element that found no place in it. */
      readonly losses: readonly FormatLoss[]
    }
  | { readonly kind: 'refused'; readonly why: XmlFault | 'namespace' | 'message-type' }

interface Reading {
  readonly resource: MutualAid
  readonly elements: Elements
  readonly document: Growing
}

const { rmsg, rm, xpil, xnl, gml } = SPACES

const MESSAGE = { mostBytes: 2_000_000, mostElements: 20_000, mostDepth: 32, blanks: 'trimmed' } as const

const FOREIGN_LIST = 'a value of a list that is not ours'

/**
 * Reads one EDXL-RM 1.0 message (OASIS) as a request for mutual aid or an answer to one. Names count with their namespace. What is
 * not understood is not guessed at: it is named as a loss, and so is a time without a zone.
 *
 * @param as which document it becomes, for messages that either side may send
 */
export function readEdxlRm(bytes: Uint8Array, as?: MutualAid): EdxlRmReading {
  const reading = readXml(bytes, MESSAGE)
  if (!reading.ok) return { kind: 'refused', why: reading.fault }
  const { root } = reading
  if (root.space !== rmsg) return { kind: 'refused', why: 'namespace' }
  const usual = MESSAGES.get(root.name)
  if (usual === undefined) return { kind: 'refused', why: 'message-type' }
  const resource = as !== undefined && isOfEither(root.name) ? as : usual
  const message: Reading = { resource, elements: new Elements(), document: {} }
  readMessage(message, root)
  return { kind: 'read', resource, document: message.document, losses: message.elements.left(root) }
}

function isOfEither(name: string): boolean {
  return name.endsWith('ResourceDeploymentStatus')
}

function readMessage(reading: Reading, root: Element): void {
  const { resource, elements, document } = reading
  const text = (name: string) => elements.text(root, rmsg, name)
  const id = text('MessageID')
  const origin = text('OriginatingMessageID')
  text('MessageContentType')
  put(document, 'id', id)
  put(document, 'messageType', root.name)
  put(document, 'realm', realmIn(text('MessageDescription')))
  put(document, 'sentAt', timeIn(reading, elements.one(root, rmsg, 'SentDateTime')))
  if (origin !== id) put(document, 'originatingMessage', origin)
  put(document, 'precedingMessage', text('PrecedingMessageID'))
  put(
    document,
    'operationId',
    elements.text(elements.one(root, rmsg, 'IncidentInformation'), rm, 'IncidentID'),
  )
  put(document, 'costing.rateTable', elements.text(elements.one(root, rmsg, 'Funding'), rm, 'FundCode'))
  readContacts(reading, root)
  const lines = elements
    .all(root, rmsg, 'ResourceInformation')
    .map((one, index) => readLine(reading, one, index))
  const answer = answerOf(lines.map(one => one.answer))
  // Where all lines are declined the answer as a whole says so.
  if (answer === 'PARTIAL_ACCEPT')
    for (const one of lines) if (one.answer === 'Decline') one.line['offered'] ??= 0
  if (lines.length > 0) document['lines'] = lines.map(({ line }) => line)
  if (origin !== undefined && root.name !== 'OfferUnsolicitedResource')
    put(document, referenceName(resource), document[referenceName(resource)] ?? origin)
  if (resource === 'police.mutualAidOffer') put(document, 'responseType', document['responseType'] ?? answer)
}

/** The description begins with the realm where it is told; whatever else it says is for people. */
function realmIn(description: string | undefined): string | undefined {
  return /^(REAL|EXERCISE|TEST)\b/.exec(description ?? '')?.[1]
}

/** RFC 3339; a time without a zone could be any of forty, and is none. */
function timeIn({ elements }: Reading, element: Element | undefined): string | undefined {
  if (element === undefined) return undefined
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(element.text)) return element.text
  elements.putBack(element, 'a time without a zone')
  return undefined
}

function readContacts({ resource, elements, document }: Reading, root: Element): void {
  const force = resource === 'police.mutualAidRequest' ? 'hostForce' : 'donorForce'
  const own = contactName(resource)
  const known = root.children.filter(({ space, name }) => space === rmsg && name === 'ContactInformation')
  const of = (role: string) =>
    known.find(one => one.children.some(each => each.name === 'ContactRole' && each.text === role))
  const party = PARTIES[resource].map(of).find(one => one !== undefined)
  const approver = resource === 'police.mutualAidRequest' ? of('Approver') : undefined
  for (const [contact, path] of [
    [party, force],
    [approver, 'approval.by'],
  ] as const) {
    if (contact === undefined) continue
    elements.take(contact)
    elements.text(contact, rm, 'ContactRole')
    put(document, path, elements.text(contact, rm, 'ContactDescription'))
  }
  const more = elements.one(party, rm, 'AdditionalContactInformation')
  const person = elements.one(elements.one(more, xnl, 'PartyName') ?? more, xnl, 'PersonName')
  const names = elements.all(person, xnl, 'NameElement').map(({ text }) => text)
  put(document, `${own}.name`, names.length === 0 ? undefined : names.join(' '))
  const number = elements.one(elements.one(more, xpil, 'ContactNumbers'), xpil, 'ContactNumber')
  put(document, `${own}.tel`, elements.text(number, xpil, 'ContactNumberElement'))
  const addresses = elements.one(more, xpil, 'ElectronicAddressIdentifiers')
  put(document, `${own}.email`, elements.text(addresses, xpil, 'ElectronicAddressIdentifier'))
}

interface Line {
  readonly line: Growing
  /** Accept or Decline; undefined where the message says neither. */
  readonly answer: string | undefined
}

function readLine(reading: Reading, info: Element, index: number): Line {
  const { resource, elements, document } = reading
  const line: Growing = {}
  const response = elements.one(info, rmsg, 'ResponseInformation')
  const own = elements.text(info, rmsg, 'ResourceInfoElementID')
  const answered = elements.text(response, rm, 'PrecedingResourceInfoElementID')
  line['line'] = numberIn(answered ?? own) ?? index + 1
  const item = elements.one(info, rmsg, 'Resource')
  readStructure(reading, item, line)
  const assignment = elements.one(info, rmsg, 'AssignmentInformation')
  readQuantity(reading, assignment, line)
  const answer = readResponse(reading, response, line)
  const order = elements.text(assignment, rmsg, 'OrderID')
  if (order !== undefined) put(document, referenceName(resource), document[referenceName(resource)] ?? order)
  const instructions = elements.one(assignment, rmsg, 'AssignmentInstructions')
  put(line, 'transport', elements.text(instructions, rm, 'ModeOfTransportation'))
  readSchedules(reading, info, line)
  readKeywords(reading, item, line)
  return { line, answer }
}

/** The number at the end of an identifier: `ResourceInfoElementID.2` is line 2. */
function numberIn(id: string | undefined): number | undefined {
  const number = Number(/(?:^|\D)(\d{1,3})$/.exec(id ?? '')?.[1])
  return number > 0 ? number : undefined
}

function readStructure({ elements }: Reading, item: Element | undefined, line: Growing): void {
  const structure = elements.one(item, rmsg, 'TypeStructure')
  if (structure === undefined) return
  const list = elements.text(structure, rm, 'ValueListURN')
  const value = elements.text(structure, rm, 'Value')
  if (list === SKILLS) put(line, 'skill', value)
  else if (list === RESOURCE_TYPES) put(line, 'resourceType', value)
  else elements.putBack(structure, FOREIGN_LIST)
}

function readQuantity({ resource, elements }: Reading, assignment: Element | undefined, line: Growing): void {
  const quantity = elements.one(assignment, rmsg, 'Quantity')
  if (quantity === undefined) return
  const measured = elements.one(quantity, rm, 'MeasuredQuantity')
  const text = elements.text(quantity, rm, 'QuantityText') ?? elements.text(measured, rm, 'Amount')
  const name = resource === 'police.mutualAidRequest' ? 'quantity' : 'offered'
  if (/^\d{1,9}$/.test(text ?? '')) put(line, name, Number(text))
  else elements.putBack(quantity, 'not a whole number')
}

/** The answer of one line, Accept or Decline; the reason goes into the line. */
function readResponse(
  { elements }: Reading,
  response: Element | undefined,
  line: Growing,
): string | undefined {
  const type = elements.one(response, rm, 'ResponseType')
  const isKnown = type?.text === 'Accept' || type?.text === 'Decline'
  if (type !== undefined && !isKnown) elements.putBack(type, 'neither Accept nor Decline')
  const reason = elements.one(response, rm, 'ReasonCode')
  if (reason !== undefined && elements.text(reason, rm, 'ValueListURN') === REASONS)
    put(line, 'shortfallReason', elements.text(reason, rm, 'Value'))
  else if (reason !== undefined) elements.putBack(reason, FOREIGN_LIST)
  return isKnown ? type.text : undefined
}

/** What our documents call the beginning and the end, in all the words of the standard for it. */
const BEGINNINGS: ReadonlySet<string> = new Set([
  'RequestedArrival',
  'EstimatedArrival',
  'BeginAvailable',
  'Committed',
])
const ENDINGS: ReadonlySet<string> = new Set([
  'RequestedReturnDeparture',
  'EstimatedReturnDeparture',
  'EndAvailable',
])

function readSchedules(reading: Reading, info: Element, line: Growing): void {
  const { elements } = reading
  for (const schedule of elements.all(info, rmsg, 'ScheduleInformation')) {
    const type = elements.text(schedule, rmsg, 'ScheduleType') ?? ''
    const name = BEGINNINGS.has(type) ? 'from' : ENDINGS.has(type) ? 'to' : undefined
    if (name === undefined && type !== 'ReportTo') {
      elements.putBack(schedule, 'our schema has no such time')
      continue
    }
    if (name !== undefined && line[name] === undefined)
      put(line, name, timeIn(reading, elements.one(schedule, rmsg, 'DateTime')))
    if (name !== 'to' && reading.resource === 'police.mutualAidRequest') readLocation(reading, schedule, line)
  }
}

function readLocation({ elements }: Reading, schedule: Element, line: Growing): void {
  const location = elements.one(schedule, rmsg, 'Location')
  if (location === undefined || line['reportTo'] !== undefined) return
  put(line, 'reportTo.name', elements.text(location, rm, 'LocationDescription'))
  const area = elements.one(location, rm, 'TargetArea')
  const point = elements.one(area, gml, 'Point')
  const position = elements.text(point, gml, 'pos')?.split(/\s+/).map(Number) ?? []
  const [lat, lon] = position
  if (lat === undefined || lon === undefined || position.length !== 2 || position.some(Number.isNaN)) {
    if (area) elements.putBack(area, 'not one point')
    return
  }
  put(line, 'reportTo.geometry.type', 'Point')
  put(line, 'reportTo.geometry.coordinates', [lon, lat])
}

function readKeywords(reading: Reading, item: Element | undefined, line: Growing): void {
  const { resource, elements, document } = reading
  for (const keyword of elements.all(item, rmsg, 'Keyword')) {
    const list = elements.text(keyword, rm, 'ValueListURN') ?? ''
    const value = elements.text(keyword, rm, 'Value') ?? ''
    const name = list.startsWith(KEYWORDS) ? list.slice(KEYWORDS.length) : ''
    const own = name.startsWith('line.') ? LINE_KEYWORDS.get(name.slice(5)) : undefined
    const ours = MESSAGE_KEYWORDS[resource].get(name)
    if (own !== undefined) putTyped(line, name.slice(5), value, own)
    else if (ours !== undefined) putTyped(document, name, value, ours)
    else if (name === 'line.planningUnit') append(line, 'planningUnits', value)
    else if (name === 'line.equipment') append(line, 'equipment', equipmentIn(value))
    else if (name === 'condition') append(document, 'conditions', value)
    else elements.putBack(keyword, FOREIGN_LIST)
  }
}

function putTyped(target: Growing, path: string, text: string, type: KeywordType): void {
  if (type === 'text') put(target, path, text)
  else if (type === 'number') put(target, path, Number(text))
  else put(target, path, text === 'true')
}

function append(target: Growing, name: string, value: Json): void {
  const list = target[name]
  target[name] = [...(Array.isArray(list) ? list : []), value]
}

function equipmentIn(text: string): JsonObject {
  const [, quantity = '', kind = ''] = /^(\d*);(.*)$/su.exec(text) ?? ['', '', text]
  return {
    ...(kind === '' ? {} : { kind }),
    ...(quantity === '' ? {} : { quantity: Number(quantity) }),
  }
}

/** What the answers of the lines come to in one word; undefined where a line has none. */
function answerOf(answers: readonly (string | undefined)[]): string | undefined {
  if (answers.length === 0 || answers.includes(undefined)) return undefined
  const refused = answers.filter(answer => answer === 'Decline').length
  if (refused === 0) return 'ACCEPT'
  return refused === answers.length ? 'DECLINE' : 'PARTIAL_ACCEPT'
}
