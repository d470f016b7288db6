import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer } from 'node:tls'
import t from 'tap'
import { copyOf, ocsfEvent } from '../../src/cli/siem-event.ts'
import { framed, sendAll, syslogLine } from '../../src/cli/siem-syslog.ts'
import { digestOf, systemClock } from '../../src/kit/kit.ts'
import { leafHash, makeLeafWriter } from '../../src/ledger/ledger.ts'
import { openSqliteStore } from '../../src/stores/stores.ts'
import { program } from '../support/program.ts'
import { freshDirectory, ORIGIN, story } from './exported-ledger.ts'

t.setTimeout(120_000)

const root = freshDirectory(t)
const COUNT = 2500
const leaves = story(COUNT)
const store = join(root, 'store')
const opened = await openSqliteStore({
  directory: store,
  clock: systemClock,
  onFailure: fault => t.fail(fault.message),
})
t.teardown(() => opened[Symbol.asyncDispose]())
await opened.note(leaves)

const pem = (name: string) => join(root, name)
const made = spawnSync('openssl', [
  ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
  ...['-subj', '/CN=collector', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
  ...['-keyout', pem('key.pem'), '-out', pem('ca.pem')],
])
const certified = made.status === 0
const siem = (...args: string[]) => ['audit', 'siem', '--store', store, ...args]
const run = (...args: string[]) =>
  spawnSync(process.execPath, [program, ...siem(...args)], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })

const SHAPE =
  /^<(\d+)>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) northshire-police concordat - (XG-\d{4}) \[leaf@32473 origin="([^"]+)" seq="(\d+)" hash="([0-9a-f]{64})"\] (.*)$/

/** Messages out of a stream of frames (RFC 5425); a rest that is none yet is given back. */
function unframe(bytes: Buffer): { readonly messages: string[]; readonly rest: Buffer } {
  const messages: string[] = []
  let rest = bytes
  for (;;) {
    const space = rest.indexOf(' ')
    const length = Number(rest.subarray(0, Math.max(space, 0)).toString())
    if (space < 1 || rest.length < space + 1 + length) return { messages, rest }
    messages.push(rest.subarray(space + 1, space + 1 + length).toString())
    rest = rest.subarray(space + 1 + length)
  }
}

interface Collecting extends AsyncDisposable {
  readonly port: number
  /** The numbers of the leaves that came, connection by connection. */
  readonly connections: number[][]
  readonly messages: string[]
}

/** A collector; what `cut` says of the number of messages so far and of the connection makes it break off. */
async function collect(cut: (connection: number, messages: number) => boolean): Promise<Collecting> {
  const connections: number[][] = []
  const messages: string[] = []
  const server = createServer(
    { key: readFileSync(pem('key.pem')), cert: readFileSync(pem('ca.pem')) },
    socket => {
      const own: number[] = []
      const at = connections.push(own)
      let rest: Buffer = Buffer.alloc(0)
      socket.on('error', () => {})
      socket.on('data', (bytes: Buffer) => {
        const read = unframe(Buffer.concat([rest, bytes]))
        rest = read.rest
        for (const message of read.messages) {
          if (cut(at, own.length)) return socket.destroy()
          messages.push(message)
          own.push(Number(SHAPE.exec(message)?.[5]))
        }
      })
    },
  )
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, connections, messages, [Symbol.asyncDispose]: async () => void server.close() }
}

function start(...args: string[]): ChildProcess & { readonly done: Promise<number> } {
  const child = spawn(process.execPath, [program, ...siem(...args)], { cwd: root, stdio: 'ignore' })
  return Object.assign(child, { done: once(child, 'exit').then(([code]) => Number(code)) })
}

const everything = Array.from({ length: COUNT }, (_, seq) => seq)

void t.test('each leaf is one line of syslog that says where it stands in the ledger', tt => {
  const { status, stdout } = run('--format', 'rfc5424')
  tt.equal(status, 0)
  const lines = stdout
    .trim()
    .split('\n')
    .map(line => SHAPE.exec(line))
  tt.equal(lines.length, COUNT)
  tt.ok(
    lines.every((line, seq) => line?.[4] === ORIGIN && line[5] === String(seq) && line[7] === leaves[seq]),
  )
  tt.ok(lines.every((line, seq) => line?.[6] === leafHash(leaves[seq] ?? '').toString('hex')))
  tt.same(
    new Set(lines.map(line => line?.[1])),
    new Set(['109', '110']),
    'log audit, notice or informational',
  )
  const hostile = copyOf('a"]\\', 1, '{"gw":"a b","t":"","code":"x\\ny"}')
  tt.match(
    syslogLine(hostile, 'm'),
    /^<110>1 - - concordat - - \[leaf@32473 origin="a\\"\\]\\\\" seq="1" hash="\w+"\] m$/,
  )
  tt.equal(framed(['é', 'ab']).toString(), '2 é2 ab', 'lengths are in bytes')
  tt.end()
})

void t.test(
  'each leaf is one event of OCSF 1.6.0: API Activity with what was allowed, denied or modified',
  tt => {
    const { stdout } = run('--format', 'ocsf')
    const events = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    tt.equal(events.length, COUNT)
    for (const event of events.slice(0, 50)) {
      tt.match(event, {
        category_uid: 6,
        class_uid: 6003,
        actor: { app_name: String },
        api: { operation: String },
        src_endpoint: { name: String },
      })
      tt.match(event, {
        metadata: { version: '1.6.0', product: { name: String }, log_name: ORIGIN, uid: String },
      })
      tt.equal(event.type_uid, 600300 + event.activity_id)
      tt.type(event.time, 'number')
      tt.type(event.severity_id, 'number')
    }
    const writer = makeLeafWriter({ clock: systemClock, agency: 'northshire-police' })
    const about = {
      xid: 'x',
      from: 'northshire-police',
      to: 'army-1div',
      res: 'police.operation',
      purpose: 'joint-planning',
    }
    const forward = (fields: Readonly<Record<string, number>>) =>
      writer.write('decided', {
        ...about,
        decision: 'forward',
        policy: digestOf('p'),
        env: digestOf('e'),
        fields,
        c: { subject: 'committed' },
      })
    const event = (leaf: { readonly text: string }) => ocsfEvent(copyOf(ORIGIN, 7, leaf.text))
    tt.match(event(forward({ shared: 3 })), {
      type_uid: 600301,
      action_id: 1,
      disposition_id: 1,
      dst_endpoint: { name: 'army-1div' },
    })
    tt.match(event(forward({ shared: 3, withheld: 1 })), {
      action_id: 4,
      metadata: { profiles: ['security_control'], sequence: 7 },
    })
    tt.match(event(writer.write('refused', { ...about, room: 'decide', why: 'gate-failed' })), {
      action_id: 2,
      status_id: 2,
      status_detail: 'gate-failed',
    })
    tt.match(event(writer.write('erased', { count: 1, rule: 'r' })), {
      type_uid: 600304,
      action_id: undefined,
    })
    tt.match(
      event(writer.write('link.switch', { peer: 'army-1div', was: 'fibre', link: 'microwave', rule: 'r' })),
      { type_uid: 600399, activity_name: 'link.switch' },
    )
    tt.notMatch(JSON.stringify(event(forward({ shared: 1 }))), /committed/, 'commitments stay in the ledger')
    tt.end()
  },
)

void t.test('goes on from the cursor, and not at all where the store is not the one it knows', async tt => {
  const cursor = join(root, 'terminal.cursor')
  tt.equal(run('--format', 'ocsf', '--cursor', cursor).stdout.trim().split('\n').length, COUNT)
  tt.same(JSON.parse(readFileSync(cursor, 'utf8')), { log: 1, origin: ORIGIN, next: COUNT })
  tt.equal(run('--format', 'ocsf', '--cursor', cursor).stdout, '')
  writeFileSync(cursor, JSON.stringify({ log: 1, origin: ORIGIN, next: COUNT - 2 }))
  tt.equal(run('--format', 'ocsf', '--cursor', cursor).stdout.trim().split('\n').length, 2)
  for (const other of [
    { origin: 'another', next: 1 },
    { origin: ORIGIN, next: COUNT + 1 },
  ]) {
    writeFileSync(cursor, JSON.stringify({ log: 1, ...other }))
    const none = run('--format', 'ocsf', '--cursor', cursor)
    tt.equal(none.status, 3)
    tt.match(none.stderr, /which this store does not have/)
  }
  writeFileSync(cursor, '[]')
  tt.equal(run('--format', 'ocsf', '--cursor', cursor).status, 2)
  tt.equal(run('--format', 'ocsf', '--to', 'udp://h').status, 2)
  tt.equal(run('--format', 'ocsf', '--to', 'tls://h').status, 2, 'a collector that nobody vouches for')
})

void t.test(
  'a collector that breaks off gets everything: no hole, in order, twice only around the cut',
  { skip: certified ? false : 'openssl is not here' },
  async tt => {
    const cuts = new Map([
      [1, 400],
      [3, 700],
      [4, 0],
    ])
    await using collector = await collect(
      (connection, messages) => messages >= (cuts.get(connection) ?? Number.POSITIVE_INFINITY),
    )
    const cursor = join(root, 'cut.cursor')
    const to = [
      '--format',
      'rfc5424',
      '--to',
      `tls://127.0.0.1:${collector.port}`,
      '--ca',
      pem('ca.pem'),
      '--cursor',
      cursor,
    ]
    tt.equal(await start(...to).done, 0)
    tt.same(
      [...new Set(collector.connections.flat())].sort((a, b) => a - b),
      everything,
      'no hole',
    )
    for (const own of collector.connections)
      tt.ok(
        own.every((seq, at) => at === 0 || seq === (own[at - 1] ?? 0) + 1),
        'in order',
      )
    let reached = -1
    for (const [first = 0, ...own] of collector.connections.filter(own => own.length > 0)) {
      tt.ok(first <= reached + 1 && first > reached - 2000, `goes on at ${first} after ${reached}`)
      reached = Math.max(reached, own.at(-1) ?? first)
    }
    tt.ok(collector.connections.flat().length < COUNT + 4000, 'duplicates only around the cuts')
    tt.equal(JSON.parse(readFileSync(cursor, 'utf8')).next, COUNT)
  },
)

void t.test(
  'follows what comes, and stops when it is told to',
  { skip: certified ? false : 'openssl is not here' },
  async tt => {
    await using collector = await collect(() => false)
    const cursor = join(root, 'follow.cursor')
    writeFileSync(cursor, JSON.stringify({ log: 1, origin: ORIGIN, next: COUNT }))
    const child = start(
      '--format',
      'ocsf',
      '--to',
      `tls://localhost:${collector.port}`,
      '--ca',
      pem('ca.pem'),
      '--cursor',
      cursor,
      '--follow',
    )
    await sleep(1500)
    await opened.note(story(3).slice(1))
    for (let round = 0; round < 100 && collector.messages.length < 2; round++) await sleep(100)
    child.kill('SIGTERM')
    tt.equal(await child.done, 0)
    tt.same(collector.connections.flat(), [COUNT, COUNT + 1])
    tt.match(JSON.parse(SHAPE.exec(collector.messages[0] ?? '')?.[7] ?? ''), {
      class_uid: 6003,
      metadata: { sequence: COUNT },
    })
  },
)

void t.test(
  'nothing goes to a collector that is not the one we were told of, and the cursor stays',
  { skip: certified ? false : 'openssl is not here' },
  async tt => {
    await using collector = await collect(() => false)
    const { status } = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'ed25519', '-nodes', '-subj', '/CN=other'],
      '-keyout',
      pem('o.key'),
      '-out',
      pem('other.pem'),
    ])
    tt.equal(status, 0)
    const to = { host: '127.0.0.1', port: collector.port, cert: undefined, key: undefined, lenient: false }
    const { signal } = new AbortController()
    await tt.rejects(sendAll(['m'], { ...to, ca: readFileSync(pem('other.pem'), 'utf8') }, signal))
    tt.same(collector.messages, [])
    const cursor = join(root, 'other.cursor')
    const code = await start(
      '--format',
      'ocsf',
      '--to',
      `tls://127.0.0.1:${collector.port}`,
      '--ca',
      pem('other.pem'),
      '--cursor',
      cursor,
    ).done
    tt.equal(code, 3)
    tt.ok(!existsSync(cursor) || JSON.parse(readFileSync(cursor, 'utf8')).next === 0)
  },
)

/** Debian's rsyslog with its TLS driver, on a port of its own; undefined where it is not installed. */
async function rsyslog(port: number, file: string): Promise<ChildProcess | undefined> {
  const driver = [
    '/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_gtls.so',
    '/usr/lib/aarch64-linux-gnu/rsyslog/lmnsd_gtls.so',
  ]
  if (spawnSync('rsyslogd', ['-v']).error || !driver.some(path => existsSync(path))) return undefined
  const config = `global(workDirectory="${root}" defaultNetstreamDriver="gtls" defaultNetstreamDriverCAFile="${pem('ca.pem')}"
  defaultNetstreamDriverCertFile="${pem('ca.pem')}" defaultNetstreamDriverKeyFile="${pem('key.pem')}" maxMessageSize="64k")
module(load="imtcp" streamDriver.mode="1" streamDriver.authMode="anon")
template(name="raw" type="string" string="%rawmsg%\\n")
input(type="imtcp" port="${port}" address="127.0.0.1")
action(type="omfile" file="${file}" template="raw")
`
  writeFileSync(join(root, 'rsyslog.conf'), config)
  const child = spawn('rsyslogd', ['-n', '-f', join(root, 'rsyslog.conf'), '-i', join(root, 'rsyslog.pid')], {
    stdio: 'ignore',
  })
  await sleep(2000)
  return child
}

void t.test('rsyslog reads it', async tt => {
  const file = join(root, 'received.log')
  const port = 20_000 + (process.pid % 10_000)
  const child = certified ? await rsyslog(port, file) : undefined
  if (!child) return tt.comment('rsyslog with rsyslog-gnutls is not here: nothing was tried')
  tt.equal(
    await start('--lenient', '--format', 'rfc5424', '--to', `tls://127.0.0.1:${port}`, '--ca', pem('ca.pem'))
      .done,
    0,
  )
  child.kill('SIGTERM')
  await once(child, 'exit')
  const seqs = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map(line => Number(SHAPE.exec(line)?.[5]))
  tt.same(seqs, [...everything, COUNT, COUNT + 1])
})
