import { spawnSync } from 'node:child_process'
import { randomBytes, type X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { exportLedger } from '../../src/cli/audit-export.ts'
import { EXIT, printReport } from '../../src/cli/audit-verify/report.ts'
import { judgeStamp } from '../../src/cli/audit-verify/stamp.ts'
import { verifyExport } from '../../src/cli/audit-verify/verify.ts'
import { digestOf, sha256, systemClock } from '../../src/kit/kit.ts'
import { makeCheckpointer, makeLeafWriter, printVkey } from '../../src/ledger/ledger.ts'
import { makeTimestampQuery } from '../../src/seal/seal.ts'
import { makeMemoryStore } from '../../src/stores/stores.ts'
import { freshDirectory, makeNoteSigner, ORIGIN, story } from './exported-ledger.ts'
import { makeAuthority, openssl } from './stamp-authority.ts'

t.setTimeout(120_000)

if (openssl) {
  t.pass(`passed over: ${openssl}`)
  t.end()
  process.exit(0)
}

const signer = makeNoteSigner(ORIGIN)
const vkey = printVkey(signer)
const authority = await makeAuthority(freshDirectory(t))
const pem = (...certificates: readonly X509Certificate[]) => Buffer.from(certificates.map(String).join('\n'))
const both = pem(authority.ec, authority.rsa)

const query = (stamped: string) => makeTimestampQuery(sha256(stamped), randomBytes(16))

/** Five checkpoints, the first three of them stamped: by ECDSA, by RSA, and by ECDSA with the older name of its certificate. */
async function exportStamped(): Promise<string> {
  const store = makeMemoryStore({ clock: systemClock })
  const writer = makeLeafWriter({ clock: systemClock, agency: 'northshire-police' })
  await using checkpointer = makeCheckpointer({
    ...{ store, signer, clock: systemClock },
    ...{ publish: () => {}, onFault: () => {} },
  })
  const leaves = story(25)
  for (const [turn, by] of [['ec', 'tsa'], ['rsa', 'tsa'], ['ec', 'v1'], [], []].entries()) {
    await store.note(leaves.slice(turn * 5, turn * 5 + 5))
    await checkpointer.tick()
    const checkpoint = await store.latestCheckpoint()
    if (!checkpoint) throw new Error('there is no checkpoint')
    const { size, note, root } = checkpoint
    if (by.length === 0) continue
    const token = await authority.reply(query(note), ...by)
    const facts = { by: 'tsa.example', origin: ORIGIN, size, env: digestOf(token) }
    const leaf = writer.write('anchored', { ...facts, root: Buffer.from(root).toString('base64') }).text
    await store.saveAnchor({ size, kind: 'rfc3161', at: systemClock.now(), token }, leaf)
  }
  const directory = freshDirectory(t)
  await exportLedger(store, directory)
  return directory
}

const directory = await exportStamped()
const anchors = join(directory, 'anchors')
const names = readdirSync(anchors).sort()
const whole = new Map(names.map(name => [name, readFileSync(join(anchors, name))]))
const bytesOf = (name: string) => whole.get(name) ?? Buffer.alloc(0)

function judge(tsa?: Buffer) {
  return verifyExport({ directory, vkey, policy: undefined, tsa, toleranceMs: 60_000 })
}

/** What the verifier says while files of `anchors/` are others, or gone. */
function judgeWith(files: Readonly<Record<string, Buffer | undefined>>, tsa?: Buffer) {
  for (const [name, bytes] of Object.entries(files))
    if (bytes === undefined) rmSync(join(anchors, name))
    else writeFileSync(join(anchors, name), bytes)
  const report = judge(tsa)
  for (const name of names) writeFileSync(join(anchors, name), bytesOf(name))
  return report
}

const codesOf = ({ findings }: ReturnType<typeof judge>) => findings.map(({ code }) => code)

/** The list as it would be written over these stamps. */
function listOver(stamps: Readonly<Record<string, Buffer>>): Buffer {
  const lines = Object.entries(stamps).map(([size, bytes]) => `${size} ${sha256(bytes).toString('hex')}\n`)
  return Buffer.from(lines.join(''))
}

void t.test('stamps are told, and by whom the auditor knows they are', async tt => {
  tt.same(names, ['11', '11.tsr', '17', '17.tsr', '5', '5.tsr', 'index'])
  const believed = judge()
  tt.match(believed, { verdict: 'good', findings: [] })
  tt.match(believed.stamped, { heads: 3, newest: { size: 17 }, authorityFrom: 'export' })
  tt.same(believed.stamped.by.map(({ subject }) => subject).sort(), ['CN=ec', 'CN=rsa'])
  tt.ok(Math.abs((believed.stamped.newest?.at ?? 0) - Date.now()) < 60_000)
  const said = printReport(believed).join('\n')
  tt.match(said, /3 heads are time-stamped by CN=ec; CN=rsa; the first 17 leaves were there at 20\d\d-/)
  tt.match(said, `the key of the time stamps was taken from the export`)
  const known = judge(both)
  tt.match(known, { verdict: 'good', stamped: { heads: 3, authorityFrom: 'caller' } })
  tt.notMatch(printReport(known).join('\n'), 'taken from the export')
})

void t.test('another authority than the one that was given is told', async tt => {
  const other = judge(pem(authority.rsa))
  tt.match(other, { verdict: 'tampered', stamped: { heads: 1 } })
  tt.same(codesOf(other), ['stamp-authority', 'stamp-authority'])
  const stranger = await makeAuthority(freshDirectory(tt))
  tt.match(judge(pem(stranger.ec)), { verdict: 'tampered', stamped: { heads: 0, by: [], newest: undefined } })
  const unfit = judge(Buffer.from('no certificate'))
  tt.match(unfit.findings[0], { kind: 'missing', code: 'tsa-unfit' })
  const note = String(bytesOf('5'))
  const own = await stranger.reply(query(note))
  const files = { '5.tsr': own, index: listOver({ 5: own, 11: bytesOf('11.tsr'), 17: bytesOf('17.tsr') }) }
  tt.same(codesOf(judgeWith(files)), ['stamp-differs'], 'a stamp got later is not the one in the ledger')
  tt.same(codesOf(judgeWith(files, both)), ['stamp-authority', 'stamp-differs'])
})

void t.test('the program on its own takes the certificate, too', async tt => {
  const program = fileURLToPath(new URL('../../src/cli/audit-verify/main.ts', import.meta.url))
  const file = join(freshDirectory(tt), 'tsa.pem')
  writeFileSync(file, both)
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [program, ...args, '--vkey', vkey, '--tsa', file], { encoding: 'utf8' })
  const { status, stdout } = run('--dir', directory)
  tt.equal(status, EXIT.good)
  tt.match(stdout, '3 heads are time-stamped')
  tt.equal(run('--proof', file).status, 2, 'a proof has no stamps')
})

/** Numbers that are the same in every run: a linear congruence. */
function makeDice(seed: number): (sides: number) => number {
  let state = seed
  return sides => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

function flip(bytes: Buffer, dice: (sides: number) => number): readonly [flipped: Buffer, at: number] {
  const flipped = Buffer.from(bytes)
  const at = dice(bytes.length)
  flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << dice(8)), at)
  return [flipped, at]
}

void t.test('200 flipped bits in stamps, notes and their list, each found', async tt => {
  const dice = makeDice(20_260_711)
  for (let round = 0; round < 200; round++) {
    const name = names[round % names.length] ?? ''
    const [flipped, at] = flip(bytesOf(name), dice)
    const { verdict } = judgeWith({ [name]: flipped })
    if (EXIT[verdict] !== 1) tt.fail(`byte ${at} of ${name} was judged ${verdict}`)
  }
  tt.match(judge(both), { verdict: 'good' }, 'and what was mended is good again')
})

void t.test('a stamp holds by itself, whatever list and leaves say', async tt => {
  const dice = makeDice(20_260_712)
  const passed: string[] = []
  for (let round = 0; round < 600; round++) {
    const size = ['5', '11', '17'][round % 3] ?? ''
    const [response, note] = [bytesOf(`${size}.tsr`), bytesOf(size)]
    const [flipped, at] = flip(response, dice)
    const [before, after] = [response, flipped].map(one =>
      judgeStamp(one, note, [authority.ec, authority.rsa]),
    )
    if (!after || !('at' in after) || !before || !('at' in before)) continue
    tt.same([after.at, after.certificate.raw], [before.at, before.certificate.raw])
    const certificate = response.indexOf(after.certificate.raw)
    const isCopy = at >= certificate && at < certificate + after.certificate.raw.length
    if (!isCopy) passed.push(`${size} at ${at} of ${response.length}`)
  }
  tt.comment(passed.join(', '))
  tt.ok(passed.length < 30, `${passed.length} bits say nothing`)
  tt.same(judgeStamp(bytesOf('5.tsr'), bytesOf('11'), undefined), {
    ...{ kind: 'tampered', code: 'stamp-imprint' },
    says: 'is a stamp of something else',
  })
  for (let end = 0; end < bytesOf('5.tsr').length; end += 7)
    tt.notOk('at' in judgeStamp(bytesOf('5.tsr').subarray(0, end), bytesOf('5'), undefined), `cut at ${end}`)
})

void t.test('what was taken away is missed, by the list or by the leaves', async tt => {
  const gone = judgeWith({ '11.tsr': undefined })
  tt.match(gone, { verdict: 'incomplete', stamped: { heads: 2 } })
  tt.same(codesOf(gone), ['stamp-missing'])
  tt.same(codesOf(judgeWith({ '11': undefined })), ['checkpoint-missing'])
  tt.match(codesOf(judgeWith({ index: undefined })), ['stamp-missing'])
  const rest = listOver({ 5: bytesOf('5.tsr'), 17: bytesOf('17.tsr') })
  const hidden = judgeWith({ '11': undefined, '11.tsr': undefined, index: rest })
  tt.match(hidden, { verdict: 'incomplete', stamped: { heads: 2 } })
  tt.match(hidden.findings, [
    { code: 'stamp-missing', says: /`anchors\/11.tsr` is missing, which leaf \d+ records/ },
  ])
  const all = judgeWith(Object.fromEntries(names.map(name => [name, undefined])), both)
  tt.same(codesOf(all), ['stamp-missing', 'stamp-missing', 'stamp-missing', 'stamp-missing'])
  tt.equal(all.verdict, 'incomplete')
  tt.same(
    codesOf(judgeWith({ index: rest })),
    ['stamp-index', 'stamp-index'],
    'nor does the list lack what is there',
  )
  const swapped = { '5.tsr': bytesOf('11.tsr'), '11.tsr': bytesOf('5.tsr') }
  tt.ok(codesOf(judgeWith(swapped)).includes('stamp-imprint'))
})

void t.test('a stamped note is one of this log, and signs this tree', async tt => {
  const other = await exportStamped()
  const [note, tsr] = ['5', '5.tsr'].map(name => readFileSync(join(other, 'anchors', name)))
  const index = listOver({ 5: tsr ?? Buffer.alloc(0), 11: bytesOf('11.tsr'), 17: bytesOf('17.tsr') })
  const forked = judgeWith({ '5': note, '5.tsr': tsr, index }, both)
  tt.same(
    codesOf(forked),
    ['checkpoint-fork', 'stamp-differs'],
    'another tree under the same key, stamped well',
  )
  tt.match(forked, { verdict: 'tampered', stamped: { heads: 2 } })
  const elsewhere = judgeWith({ '5': bytesOf('11') })
  tt.ok(codesOf(elsewhere).includes('checkpoint-misplaced'))
})

void t.test('a certificate counts for what it is for, while it is valid', async tt => {
  const note = String(bytesOf('5'))
  const asked = query(note)
  const withoutCertificate = Buffer.concat([Buffer.of(0x30, asked.length - 5), asked.subarray(2, -3)])
  const response = await authority.reply(withoutCertificate)
  const judgeBy = (...certificates: X509Certificate[]) => {
    const known = certificates.length > 0 ? certificates : undefined
    const judged = judgeStamp(response, Buffer.from(note), known)
    return 'at' in judged ? 'good' : `${judged.kind}: ${judged.code}`
  }
  tt.equal(judgeBy(), 'missing: stamp-signer-missing')
  tt.equal(judgeBy(authority.rsa), 'tampered: stamp-authority')
  tt.equal(
    judgeBy(authority.rsa, authority.ec),
    'good',
    'where the stamp does not hold it, the given one is taken',
  )
  const change = (made: Partial<X509Certificate>) => judgeBy(lookalike(authority.ec, made))
  tt.equal(change({}), 'good')
  const unfit = 'tampered: stamp-signer-unfit'
  tt.equal(change({ keyUsage: ['1.3.6.1.5.5.7.3.8', '1.3.6.1.5.5.7.3.1'] }), unfit, 'for something else, too')
  tt.equal(change({ keyUsage: ['1.3.6.1.5.5.7.3.1'] }), unfit)
  tt.equal(change({ validFromDate: new Date(Date.now() + 3_600_000) }), unfit, 'not yet')
  tt.equal(change({ validToDate: new Date(Date.now() - 3_600_000) }), unfit, 'no longer')
  tt.equal(change({ publicKey: authority.unfit.publicKey }), 'tampered: stamp-signature')
  const sha512 = Buffer.from(asked.toString('hex').replace('040201', '040203'), 'hex')
  const refused = judgeStamp(await authority.reply(sha512), Buffer.from(note), undefined)
  tt.match(refused, { code: 'stamp-not-granted' }, 'the authority says no')
})

/** A certificate that says some things otherwise. */
function lookalike(certificate: X509Certificate, change: Partial<X509Certificate>): X509Certificate {
  return new Proxy(certificate, {
    get: (target, name) =>
      Reflect.get(name in change ? change : target, name, name in change ? change : target),
  })
}
