import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { open } from 'node:fs/promises'
import { sha256 } from '../kit/kit.ts'
import type { Problem } from '../terms/terms.ts'

/** A private key as the rest of the house may use it: it signs and never shows itself. */
export interface Signer {
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string
  readonly publicKey: KeyObject
  /** Ed25519 (RFC 8032) over the bytes: 64 bytes. */
  sign(data: Uint8Array): Buffer
}

/** @throws TypeError where the key is not an Ed25519 private key: an error of assembly, not of a caller outside. */
export function makeSigner(privateKey: KeyObject): Signer {
  if (privateKey.type !== 'private' || privateKey.asymmetricKeyType !== 'ed25519')
    throw new TypeError('a signer needs an Ed25519 private key')
  const publicKey = createPublicKey(privateKey)
  return { kid: keyThumbprint(publicKey), publicKey, sign: data => sign(null, data, privateKey) }
}

/** A key whose signatures hold against quantum computers, too; it signs and never shows itself. */
export interface PostQuantumSigner {
  /** ML-DSA-44 (FIPS 204): 1,312 bytes. */
  readonly publicKey: Buffer
  readonly spki: Buffer
  /** ML-DSA-44 with an empty context over the bytes: 2,420 bytes. */
  sign(data: Uint8Array): Buffer
}

/** @throws TypeError where the key is not an ML-DSA-44 private key: an error of assembly, not of a caller outside. */
export function makePostQuantumSigner(privateKey: KeyObject): PostQuantumSigner {
  if (privateKey.type !== 'private' || privateKey.asymmetricKeyType !== 'ml-dsa-44')
    throw new TypeError('a post-quantum signer needs an ML-DSA-44 private key')
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  // The SPKI of RFC 9881 ends with the key itself.
  const publicKey = spki.subarray(-ML_DSA_44_KEY_BYTES)
  return { publicKey, spki, sign: data => sign(null, data, privateKey) }
}

const ML_DSA_44_KEY_BYTES = 1312

/** What reading a private key file gave. The key may be there together with a problem: the caller decides. */
export interface PrivateKeyReading {
  readonly key: KeyObject | undefined
  readonly problems: readonly Problem[]
}

/**
 * Reads an unencrypted PKCS#8 private key (RFC 5958) from a PEM file.
 *
 * @returns the key, and a problem where the file cannot be read (`key-unreadable`), is no such key (`key-form`), or may
 * be read by others than its owner (`key-exposed`). No problem quotes the file.
 */
export async function readPrivateKey(file: string): Promise<PrivateKeyReading> {
  const problem = (code: string, says: string): Problem => ({ file, line: 0, column: 0, code, says })
  const found = await readWithMode(file)
  if (!found) return { key: undefined, problems: [problem('key-unreadable', 'the key file cannot be read')] }
  const { pem, mode } = found
  const problems =
    (mode & 0o077) === 0
      ? []
      : [problem('key-exposed', 'the key file may be used by its group or by others; mode 0600 is expected')]
  if (!/^-----BEGIN PRIVATE KEY-----\r?\n/.test(pem))
    return { key: undefined, problems: [...problems, problem('key-form', 'expected one PKCS#8 key in PEM')] }
  try {
    return { key: createPrivateKey({ key: pem, format: 'pem', type: 'pkcs8' }), problems }
  } catch {
    return { key: undefined, problems: [...problems, problem('key-form', 'the key is malformed')] }
  }
}

/** Text and mode of one and the same file, even where the name is given to another in between. */
async function readWithMode(file: string): Promise<{ pem: string; mode: number } | undefined> {
  try {
    await using handle = await open(file)
    const { mode } = await handle.stat()
    return { pem: await handle.readFile('utf8'), mode }
  } catch {
    return undefined
  }
}

/** The SHA-256 thumbprint of a public key as a JSON Web Key (RFC 7638), base64url: our `kid`. */
export function keyThumbprint(publicKey: KeyObject): string {
  const jwk = publicKey.export({ format: 'jwk' })
  switch (jwk.kty) {
    case 'OKP':
      return digest({ crv: jwk.crv, kty: jwk.kty, x: jwk.x })
    case 'EC':
      return digest({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y })
    case 'RSA':
      return digest({ e: jwk.e, kty: jwk.kty, n: jwk.n })
    default:
      throw new TypeError('a key of this type has no thumbprint here')
  }
}

function digest(members: Readonly<Record<string, unknown>>): string {
  return sha256(JSON.stringify(members)).toString('base64url')
}
