import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { sha256 } from '../kit/kit.ts'

/** The algorithm byte of an Ed25519 signature in a note. */
const ED25519 = 0x01
const MAX_SIGNATURES = 100
const SIGNATURE_START = '\u2014 '

/** A public key that notes can be signed with, under the name it signs as. */
export interface NoteKey {
  readonly name: string
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array
}

/** Something that signs notes under a name; the private key stays with whoever made it. */
export interface NoteSigner extends NoteKey {
  /** The Ed25519 signature, 64 bytes, over exactly these bytes. */
  sign(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>
}

export type NoteReading =
  | { readonly ok: true; readonly text: string; readonly verified: readonly string[] }
  | { readonly ok: false; readonly why: NoteFault }

export type NoteFault = 'malformed' | 'ambiguous key' | 'invalid signature' | 'no verifiable signature'

/** Four bytes that tell the keys of one name apart: SHA-256(name ‖ 0x0A ‖ algorithm ‖ key) (C2SP signed-note). */
export function keyId(key: NoteKey): Buffer {
  return sha256(Buffer.concat([Buffer.from(`${key.name}\n`), algorithmAndKey(key)])).subarray(0, 4)
}

function algorithmAndKey(key: NoteKey): Buffer {
  return Buffer.concat([Buffer.of(ED25519), key.publicKey])
}

/** A verifier key as text: `name+keyid+base64(algorithm ‖ key)`. */
export function printVkey(key: NoteKey): string {
  return `${key.name}+${keyId(key).toString('hex')}+${algorithmAndKey(key).toString('base64')}`
}

/** Reads a verifier key; undefined unless it is Ed25519 and its key id is the one it must have. */
export function readVkey(text: string): NoteKey | undefined {
  const [name, id, encoded, ...rest] = splitVkey(text)
  if (name === undefined || id === undefined || encoded === undefined || rest.length > 0) return undefined
  const bytes = fromBase64(encoded)
  if (!isKeyName(name) || bytes?.length !== 33 || bytes[0] !== ED25519) return undefined
  const key = { name, publicKey: bytes.subarray(1) }
  return keyId(key).toString('hex') === id ? key : undefined
}

/** The base64 part may hold plus signs, the name and the key id may not. */
export function splitVkey(text: string): string[] {
  const name = text.indexOf('+')
  const id = text.indexOf('+', name + 1)
  if (name < 0 || id < 0) return []
  return [text.slice(0, name), text.slice(name + 1, id), text.slice(id + 1)]
}

/**
 * A text with one signature (C2SP signed-note).
 *
 * @param text ends with a newline, holds no empty last line and no control characters but newlines
 */
export async function signNote(text: string, signer: NoteSigner): Promise<string> {
  if (!isNoteText(text) || !isKeyName(signer.name))
    throw new Error('the text or the key name does not fit into a note')
  const signature = await signer.sign(Buffer.from(text))
  const line = Buffer.concat([keyId(signer), signature]).toString('base64')
  return `${text}\n${SIGNATURE_START}${signer.name} ${line}\n`
}

/**
 * Opens a note: at least one signature must be by a key we trust, and none by such a key may be wrong. Signatures by
 * unknown keys are passed over.
 */
export function openNote(note: string | Uint8Array, trusted: readonly NoteKey[]): NoteReading {
  const parts = splitNote(note)
  if (!parts) return refuse('malformed')
  const verified = new Map<string, string>()
  for (const signature of parts.signatures) {
    const keys = trusted.filter(key => key.name === signature.name && keyId(key).equals(signature.keyId))
    if (keys.length > 1) return refuse('ambiguous key')
    const [key] = keys
    if (!key) continue
    if (!isSignedBy(parts.text, key, signature.bytes)) return refuse('invalid signature')
    verified.set(printVkey(key), key.name)
  }
  if (verified.size === 0) return refuse('no verifiable signature')
  return { ok: true, text: parts.text, verified: [...verified.values()] }
}

function refuse(why: NoteFault): NoteReading {
  return { ok: false, why }
}

export interface NoteSignature {
  readonly name: string
  readonly keyId: Buffer
  readonly bytes: Buffer
}

export function splitNote(
  note: string | Uint8Array,
): { text: string; signatures: NoteSignature[] } | undefined {
  const whole = decode(note)
  if (whole === undefined) return undefined
  const gap = whole.lastIndexOf('\n\n')
  if (gap < 0 || !whole.endsWith('\n')) return undefined
  const lines = whole.slice(gap + 2, -1).split('\n')
  if (gap + 2 === whole.length || lines.length > MAX_SIGNATURES) return undefined
  const signatures = lines.map(readSignature)
  if (!signatures.every(signature => signature !== undefined)) return undefined
  return { text: whole.slice(0, gap + 1), signatures }
}

function readSignature(line: string): NoteSignature | undefined {
  if (!line.startsWith(SIGNATURE_START)) return undefined
  const [name, encoded, ...rest] = line.slice(SIGNATURE_START.length).split(' ')
  if (name === undefined || encoded === undefined || rest.length > 0 || !isKeyName(name)) return undefined
  const bytes = fromBase64(encoded)
  if (!bytes || bytes.length < 5) return undefined
  return { name, keyId: bytes.subarray(0, 4), bytes: bytes.subarray(4) }
}

function isSignedBy(text: string, key: NoteKey, signature: Uint8Array): boolean {
  return signature.length === 64 && verify(null, Buffer.from(text), publicKeyOf(key), signature)
}

export function publicKeyOf(key: NoteKey): KeyObject {
  const x = Buffer.from(key.publicKey).toString('base64url')
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}

function decode(note: string | Uint8Array): string | undefined {
  if (typeof note === 'string') return hasControls(note) || !note.isWellFormed() ? undefined : note
  try {
    return decode(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(note))
  } catch {
    return undefined
  }
}

function isNoteText(text: string): boolean {
  return text.endsWith('\n') && !hasControls(text) && text.isWellFormed()
}

/** True where an ASCII control character other than a newline occurs. */
function hasControls(text: string): boolean {
  return /[^\P{Cc}\n\u007f-\u009f]/u.test(text)
}

export function isKeyName(name: string): boolean {
  return name.length > 0 && !/[\s\u0085+]/u.test(name)
}

/** Strict base64: what decodes must encode to the same text again. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return text.length > 0 && bytes.toString('base64') === text ? bytes : undefined
}
