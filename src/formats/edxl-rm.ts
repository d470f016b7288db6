/** EDXL-RM 1.0 (OASIS): the words that writing and reading share. */

/** Namespaces of the message, of its parts, of OASIS CIQ 3 for persons, and of GML for places. */
export const SPACES = {
  rmsg: 'urn:oasis:names:tc:emergency:EDXL:RM:1.0:msg',
  rm: 'urn:oasis:names:tc:emergency:EDXL:RM:1.0',
  xpil: 'urn:oasis:names:tc:ciq:xpil:3',
  xnl: 'urn:oasis:names:tc:ciq:xnl:3',
  gml: 'http://www.opengis.net/gml',
} as const

/** What a mutual-aid document is in our schemas. */
export type MutualAid = 'police.mutualAidRequest' | 'police.mutualAidOffer'

export function isMutualAid(resource: string): resource is MutualAid {
  return resource === 'police.mutualAidRequest' || resource === 'police.mutualAidOffer'
}

/**
 * Which document says what the sixteen messages say: one that needs resources, or one that has them. The two about the status
 * of a deployment are sent by either; read from elsewhere they count as the needing side's.
 */
export const MESSAGES: ReadonlyMap<string, MutualAid> = new Map([
  ['RequestResource', 'police.mutualAidRequest'],
  ['RequisitionResource', 'police.mutualAidRequest'],
  ['RequestInformation', 'police.mutualAidRequest'],
  ['RequestQuote', 'police.mutualAidRequest'],
  ['RequestExtendedDeploymentDuration', 'police.mutualAidRequest'],
  ['ReleaseResource', 'police.mutualAidRequest'],
  ['ResponseToRequestReturn', 'police.mutualAidRequest'],
  ['RequestResourceDeploymentStatus', 'police.mutualAidRequest'],
  ['ReportResourceDeploymentStatus', 'police.mutualAidRequest'],
  ['ResponseToRequestResource', 'police.mutualAidOffer'],
  ['CommitResource', 'police.mutualAidOffer'],
  ['OfferUnsolicitedResource', 'police.mutualAidOffer'],
  ['ResponseToRequestInformation', 'police.mutualAidOffer'],
  ['ResponseToRequestQuote', 'police.mutualAidOffer'],
  ['ResponseToRequestExtendedDeploymentDuration', 'police.mutualAidOffer'],
  ['RequestReturn', 'police.mutualAidOffer'],
])

/** Where a value list of ours is named: keywords are how the standard lets more be said than it has elements for. */
export const KEYWORDS = 'urn:concordat:edxl-rm:'
export const SKILLS = 'urn:concordat:codes:police-skills'
export const RESOURCE_TYPES = 'urn:concordat:codes:police-resource-types'
export const REASONS = 'urn:concordat:codes:mutual-aid-shortfall-reasons'

export type KeywordType = 'text' | 'number' | 'boolean'

/** Values of a message that have no element of their own: they travel as keywords of its first line. Dotted paths. */
export const MESSAGE_KEYWORDS: Readonly<Record<MutualAid, ReadonlyMap<string, KeywordType>>> = {
  'police.mutualAidRequest': new Map<string, KeywordType>([
    ['tier', 'number'],
    ['legalBasis', 'text'],
    ['category', 'text'],
    ['priority', 'text'],
    ['status', 'text'],
    ['requestedBy.role', 'text'],
    ['costing.recoverable', 'boolean'],
    ['costing.estimateGBP', 'number'],
    ['approval.at', 'text'],
    ['label.policy', 'text'],
    ['label.classification', 'text'],
    ['label.sensitive', 'boolean'],
    ['label.descriptor', 'text'],
  ]),
  'police.mutualAidOffer': new Map<string, KeywordType>([
    ['responseType', 'text'],
    ['costing.estimateGBP', 'number'],
    ['contact.role', 'text'],
    ['label.policy', 'text'],
    ['label.classification', 'text'],
    ['label.sensitive', 'boolean'],
    ['label.descriptor', 'text'],
  ]),
}

/** The same for one line. */
export const LINE_KEYWORDS: ReadonlyMap<string, KeywordType> = new Map<string, KeywordType>([
  ['resourceType', 'text'],
  ['composition', 'text'],
  ['reportTo.osgr', 'text'],
  ['reportTo.geometry.cell', 'text'],
  ['accommodation', 'text'],
  ['feeding', 'text'],
  ['overOffer', 'boolean'],
])

/** When a line begins and ends, in the words of each side; reading understands further ones. */
export const SCHEDULES: Readonly<Record<MutualAid, { readonly from: string; readonly to: string }>> = {
  'police.mutualAidRequest': { from: 'RequestedArrival', to: 'RequestedReturnDeparture' },
  'police.mutualAidOffer': { from: 'BeginAvailable', to: 'EndAvailable' },
}

/** Who speaks, as the standard calls the parties, first the name that is written. */
export const PARTIES: Readonly<Record<MutualAid, readonly [string, ...string[]]>> = {
  'police.mutualAidRequest': ['Requester', 'Sender'],
  'police.mutualAidOffer': ['RespondingOrg', 'Responding Org', 'Owner', 'Sender'],
}

/** Something that could not be carried over, and why. */
export interface FormatLoss {
  /** JSON Pointer into our document, or path of elements in theirs: `/RequestResource/ResourceInformation[2]/Name`. */
  readonly path: string
  readonly why: string
}
