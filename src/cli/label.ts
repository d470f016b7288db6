import { isJsonObject, type Json, type JsonObject, readJsonText } from '../kit/kit.ts'
import type { Label } from '../terms/terms.ts'

/** A marking as people write it on a command line: `OFFICIAL`, `OFFICIAL-SENSITIVE`, or JSON. Undefined for what is none. */
export function readLabel(text: string): Label | undefined {
  if (text.trimStart().startsWith('{')) return labelFrom(objectIn(text))
  const [, classification = '', sensitive] = /^([A-Z]+(?: [A-Z]+)*?)(-SENSITIVE)?$/.exec(text) ?? []
  if (classification === '') return undefined
  return { policy: 'UK-GSC', classification, sensitive: sensitive !== undefined }
}

/** The marking that a document carries as a value. */
export function labelFrom(value: Json | undefined): Label | undefined {
  if (!isJsonObject(value)) return undefined
  const { policy, classification, sensitive } = value
  if (typeof policy !== 'string' || typeof classification !== 'string') return undefined
  return typeof sensitive === 'boolean' ? { policy, classification, sensitive } : { policy, classification }
}

/** One JSON object in a text; undefined for anything else. */
export function objectIn(text: string): JsonObject | undefined {
  const reading = readJsonText(text)
  return reading.ok && isJsonObject(reading.value) ? reading.value : undefined
}
