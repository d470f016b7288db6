import { type KeyObject, verify } from 'node:crypto'
import { isJsonObject, readBase64url, readJson } from '../kit/kit.ts'
import type { Signer } from './keys.ts'

/** What a signature of ours may stand under. The type is signed with the payload, so one kind never passes for another. */
export type JwsType =
  | 'concordat-batch+jws'
  | 'concordat-receipts+jws'
  | 'concordat-query+jws'
  | 'concordat-agreement+jws'
  | 'at+jwt'

/** A compact JWS is at most this long, in bytes. */
export const MAX_JWS_BYTES = 1_048_576

/** `malformed`: not a JWS of the agreed form. `signature`: the key is unknown, or the signature is not its. */
export type JwsReading =
  | { readonly ok: true; readonly kid: string; readonly payload: Buffer }
  | { readonly ok: false; readonly fault: 'malformed' | 'signature' }

/** Where a verifier finds the public key for a `kid`; it knows only keys of the one expected speaker. */
export type KeyOf = (kid: string) => KeyObject | undefined

/**
 * Signs a payload as a compact JWS (RFC 7515) with EdDSA over Ed25519 (RFC 8037).
 *
 * @throws RangeError where the result would be longer than {@link MAX_JWS_BYTES}
 */
export function signJws(signer: Signer, typ: JwsType, payload: string): string {
  const header = JSON.stringify({ alg: 'EdDSA', typ, kid: signer.kid })
  const input = `${base64url(header)}.${base64url(payload)}`
  const compact = `${input}.${signer.sign(Buffer.from(input, 'latin1')).toString('base64url')}`
  if (compact.length > MAX_JWS_BYTES) throw new RangeError('the payload is too long for one JWS')
  return compact
}

/**
 * Verifies a compact JWS. The header holds `alg` EdDSA, the expected `typ` and a `kid`, and nothing else: `crit`, `jwk`
 * and the like have no place to stand. Each part is canonical base64url.
 */
export function verifyJws(compact: string, typ: JwsType, keyOf: KeyOf): JwsReading {
  const malformed: JwsReading = { ok: false, fault: 'malformed' }
  if (compact.length > MAX_JWS_BYTES) return malformed
  const parts = compact.split('.', 4)
  const [header = '', payload = '', signature = ''] = parts
  if (parts.length !== 3) return malformed
  const kid = kidOf(header, typ)
  const bytes = readBase64url(payload)
  const proof = readBase64url(signature)
  if (kid === undefined || bytes === undefined || proof?.length !== 64) return malformed
  const key = keyOf(kid)
  if (key?.asymmetricKeyType !== 'ed25519') return { ok: false, fault: 'signature' }
  const input = Buffer.from(compact.slice(0, header.length + 1 + payload.length), 'latin1')
  return verify(null, input, key, proof)
    ? { ok: true, kid, payload: bytes }
    : { ok: false, fault: 'signature' }
}

function kidOf(header: string, typ: JwsType): string | undefined {
  const bytes = header.length <= 1024 ? readBase64url(header) : undefined
  const reading = bytes && readJson(bytes)
  if (!reading?.ok || !isJsonObject(reading.value)) return undefined
  const { alg, typ: found, kid, ...rest } = reading.value
  if (alg !== 'EdDSA' || found !== typ || typeof kid !== 'string') return undefined
  return Object.keys(rest).length === 0 ? kid : undefined
}

function base64url(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url')
}
