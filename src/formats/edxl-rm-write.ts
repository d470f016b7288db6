import type { JsonObject } from '../kit/kit.ts'
import {
  type FormatLoss,
  KEYWORDS,
  LINE_KEYWORDS,
  MESSAGE_KEYWORDS,
  MESSAGES,
  type MutualAid,
  PARTIES,
  REASONS,
  RESOURCE_TYPES,
  SCHEDULES,
  SKILLS,
  SPACES,
} from './edxl-rm.ts'
import { markingWords } from './marking.ts'
import { Values } from './taking.ts'
import { element, textElement, XML_HEAD } from './xml-text.ts'

export type EdxlRmWriting =
  | { readonly kind: 'written'; readonly xml: string; readonly losses: readonly FormatLoss[] }
  /** The standard cannot do without it, and it is not made up. */
  | { readonly kind: 'unwritable'; readonly lacks: 'id' | 'message type' | 'force' | 'lines' }

interface Writing {
  readonly resource: MutualAid
  readonly values: Values
}

/**
 * A request for mutual aid, or an answer to one, as an EDXL-RM 1.0 message (OASIS). What the standard has no element for travels
 * as keywords, which it provides for that, so that {@link readEdxlRm} gives the same document back.
 *
 * @param now when it is sent, in ms, for a document that does not say
 */
export function toEdxlRm(resource: MutualAid, document: JsonObject, now: number): EdxlRmWriting {
  const writing: Writing = { resource, values: new Values(document) }
  const { values } = writing
  const id = values.text('id')
  const type = values.text('messageType')
  const force = values.text(resource === 'police.mutualAidRequest' ? 'hostForce' : 'donorForce')
  const lines = values.count('lines')
  if (id === undefined) return { kind: 'unwritable', lacks: 'id' }
  if (type === undefined || !MESSAGES.has(type)) return { kind: 'unwritable', lacks: 'message type' }
  if (force === undefined) return { kind: 'unwritable', lacks: 'force' }
  if (lines === 0) return { kind: 'unwritable', lacks: 'lines' }
  const described = [values.text('realm') ?? [], markingWords(document['label']) ?? []].flat().join('. ')
  const reference = values.text(referenceName(resource))
  const body = [
    textElement('rmsg:MessageID', id),
    textElement('rmsg:SentDateTime', values.text('sentAt') ?? new Date(now).toISOString()),
    textElement('rmsg:MessageContentType', type),
    ...given('rmsg:MessageDescription', described === '' ? undefined : described),
    textElement('rmsg:OriginatingMessageID', values.text('originatingMessage') ?? id),
    ...given('rmsg:PrecedingMessageID', values.text('precedingMessage')),
    ...wrapped('rmsg:IncidentInformation', given('rm:IncidentID', values.text('operationId'))),
    ...wrapped('rmsg:Funding', given('rm:FundCode', values.text('costing.rateTable'))),
    ...contacts(writing, force),
    ...Array.from({ length: lines }, (_none, index) => line(writing, index, reference)),
  ]
  const spaces = Object.fromEntries(Object.entries(SPACES).map(([prefix, uri]) => [`xmlns:${prefix}`, uri]))
  const xml = `${XML_HEAD}${element(`rmsg:${type}`, spaces, ...body)}\n`
  const losses = values.left().map(path => ({ path, why: 'EDXL-RM has no place for it' }))
  return { kind: 'written', xml, losses }
}

/** What all messages about one request carry. */
export function referenceName(resource: MutualAid): 'reference' | 'requestRef' {
  return resource === 'police.mutualAidRequest' ? 'reference' : 'requestRef'
}

/** The object in which a document names the person to ask. */
export function contactName(resource: MutualAid): 'requestedBy' | 'contact' {
  return resource === 'police.mutualAidRequest' ? 'requestedBy' : 'contact'
}

function given(name: string, text: string | undefined): readonly string[] {
  return text === undefined ? [] : [textElement(name, text)]
}

function wrapped(name: string, children: readonly string[]): readonly string[] {
  return children.length === 0 ? [] : [element(name, {}, ...children)]
}

function contacts({ resource, values }: Writing, force: string): readonly string[] {
  const own = contactName(resource)
  const person = [
    ...wrapped(
      'xnl:PartyName',
      wrapped('xnl:PersonName', given('xnl:NameElement', values.text(`${own}.name`))),
    ),
    ...wrapped(
      'xpil:ContactNumbers',
      wrapped('xpil:ContactNumber', given('xpil:ContactNumberElement', values.text(`${own}.tel`))),
    ),
    ...wrapped(
      'xpil:ElectronicAddressIdentifiers',
      given('xpil:ElectronicAddressIdentifier', values.text(`${own}.email`)),
    ),
  ]
  const approver = values.text('approval.by')
  const entry = (description: string, role: string, more: readonly string[]) =>
    element(
      'rmsg:ContactInformation',
      {},
      textElement('rm:ContactDescription', description),
      textElement('rm:ContactRole', role),
      ...more,
    )
  return [
    entry(force, PARTIES[resource][0], wrapped('rm:AdditionalContactInformation', person)),
    ...(approver === undefined ? [] : [entry(approver, 'Approver', [])]),
  ]
}

function line(writing: Writing, index: number, reference: string | undefined): string {
  const { values } = writing
  const at = `lines.${index}`
  const number = values.text(`${at}.line`) ?? String(index + 1)
  return element(
    'rmsg:ResourceInformation',
    {},
    textElement('rmsg:ResourceInfoElementID', number),
    ...response(writing, at, number),
    element('rmsg:Resource', {}, ...structure(values, at), ...keywords(writing, index)),
    ...wrapped('rmsg:AssignmentInformation', [
      ...wrapped('rmsg:Quantity', given('rm:QuantityText', quantity(writing, at))),
      ...given('rmsg:OrderID', reference),
      ...wrapped(
        'rmsg:AssignmentInstructions',
        given('rm:ModeOfTransportation', values.text(`${at}.transport`)),
      ),
    ]),
    ...schedules(writing, at),
  )
}

function quantity({ resource, values }: Writing, at: string): string | undefined {
  return values.text(`${at}.${resource === 'police.mutualAidRequest' ? 'quantity' : 'offered'}`)
}

/** An answer says of each line whether it is filled at all, where that is known; nobody has to count to see a refusal. */
function response({ resource, values }: Writing, at: string, number: string): readonly string[] {
  if (resource === 'police.mutualAidRequest') return []
  const reason = values.text(`${at}.shortfallReason`)
  return wrapped('rmsg:ResponseInformation', [
    textElement('rm:PrecedingResourceInfoElementID', number),
    ...given('rm:ResponseType', answer(values, at)),
    ...(reason === undefined ? [] : [listedValue('rm:ReasonCode', REASONS, reason)]),
  ])
}

function answer(values: Values, at: string): 'Accept' | 'Decline' | undefined {
  const whole = values.take('responseType')
  const offered = values.take(`${at}.offered`)
  if (whole === 'DECLINE' || offered === 0) return 'Decline'
  return whole === 'ACCEPT' || whole === 'PARTIAL_ACCEPT' || offered !== undefined ? 'Accept' : undefined
}

function listedValue(name: string, list: string, value: string): string {
  return element(name, {}, textElement('rm:ValueListURN', list), textElement('rm:Value', value))
}

/** The skill, or where there is none the kind of resource. */
function structure(values: Values, at: string): readonly string[] {
  const skill = values.text(`${at}.skill`)
  if (skill !== undefined) return [listedValue('rmsg:TypeStructure', SKILLS, skill)]
  const kind = values.text(`${at}.resourceType`)
  return kind === undefined ? [] : [listedValue('rmsg:TypeStructure', RESOURCE_TYPES, kind)]
}

function keywords({ resource, values }: Writing, index: number): readonly string[] {
  const at = `lines.${index}`
  const write = (name: string, value: string | undefined) =>
    value === undefined ? [] : [listedValue('rmsg:Keyword', KEYWORDS + name, value)]
  const listed = (list: string, name: string, read: (path: string) => string | undefined) =>
    Array.from({ length: values.count(list) }, (_none, entry) => write(name, read(`${list}.${entry}`))).flat()
  const hasSkill = values.take(`${at}.skill`) !== undefined
  const own = [...LINE_KEYWORDS.keys()].filter(name => hasSkill || name !== 'resourceType')
  return [
    ...own.flatMap(name => write(`line.${name}`, values.text(`${at}.${name}`))),
    ...listed(`${at}.equipment`, 'line.equipment', path => equipment(values, path)),
    ...listed(`${at}.planningUnits`, 'line.planningUnit', path => values.text(path)),
    ...(index > 0
      ? []
      : [...MESSAGE_KEYWORDS[resource].keys()].flatMap(name => write(name, values.text(name)))),
    ...(index > 0 ? [] : listed('conditions', 'condition', path => values.text(path))),
  ]
}

/** How many, a semicolon, what. */
function equipment(values: Values, path: string): string {
  return `${values.text(`${path}.quantity`) ?? ''};${values.text(`${path}.kind`) ?? ''}`
}

function schedules({ resource, values }: Writing, at: string): readonly string[] {
  const { from, to } = SCHEDULES[resource]
  const place = location(values, `${at}.reportTo`)
  const begin = values.text(`${at}.from`)
  const end = values.text(`${at}.to`)
  const entry = (type: string, more: readonly string[]) =>
    more.length === 0
      ? []
      : [element('rmsg:ScheduleInformation', {}, textElement('rmsg:ScheduleType', type), ...more)]
  return [
    ...entry(from, given('rmsg:DateTime', begin)),
    ...entry('ReportTo', place),
    ...entry(to, given('rmsg:DateTime', end)),
  ]
}

/** GML has latitude before longitude in this reference system. */
function location(values: Values, at: string): readonly string[] {
  const lon = values.take(`${at}.geometry.coordinates.0`)
  const lat = values.take(`${at}.geometry.coordinates.1`)
  values.take(`${at}.geometry.type`)
  const point =
    lon === undefined || lat === undefined
      ? []
      : [
          element(
            'gml:Point',
            { srsName: 'urn:ogc:def:crs:EPSG::4326' },
            textElement('gml:pos', `${lat} ${lon}`),
          ),
        ]
  return wrapped('rmsg:Location', [
    ...given('rm:LocationDescription', values.text(`${at}.name`)),
    ...wrapped('rm:TargetArea', point),
  ])
}
