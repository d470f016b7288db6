import { generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { exportLedger } from '../../src/cli/audit-export.ts'
import { readKey, verifyExport, verifyProof } from '../../src/cli/audit-verify/verify.ts'
import { sha256, systemClock } from '../../src/kit/kit.ts'
import {
  judgePostQuantum,
  keyUnder,
  type LogSigner,
  makeCheckpointer,
  makeLeafWriter,
  makeWitness,
  openNote,
  printAddCheckpoint,
  printPostQuantumVkey,
  printProof,
  printVerifierKeys,
  printVkey,
  readPostQuantumVkey,
  readVerifierKeys,
  signPostQuantum,
} from '../../src/ledger/ledger.ts'
import { makePostQuantumSigner } from '../../src/seal/seal.ts'
import { makeMemoryStore } from '../../src/stores/stores.ts'
import { freshDirectory, makeNoteSigner, ORIGIN, story } from './exported-ledger.ts'

const second = () => makePostQuantumSigner(generateKeyPairSync('ml-dsa-44').privateKey)

/** A log whose checkpoints have two lines, with `sizes` of them. */
async function recorded(signer: LogSigner, sizes: readonly number[]) {
  const store = makeMemoryStore({ clock: systemClock })
  const leaves = story(sizes.at(-1) ?? 0)
  const parts = { store, signer, clock: systemClock, publish: () => {}, onFault: () => {} }
  await using checkpointer = makeCheckpointer(parts)
  for (const [index, size] of sizes.entries()) {
    await store.note(leaves.slice(sizes[index - 1] ?? 0, size))
    await checkpointer.tick()
  }
  return store
}

async function newestNote(store: Awaited<ReturnType<typeof recorded>>): Promise<string> {
  return (await store.latestCheckpoint())?.note ?? ''
}

function withoutLine(note: string, line: number): string {
  return note
    .split('\n')
    .filter((_, at) => at !== line)
    .join('\n')
}

/** Changes one bit of the signature in the second line. */
function spoilt(note: string): string {
  const line = note.split('\n')[5] ?? ''
  const bytes = Buffer.from(line.split(' ')[2] ?? '', 'base64')
  bytes[99] = (bytes[99] ?? 0) ^ 1
  return note.replace(line, `\u2014 ${ORIGIN} ${bytes.toString('base64')}`)
}

void t.test('a checkpoint has a second line that old verifiers pass over and new ones check', async tt => {
  const postQuantum = second()
  const signer = { ...makeNoteSigner(ORIGIN), postQuantum }
  const key = { name: ORIGIN, publicKey: postQuantum.publicKey }
  const note = await newestNote(await recorded(signer, [7]))
  tt.equal(note.split('\n').length, 7, 'three lines, a gap, two signatures')
  tt.match(openNote(note, [signer]), { ok: true, verified: [ORIGIN] }, 'who knows Ed25519 alone accepts')
  tt.equal(judgePostQuantum(note, key), 'signed')
  tt.equal(judgePostQuantum(withoutLine(note, 5), key), 'missing')
  tt.equal(judgePostQuantum(withoutLine(note, 4), key), 'signed', 'the second line stands by itself')
  tt.equal(judgePostQuantum(spoilt(note), key), 'wrong')
  tt.equal(judgePostQuantum(note.replace('\n7\n', '\n8\n'), key), 'wrong', 'the size is signed')
  tt.equal(judgePostQuantum('nonsense', key), 'wrong')
  tt.equal(
    judgePostQuantum(note, { ...key, publicKey: second().publicKey }),
    'missing',
    'a line of another key',
  )
  const line = Buffer.from(note.split('\n')[5]?.split(' ')[2] ?? '', 'base64')
  const id = sha256(Buffer.concat([Buffer.from(`${ORIGIN}\n`), Buffer.of(6), key.publicKey]))
  tt.same(line.subarray(0, 4), id.subarray(0, 4), 'the key id of type 0x06')
  tt.equal(line.length, 4 + 8 + 2420)
  tt.ok(Math.abs(Number(line.readBigUInt64BE(4)) - Date.now() / 1000) < 60, 'seconds since 1970')
})

void t.test('nothing is signed that this kind of signature cannot cover', async tt => {
  const signer = { ...second(), name: ORIGIN }
  const root = Buffer.alloc(32).toString('base64')
  await tt.rejects(signPostQuantum(`${ORIGIN}\n1\n${root}\nan extension\n`, signer, 1))
  await tt.rejects(signPostQuantum('no checkpoint\n', signer, 1))
  await tt.rejects(signPostQuantum(`${'o'.repeat(256)}\n1\n${root}\n`, signer, 1))
  await tt.rejects(signPostQuantum(`${ORIGIN}\n1\n${root}\n`, { ...signer, name: 'with space' }, 1))
  const ed25519 = generateKeyPairSync('ed25519').privateKey
  tt.throws(() => makePostQuantumSigner(ed25519), { name: 'TypeError' })
})

void t.test('its verifier key is read only when every byte of it is right', async tt => {
  const key = { name: ORIGIN, publicKey: second().publicKey }
  const vkey = printPostQuantumVkey(key)
  tt.same(readPostQuantumVkey(vkey), key)
  tt.match(readKey(vkey), { kind: 'ml-dsa-44', name: ORIGIN }, 'the auditor’s own reader reads it')
  tt.equal(readPostQuantumVkey(vkey.replace(ORIGIN, `${ORIGIN}0`)), undefined, 'another name, another id')
  tt.equal(readPostQuantumVkey(`${vkey.slice(0, -4)}AAAA`), undefined)
  tt.equal(readPostQuantumVkey(vkey.slice(0, -4)), undefined)
  tt.equal(readPostQuantumVkey(printVkey(makeNoteSigner(ORIGIN))), undefined)
  const log = makeNoteSigner(ORIGIN)
  const printed = printVerifierKeys({ log, postQuantum: key, witness: undefined })
  tt.same(readVerifierKeys(printed)?.postQuantum, key)
  tt.equal(readVerifierKeys(`${printed}${vkey}\n`), undefined, 'one alone')
  const foreign = printPostQuantumVkey({ ...key, name: 'other/2026' })
  tt.equal(readVerifierKeys(`${printVkey(log)}\n${foreign}\n`), undefined, 'of this log')
})

void t.test('a witness that was given the second key demands its signature', async tt => {
  const postQuantum = second()
  const signer = { ...makeNoteSigner(ORIGIN), postQuantum }
  const note = await newestNote(await recorded(signer, [7]))
  const key = { name: ORIGIN, publicKey: postQuantum.publicKey }
  const clock = systemClock
  const ask = async (shown: string, knows: boolean) => {
    const witness = makeWitness({
      store: makeMemoryStore({ clock }),
      signer: makeNoteSigner('army-1div.concordat/witness'),
      keyOf: (_peer, origin) => keyUnder(origin, signer),
      ...(knows ? { postQuantumKeyOf: (_peer: string, origin: string) => keyUnder(origin, key) } : {}),
      clock,
      leaves: makeLeafWriter({ clock, agency: 'army-1div' }),
      onConflict: () => {},
    })
    const body = Buffer.from(printAddCheckpoint({ old: 0, proof: [], note: shown }))
    return (await witness.addCheckpoint('northshire-police', body)).kind
  }
  tt.equal(await ask(note, true), 'cosigned')
  tt.equal(await ask(note, false), 'cosigned')
  tt.equal(await ask(withoutLine(note, 5), false), 'cosigned', 'who knows Ed25519 alone misses nothing')
  tt.equal(await ask(withoutLine(note, 5), true), 'unknown-key')
  tt.equal(await ask(spoilt(note), true), 'unknown-key')
})

void t.test('the auditor demands the second line where its key is known', async tt => {
  const signer = { ...makeNoteSigner(ORIGIN), postQuantum: second() }
  const directory = join(freshDirectory(tt), 'export')
  const store = await recorded(signer, [5, 300])
  await exportLedger(store, directory)
  const one = printVkey(signer)
  const two = printPostQuantumVkey({ name: ORIGIN, publicKey: signer.postQuantum.publicKey })
  tt.equal(readFileSync(join(directory, 'vkey'), 'utf8'), `${one}\n${two}\n`)
  const judge = (vkey: string | undefined) =>
    verifyExport({ directory, vkey, policy: undefined, toleranceMs: 60_000 })
  for (const vkey of [undefined, one, two, `${one}\n${two}`]) tt.equal(judge(vkey).verdict, 'good')
  const checkpoint = readFileSync(join(directory, 'checkpoint'), 'utf8')
  const put = (note: string) => {
    for (const name of ['checkpoint', 'checkpoints/300']) writeFileSync(join(directory, name), note)
    const index = readFileSync(join(directory, 'checkpoints/index'), 'utf8').split('\n')
    index[1] = `300 ${sha256(note).toString('hex')}`
    writeFileSync(join(directory, 'checkpoints/index'), index.join('\n'))
  }
  put(withoutLine(checkpoint, 5))
  tt.equal(judge(one).verdict, 'good', 'Ed25519 alone misses nothing')
  tt.match(judge(`${one}\n${two}`), {
    verdict: 'incomplete',
    findings: [{ code: 'second-signature-missing' }],
  })
  tt.not(judge(undefined).verdict, 'good')
  put(spoilt(checkpoint))
  tt.match(judge(`${one}\n${two}`), { verdict: 'tampered', findings: [{ code: 'checkpoint-signature' }] })
  tt.equal(judge(one).verdict, 'good')
})

void t.test('so does who checks a proof', async tt => {
  const signer = { ...makeNoteSigner(ORIGIN), postQuantum: second() }
  const store = await recorded(signer, [7])
  const checkpoint = await newestNote(store)
  const [leaf = ''] = await store.leaves(3, 4)
  const hashes = await store.inclusion(3, 7)
  const keys = [printVkey(signer), printPostQuantumVkey({ name: ORIGIN, ...signer.postQuantum })]
    .map(readKey)
    .filter(key => key !== undefined)
  const judge = (note: string) =>
    verifyProof({
      proof: Buffer.from(printProof({ index: 3, hashes, checkpoint: note, leaf })),
      leaf: undefined,
      keys,
      policy: undefined,
    }).verdict
  tt.equal(judge(checkpoint), 'good')
  tt.equal(judge(withoutLine(checkpoint, 5)), 'incomplete')
  tt.equal(judge(spoilt(checkpoint)), 'tampered')
})

void t.test('the signature is ML-DSA-44 with an empty context, as Node makes it', async tt => {
  const { privateKey } = generateKeyPairSync('ml-dsa-44')
  const signer = { ...makePostQuantumSigner(privateKey), name: ORIGIN }
  const root = Buffer.alloc(32, 7)
  const text = `${ORIGIN}\n9\n${root.toString('base64')}\n`
  const name = Buffer.from(ORIGIN)
  const [time, range] = [Buffer.alloc(8), Buffer.alloc(16)]
  time.writeBigUInt64BE(1_700_000_000n)
  range.writeBigUInt64BE(9n, 8)
  const length = Buffer.of(name.length)
  // By the specification's structure: label, signer, time, origin, from, to, root.
  const message = Buffer.concat([
    Buffer.from('subtree/v1\n\0'),
    length,
    name,
    time,
    length,
    name,
    range,
    root,
  ])
  const made = await signPostQuantum(text, signer, 1_700_000_000)
  const head = Buffer.from(made.split(' ')[2] ?? '', 'base64').subarray(0, 12)
  const byHand = Buffer.concat([head, sign(null, message, privateKey)]).toString('base64')
  tt.equal(judgePostQuantum(`${text}\n\u2014 ${ORIGIN} ${byHand}\n`, signer), 'signed')
  tt.equal(judgePostQuantum(`${text}\n${made}`, signer), 'signed')
})
