import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { EXIT } from '../../src/cli/audit-verify/report.ts'
import { verifyExport } from '../../src/cli/audit-verify/verify.ts'
import { entryBundle, printVkey, printWitnessVkey, readEntryBundle } from '../../src/ledger/ledger.ts'
import { exportTo, freshDirectory, makeNoteSigner, ORIGIN, story } from './exported-ledger.ts'

t.setTimeout(180_000)

const ROUNDS = 1000
const SIZE = 611
const SIZES = [1, 100, 256, 300, 511, 512, 600, SIZE]
const signer = makeNoteSigner(ORIGIN)
const witness = makeNoteSigner('army-1div.concordat/witness')
const vkey = printVkey(signer)
const policy = Buffer.from(`log ${vkey}\nwitness army ${printWitnessVkey(witness)}\nquorum army\n`)

const leaves = story(SIZE)
const directory = freshDirectory(t)
await exportTo(directory, { leaves, signer, sizes: SIZES, witness })
const whole = readAll(directory)
/** Another ledger of the same gateway, under the same key and name: what would be spliced in. */
const other = freshDirectory(t)
await exportTo(other, { leaves: story(SIZE), signer, sizes: SIZES, witness })
const foreign = readAll(other)

type Tree = ReadonlyMap<string, Buffer>

function readAll(from: string): Tree {
  const names = readdirSync(from, { recursive: true, encoding: 'utf8' }).filter(
    name => name !== 'README.txt' && statSync(join(from, name)).isFile(),
  )
  return new Map(names.sort().map(name => [name, readFileSync(join(from, name))]))
}

/** Numbers that are the same in every run: xorshift32. */
function makeDice(seed: number): (sides: number) => number {
  let state = seed
  return sides => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % sides
  }
}

const dice = makeDice(20_260_701)
function pick<Thing>(things: readonly Thing[]): Thing {
  const thing = things[dice(things.length)]
  if (thing === undefined) throw new Error('there is nothing to pick from')
  return thing
}

interface Tampering {
  /** What stands in the files now; undefined where one is gone. */
  readonly files: ReadonlyMap<string, Buffer | undefined>
  /** The first leaf that is not what it was, where the files alone tell it. */
  readonly leaf?: number
}

const bundles = [...whole.keys()].filter(name => name.startsWith('tile/entries/'))
const isBundle = (name: string) => bundles.includes(name)
const firstOf = (bundle: string) => Number(/(\d{3})(?:\.p|$)/.exec(bundle)?.[1]) * 256
const bytesOf = (name: string, tree: Tree = whole) => tree.get(name) ?? Buffer.alloc(0)

/** How many leaves end before a byte of a bundle: the number of the one it is in. */
function leafAt(bundle: string, byte: number): number {
  let [end, count] = [0, 0]
  for (const leaf of readEntryBundle(bytesOf(bundle)) ?? []) {
    end += 2 + leaf.length
    if (end > byte) break
    count += 1
  }
  return firstOf(bundle) + count
}

function changed(name: string, bytes: Buffer | undefined, leaf?: number): Tampering {
  return { files: new Map([[name, bytes]]), ...(leaf === undefined ? {} : { leaf }) }
}

/** A bundle with its leaves changed. */
function edited(bundle: string, leaf: number, change: (leaves: string[]) => void): Tampering {
  const inside = (readEntryBundle(bytesOf(bundle)) ?? []).map(String)
  change(inside)
  return changed(bundle, entryBundle(inside), firstOf(bundle) + leaf)
}

function flip(): Tampering {
  const name = pick([...whole.keys()])
  const bytes = Buffer.from(bytesOf(name))
  const at = dice(bytes.length)
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << dice(8)), at)
  return changed(name, bytes, isBundle(name) ? leafAt(name, at) : undefined)
}

/** Without the key in the export the one that was given still counts, so nothing is lost with it. */
function remove(): Tampering {
  return changed(pick([...whole.keys()].filter(name => name !== 'vkey')), undefined)
}

function truncate(): Tampering {
  const name = pick([...whole.keys()].filter(one => one !== 'vkey'))
  const bytes = bytesOf(name)
  const at = dice(bytes.length)
  return changed(name, bytes.subarray(0, at), isBundle(name) ? leafAt(name, at) : undefined)
}

function swapFiles(): Tampering {
  const one = pick([...whole.keys()])
  const others = [...whole.keys()].filter(name => !bytesOf(name).equals(bytesOf(one)))
  const another = pick(others)
  return { files: new Map([one, another].map((name, at) => [name, bytesOf(at === 0 ? another : one)])) }
}

function swapLeaves(): Tampering {
  const bundle = pick(bundles)
  const count = readEntryBundle(bytesOf(bundle))?.length ?? 0
  const low = dice(count - 1)
  const high = low + 1 + dice(count - low - 1)
  return edited(bundle, low, inside => {
    const [one = '', another = ''] = [inside[low], inside[high]]
    inside[low] = another
    inside[high] = one
  })
}

function removeLeaf(): Tampering {
  const bundle = pick(bundles)
  const at = dice(readEntryBundle(bytesOf(bundle))?.length ?? 0)
  return edited(bundle, at, inside => inside.splice(at, 1))
}

function repeatLeaf(): Tampering {
  const bundle = pick(bundles)
  const at = dice(readEntryBundle(bytesOf(bundle))?.length ?? 0)
  return edited(bundle, at + 1, inside => inside.splice(at, 0, inside[at] ?? ''))
}

function rewordLeaf(): Tampering {
  const bundle = pick(bundles)
  const at = dice(readEntryBundle(bytesOf(bundle))?.length ?? 0)
  return edited(bundle, at, inside => {
    inside[at] = inside[at]?.replace('northshire', 'southshire') ?? ''
  })
}

function spliceLeaf(): Tampering {
  const bundle = pick(bundles)
  const at = dice(readEntryBundle(bytesOf(bundle))?.length ?? 0)
  return edited(bundle, at, inside => {
    inside[at] = String(readEntryBundle(bytesOf(bundle, foreign))?.[at])
  })
}

function spliceFile(): Tampering {
  const name = pick([...whole.keys()].filter(one => !bytesOf(one).equals(bytesOf(one, foreign))))
  return changed(name, bytesOf(name, foreign), isBundle(name) ? firstOf(name) : undefined)
}

/** Leaves and tiles of the other ledger, all of them, below our own checkpoints. */
function spliceTree(): Tampering {
  return { files: new Map([...foreign].filter(([name]) => name.startsWith('tile/'))) }
}

/** One leaf is reworded, and everything above it is made to fit: with another key, or under the checkpoints as they were. */
async function rewrite(resigned: boolean): Promise<Tampering> {
  const at = dice(SIZE)
  const reworded = leaves.map((leaf, index) =>
    index === at ? leaf.replace('northshire', 'southshire') : leaf,
  )
  const forged = freshDirectory(t)
  await exportTo(forged, { leaves: reworded, signer: makeNoteSigner(ORIGIN), sizes: SIZES, witness })
  const files = [...readAll(forged)].filter(([name]) => resigned || name.startsWith('tile/'))
  rmSync(forged, { recursive: true })
  return { files: new Map(files) }
}

const WAYS: Readonly<Record<string, () => Tampering | Promise<Tampering>>> = {
  flip,
  remove,
  truncate,
  swapFiles,
  swapLeaves,
  removeLeaf,
  repeatLeaf,
  rewordLeaf,
  spliceLeaf,
  spliceFile,
  spliceTree,
  resign: () => rewrite(true),
  rewrite: () => rewrite(false),
}

function put(files: ReadonlyMap<string, Buffer | undefined>): void {
  for (const [name, bytes] of files)
    if (bytes === undefined) rmSync(join(directory, name))
    else writeFileSync(join(directory, name), bytes)
}

const judge = () => verifyExport({ directory, vkey, policy, toleranceMs: 60_000 })

void t.test(`${ROUNDS} tamperings, each found, the first bad leaf named`, async t => {
  t.match(judge(), { verdict: 'good', witnessed: SIZE, checkpoints: SIZES.length })
  const found = new Map<string, number>()
  const ways = Object.entries(WAYS)
  let named = 0
  for (let round = 0; round < ROUNDS; round++) {
    const [way, tamper] = ways[round % ways.length] ?? ['flip', flip]
    const { files, leaf } = await tamper()
    put(files)
    const { verdict, firstBadLeaf, findings } = judge()
    const isFound = EXIT[verdict] === 1 || (EXIT[verdict] === 3 && way === 'remove')
    if (!isFound) t.fail(`${way} in ${[...files.keys()].join(', ')} was judged ${verdict}`)
    if (leaf !== undefined && firstBadLeaf !== leaf)
      t.fail(`${way} of leaf ${leaf} was told as ${firstBadLeaf}: ${findings[0]?.says}`)
    if (leaf !== undefined) named += 1
    found.set(way, (found.get(way) ?? 0) + 1)
    put(new Map([...files.keys()].map(name => [name, bytesOf(name)])))
  }
  t.comment([...found].map(([way, count]) => `${count} ${way}`).join(', '))
  t.ok(named > ROUNDS / 3, `in ${named} of them a leaf was to be named`)
  t.match(judge(), { verdict: 'good' }, 'and what was mended is good again')
})

void t.test('what was rewritten between two checkpoints is told by their sizes', async t => {
  const forged = freshDirectory(t)
  const at = 300
  const reworded = leaves.map((leaf, index) =>
    index === at ? leaf.replace('northshire', 'southshire') : leaf,
  )
  await exportTo(forged, { leaves: reworded, signer, sizes: SIZES, witness })
  const tiles = [...readAll(forged)].filter(([name]) => name.startsWith('tile/'))
  put(new Map(tiles))
  const report = judge()
  t.match(report, { verdict: 'tampered' })
  t.match(report.findings.find(({ code }) => code === 'root-differs')?.says, /^leaves 300 to 510 do not lead/)
  put(new Map(tiles.map(([name]) => [name, bytesOf(name)])))
  t.match(judge(), { verdict: 'good' })
})

void t.test('the agency itself cannot rewrite what its witness has seen', async t => {
  const forged = freshDirectory(t)
  const reworded = leaves.map((leaf, index) => (index === 5 ? leaf.replace('army-1div', 'army-2div') : leaf))
  await exportTo(forged, { leaves: reworded, signer, sizes: SIZES })
  const ask = (by: Buffer | undefined) =>
    verifyExport({ directory: forged, vkey, policy: by, toleranceMs: 60_000 })
  t.match(ask(undefined), { verdict: 'good' }, 'its own signature alone does not bind it')
  t.match(ask(policy), {
    verdict: 'incomplete',
    witnessed: undefined,
    findings: [{ code: 'quorum-missing' }],
  })
  const seen = readAll(directory)
  const [note, line] = [seen.get('checkpoints/300'), /\n(\u2014 army.*\n)$/]
  const lines = String(note).match(line)?.[1] ?? ''
  const file = join(forged, 'checkpoint')
  writeFileSync(file, `${readFileSync(file, 'utf8')}${lines}`)
  rmSync(join(forged, 'checkpoints'), { recursive: true })
  t.match(
    ask(policy),
    { verdict: 'tampered', findings: [{ code: 'cosignature-invalid' }] },
    'nor can it lend its line',
  )
})
