import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import type { Agreement } from '../../src/policy/policy.ts'
import {
  APPROVAL_TYPE,
  checkApprovals,
  type Officer,
  type Signatory,
  signStatement,
  statementOf,
} from '../../src/policy/policy.ts'
import { isAgencyId } from '../../src/terms/terms.ts'
import type { Compared } from './case-kinds.ts'
import { agreementOf, type Case, casesFolder, listIn, objectIn, objectsIn, textIn } from './case-parts.ts'
import { jsonFile } from './support.ts'

/** The signed form of an agreement, every digest over it, and the statement that officers sign. */
export function signedForm(one: Case): Compared {
  const agreement = agreementOf(one, { policy: textIn(one.about, 'policy', 'policy.yaml') })
  const { digest, sourceDigest, examples, examplesDigest, form } = agreement
  const found = { digest, sourceDigest, examples, examplesDigest, statement: statementOf(agreement), form }
  return { found, wanted: one.json('expected.json'), file: 'expected.json' }
}

/** Each signature file of a case, with the codes of what is wrong with it; the first one with the bytes under its signatures. */
export function approvals(one: Case): Compared {
  const agreement = agreementOf(one, { policy: textIn(one.about, 'policy', 'policy.yaml') })
  const wanted = one.json('vectors.json')
  const officers = officersIn(jsonFile(`${casesFolder}/keys.json`))
  const parts = { officers, verify: verified }
  const found = (Array.isArray(wanted) ? wanted : []).filter(isJsonObject).map(vector => {
    const file = objectIn(vector, 'file')
    const problems = checkApprovals(agreement, JSON.stringify(file), 'file', parts)
    const signed =
      vector['bytes'] === undefined ? {} : { bytes: bytesOf(agreement, objectsIn(file, 'signatures')) }
    return { ...vector, ...signed, gives: problems.map(({ code }) => code) }
  })
  return { found, wanted, file: 'vectors.json' }
}

function verified(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  return verify(undefined, bytes, key, signature)
}

function officersIn(keys: JsonObject): readonly Officer[] {
  return objectsIn(keys, 'officers').map(officer => {
    const agency = textIn(officer, 'agency')
    if (!isAgencyId(agency)) throw new Error('no agency')
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: textIn(officer, 'x') }
    return {
      agency,
      person: textIn(officer, 'person'),
      roles: listIn(officer, 'roles').map(String),
      kid: textIn(officer, 'kid'),
      key: createPublicKey({ key: jwk, format: 'jwk' }),
    }
  })
}

/** The bytes that each signature covers, as text: they are UTF-8. Made by signing again with a signer that only looks. */
function bytesOf(agreement: Agreement, signatures: readonly JsonObject[]): Json {
  return signatures.map(signature => {
    let seen = ''
    const party = textIn(signature, 'party')
    if (!isAgencyId(party)) return null
    const at = Date.parse(textIn(signature, 'at'))
    const who = {
      party,
      role: textIn(signature, 'role'),
      person: textIn(signature, 'person'),
      kid: textIn(signature, 'kid'),
      at,
    }
    signStatement(agreement, who, bytes => {
      seen = Buffer.from(bytes).toString('utf8')
      return bytes
    })
    return seen
  })
}

/** A signature file by the published practice keys: how the files of the cases are made. */
export function signatureFile(agreement: Agreement, who: readonly Signatory[]): JsonObject {
  const officers = objectsIn(jsonFile(`${casesFolder}/keys.json`), 'officers')
  const signatures = who.map(one => {
    const officer = officers.find(({ kid }) => kid === one.kid) ?? {}
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: textIn(officer, 'x'), d: textIn(officer, 'd') }
    const key = createPrivateKey({ key: jwk, format: 'jwk' })
    return { ...signStatement(agreement, one, bytes => sign(undefined, bytes, key)) }
  })
  const file = { payloadType: APPROVAL_TYPE, statement: statementOf(agreement), signatures }
  return JSON.parse(canonicalJson(file)) as JsonObject
}
