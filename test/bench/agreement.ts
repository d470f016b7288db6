import { createSecretKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { loadSchemas, type SchemaRegistry } from '../../src/contract/contract.ts'
import type { JsonObject } from '../../src/kit/kit.ts'
import { type Agreement, compileAgreement } from '../../src/policy/policy.ts'
import { squareOf } from '../../src/translation/translation.ts'

export const RESOURCE = 'police.operation'

export function fileOf(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url))
}

/** The agreement of the practice field, with a key for its code names. */
export function loadAgreement(schemas: SchemaRegistry): Agreement {
  const policy = fileOf('policies/northshire-police.to.army-1div.public-order.yaml')
  const key = createSecretKey(Buffer.alloc(32, 7))
  return compileAgreement(readFileSync(policy, 'utf8'), policy, {
    catalogueOf: resource => schemas.get(resource)?.catalogue,
    squareOf,
    pseudonymKey: () => key,
  })
}

export function loadAllSchemas(): SchemaRegistry {
  return loadSchemas(fileOf('schemas'))
}

/** What an operation comes to for a purpose; a refusal ends the run. */
export function release(
  agreement: Agreement,
  document: JsonObject,
  asked: { readonly purpose: string; readonly role: string },
): JsonObject {
  const decision = agreement.decide({
    ...asked,
    resource: RESOURCE,
    document,
    label: { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true },
    request: {},
    now: Date.parse('2026-11-20T12:00:00Z'),
  })
  if (decision.kind === 'refuse') throw new Error(`the agreement refuses the operation: ${decision.code}`)
  return agreement.project(decision).document
}
