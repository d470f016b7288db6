import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unzipSync } from 'fflate'
import t from 'tap'
import { writeZip } from '../../src/cli/zip-file.ts'
import { digestOf } from '../../src/kit/kit.ts'
import { printWitnessVkey } from '../../src/ledger/ledger.ts'
import { program } from '../support/program.ts'
import { exportTo, freshDirectory, makeNoteSigner, ORIGIN, story } from './exported-ledger.ts'

t.setTimeout(120_000)

const root = freshDirectory(t)
const leaves = story(700)
const witness = makeNoteSigner('witness.army-1div.example')
const dir = join(root, 'export')
const vkey = await exportTo(dir, { leaves, signer: makeNoteSigner(ORIGIN), sizes: [300, 700], witness })
const policyFile = join(root, 'policy')
writeFileSync(policyFile, `log ${vkey}\nwitness army ${printWitnessVkey(witness)}\nquorum army\n`)

const concordat = (...args: string[]) =>
  spawnSync(process.execPath, [program, ...args], { cwd: root, encoding: 'utf8' })

function unpack(zip: string, to: string): string {
  for (const [path, content] of Object.entries(unzipSync(readFileSync(zip)))) {
    mkdirSync(dirname(join(to, path)), { recursive: true })
    writeFileSync(join(to, path), content)
  }
  return to
}

const member = (index: number, name: string): string =>
  String(new Map(Object.entries(JSON.parse(leaves[index] ?? ''))).get(name))

const xid = member(400, 'xid')
const ofExchange = leaves.flatMap((leaf, index) => (leaf.includes(`"xid":"${xid}"`) ? [index] : []))
const made = concordat(
  'audit',
  'pack',
  '--dir',
  dir,
  '--to',
  'evidence.zip',
  '--xid',
  xid,
  '--leaf',
  '3',
  member(256, 'id'),
  '--vkey',
  vkey,
  '--policy',
  policyFile,
)
const bundle = join(root, 'evidence')
if (made.status === 0) unpack(join(root, 'evidence.zip'), bundle)
const indexes = [...new Set([3, 256, ...ofExchange])].sort((one, other) => one - other)

void t.test(
  'holds the leaves that were asked for, as they were written, with all that belongs to them',
  tt => {
    tt.equal(made.status, 0, made.stderr)
    tt.equal(ofExchange.length, 2)
    for (const index of indexes)
      tt.equal(readFileSync(join(bundle, `leaves/${index}.json`), 'utf8'), leaves[index])
    tt.equal(readdirSync(join(bundle, 'leaves')).length, indexes.length)
    tt.match(
      readFileSync(join(bundle, 'checkpoints/700'), 'utf8'),
      /\n\n(— .+\n){2}$/,
      'both signature lines',
    )
    tt.equal(readFileSync(join(bundle, 'vkey'), 'utf8').trim(), vkey)
    tt.match(made.stdout, new RegExp(`without the agreement ${digestOf('policy')}`))
    tt.match(readFileSync(join(bundle, 'README.txt'), 'utf8'), /is named by a leaf and is not here/)
    tt.end()
  },
)

void t.test('the verifier in it judges every leaf good, and any change to one tampered', tt => {
  const judge = (...args: string[]) =>
    spawnSync(process.execPath, ['verifier/main.ts', ...args, '--vkey', vkey, '--policy', 'policy'], {
      cwd: bundle,
      encoding: 'utf8',
      env: {},
    })
  for (const index of indexes.slice(0, 2)) {
    const good = judge('--proof', `proofs/${index}.tlog-proof`, '--leaf', `leaves/${index}.json`)
    tt.equal(good.status, 0, good.stdout + good.stderr)
    tt.match(good.stdout, /seen by army/)
  }
  writeFileSync(join(root, 'spoilt.json'), (leaves[3] ?? '').replace('joint', 'joins'))
  tt.equal(judge('--proof', 'proofs/3.tlog-proof', '--leaf', join(root, 'spoilt.json')).status, 1)
  tt.equal(judge('--proof', 'proofs/3.tlog-proof', '--leaf', 'leaves/256.json').status, 1)
  tt.end()
})

/** Runs a line of the README as the reader would. */
function shell(line: string): { readonly status: number | null; readonly out: string } {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], { cwd: bundle, encoding: 'utf8' })
  return { status, out: stdout + stderr }
}

void t.test('can be checked by hand, as its text says', tt => {
  const sums = shell('sha256sum --check --quiet SHA256SUMS')
  tt.equal(sums.status, 0, sums.out)
  const listed = readFileSync(join(bundle, 'SHA256SUMS'), 'utf8').trim().split('\n').length
  const there = readdirSync(bundle, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  tt.equal(listed, there.length - 1, 'every other file is listed')
  for (const index of indexes) {
    const steps = readFileSync(join(bundle, `by-hand/leaf-${index}.txt`), 'utf8')
      .trim()
      .split('\n')
    const first = shell(`(printf '\\000'; cat leaves/${index}.json) | sha256sum`)
    tt.match(first.out, steps[1]?.replace('  = ', ''))
    for (let at = 2; at < steps.length - 2; at += 2) {
      const [, one = '', other = ''] = /01 \| (\w+) \| (\w+)/.exec(steps[at] ?? '') ?? []
      const digest = digestOf(Buffer.from(`01${one}${other}`, 'hex')).replace('sha256:', '')
      tt.equal(steps[at + 1], `  = ${digest}`)
      const before = steps[at - 1]?.replace('  = ', '') ?? ''
      tt.ok(one === before || other === before, 'each hash goes into the next')
    }
    tt.equal(
      steps.at(-1)?.trim().slice(2),
      readFileSync(join(bundle, 'checkpoints/700'), 'utf8').split('\n')[2],
    )
  }
  const line =
    'openssl pkeyutl -verify -pubin -inkey by-hand/key-1.pem -rawin -in by-hand/checkpoint-700.text -sigfile by-hand/checkpoint-700.key-1.sig'
  const signature = shell(line)
  if (signature.status === 127) tt.comment('openssl is not here')
  else tt.match(signature, { status: 0, out: /Verified Successfully/ })
  tt.end()
})

void t.test('holds the agreements that leaves name, under the digests that cover them', async tt => {
  const own = fileURLToPath(new URL('../../policies', import.meta.url))
  const compiled = concordat(
    'audit',
    'pack',
    '--dir',
    dir,
    '--to',
    'agreements.zip',
    '--leaf',
    '1',
    '--policies',
    own,
  )
  tt.equal(compiled.status, 0, compiled.stderr)
  const found = unzipSync(readFileSync(join(root, 'agreements.zip')))
  tt.notOk(
    Object.keys(found).some(path => path.startsWith('agreements/')),
    'those that no leaf names stay out',
  )
  const { openDesk, houseSchemas } = await import('../../src/cli/agreement-desk.ts')
  const desk = openDesk({ cwd: own } as Parameters<typeof openDesk>[0], houseSchemas)
  const name = readdirSync(own).find(file => file.includes('.to.')) ?? ''
  const { digest } = await desk.compile(join(own, name))
  const named = leaves.map(leaf => leaf.replace(digestOf('policy'), digest))
  const other = join(root, 'other')
  await exportTo(other, { leaves: named, signer: makeNoteSigner(ORIGIN), sizes: [700] })
  const packed = concordat(
    'audit',
    'pack',
    '--dir',
    other,
    '--to',
    'named.zip',
    '--leaf',
    '1',
    '--policies',
    own,
  )
  tt.equal(packed.status, 0, packed.stderr)
  const to = unpack(join(root, 'named.zip'), join(root, 'named'))
  const path = join(to, 'agreements', digest.replace('sha256:', ''))
  tt.equal(digestOf(readFileSync(`${path}.json`)), digest)
  tt.ok(existsSync(`${path}.html`))
  tt.equal(readFileSync(`${path}.yaml`, 'utf8'), readFileSync(join(own, name), 'utf8'))
})

void t.test('says how it cannot be done', tt => {
  const pack = (...args: string[]) => concordat('audit', 'pack', '--to', 'none.zip', ...args).status
  tt.equal(pack('--dir', dir), 2, 'nothing asked for')
  tt.equal(pack('--dir', dir, '--leaf', '700'), 3, 'no such leaf')
  tt.equal(pack('--dir', dir, '--xid', 'x'), 3, 'no such exchange')
  tt.equal(pack('--dir', join(root, 'nowhere'), '--leaf', '1'), 3)
  tt.equal(pack('--dir', dir, '--leaf', '1', '--vkey', 'x'), 3)
  tt.equal(
    concordat('audit', 'pack', '--dir', dir, '--leaf', '1', '--to', 'evidence.zip').status,
    2,
    'it is there already',
  )
  const bundled = join(dir, 'tile/entries/001')
  const bytes = readFileSync(bundled)
  writeFileSync(bundled, Buffer.from(bytes).fill('x', 40, 41))
  tt.equal(
    pack('--dir', dir, '--leaf', '1'),
    1,
    'a tampered export is not packed, whichever leaf is asked for',
  )
  writeFileSync(bundled, bytes)
  tt.notOk(existsSync(join(root, 'none.zip')))
  tt.end()
})

void t.test('the archive is read by programs that are not ours', tt => {
  const files = new Map([
    ['a/ä.txt', Buffer.from('one')],
    ['empty', Buffer.alloc(0)],
  ])
  writeFileSync(join(root, 'small.zip'), writeZip(files))
  tt.same(
    Object.entries(unzipSync(writeZip(files))).map(([path, bytes]) => [path, String(Buffer.from(bytes))]),
    [
      ['a/ä.txt', 'one'],
      ['empty', ''],
    ],
  )
  const listed = spawnSync('unzip', ['-t', 'small.zip'], { cwd: root, encoding: 'utf8' })
  if (listed.error) tt.comment('unzip is not here')
  else tt.equal(listed.status, 0, listed.stdout)
  tt.end()
})
