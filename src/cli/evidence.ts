import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { sha256 } from '../kit/kit.ts'
import { leafHash, nodeHash } from '../ledger/ledger.ts'
import { type Key, readHead, splitNote } from './audit-verify/note.ts'
import { type Proof, readProof } from './audit-verify/proof.ts'
import { methodText } from './evidence-method.ts'

/** A leaf and the proof that it is in the log. */
export interface Exhibit {
  readonly index: number
  /** As it was recorded. */
  readonly leaf: string
  /** The `.tlog-proof` file. */
  readonly proof: string
}

/** An agreement that an exhibit names by its digest. */
export interface AgreementText {
  /** `sha256:…`, over the meaning. */
  readonly digest: string
  /** The meaning: the bytes that the digest covers. */
  readonly meaning: string
  /** The file that the officers signed. */
  readonly source: string
  /** The same for people, as a page of its own. */
  readonly page: string
}

export interface Bundle {
  readonly origin: string
  readonly exhibits: readonly Exhibit[]
  /** The log's verifier keys. */
  readonly keys: readonly Key[]
  /** Whom to trust as witnesses (C2SP tlog-policy). */
  readonly policy: Buffer | undefined
  readonly agreements: readonly AgreementText[]
  /** Digests of agreements that exhibits name and that are not at hand. */
  readonly missing: readonly string[]
  /** RFC 3339. */
  readonly packedAt: string
  /** Names and versions of the programs that packed it. */
  readonly versions: string
}

/** The files of an evidence bundle, the list of their SHA-256 at the end. Anybody can check them without us. */
export function evidenceFiles(bundle: Bundle): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  const add = (path: string, content: string | Uint8Array) => files.set(path, Buffer.from(content))
  add('README.txt', methodText(bundle))
  add('vkey', bundle.keys.map(({ vkey }) => `${vkey}\n`).join(''))
  if (bundle.policy) add('policy', bundle.policy)
  for (const exhibit of bundle.exhibits) addExhibit(add, exhibit, bundle.keys)
  for (const { digest, meaning, source, page } of bundle.agreements) {
    const name = `agreements/${digest.replace('sha256:', '')}`
    add(`${name}.json`, meaning)
    add(`${name}.yaml`, source)
    add(`${name}.html`, page)
  }
  for (const [name, text] of verifierFiles()) add(`verifier/${name}`, text)
  const sums = [...files].map(([path, content]) => `${sha256(content).toString('hex')}  ${path}\n`)
  add('SHA256SUMS', sums.join(''))
  return files
}

type Add = (path: string, content: string | Uint8Array) => void

function addExhibit(add: Add, { index, leaf, proof: text }: Exhibit, keys: readonly Key[]): void {
  add(`leaves/${index}.json`, leaf)
  add(`proofs/${index}.tlog-proof`, text)
  const proof = readProof(Buffer.from(text))
  const note = proof && splitNote(proof.checkpoint)
  const head = note && readHead(note.text)
  if (!proof || !note || !head) return
  add(`checkpoints/${head.size}`, proof.checkpoint)
  add(`by-hand/checkpoint-${head.size}.text`, note.text)
  for (const [at, key] of keys.entries()) {
    const line = note.signatures.find(({ name, id }) => name === key.name && id.equals(key.id))
    if (key.kind !== 'ed25519' || !line || !key.publicKey) continue
    add(`by-hand/checkpoint-${head.size}.key-${at + 1}.sig`, line.bytes)
    add(`by-hand/key-${at + 1}.pem`, key.publicKey.export({ type: 'spki', format: 'pem' }))
  }
  add(`by-hand/leaf-${index}.txt`, stepsText(leaf, proof, head.size))
}

/** Every hash on the way from a leaf to the root (RFC 9162 §2.1.3.2), to be recomputed with any tool. */
function stepsText(leaf: string, { index, hashes }: Proof, size: number): string {
  let [at, last, hash] = [index, size - 1, leafHash(leaf)]
  const lines = [`SHA-256(00 | leaf)\n  = ${hash.toString('hex')}`]
  for (const sibling of hashes) {
    const isRight = at % 2 === 1 || at === last
    const pair = isRight ? [sibling, hash] : [hash, sibling]
    hash = nodeHash(...([pair[0] ?? hash, pair[1] ?? hash] as const))
    lines.push(
      `SHA-256(01 | ${pair.map(one => one.toString('hex')).join(' | ')})\n  = ${hash.toString('hex')}`,
    )
    if (isRight) while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)]
    ;[at, last] = [Math.floor(at / 2), Math.floor(last / 2)]
  }
  lines.push(`in base64\n  = ${hash.toString('base64')}`)
  return `${lines.join('\n')}\n`
}

/** The verifier as it stands, to be read and run without anything else of ours. */
function verifierFiles(): readonly (readonly [name: string, text: Buffer])[] {
  const folder = new URL('./audit-verify/', import.meta.url)
  const names = readdirSync(fileURLToPath(folder)).sort()
  return names.map(name => [name, readFileSync(new URL(name, folder))])
}
