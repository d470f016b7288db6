/** JSON values as we hold them once they are read: immutable, and never anything else. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/** True for a plain JSON object: not null, not a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What the strict reader may find wrong. The place is a byte offset into the text, where there is one. */
export interface JsonFault {
  readonly kind:
    | 'not-utf8'
    | 'syntax'
    | 'duplicate-key'
    | 'number-out-of-range'
    | 'lone-surrogate'
    | 'forbidden-key'
    | 'too-deep'
  readonly says: string
}

export type JsonReading =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly fault: JsonFault }

const MAX_DEPTH = 32

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads one I-JSON text (RFC 7493): valid UTF-8 without a byte order mark, no duplicate member names, no lone
 * surrogates, no integer beyond 2^53 - 1, no `__proto__`, at most 32 levels deep.
 *
 * The native parser does the work. It keeps the last of two equal names silently, so the members in the text are
 * counted beforehand (a colon outside a string is one member) and compared with the members in the value.
 *
 * @param bytes the whole text; the caller has bounded its size
 */
export function readJson(bytes: Uint8Array): JsonReading {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return fault('not-utf8', 'the text is not valid UTF-8')
  }
  return readJsonText(text)
}

/** As {@link readJson}, for a text that is already a string (a policy's sample, a configuration value). */
export function readJsonText(text: string): JsonReading {
  const shape = scanShape(text)
  if (shape.depth > MAX_DEPTH) return fault('too-deep', `the text is nested deeper than ${MAX_DEPTH} levels`)
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch {
    return fault('syntax', 'the text is not JSON')
  }
  // Only an escape can make a lone surrogate of a text that has none.
  const surrogates = text.includes('\\') || !text.isWellFormed()
  const walk: Walk = { surrogates, members: 0, fault: undefined }
  inspect(value, walk)
  if (walk.fault) return { ok: false, fault: walk.fault }
  if (walk.members !== shape.members) return fault('duplicate-key', 'an object names the same member twice')
  return { ok: true, value }
}

function fault(kind: JsonFault['kind'], says: string): JsonReading {
  return { ok: false, fault: { kind, says } }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** Counts members and the greatest depth without building anything; on malformed text the parser speaks later. */
function scanShape(text: string): { readonly members: number; readonly depth: number } {
  let members = 0
  let depth = 0
  let deepest = 0
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at)
        break
      case COLON:
        members++
        break
      case OPEN_LIST:
      case OPEN_OBJECT:
        if (++depth > deepest) deepest = depth
        break
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth--
        break
    }
  }
  return { members, depth: deepest }
}

/** The index of the quote that closes the string opened at `open`, or the end of an unterminated text. */
function endOfString(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === QUOTE) return at
    if (unit === BACKSLASH) at++
  }
  return text.length
}

interface Walk {
  /** Whether there may be lone surrogates. */
  readonly surrogates: boolean
  members: number
  fault: JsonFault | undefined
}

function inspect(value: Json, walk: Walk): void {
  if (typeof value === 'string') {
    if (walk.surrogates && !value.isWellFormed())
      walk.fault = { kind: 'lone-surrogate', says: 'a string holds a lone surrogate' }
    return
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
      walk.fault = { kind: 'number-out-of-range', says: 'a number is beyond what I-JSON carries exactly' }
    return
  }
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const entry of value) inspect(entry, walk)
    return
  }
  const object = value as JsonObject
  for (const key in object) {
    walk.members++
    if (key === '__proto__') walk.fault = { kind: 'forbidden-key', says: 'a member is named `__proto__`' }
    if (walk.surrogates && !key.isWellFormed())
      walk.fault = { kind: 'lone-surrogate', says: 'a member name holds a lone surrogate' }
    const member = object[key]
    if (member !== undefined) inspect(member, walk)
  }
}
