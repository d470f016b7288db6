import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import t from 'tap'
import {
  consistencyProof,
  edgeOf,
  emptyRoot,
  entryBundle,
  growTree,
  inclusionProof,
  leafHash,
  readEntryBundle,
  rootAt,
  rootOf,
  tilePath,
  verifyConsistency,
  verifyInclusion,
} from '../../src/ledger/ledger.ts'

const DATA =
  process.env['CONFORMANCE_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url))
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

interface MerkleCase {
  readonly leafIdx: number
  readonly treeSize: number
  readonly root: string
  readonly leafHash: string
  readonly size1: number
  readonly size2: number
  readonly root1: string
  readonly root2: string
  readonly proof: readonly string[] | null
  readonly wantErr: boolean
}

function* merkleCases(kind: 'inclusion' | 'consistency'): Generator<[name: string, MerkleCase]> {
  const folder = join(DATA, 'merkle', kind)
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort())
    if (name.endsWith('.json'))
      yield [`${kind}/${name}`, JSON.parse(readFileSync(join(folder, name), 'utf8'))]
}

const bytes = (text: string | null): Buffer => Buffer.from(text ?? '', 'base64')

void t.test('judges the proofs of others as they do', async tt => {
  if (!existsSync(join(DATA, 'merkle'))) return tt.pass('the proof vectors are not here')
  for (const [name, one] of merkleCases('inclusion')) {
    const claim = {
      leafHash: bytes(one.leafHash),
      index: one.leafIdx,
      size: one.treeSize,
      root: bytes(one.root),
    }
    tt.equal(verifyInclusion(claim, (one.proof ?? []).map(bytes)), !one.wantErr, name)
  }
  for (const [name, one] of merkleCases('consistency')) {
    const claim = { old: one.size1, oldRoot: bytes(one.root1), size: one.size2, root: bytes(one.root2) }
    tt.equal(verifyConsistency(claim, (one.proof ?? []).map(bytes)), !one.wantErr, name)
  }
})

void t.test('has the roots of the published trees', async tt => {
  const file = join(DATA, 'rfc6962', 'roots.json')
  if (!existsSync(file)) return tt.pass('the published roots are not here')
  const vectors: { leavesHex: string[]; rootsHexBySize: string[] } = JSON.parse(readFileSync(file, 'utf8'))
  const tree = growTree(0, [], () => {})
  tt.equal(hex(tree.root()), vectors.rootsHexBySize[0])
  for (const [index, leaf] of vectors.leavesHex.entries()) {
    tree.append(leafHash(Buffer.from(leaf, 'hex')))
    tt.equal(hex(tree.root()), vectors.rootsHexBySize[index + 1])
  }
})

const SIZE = 66_200
const hashes = Array.from({ length: SIZE }, (_, at) => leafHash(`leaf ${at}`))
const tiles = new Map<string, Buffer>()
const source = {
  leafHash: (index: number) => hashes[index] ?? Buffer.alloc(0),
  tile: (level: number, index: number) => tiles.get(`${level}/${index}`),
}
const whole = growTree(0, [], tile => tiles.set(`${tile.level}/${tile.index}`, tile.hashes))
for (const hash of hashes) whole.append(hash)

void t.test('grows to the root that the definition gives, also over the border of three levels', async tt => {
  const small = growTree(0, [], () => {})
  tt.equal(hex(small.root()), hex(emptyRoot()))
  let wrong = 0
  for (const [index, hash] of hashes.slice(0, 600).entries()) {
    small.append(hash)
    if (hex(small.root()) !== hex(rootOf(hashes.slice(0, index + 1)))) wrong += 1
  }
  tt.equal(wrong, 0)
  tt.equal(hex(whole.root()), hex(rootOf(hashes)))
  tt.equal(tiles.size, 258 + 1)
  for (const size of [0, 1, 255, 256, 257, 511, 65_535, 65_536, 65_537, 66_000])
    tt.equal(hex(rootAt(size, source)), hex(rootOf(hashes.slice(0, size))), `root at ${size}`)
})

void t.test('goes on from an edge that was read back as if it had never stopped', async tt => {
  for (const size of [0, 1, 100, 256, 600, 65_535, 65_536, 66_100]) {
    const later: string[] = []
    const tree = growTree(size, edgeOf(size, source), tile => later.push(`${tile.level}/${tile.index}`))
    for (const hash of hashes.slice(size)) tree.append(hash)
    tt.equal(hex(tree.root()), hex(whole.root()), `from ${size}`)
    tt.equal(later.length, 259 - Math.floor(size / 256) - Math.floor(size / 65_536))
  }
})

void t.test('makes proofs that verify, and that do not verify when anything is changed', async tt => {
  const pair = fc.tuple(
    fc.integer({ min: 1, max: SIZE }),
    fc.integer({ min: 1, max: SIZE }),
    fc.nat(),
    fc.nat(),
  )
  fc.assert(
    fc.property(pair, ([one, other, at, bit]) => {
      const [old, size] = one < other ? [one, other] : [other, one]
      const index = at % size
      const inclusion = { leafHash: source.leafHash(index), index, size, root: rootAt(size, source) }
      const growth = { old, oldRoot: rootAt(old, source), size, root: inclusion.root }
      const path = inclusionProof(source, index, size)
      const proof = consistencyProof(source, old, size)
      if (!verifyInclusion(inclusion, path) || !verifyConsistency(growth, proof)) return false
      if (path.length > 0 && verifyInclusion(inclusion, flipped(path, bit))) return false
      if (proof.length > 0 && verifyConsistency(growth, flipped(proof, bit))) return false
      if (verifyInclusion({ ...inclusion, index: (index + 1) % (size + 1) }, path)) return false
      return (
        !verifyInclusion(inclusion, [...path, Buffer.alloc(32)]) &&
        !verifyConsistency(growth, [...proof, Buffer.alloc(32)])
      )
    }),
    { numRuns: 200 },
  )
  tt.throws(() => inclusionProof(source, 5, 5), RangeError)
  tt.throws(() => consistencyProof(source, 0, 5), RangeError)
  tt.throws(() => consistencyProof(source, 6, 5), RangeError)
})

void t.test('the verifier refuses size 0 and hashes that are not 32 bytes', async tt => {
  const root = emptyRoot()
  tt.notOk(verifyConsistency({ old: 0, oldRoot: root, size: 0, root }, []))
  tt.notOk(verifyConsistency({ old: 0, oldRoot: root, size: 5, root: rootAt(5, source) }, []))
  tt.notOk(verifyInclusion({ leafHash: root, index: 0, size: 0, root }, []))
  const short = source.leafHash(0).subarray(0, 31)
  tt.notOk(verifyInclusion({ leafHash: short, index: 0, size: 1, root: short }, []))
  tt.notOk(verifyInclusion({ leafHash: root, index: -1, size: 1, root }, []))
  tt.notOk(verifyInclusion({ leafHash: root, index: 0.5, size: 1, root }, []))
  tt.notOk(verifyInclusion({ leafHash: root, index: 0, size: Number.POSITIVE_INFINITY, root }, []))
})

void t.test('lays tiles where the format says, and bundles leaves by their lengths', async tt => {
  tt.equal(tilePath(0, 0, 256), 'tile/0/000')
  tt.equal(tilePath(0, 1_234_067, 256), 'tile/0/x001/x234/067')
  tt.equal(tilePath(1, 1067, 5), 'tile/1/x001/067.p/5')
  tt.equal(tilePath('entries', 999, 256), 'tile/entries/999')
  tt.equal(tilePath('entries', 1_000_000, 1), 'tile/entries/x001/x000/000.p/1')
  tt.same(entryBundle(['ab', '']), Buffer.from([0, 2, 0x61, 0x62, 0, 0]))
  tt.same(readEntryBundle(entryBundle(['ß', 'x']))?.map(String), ['ß', 'x'])
  tt.equal(readEntryBundle(Buffer.from([0, 2, 0x61])), undefined)
  tt.equal(readEntryBundle(Buffer.from([0])), undefined)
  tt.throws(() => entryBundle(['x'.repeat(65_536)]), RangeError)
})

function flipped(hashesOfProof: readonly Uint8Array[], bit: number): Uint8Array[] {
  const at = bit % hashesOfProof.length
  return hashesOfProof.map((hash, index) => {
    if (index !== at) return hash
    const copy = Buffer.from(hash)
    copy.writeUInt8(copy.readUInt8(bit % 32) ^ (1 << (bit % 8)), bit % 32)
    return copy
  })
}
