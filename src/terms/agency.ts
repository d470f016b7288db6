/** The id of an organisation with a gateway, such as `northshire-police`: lower case letters, digits and hyphens. */
export type AgencyId = string & { readonly __agency: never }

export function isAgencyId(text: string): text is AgencyId {
  return /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(text)
}

/** The one URI SAN that a gateway certificate of an agency carries. */
export function agencyUri(agency: AgencyId): string {
  return `urn:concordat:agency:${agency}`
}

/** The URI SAN that the certificate of one of an agency's systems carries in the example PKI. */
export function systemUri(agency: AgencyId, system: string): string {
  return `urn:concordat:agency:${agency}:system:${system}`
}

/** The URI SAN that the certificate of one of an agency's officers carries in the example PKI. */
export function officerUri(agency: AgencyId, person: string): string {
  return `urn:concordat:agency:${agency}:officer:${person}`
}

/** As what an officer's own certificate is known, where that of a system could stand: in tokens, as `client_id`. */
export function officerId(person: string): string {
  return `officer:${person}`
}
