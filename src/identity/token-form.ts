import { isJsonObject, type JsonObject, readBase64url, readJson } from '../kit/kit.ts'
import { Refusal } from '../terms/terms.ts'

/** A compact token is at most this long, in bytes. */
export const MAX_TOKEN_BYTES = 8192

/** One algorithm for each key: EdDSA for Ed25519, ES256 for P-256, PS256 for RSA. */
export const TOKEN_ALGORITHMS = ['EdDSA', 'ES256', 'PS256'] as const
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number]

export interface TokenHeader {
  readonly alg: TokenAlgorithm
  readonly kid: string
}

/** A token in its three parts, of the right form and entirely unproven. */
export interface ReadToken {
  readonly header: TokenHeader
  readonly payload: JsonObject
}

/** The refusal of a token; `rule` names the check for the record of our own agency. */
export function invalidToken(rule: string): Refusal {
  return new Refusal('token-invalid', { rule })
}

/**
 * The token of an `Authorization` header (RFC 6750 §2.1).
 *
 * @throws Refusal `token-missing` where there is no header, `token-invalid` where it holds anything but one bearer token
 */
export function bearerToken(authorization: string | undefined): string {
  if (authorization === undefined || authorization === '') throw new Refusal('token-missing')
  const [, token] = /^Bearer ([A-Za-z0-9_.~+/-]+=*)$/i.exec(authorization) ?? []
  if (token === undefined) throw invalidToken('bearer')
  return token
}

/**
 * Takes a compact token apart (RFC 7519, RFC 8725): three parts of canonical base64url, a header of `alg`, `kid` and
 * `typ` alone, and a payload that is I-JSON. Every way to bring a key along or to change the rules (`jwk`, `jku`, `x5c`,
 * `crit`, `b64`, `zip`) is a further member, and so refused.
 *
 * @param compact at most {@link MAX_TOKEN_BYTES} long
 * @throws Refusal `token-invalid`
 */
export function readToken(compact: string): ReadToken {
  const parts = compact.split('.', 4)
  if (parts.length !== 3) throw invalidToken('form')
  const [header = '', payload = '', signature = ''] = parts
  if (signature === '' || !readBase64url(signature)) throw invalidToken('form')
  return { header: readHeader(readPart(header)), payload: readPart(payload) }
}

function readPart(part: string): JsonObject {
  const bytes = readBase64url(part)
  const reading = bytes && readJson(bytes)
  if (!reading?.ok || !isJsonObject(reading.value)) throw invalidToken('form')
  return reading.value
}

function readHeader({ alg, kid, typ, ...rest }: JsonObject): TokenHeader {
  const algorithm = TOKEN_ALGORITHMS.find(name => name === alg)
  if (!algorithm) throw invalidToken('alg')
  if (typ !== 'at+jwt' && typ !== 'JWT') throw invalidToken('typ')
  if (typeof kid !== 'string') throw invalidToken('kid')
  if (Object.keys(rest).length > 0) throw invalidToken('header')
  return { alg: algorithm, kid }
}
