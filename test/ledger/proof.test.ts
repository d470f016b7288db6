import { generateKeyPairSync, hash, sign } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { auditCommand } from '../../src/cli/audit.ts'
import { isSignedBy, readKey, splitNote } from '../../src/cli/audit-verify/note.ts'
import { leadsToRoot } from '../../src/cli/audit-verify/proof.ts'
import { readPolicy } from '../../src/cli/audit-verify/verify.ts'
import { systemClock } from '../../src/kit/kit.ts'
import { cosign, makeCheckpointer, printVkey, printWitnessVkey } from '../../src/ledger/ledger.ts'
import { openSqliteStore } from '../../src/stores/stores.ts'
import { type Said, terminalAt } from '../support/terminal.ts'
import { exportTo, freshDirectory, makeNoteSigner, ORIGIN, story } from './exported-ledger.ts'

const DATA =
  process.env['CONFORMANCE_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url))
const signer = makeNoteSigner(ORIGIN)
const witness = makeNoteSigner('army-1div.concordat/witness')
const vkey = printVkey(signer)
const away = freshDirectory(t)
const policyFile = join(away, 'policy')
writeFileSync(policyFile, `log ${vkey}\nwitness army ${printWitnessVkey(witness)}\nquorum army\n`)

/** Runs `concordat audit` as `main` would and gives what it printed and how it ended. */
async function run(...args: string[]): Promise<Said> {
  const said: Said = { out: '', err: '', code: 0 }
  const command = await auditCommand(terminalAt({ cwd: away }, said), args[0])
  await command.parseAsync(args, { from: 'user' })
  return said
}

void t.test(
  'one leaf is proved out of a running store, and out of an export, by its id or its number',
  async t => {
    const [directory, exported] = [freshDirectory(t), join(freshDirectory(t), 'export')]
    const leaves = story(700)
    await using store = await openSqliteStore({
      directory,
      clock: systemClock,
      onFailure: f => t.fail(f.message),
    })
    const parts = { store, signer, clock: systemClock, publish: () => {}, onFault: () => {} }
    await using checkpointer = makeCheckpointer(parts)
    await store.note(leaves.slice(0, 600))
    await checkpointer.tick()
    const seen = await store.latestCheckpoint()
    const text = seen?.note.slice(0, seen.note.indexOf('\n\n') + 1) ?? ''
    await store.saveCosignature({
      size: 600,
      witness: witness.name,
      line: await cosign(text, witness, 1_780_000_000),
      at: 0,
    })
    await store.note(leaves.slice(600, 690))
    await checkpointer.tick()
    await store.note(leaves.slice(690))
    t.equal((await run('export', '--store', directory, '--to', exported)).code, 0)

    for (const source of [
      ['--store', directory],
      ['--dir', exported],
    ])
      for (const [number, size] of [
        [0, 600],
        [255, 600],
        [599, 600],
        [600, 690],
        [689, 690],
      ] as const) {
        const id = String(JSON.parse(leaves[number] ?? '')['id'])
        for (const leaf of [id, String(number)]) {
          t.equal((await run('prove', ...source, '--leaf', leaf, '--to', 'one.tlog-proof')).code, 0)
          const judged = await run('verify', '--proof', 'one.tlog-proof', '--vkey', vkey)
          t.equal(judged.code, 0, judged.out)
          t.match(judged.out, `leaf ${number} of ${size} in the log ${ORIGIN}`)
          t.ok(judged.out.includes(leaves[number] ?? 'none'), 'and it is this leaf')
          const asked = await run('verify', '--proof', 'one.tlog-proof', '--policy', policyFile, '--json')
          t.match(JSON.parse(asked.out), { verdict: size === 600 ? 'good' : 'incomplete', index: number })
        }
      }
    const printed = await run('prove', '--store', directory, '--leaf', '7')
    t.match(
      printed.out,
      /^c2sp\.org\/tlog-proof@v1\nextra [A-Za-z0-9+/=]+\nindex 7\n([A-Za-z0-9+/]{43}=\n)+\n/,
    )

    const { id } = JSON.parse(leaves[695] ?? '{}')
    t.equal((await run('prove', '--store', directory, '--leaf', '690')).code, 3, 'not covered yet')
    t.equal((await run('prove', '--store', directory, '--leaf', id)).code, 3)
    t.equal((await run('prove', '--store', directory, '--leaf', 'nothing')).code, 3)
    t.equal((await run('prove', '--store', join(directory, 'none'), '--leaf', '1')).code, 3)
    t.equal(
      (await run('prove', '--store', directory, '--log', '2', '--leaf', '1')).code,
      3,
      'there is one log',
    )
    t.equal((await run('prove', '--leaf', '1')).code, 2)
    writeFileSync(join(exported, 'tile/0/001'), Buffer.alloc(8192))
    t.equal(
      (await run('prove', '--dir', exported, '--leaf', '3')).code,
      1,
      'what was altered cannot be proved',
    )
  },
)

void t.test('a proof holds for its leaf, its place and its log, and for nothing else', async t => {
  const directory = join(freshDirectory(t), 'export')
  await exportTo(directory, { leaves: story(300), signer, sizes: [100, 300], witness })
  t.equal((await run('prove', '--dir', directory, '--leaf', '42', '--to', 'good')).code, 0)
  const good = readFileSync(join(away, 'good'), 'utf8')
  const judge = async (text: string, ...args: string[]) => {
    writeFileSync(join(away, 'tried'), text)
    return (await run('verify', '--proof', 'tried', ...args)).code
  }
  t.equal(await judge(good, '--vkey', vkey), 0)
  t.equal(await judge(good, '--policy', policyFile), 0)
  t.equal(await judge(good), 3, 'without a key nothing is proved')
  t.equal(await judge(good, '--vkey', printVkey(makeNoteSigner(ORIGIN))), 1)
  t.equal(await judge(good, '--vkey', printVkey(makeNoteSigner('other.example/log'))), 1)
  writeFileSync(join(away, 'leaf'), 'another leaf')
  t.equal(await judge(good, '--vkey', vkey, '--leaf', 'leaf'), 1)
  t.equal(await judge(good.replace(/^extra .*\n/m, ''), '--vkey', vkey), 3, 'the leaf is nowhere')
  t.equal(await judge(good.replace('index 42', 'index 43'), '--vkey', vkey), 1)
  t.equal(await judge(good.replace('index 42', 'index 042'), '--vkey', vkey), 1)
  const lines = good.split('\n')
  let survived = 0
  for (const [at, line] of lines.entries()) {
    if (line === '' || line.includes(witness.name)) continue
    const middle = Math.floor(line.length / 2)
    const other = line[middle] === 'A' ? 'B' : 'A'
    const spoilt = lines.with(at, line.slice(0, middle) + other + line.slice(middle + 1)).join('\n')
    const without = lines.toSpliced(at, 1).join('\n')
    for (const text of [spoilt, without]) if ((await judge(text, '--vkey', vkey)) === 0) survived += 1
  }
  t.equal(survived, 0, 'any line changed or left out')
  const unwitnessed = lines.filter(line => !line.includes(witness.name)).join('\n')
  t.equal(await judge(unwitnessed, '--policy', policyFile), 3, 'nobody has seen it')
  const lent = good.replace(
    /(army\S+ .{30})./,
    (_, start: string) => `${start}${good.includes(`${start}A`) ? 'B' : 'A'}`,
  )
  t.equal(await judge(lent, '--policy', policyFile), 1, 'its line is not its own')
})

void t.test('the verifier judges the proofs of others as they do', async t => {
  const folder = join(DATA, 'merkle', 'inclusion')
  if (!existsSync(folder)) return t.pass('the proof vectors are not here')
  const bytes = (text: string | null) => Buffer.from(text ?? '', 'base64')
  let count = 0
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.json')) continue
    const one = JSON.parse(readFileSync(join(folder, name), 'utf8'))
    const hashes: Buffer[] = (one.proof ?? []).map(bytes)
    const head = { size: one.treeSize, root: bytes(one.root) }
    const holds = leadsToRoot({ index: one.leafIdx, hashes }, bytes(one.leafHash), head)
    if (holds === one.wantErr) t.fail(name)
    count += 1
  }
  t.ok(count > 50, `${count} proofs`)
})

void t.test('the verifier opens and refuses notes as others do', async t => {
  const file = join(DATA, 'sumdb-note', 'vectors.json')
  if (!existsSync(file)) return t.pass('the note vectors are not here')
  const { vkeys, text, sigLines, c2spExampleNote } = JSON.parse(readFileSync(file, 'utf8'))
  const [peter, enoch, example] = [vkeys.peter, vkeys.enoch, vkeys.c2spExample].map(readKey)
  if (!peter || !enoch || !example) throw new Error('a vector key cannot be read')
  t.equal(readKey(vkeys.badLength), undefined)
  t.equal(readKey(vkeys.unknownAlg), undefined)
  const judge = (note: string | Buffer, key = peter) => {
    const split = splitNote(Buffer.from(note))
    return split && isSignedBy(split, key)
  }
  t.equal(judge(`${text}\n${sigLines.peter}${sigLines.enoch}`), 'yes')
  t.equal(judge(`${text}\n${sigLines.peter}${sigLines.enoch}`, enoch), 'yes')
  t.equal(judge(`${text}\n${sigLines.enoch}`), 'no', 'an unknown line is passed over')
  t.equal(judge(`${text}x\n\n${sigLines.peter}`), 'wrong')
  t.equal(judge(c2spExampleNote, example), 'yes')
  const malformed = [
    text,
    `${text}\n`,
    `${text}\n${sigLines.peter.slice(0, -1)}`,
    `${text}\n${sigLines.peter}Unexpected line.\n`,
    `\u0001${text}\n${sigLines.peter}`,
    Buffer.concat([Buffer.of(0xff), Buffer.from(`${text}\n${sigLines.peter}`)]),
    `${text}\n${sigLines.peter.replace('PeterNeumann', 'Bad Name')}`,
    `${text}\n${sigLines.peter.repeat(101)}`,
  ]
  for (const note of malformed) t.equal(judge(note), undefined, JSON.stringify(String(note).slice(0, 30)))
})

void t.test('a second line, by ML-DSA-44, is checked where it is known and disturbs nobody else', async t => {
  const { publicKey, privateKey } = generateKeyPairSync('ml-dsa-44')
  const raw = Buffer.from(String(Object(publicKey.export({ format: 'jwk' })).pub), 'base64url')
  const typed = Buffer.concat([Buffer.of(6), raw])
  const id = hash('sha256', Buffer.concat([Buffer.from(`${ORIGIN}\n`), typed]), 'buffer').subarray(0, 4)
  const quantum = readKey(`${ORIGIN}+${id.toString('hex')}+${typed.toString('base64')}`)
  const classic = readKey(vkey)
  if (!quantum || !classic) throw new Error('a key cannot be read')
  const text = `${ORIGIN}\n5\n${Buffer.alloc(32, 1).toString('base64')}\n`
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(1_780_000_000n)
  const sized = (name: string) => Buffer.concat([Buffer.of(name.length), Buffer.from(name)])
  const range = Buffer.from('00000000000000000000000000000005', 'hex')
  const message = [
    Buffer.from('subtree/v1\n\0'),
    sized(ORIGIN),
    time,
    sized(ORIGIN),
    range,
    Buffer.alloc(32, 1),
  ]
  const second = Buffer.concat([id, time, sign(null, Buffer.concat(message), privateKey)]).toString('base64')
  const first = Buffer.concat([classic.id, Buffer.from(await signer.sign(Buffer.from(text)))]).toString(
    'base64',
  )
  const judge = (note: string, key: typeof classic) => {
    const split = splitNote(Buffer.from(note))
    return split && isSignedBy(split, key)
  }
  const note = `${text}\n\u2014 ${ORIGIN} ${first}\n\u2014 ${ORIGIN} ${second}\n`
  t.same(
    [classic, quantum].map(key => judge(note, key)),
    ['yes', 'yes'],
  )
  const older = note.replace('\n5\n', '\n6\n')
  t.same(
    [classic, quantum].map(key => judge(older, key)),
    ['wrong', 'wrong'],
  )
  const spoilt = `${text}\n\u2014 ${ORIGIN} ${first}\n\u2014 ${ORIGIN} ${second.replace(/(.{60})./, '$1_').replace('_', second[60] === 'A' ? 'B' : 'A')}\n`
  t.same(
    [classic, quantum].map(key => judge(spoilt, key)),
    ['yes', 'wrong'],
  )
})

void t.test('a policy is read exactly, or not at all', async t => {
  const keys = ['w1', 'w2', 'w3'].map(name => printWitnessVkey(makeNoteSigner(`${name}.example`)))
  const [one = '', two = '', three = ''] = keys
  const seen = (policy: string, ...names: string[]) => {
    const reading = readPolicy(Buffer.from(policy))
    return reading.ok ? reading.policy.suffices(new Set(names)) : `${reading.line}: ${reading.says}`
  }
  const base = `# whom we trust\n\n log\t${vkey} https://log.example/\nwitness a ${one}\nwitness b ${two} https://b.example\nwitness c ${three}\n`
  t.equal(seen(`${base}quorum none`), true)
  t.equal(seen(`${base}quorum a\n`, 'b', 'c'), false)
  t.equal(seen(`${base}quorum a\n`, 'a'), true)
  const grouped = `${base}group two 2 a b\ngroup all all two c\nquorum all\n`
  t.same(
    [seen(grouped, 'a', 'b', 'c'), seen(grouped, 'a', 'c'), seen(grouped, 'a', 'b')],
    [true, false, false],
  )
  t.equal(seen(`${base}group any any a b\nquorum any`, 'b'), true)
  const wrong: readonly (readonly [policy: string, line: number])[] = [
    [base, 0],
    [`${base}quorum a\nquorum b\n`, 8],
    [`${base}quorum d\n`, 7],
    [`${base}quorum a b\n`, 7],
    [`${base}witness a ${one}\nquorum a`, 7],
    [`${base}witness d ${one}\nquorum a`, 7],
    [`${base}witness none ${printWitnessVkey(witness)}\nquorum a`, 7],
    [`${base}witness d ${vkey}\nquorum a`, 7],
    [`${base}log ${one}\nquorum a`, 7],
    [`${base}log ${vkey}\nquorum a`, 7],
    [`${base}group g 3 a b\nquorum g`, 7],
    [`${base}group g 0 a b\nquorum g`, 7],
    [`${base}group g all\nquorum g`, 7],
    [`${base}group g any a d\nquorum g`, 7],
    [`${base}group g any a a\nquorum g`, 7],
    [`${base}group g any a\ngroup h any a\nquorum h`, 8],
    [`${base}group a any b\nquorum a`, 7],
    [`${base}trust me\nquorum a`, 7],
    [`${base}quorum a\r\n`, 0],
  ]
  for (const [policy, line] of wrong)
    t.match(seen(policy), new RegExp(`^${line}: `), policy.split('\n').slice(6).join(' | '))
})
