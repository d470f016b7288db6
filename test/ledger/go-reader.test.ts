import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { exportLedger } from '../../src/cli/audit-export.ts'
import { fromExport, prove } from '../../src/cli/audit-prove.ts'
import { verifyExport } from '../../src/cli/audit-verify/verify.ts'
import { digestOf, systemClock, uuidv7 } from '../../src/kit/kit.ts'
import { cosign, makeCheckpointer, makeLeafWriter, printVkey } from '../../src/ledger/ledger.ts'
import { makeMemoryStore } from '../../src/stores/stores.ts'
import { makeNoteSigner } from './exported-ledger.ts'

t.setTimeout(180_000)

/** Where Debian puts Go libraries (golang-golang-x-mod-dev). */
const LIBRARIES = '/usr/share/gocode'
const SIZE = 70_000

const home = mkdtempSync(join(tmpdir(), 'concordat-go-'))
t.teardown(() => rmSync(home, { recursive: true, force: true }))

const signer = makeNoteSigner('gateway.northshire-police.example/audit/2026')
const vkey = printVkey(signer)

/** The program in `go/`, built; a sentence where it cannot be. */
function build(): { readonly program: string } | { readonly why: string } {
  if (!existsSync(join(LIBRARIES, 'src/golang.org/x/mod/sumdb/tlog')))
    return { why: 'golang-golang-x-mod-dev is not here' }
  const program = join(home, 'reader')
  const source = fileURLToPath(new URL('./go/reader.go', import.meta.url))
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    GO111MODULE: 'off',
    GOPATH: LIBRARIES,
    GOCACHE: join(home, 'cache'),
    GOFLAGS: '-p=1',
    CGO_ENABLED: '0',
  }
  const built = spawnSync('go', ['build', '-o', program, source], { env, encoding: 'utf8' })
  if (built.error) return { why: 'Go is not here' }
  if (built.status !== 0) throw new Error(`the Go program does not build: ${built.stderr}`)
  return { program }
}

/** A ledger with checkpoints of these sizes, the last over all of it, exported; a witness has cosigned one. */
async function exported(sizes: readonly number[]): Promise<string> {
  const store = makeMemoryStore({ clock: systemClock })
  const writer = makeLeafWriter({ clock: systemClock, agency: 'northshire-police' })
  const parts = { store, signer, clock: systemClock, publish: () => {}, onFault: () => {} }
  const policy = digestOf('policy')
  await using checkpointer = makeCheckpointer(parts)
  for (const [index, size] of sizes.entries()) {
    const leaves = Array.from({ length: size - (sizes[index - 1] ?? 0) }, () =>
      writer.write('accepted', {
        xid: uuidv7(systemClock),
        from: 'army-1div',
        to: 'northshire-police',
        res: 'army.opord',
        purpose: 'joint-planning',
        policy,
        env: policy,
      }),
    )
    await store.note(leaves.map(leaf => leaf.text))
    await checkpointer.tick()
  }
  const witness = makeNoteSigner('army-1div.concordat/witness')
  const newest = await store.latestCheckpoint()
  const text = newest?.note.slice(0, newest.note.indexOf('\n\n') + 1) ?? ''
  const line = await cosign(text, witness, Math.floor(systemClock.now() / 1000))
  await store.saveCosignature({ size: newest?.size ?? 0, witness: witness.name, line, at: systemClock.now() })
  const directory = mkdtempSync(join(home, 'export-'))
  await exportLedger(store, directory)
  return directory
}

void t.test('code that is not ours reads the ledger', async t => {
  const made = build()
  if ('why' in made) return t.pass(`${made.why}, so nobody else has read the ledger`)
  const directory = await exported([1, 255, 256, 300, 65_535, 65_536, 65_537, 69_000, SIZE])
  const proofs = await Promise.all(
    [0, 255, 65_536, SIZE - 1].map(async index => {
      const proving = await prove(fromExport(directory), String(index))
      const file = join(home, `${index}.tlog-proof`)
      if (proving.kind === 'proven') writeFileSync(file, proving.proof)
      return file
    }),
  )
  const read = (key: string, ...more: readonly string[]) =>
    spawnSync(made.program, [directory, key, ...more], { encoding: 'utf8', env: {} })

  const good = read(vkey, ...proofs)
  t.equal(good.stdout, `${SIZE} leaves, 497 inclusions, 9 checkpoints, 4 proofs\n`)
  t.equal(good.status, 0)
  t.equal(
    verifyExport({ directory, vkey, policy: undefined, toleranceMs: 0 }).verdict,
    'good',
    'as ours does',
  )

  await t.test('and finds one flipped byte, wherever it is', async t => {
    const cases: readonly (readonly [path: string, at: number, says: RegExp])[] = [
      ['tile/entries/150', 60_000, /^leaf \d+ is not the one in its tile/],
      ['tile/entries/273.p/112', 30, /^leaf 69888 is not the one in its tile/],
      ['tile/0/017', 5 * 32 + 3, /^leaf 4357 is not the one in its tile|^tile of leaf 4352: /],
      ['tile/1/000', 100, /^tile 1.0 does not|^tile of leaf 768: /],
      ['tile/2/000.p/1', 7, /^tile of leaf /],
      ['checkpoint', 70, /invalid signature|malformed|no verifiable/],
      ['checkpoints/65536', 70, /invalid signature|malformed|no verifiable/],
    ]
    for (const [path, at, says] of cases) {
      const file = join(directory, path)
      const bytes = readFileSync(file)
      const spoilt = Buffer.from(bytes)
      spoilt.writeUInt8(spoilt.readUInt8(at) ^ 1, at)
      writeFileSync(file, spoilt)
      const { status, stdout } = read(vkey)
      t.equal(status, 1, path)
      t.match(stdout, says, path)
      writeFileSync(file, bytes)
    }
    t.equal(read(vkey).status, 0, 'and is content again when it is mended')
  })

  await t.test('and refuses another key, and a proof of another leaf', async t => {
    t.equal(read(printVkey(makeNoteSigner(signer.name))).status, 1)
    const [file = ''] = proofs
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace('index 0', 'index 1'))
    t.equal(read(vkey, file).status, 1)
  })
})
