import { verify } from 'node:crypto'
import { sha256 } from '../kit/kit.ts'
import {
  fromBase64,
  isKeyName,
  type NoteKey,
  type NoteSigner,
  publicKeyOf,
  splitNote,
  splitVkey,
} from './note.ts'

/** The algorithm byte of a timestamped Ed25519 cosignature (C2SP tlog-cosignature). */
const COSIGNATURE_ED25519 = 0x04
const KEY_ID_BYTES = 4
const TIME_BYTES = 8
const SIGNATURE_BYTES = 64

/** The verifier key of a witness as text: `name+keyid+base64(0x04 ‖ key)`. */
export function printWitnessVkey(key: NoteKey): string {
  return `${key.name}+${cosignatureKeyId(key).toString('hex')}+${typeAndKey(key).toString('base64')}`
}

/** Reads the verifier key of a witness; undefined unless it is an Ed25519 cosigner's and its key id is the one it must have. */
export function readWitnessVkey(text: string): NoteKey | undefined {
  const [name, id, encoded] = splitVkey(text)
  if (name === undefined || id === undefined || encoded === undefined || !isKeyName(name)) return undefined
  const bytes = fromBase64(encoded)
  if (bytes?.length !== 33 || bytes[0] !== COSIGNATURE_ED25519) return undefined
  const key = { name, publicKey: bytes.subarray(1) }
  return cosignatureKeyId(key).toString('hex') === id ? key : undefined
}

/** SHA-256(name ‖ 0x0A ‖ 0x04 ‖ key), its first four bytes. */
function cosignatureKeyId(key: NoteKey): Buffer {
  return sha256(Buffer.concat([Buffer.from(`${key.name}\n`), typeAndKey(key)])).subarray(0, KEY_ID_BYTES)
}

function typeAndKey(key: NoteKey): Buffer {
  return Buffer.concat([Buffer.of(COSIGNATURE_ED25519), key.publicKey])
}

/**
 * A signature line that says: at this time, this is the largest consistent head of the log that we have seen.
 *
 * @param text of a checkpoint, with its last newline and without signatures
 * @param seconds since 1970
 * @returns `— <name> base64(key id ‖ time ‖ signature)` and a newline
 */
export async function cosign(text: string, signer: NoteSigner, seconds: number): Promise<string> {
  if (!isKeyName(signer.name)) throw new Error('the name of the witness does not fit into a note')
  const signature = await signer.sign(signedMessage(text, seconds))
  const time = Buffer.alloc(TIME_BYTES)
  time.writeBigUInt64BE(BigInt(seconds))
  const bytes = Buffer.concat([cosignatureKeyId(signer), time, signature])
  return `\u2014 ${signer.name} ${bytes.toString('base64')}\n`
}

function signedMessage(text: string, seconds: number): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`)
}

/** A cosignature that verifies. */
export interface Cosigned {
  /** The signature line with its newline. */
  readonly line: string
  /** When the witness signed, in seconds since 1970. */
  readonly seconds: number
}

/**
 * Finds the cosignature of one witness among signature lines. Lines of other keys are passed over.
 *
 * @param text of the checkpoint
 * @param lines as a witness answers them, or as they stand below a checkpoint
 * @returns undefined where there is none, where one of this key is wrong, or where the lines are malformed
 */
export function findCosignature(text: string, lines: string, witness: NoteKey): Cosigned | undefined {
  const id = cosignatureKeyId(witness)
  const signatures = splitNote(`${text}\n${lines}`)?.signatures ?? []
  const own = signatures.filter(one => one.name === witness.name && one.keyId.equals(id))
  const [first] = own
  if (first === undefined || first.bytes.length !== TIME_BYTES + SIGNATURE_BYTES) return undefined
  const time = first.bytes.readBigUInt64BE()
  if (time > BigInt(Number.MAX_SAFE_INTEGER)) return undefined
  const seconds = Number(time)
  const signature = first.bytes.subarray(TIME_BYTES)
  if (!verify(null, signedMessage(text, seconds), publicKeyOf(witness), signature)) return undefined
  const payload = Buffer.concat([first.keyId, first.bytes])
  return { line: `\u2014 ${first.name} ${payload.toString('base64')}\n`, seconds }
}
