import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { sha256 } from '../kit/kit.ts'
import { type Checkpoint, readCheckpoint } from './checkpoint.ts'
import { fromBase64, isKeyName, type NoteSigner, splitNote, splitVkey } from './note.ts'

/** The algorithm byte of a timestamped ML-DSA-44 signature over a tree (C2SP tlog-cosignature). */
const ML_DSA_44 = 0x06
/** Sizes of FIPS 204, table 2. */
const PUBLIC_KEY_BYTES = 1312
const SIGNATURE_BYTES = 2420
const KEY_ID_BYTES = 4
const TIME_BYTES = 8
/** What is signed has one byte for the length of a name. */
const MAX_NAME_BYTES = 255

/** A public key that checkpoints are signed with a second time, against the day when Ed25519 can be forged. */
export interface PostQuantumKey {
  readonly name: string
  /** ML-DSA-44 (FIPS 204), 1,312 bytes. */
  readonly publicKey: Uint8Array
}

/** The second key of a log; it signs under the same name as the first. */
export interface PostQuantumSecret {
  /** ML-DSA-44, 1,312 bytes. */
  readonly publicKey: Uint8Array
  /** The ML-DSA-44 signature with an empty context, 2,420 bytes, over exactly these bytes. */
  sign(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>
}

/** Signs the checkpoints of a log, with one key or with two. */
export interface LogSigner extends NoteSigner {
  readonly postQuantum?: PostQuantumSecret | undefined
}

/** SHA-256(name ‖ 0x0A ‖ 0x06 ‖ key), its first four bytes. */
function postQuantumKeyId(key: PostQuantumKey): Buffer {
  return sha256(Buffer.concat([Buffer.from(`${key.name}\n`), typeAndKey(key)])).subarray(0, KEY_ID_BYTES)
}

function typeAndKey({ publicKey }: PostQuantumKey): Buffer {
  return Buffer.concat([Buffer.of(ML_DSA_44), publicKey])
}

/** A verifier key as text: `name+keyid+base64(0x06 ‖ key)`. */
export function printPostQuantumVkey(key: PostQuantumKey): string {
  return `${key.name}+${postQuantumKeyId(key).toString('hex')}+${typeAndKey(key).toString('base64')}`
}

/** Reads a verifier key; undefined unless it is ML-DSA-44 and its key id is the one it must have. */
export function readPostQuantumVkey(text: string): PostQuantumKey | undefined {
  const [name, id, encoded] = splitVkey(text)
  if (name === undefined || id === undefined || encoded === undefined || !isKeyName(name)) return undefined
  const bytes = fromBase64(encoded)
  if (bytes?.length !== 1 + PUBLIC_KEY_BYTES || bytes[0] !== ML_DSA_44) return undefined
  const key = { name, publicKey: bytes.subarray(1) }
  return postQuantumKeyId(key).toString('hex') === id ? key : undefined
}

/**
 * The second signature line of a checkpoint: over its name, size and root, and the time.
 *
 * @param text of a checkpoint without lines of extensions, which this kind of signature does not cover
 * @param seconds since 1970
 * @returns `— <name> base64(key id ‖ time ‖ signature)` and a newline
 */
export async function signPostQuantum(
  text: string,
  signer: PostQuantumKey & PostQuantumSecret,
  seconds: number,
): Promise<string> {
  const time = Buffer.alloc(TIME_BYTES)
  time.writeBigUInt64BE(BigInt(seconds))
  const message = messageOf(text, signer.name, time)
  if (message === undefined || !isKeyName(signer.name))
    throw new Error('the text is no checkpoint that ML-DSA-44 can sign under this name')
  const bytes = Buffer.concat([postQuantumKeyId(signer), time, await signer.sign(message)])
  return `\u2014 ${signer.name} ${bytes.toString('base64')}\n`
}

/**
 * Whether a checkpoint has the second signature of its log. One wrong line under this key spoils it.
 *
 * @param note a signed note, whole
 */
export function judgePostQuantum(note: string, key: PostQuantumKey): 'signed' | 'missing' | 'wrong' {
  const parts = splitNote(note)
  if (parts === undefined) return 'wrong'
  const id = postQuantumKeyId(key)
  const own = parts.signatures.filter(line => line.name === key.name && line.keyId.equals(id))
  if (own.length === 0) return 'missing'
  return own.every(({ bytes }) => isRight(parts.text, key, bytes)) ? 'signed' : 'wrong'
}

function isRight(text: string, key: PostQuantumKey, bytes: Buffer): boolean {
  if (bytes.length !== TIME_BYTES + SIGNATURE_BYTES) return false
  const time = bytes.subarray(0, TIME_BYTES)
  const message = messageOf(text, key.name, time)
  if (message === undefined || time.readBigUInt64BE() >= 2n ** 63n) return false
  return verify(null, message, publicKeyOf(key), bytes.subarray(TIME_BYTES))
}

function publicKeyOf({ publicKey }: PostQuantumKey): KeyObject {
  const jwk = { kty: 'AKP', alg: 'ML-DSA-44', pub: Buffer.from(publicKey).toString('base64url') }
  return createPublicKey({ key: jwk, format: 'jwk' })
}

/** The structure `cosigned_message` of the specification, over the whole tree: from leaf 0 up to the size. */
function messageOf(text: string, name: string, time: Buffer): Buffer | undefined {
  const head = readCheckpoint(text)
  const lines = text.split('\n').length - 1
  if (head === undefined || lines !== 3) return undefined
  const [signer, origin] = [prefixed(name), prefixed(head.origin)]
  if (signer === undefined || origin === undefined) return undefined
  return Buffer.concat([Buffer.from('subtree/v1\n\0'), signer, time, origin, rangeOf(head), head.root])
}

function rangeOf({ size }: Checkpoint): Buffer {
  const range = Buffer.alloc(16)
  range.writeBigUInt64BE(BigInt(size), 8)
  return range
}

function prefixed(text: string): Buffer | undefined {
  const bytes = Buffer.from(text)
  if (bytes.length === 0 || bytes.length > MAX_NAME_BYTES) return undefined
  return Buffer.concat([Buffer.of(bytes.length), bytes])
}
