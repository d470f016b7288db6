import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import {
  leafHash,
  type NoteKey,
  type NoteSigner,
  openNote,
  printCheckpoint,
  printVkey,
  readCheckpoint,
  readVkey,
  signNote,
} from '../../src/ledger/ledger.ts'

const DATA =
  process.env['CONFORMANCE_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url))
const FILE = join(DATA, 'sumdb-note', 'vectors.json')

interface Vectors {
  readonly vkeys: Record<string, string>
  readonly skeys: { readonly peter: string }
  readonly text: string
  readonly sigLines: { readonly peter: string; readonly enoch: string }
  readonly rules: readonly Rule[]
  readonly c2spExampleNote: string
  readonly tlogTree: { readonly text: string; readonly leaf: string; readonly leafHashBase64: string }
}

interface Rule {
  readonly name: string
  readonly note?: readonly string[]
  readonly raw?: string
  readonly prefixHex?: string
  readonly trust?: readonly string[]
  readonly ok: boolean
  readonly verified?: readonly string[]
  readonly why?: string
}

function readVectors(): Vectors | undefined {
  return existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : undefined
}

function keyNamed(vectors: Vectors, name: string): NoteKey {
  const key = readVkey(vectors.vkeys[name] ?? '')
  if (!key) throw new Error(`the vector key ${name} cannot be read`)
  return key
}

function noteOf(vectors: Vectors, rule: Rule): Buffer {
  const { text, sigLines } = vectors
  if (rule.raw !== undefined) return Buffer.from(rule.raw.replace('text', text).replace('\\n', '\n'))
  const parts: Record<string, string> = {
    text: `${text}\n`,
    peter: sigLines.peter,
    enoch: sigLines.enoch,
    'peter*101': sigLines.peter.repeat(101),
    'peter+ABCD@60': `${sigLines.peter.slice(0, 60)}ABCD${sigLines.peter.slice(60)}`,
    'peter-nl': sigLines.peter.slice(0, -1),
    badname: sigLines.peter.replace('PeterNeumann', 'Bad Name'),
    junkline: 'Unexpected line.\n',
  }
  const body = (rule.note ?? []).map(part => parts[part] ?? t.fail(`an unknown part ${part}`)).join('')
  return Buffer.concat([Buffer.from(rule.prefixHex ?? '', 'hex'), Buffer.from(body)])
}

void t.test('opens and refuses notes as the published tests do', async tt => {
  const vectors = readVectors()
  if (!vectors) return tt.pass('the note vectors are not here')
  const names: Record<string, string> = { PeterNeumann: 'peter', EnochRoot: 'enoch' }
  for (const rule of vectors.rules.filter(one => one.note ?? one.raw)) {
    const reading = openNote(
      noteOf(vectors, rule),
      (rule.trust ?? []).map(name => keyNamed(vectors, name)),
    )
    tt.equal(reading.ok, rule.ok, rule.name)
    if (reading.ok) {
      tt.same(
        reading.verified.map(name => names[name]),
        rule.verified,
      )
      tt.equal(reading.text, vectors.text)
    } else if (rule.name.startsWith('known key, bad')) tt.match(reading.why, /malformed|invalid signature/)
    else tt.equal(reading.why, rule.why, rule.name)
  }
  const example = readVkey(vectors.vkeys['c2spExample'] ?? '')
  tt.ok(example && openNote(vectors.c2spExampleNote, [example]).ok)
})

void t.test('reads a verifier key only when every byte of it is right', async tt => {
  const vectors = readVectors()
  if (!vectors) return tt.pass('the note vectors are not here')
  const vkey = vectors.vkeys['peter'] ?? ''
  tt.equal(printVkey(keyNamed(vectors, 'peter')), vkey)
  let accepted = 0
  for (let at = 0; at < vkey.length; at++) {
    if (readVkey(vkey.slice(0, at))) accepted += 1
    if (at > 0 && readVkey(vkey.slice(at))) accepted += 1
    if (readVkey(vkey.slice(0, at) + String.fromCharCode(vkey.charCodeAt(at) + 1) + vkey.slice(at + 1)))
      accepted += 1
  }
  tt.equal(accepted, 0)
  tt.equal(readVkey(vectors.vkeys['badLength'] ?? ''), undefined)
  tt.equal(readVkey(vectors.vkeys['unknownAlg'] ?? ''), undefined)
})

void t.test('signs byte for byte as others do', async tt => {
  const vectors = readVectors()
  if (!vectors) return tt.pass('the note vectors are not here')
  const seed = Buffer.from(vectors.skeys.peter.split('+').slice(4).join('+'), 'base64').subarray(1)
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const signer = { ...keyNamed(vectors, 'peter'), sign: (bytes: Uint8Array) => sign(null, bytes, key) }
  tt.equal(await signNote(vectors.text, signer), `${vectors.text}\n${vectors.sigLines.peter}`)
  tt.equal(leafHash(vectors.tlogTree.leaf).toString('base64'), vectors.tlogTree.leafHashBase64)
  const head = readCheckpoint(vectors.tlogTree.text)
  tt.match(head, { origin: 'go.sum database tree', size: 123_456_789_012 })
  tt.equal(head && printCheckpoint(head), vectors.tlogTree.text)
})

void t.test('refuses checkpoints of another form', async tt => {
  const root = Buffer.alloc(32, 7).toString('base64')
  tt.ok(readCheckpoint(`origin\n0\n${root}\n`))
  tt.ok(readCheckpoint(`origin\n7\n${root}\nan extension\n`))
  const wrong = [
    `origin\n7\n${root}`,
    `\n7\n${root}\n`,
    `origin\n07\n${root}\n`,
    `origin\n-7\n${root}\n`,
    `origin\n7.0\n${root}\n`,
    `origin\n99999999999999999\n${root}\n`,
    `origin\n7\n${root}\n\n`,
    `origin\n7\n${root.slice(0, -4)}\n`,
    `origin\n7\n${root.replace('=', '')}\n`,
    'origin\n7\n',
  ]
  for (const text of wrong) tt.equal(readCheckpoint(text), undefined, JSON.stringify(text))
})

void t.test('does not sign what would not be a note', async tt => {
  const signer = makeSigner('a.example/log')
  await tt.rejects(signNote('no newline at the end', signer))
  await tt.rejects(signNote('a control \u0001 character\n', signer))
  await tt.rejects(signNote('a lone surrogate \ud800\n', signer))
  await tt.rejects(signNote('text\n', makeSigner('a name')))
  const note = await signNote('text\n\nwith a gap\n', signer)
  tt.match(openNote(note, [signer]), { ok: true, text: 'text\n\nwith a gap\n' })
})

function makeSigner(name: string): NoteSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  return { name, publicKey: raw, sign: bytes => sign(null, bytes, privateKey) }
}
