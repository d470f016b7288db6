import { type Json, readJson } from '../kit/kit.ts'
import { jsonRefusal } from '../terms/terms.ts'
import { Members, malformed } from './members.ts'

/**
 * The text of a document line: `{"salt":"…","document":{…}}`. The salt is random and never logged, so that the digest
 * of a small document cannot be guessed from the ledger.
 *
 * @param salt from kit's `makeSalt`
 * @param document the JSON text of the document, printed from the checked value, on one line
 */
export function printLine(salt: string, document: string): string {
  return `{"salt":"${salt}","document":${document}}`
}

export interface DocumentLine {
  readonly salt: string
  readonly document: Json
}

/**
 * Reads a document line whose digest was found right.
 *
 * @throws Refusal `json-duplicate-key`, `json-too-deep`, `json-malformed` or `batch-malformed`
 */
export function readLine(line: Uint8Array): DocumentLine {
  const reading = readJson(line)
  if (!reading.ok) throw jsonRefusal(reading.fault)
  const members = new Members(reading.value, '')
  const salt = members.text('salt', /^[A-Za-z0-9_-]{22,64}$/)
  const document = members.take('document')
  if (document === undefined) throw malformed('/document', 'expected the document')
  members.end()
  return { salt, document }
}
