import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto'

/**
 * What a key signs with: notes by Ed25519 (0x01), cosignatures by Ed25519 (0x04), cosignatures by ML-DSA-44 (0x06)
 * (C2SP signed-note and tlog-cosignature).
 */
export type KeyKind = 'ed25519' | 'ed25519-cosignature' | 'ml-dsa-44'

export interface Key {
  readonly name: string
  readonly kind: KeyKind
  /** Four bytes that tell the keys of one name apart. */
  readonly id: Buffer
  /** As it was given. */
  readonly vkey: string
  /** The bytes of the public key, in hexadecimal. */
  readonly material: string
  /** Undefined where this Node does not know the algorithm. */
  readonly publicKey: KeyObject | undefined
}

const KINDS: ReadonlyMap<number, { readonly kind: KeyKind; readonly bytes: number }> = new Map([
  [1, { kind: 'ed25519', bytes: 32 }],
  [4, { kind: 'ed25519-cosignature', bytes: 32 }],
  [6, { kind: 'ml-dsa-44', bytes: 1312 }],
])

/** Reads `name+id+base64(algorithm ‖ key)`; undefined unless every byte of it is right. */
export function readKey(vkey: string): Key | undefined {
  const [, name, hex, encoded] = /^([^+\s\u0085]+)\+([0-9a-f]{8})\+(.+)$/u.exec(vkey) ?? []
  if (name === undefined || hex === undefined || encoded === undefined) return undefined
  const bytes = Buffer.from(encoded, 'base64')
  const algorithm = KINDS.get(bytes[0] ?? 0)
  const id = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), bytes]), 'buffer').subarray(0, 4)
  if (bytes.toString('base64') !== encoded || id.toString('hex') !== hex) return undefined
  if (algorithm === undefined || bytes.length !== 1 + algorithm.bytes) return undefined
  const material = bytes.subarray(1)
  const publicKey = publicKeyOf(algorithm.kind, material.toString('base64url'))
  return { name, kind: algorithm.kind, id, vkey, material: material.toString('hex'), publicKey }
}

function publicKeyOf(kind: KeyKind, material: string): KeyObject | undefined {
  const jwk =
    kind === 'ml-dsa-44'
      ? { kty: 'AKP', alg: 'ML-DSA-44', pub: material }
      : { kty: 'OKP', crv: 'Ed25519', x: material }
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    return undefined
  }
}

export interface Signature {
  readonly name: string
  readonly id: Buffer
  readonly bytes: Buffer
}

/** A signed note that is well formed; its signatures are not checked yet. */
export interface Note {
  readonly text: string
  readonly signatures: readonly Signature[]
}

const MAX_SIGNATURES = 100

/** Takes a note apart (C2SP signed-note): text, an empty line, signature lines and nothing else. */
export function splitNote(bytes: Buffer): Note | undefined {
  const note = bytes.toString('utf8')
  const gap = note.lastIndexOf('\n\n')
  if (gap < 0 || !note.endsWith('\n') || !Buffer.from(note).equals(bytes)) return undefined
  if (/[^\P{Cc}\n\u007f-\u009f]/u.test(note)) return undefined
  const lines = note.slice(gap + 2, -1).split('\n')
  const signatures = lines.map(readSignature).filter(signature => signature !== undefined)
  if (lines.length > MAX_SIGNATURES || signatures.length < lines.length) return undefined
  return { text: note.slice(0, gap + 1), signatures }
}

function readSignature(line: string): Signature | undefined {
  const [, name, encoded = ''] = /^\u2014 ([^\s\u0085+]+) ([A-Za-z0-9+/]+=*)$/u.exec(line) ?? []
  const bytes = Buffer.from(encoded, 'base64')
  if (name === undefined || bytes.length < 5 || bytes.toString('base64') !== encoded) return undefined
  return { name, id: bytes.subarray(0, 4), bytes: bytes.subarray(4) }
}

/** What a checkpoint says (C2SP tlog-checkpoint). */
export interface Head {
  readonly origin: string
  readonly size: number
  readonly root: Buffer
}

/** Reads the text of a note as a checkpoint. Lines after the third are passed over. */
export function readHead(text: string): Head | undefined {
  const [origin, size = '', encoded = '', ...extensions] = text.slice(0, -1).split('\n')
  const root = Buffer.from(encoded, 'base64')
  if (!origin || !/^(0|[1-9]\d{0,15})$/.test(size) || extensions.includes('')) return undefined
  if (!Number.isSafeInteger(Number(size))) return undefined
  if (root.length !== 32 || root.toString('base64') !== encoded) return undefined
  return { origin, size: Number(size), root }
}

/**
 * Whether a note is signed by a key. One right line is enough, one wrong line is too many; lines of other keys are passed
 * over, so that a newer kind of signature may stand beside the old one.
 */
export function isSignedBy(note: Note, key: Key): 'yes' | 'no' | 'wrong' {
  const lines = note.signatures.filter(({ name, id }) => name === key.name && id.equals(key.id))
  const { publicKey } = key
  if (lines.length === 0 || publicKey === undefined) return 'no'
  return lines.every(({ bytes }) => isRight(note.text, key, publicKey, bytes)) ? 'yes' : 'wrong'
}

const TIME_BYTES = 8

function isRight(text: string, key: Key, publicKey: KeyObject, bytes: Buffer): boolean {
  if (key.kind === 'ed25519') return bytes.length === 64 && verify(null, Buffer.from(text), publicKey, bytes)
  if (bytes.length !== TIME_BYTES + (key.kind === 'ml-dsa-44' ? 2420 : 64)) return false
  const time = bytes.readBigUInt64BE(0)
  const head = readHead(text)
  if (time >= 2n ** 63n || head === undefined) return false
  const message =
    key.kind === 'ml-dsa-44'
      ? subtreeMessage(key.name, bytes.subarray(0, TIME_BYTES), head)
      : Buffer.from(`cosignature/v1\ntime ${time}\n${text}`)
  return verify(null, message, publicKey, bytes.subarray(TIME_BYTES))
}

/** The structure that ML-DSA-44 signs, over the whole tree: from leaf 0 up to its size. */
function subtreeMessage(cosigner: string, time: Buffer, head: Head): Buffer {
  const range = Buffer.alloc(16)
  range.writeBigUInt64BE(BigInt(head.size), 8)
  const label = Buffer.from('subtree/v1\n\0')
  return Buffer.concat([label, prefixed(cosigner), time, prefixed(head.origin), range, head.root])
}

function prefixed(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.of(bytes.length & 0xff), bytes])
}

/** When a key cosigned, in seconds since 1970; undefined where it did not. */
export function cosignedAt(note: Note, key: Key): number | undefined {
  const line = note.signatures.find(({ name, id }) => name === key.name && id.equals(key.id))
  return line && key.kind !== 'ed25519' ? Number(line.bytes.readBigUInt64BE(0)) : undefined
}
