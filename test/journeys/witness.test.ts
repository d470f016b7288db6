import { randomBytes } from 'node:crypto'
import { cp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { isJsonObject, type JsonObject } from '../../src/kit/kit.ts'
import {
  findCosignature,
  openNote,
  printAddCheckpoint,
  printCheckpoint,
  readVerifierKeys,
  signNote,
  signPostQuantum,
} from '../../src/ledger/ledger.ts'
import { makePostQuantumSigner, makeSigner, readPrivateKey } from '../../src/seal/seal.ts'
import { openField, type Side } from '../support/field.ts'
import { runProgram } from '../support/program.ts'
import { openSystem } from '../support/system.ts'
import { until } from '../support/until.ts'
import { checkLedgers, idOf } from './endings.ts'
import { openOfficer } from './officers.ts'
import { OPS_ROOM, operation, pushOf } from './records.ts'

t.setTimeout(240_000)

/** Heads travel every second here, and a contradiction stops the exchange at the army. */
function hurried(text: string, agency: string): string {
  const onConflict = agency === 'army-1div' ? 'stop' : 'go-on'
  return `${text}\nwitness:\n  everySeconds: 1\n  onConflict: ${onConflict}\n`
}

interface Cosigned {
  readonly size: number
  readonly line: string
  readonly note: string
}

/** The newest head of a side that the other one has cosigned, as its store has it. */
function cosignedOf({ store }: Side): Cosigned | undefined {
  using db = new DatabaseSync(join(store, 'concordat.db'), { readOnly: true })
  const row = db
    .prepare(
      `SELECT c.size, line, note FROM cosignature AS c JOIN checkpoint AS p ON p.log = c.log AND p.size = c.size
       ORDER BY c.log DESC, c.size DESC LIMIT 1`,
    )
    .get()
  return row && { size: Number(row['size']), line: String(row['line']), note: String(row['note']) }
}

async function keysOf(side: Side) {
  const keys = readVerifierKeys(await readFile(join(side.certificates, 'public', 'ledger.vkeys'), 'utf8'))
  if (keys?.witness === undefined) throw new Error('the example publishes the keys of ledger and witness')
  return { log: keys.log, witness: keys.witness }
}

async function ofKind(side: Side, kind: string): Promise<JsonObject[]> {
  return (await side.leaves()).filter(leaf => leaf['kind'] === kind)
}

async function concordat(...args: string[]): Promise<{ code: number; out: string }> {
  const { code, stdout, stderr } = await runProgram(args)
  return { code, out: stdout + stderr }
}

/** Signs heads with the keys of a side's ledger, also heads that its gateway would not sign. */
async function forgerOf(side: Side, origin: string): Promise<(text: string) => Promise<string>> {
  const { key } = await readPrivateKey(side.config.keys.ledger)
  const { key: second } = await readPrivateKey(side.config.keys.ledgerPostQuantum ?? '')
  if (key === undefined || second === undefined) throw new Error('the keys of the ledger cannot be read')
  const signer = { name: origin, publicKey: (await keysOf(side)).log.publicKey, sign: makeSigner(key).sign }
  const other = { ...makePostQuantumSigner(second), name: origin }
  return async text => (await signNote(text, signer)) + (await signPostQuantum(text, other, 1))
}

void t.test('two agencies watch each other, and neither goes back', async tt => {
  await using field = await openField({ editConfig: hurried })
  const { police, army } = field
  const sides = [
    { side: police, other: army },
    { side: army, other: police },
  ]

  await until(() => sides.every(({ side }) => cosignedOf(side) !== undefined), 'both have been cosigned')
  for (const { side, other } of sides) {
    const { note, line } = cosignedOf(side) ?? { note: '', line: '' }
    const opened = openNote(note, [(await keysOf(side)).log])
    const text = opened.ok ? opened.text : ''
    tt.ok(
      findCosignature(text, line, (await keysOf(other)).witness),
      `${other.agency} has cosigned ${side.agency}`,
    )
    const [, size, root] = text.split('\n')
    const [origin] = text.split('\n')
    const seen = (await ofKind(other, 'witness.cosigned')).map(leaf =>
      JSON.stringify([leaf['origin'], leaf['size'], leaf['root']]),
    )
    tt.ok(seen.includes(JSON.stringify([origin, Number(size), root])), 'and has it in its own ledger')
    tt.match((await side.console('/metrics')).text, `concordat_witness_age_seconds{peer="${other.agency}"}`)
  }

  const yesterday = join(field.directory, 'yesterday')
  const before = cosignedOf(police)?.size ?? 0
  await police.stop()
  await cp(police.store, yesterday, { recursive: true })
  await police.start()
  await until(() => (cosignedOf(police)?.size ?? 0) > before + 3, 'the ledger has grown and was cosigned')
  const seen = cosignedOf(police)?.size ?? 0
  await police.stop()
  await rm(police.store, { recursive: true })
  await cp(yesterday, police.store, { recursive: true })
  const restored = (await police.leaves()).length
  await tt.rejects(
    police.start(),
    new RegExp(`army-1div has cosigned ${seen} leaves of the ledger .* has ${restored}: it is an older copy`),
  )
  tt.equal((await police.leaves()).length, restored, 'nothing was recorded in it')

  const { file } = police.config
  const usage = await concordat('audit', 'reopen', '--config', file, '--why', 'boredom')
  tt.equal(usage.code, 2)
  const reopened = await concordat('audit', 'reopen', '--config', file, '--why', 'restored')
  tt.equal(reopened.code, 0, reopened.out)
  tt.match(reopened.out, `army-1div has cosigned ${seen} leaves; this store held ${restored}`)
  const again = await concordat('audit', 'reopen', '--config', file, '--why', 'restored')
  tt.equal(again.code, 1, 'once is enough')
  await police.start()
  const [first] = await police.leaves()
  const year = new Date().getUTCFullYear()
  const origin = `northshire-police.concordat/ledger/${year}-2`
  tt.match(first, { kind: 'log.open', origin, why: 'restored', size: seen, was: origin.slice(0, -2) })
  await until(() => cosignedOf(police)?.note.startsWith(`${origin}\n`) === true, 'the new log is cosigned')
  await checkLedgers(tt, field)

  await tt.test('a second head under the same key is kept, alarmed, and stops the exchange', async t3 => {
    using peer = await openSystem(army, { name: 'gateway', door: 'outer', of: police })
    using system = await openSystem(police, { name: 'public-order-system' })
    const forger = await forgerOf(police, origin)
    const shown = async (old: number, size: number) => {
      const note = await forger(printCheckpoint({ origin, size, root: randomBytes(32) }))
      const body = Buffer.from(
        printAddCheckpoint({ old, proof: [randomBytes(32)].slice(old === size ? 1 : 0), note }),
      )
      return await peer.ask('POST', '/peer/v1/witness/add-checkpoint', { body, type: 'text/plain' })
    }
    const known = async () => {
      const logs = await peer.ask('GET', '/peer/v1/witness/logs')
      const { json } = logs
      const list = isJsonObject(json) && Array.isArray(json['logs']) ? json['logs'] : []
      const notes = list.map(entry => (isJsonObject(entry) ? String(entry['checkpoint']) : ''))
      return Number(notes.find(note => note.startsWith(`${origin}\n`))?.split('\n')[1])
    }
    const contradict = async () => {
      const size = await known()
      return await shown(size, size)
    }
    const refused = await contradict()
    t3.match(refused, { status: 409, text: /^\d+\n$/ })
    t3.equal(refused.headers['content-type'], 'text/x.tlog.size')
    const size = await known()
    t3.ok([409, 422].includes((await shown(size, size + 1000)).status))
    await until(async () => (await ofKind(army, 'witness.conflict')).length > 0, 'it is recorded')
    t3.match((await ofKind(army, 'witness.conflict'))[0], {
      peer: 'northshire-police',
      origin,
      why: 'same-size',
    })
    t3.not(army.logged('log-conflict').length, 0, 'alarmed')
    using operator = await openOfficer(army, 'a-052', 'operator')
    t3.match((await operator.ask('GET', '/v1/notices')).json, {
      notices: [{ kind: 'log-conflict', role: 'operator', peer: 'northshire-police' }],
    })
    t3.match(
      (await army.console('/metrics')).text,
      /concordat_log_conflicts\{peer="northshire-police"\} [12]\n/,
    )
    using db = new DatabaseSync(join(army.store, 'concordat.db'), { readOnly: true })
    const { log } = await keysOf(police)
    for (const row of db.prepare('SELECT note, was FROM peer_conflict').all())
      for (const note of [row['note'], row['was']])
        t3.ok(openNote(String(note), [{ ...log, name: origin }]).ok, 'both notes are kept whole')
    const pushed = await system.push(
      OPS_ROOM,
      pushOf('police.operation', operation('op-witness'), OPS_ROOM.purpose),
    )
    t3.equal(pushed.status, 202, 'the police records and waits')
    t3.equal(
      (await peer.ask('POST', '/peer/v1/batches', { body: Buffer.from('x'), type: 'application/x-ndjson' }))
        .status,
      403,
    )
    await until(
      async () => (await ofKind(army, 'refused')).some(leaf => leaf['why'] === 'log-conflict'),
      'refused',
    )
    await army.stop()
    const settled = await concordat(
      'audit',
      'settle',
      '--config',
      army.config.file,
      '--peer',
      'northshire-police',
      '--why',
      'exercise',
    )
    t3.equal(settled.code, 0, settled.out)
    await army.start()
    const xid = idOf(pushed.json)
    await until(
      async () => (await ofKind(police, 'receipted')).some(leaf => leaf['xid'] === xid),
      'what waited has arrived',
      90,
    )
    t3.match((await ofKind(police, 'receipted')).at(-1), { xid, decision: 'accepted' })
    t3.match((await operator.ask('GET', '/v1/notices')).json, { notices: [] }, 'nothing waits for anybody')
  })
})
