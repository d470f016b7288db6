import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { systemClock } from '../../src/kit/kit.ts'
import { type LinkChange, LinkFault, makeRoad, type Road, requestOnce } from '../../src/links/links.ts'
import { type Answer, ARMY, Cable, clientTls, makePki, PeerDoor, POLICE } from './peer-doors.ts'

const pki = await makePki()
const rules = { heartbeatMs: 25, deadlineMs: 2_000, goodBeats: 3, holdDownMs: 150 }
const QUIET = { heartbeatMs: 600_000, deadlineMs: 2_000, goodBeats: 3, holdDownMs: 150 }
const BATCHES = '/peer/v1/batches'

interface RoadTest {
  readonly road: Road
  readonly changes: string[]
  /** Resolves when a change such as `fibre down` has been told; fails after 20 s. */
  readonly seen: (change: string) => Promise<void>
}

function roadOver(
  links: Readonly<Record<string, number>>,
  given: { rules?: typeof rules; expect?: typeof ARMY } = {},
): RoadTest {
  const changes: string[] = []
  const road = makeRoad({
    peer: ARMY,
    links: Object.entries(links).map(([name, port]) => ({
      name,
      url: `https://127.0.0.1:${port}`,
      localAddress: undefined,
    })),
    tls: clientTls(pki, given.expect ?? ARMY),
    clock: systemClock,
    rules: given.rules ?? rules,
    canaryPath: '/peer/v1/canary',
    onChange: ({ link, change }: LinkChange) => {
      changes.push(`${link} ${change}`)
    },
  })
  const seen = async (change: string) => {
    for (let turn = 0; turn < 2_000 && !changes.includes(change); turn++) await sleep(10)
    if (!changes.includes(change)) throw new Error(`never told: ${change}`)
  }
  return { road, changes, seen }
}

const onlyBatches = (answer: Answer) => (path: string) => (path === BATCHES ? answer : { status: 200 })

const push = (road: Road, text: string) => road.send(BATCHES, Buffer.from(text), 'application/x-ndjson')

void t.test('the first link that is up carries', async t => {
  await using fibre = await PeerDoor.open(pki, 'fibre')
  await using microwave = await PeerDoor.open(pki, 'microwave')
  const { road, changes } = roadOver({ fibre: fibre.port, microwave: microwave.port })
  await using _road = road
  const reply = await push(road, 'one')
  t.match(reply, { status: 200, link: 'fibre', retryAfterSeconds: undefined })
  t.equal(reply.body.toString(), 'fibre')
  t.same(fibre.received, ['one'])
  t.same(changes, [])
  t.same(
    road.status().map(({ name, up, carrying }) => ({ name, up, carrying })),
    [
      { name: 'fibre', up: true, carrying: true },
      { name: 'microwave', up: true, carrying: false },
    ],
  )
})

void t.test('where one link dies, traffic goes on over the other, and comes back with it', async t => {
  const fibre = await PeerDoor.open(pki, 'fibre')
  const { port } = fibre
  await using microwave = await PeerDoor.open(pki, 'microwave')
  const { road, changes, seen } = roadOver({ fibre: port, microwave: microwave.port })
  await using _road = road
  t.equal((await push(road, '1')).link, 'fibre')
  await fibre[Symbol.asyncDispose]()
  for (const text of ['2', '3', '4']) t.equal((await push(road, text)).link, 'microwave', 'no request fails')
  t.same(microwave.received, ['2', '3', '4'])
  t.same(changes, ['fibre down', 'microwave carrying'])
  t.equal(road.status()[0]?.up, false)
  await using again = await PeerDoor.open(pki, 'fibre', port)
  await seen('fibre up')
  t.equal((await push(road, '5')).link, 'fibre', 'the preferred link carries again')
  t.same(again.received, ['5'])
  t.equal(changes.at(-1), 'fibre carrying')
  t.type(road.status()[0]?.roundTripMs, 'number')
})

void t.test(
  'a cable that drops packets in silence is noticed, and what it carries goes on over the other',
  async t => {
    await using fibre = await PeerDoor.open(pki, 'fibre')
    await using microwave = await PeerDoor.open(pki, 'microwave')
    await using cable = await Cable.to(fibre.port)
    const { road, changes, seen } = roadOver({ fibre: cable.port, microwave: microwave.port })
    await using _road = road
    t.equal((await push(road, '1')).link, 'fibre')
    cable.cut()
    const underWay = push(road, '2')
    await seen('fibre down')
    t.equal((await underWay).link, 'microwave')
    t.same(microwave.received, ['2'])
    t.same(changes, ['fibre down', 'microwave carrying'])
  },
)

void t.test('where every link is down the fault says so, and the road recovers by itself', async t => {
  const fibre = await PeerDoor.open(pki, 'fibre')
  const microwave = await PeerDoor.open(pki, 'microwave')
  const { port } = microwave
  const { road, seen } = roadOver({ fibre: fibre.port, microwave: port })
  await using _road = road
  await Promise.all([fibre[Symbol.asyncDispose](), microwave[Symbol.asyncDispose]()])
  await t.rejects(push(road, '1'), LinkFault)
  await Promise.all([seen('fibre down'), seen('microwave down')])
  await using _again = await PeerDoor.open(pki, 'microwave', port)
  await seen('microwave up')
  t.equal((await push(road, '2')).link, 'microwave')
})

void t.test('a peer that cannot record is down, though its socket answers', async t => {
  await using fibre = await PeerDoor.open(pki, 'fibre')
  await using microwave = await PeerDoor.open(pki, 'microwave')
  fibre.answer = path => ({ status: path.endsWith('canary') ? 503 : 200 })
  const { road, seen } = roadOver({ fibre: fibre.port, microwave: microwave.port })
  await using _road = road
  await seen('fibre down')
  t.equal((await push(road, '1')).link, 'microwave')
})

void t.test('a slow answer on the only link is waited for, whatever its heartbeats do', async t => {
  await using fibre = await PeerDoor.open(pki, 'fibre')
  const late = Promise.withResolvers<{ status: number; body: string }>()
  const { road, seen } = roadOver({ fibre: fibre.port })
  await using _road = road
  fibre.answer = path => (path === BATCHES ? late.promise : { status: 503 })
  const underWay = push(road, '1')
  await seen('fibre down')
  late.resolve({ status: 200, body: 'late' })
  t.equal((await underWay).body.toString(), 'late')
  t.equal((await push(road, '2')).status, 200, 'a link that is down is tried where there is no other')
})

void t.test('an answer is passed on whatever its status; the answer of a wrong peer is none', async t => {
  await using fibre = await PeerDoor.open(pki, 'fibre')
  const { road } = roadOver({ fibre: fibre.port }, { rules: QUIET })
  await using _road = road
  const asked = async (headers: Readonly<Record<string, string>>) => {
    fibre.answer = onlyBatches({ status: 503, headers })
    return (await push(road, 'x')).retryAfterSeconds
  }
  t.equal(await asked({ 'retry-after': '7' }), 7)
  t.equal(
    await asked({ 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }),
    undefined,
    'only seconds are understood',
  )
  t.equal(await asked({}), undefined)
  fibre.answer = onlyBatches({ status: 200, body: Buffer.alloc(2_000_000) })
  t.equal(
    (await push(road, 'x')).status,
    502,
    'an answer beyond all measure is as none, and the link is not to blame',
  )
  t.equal(road.status()[0]?.up, true)
  fibre.answer = onlyBatches({ status: 302, headers: { location: 'https://elsewhere.example/' } })
  t.equal((await push(road, 'x')).status, 302, 'nobody is followed elsewhere')
  const stranger = roadOver({ fibre: fibre.port }, { rules: QUIET, expect: POLICE })
  await using _stranger = stranger.road
  const before = fibre.received.length
  await t.rejects(push(stranger.road, 'secret'), LinkFault, 'another agency than the one expected')
  t.equal(fibre.received.length, before, 'and it was told nothing')
})

void t.test(
  'after a renewal every connection is a new one, so that certificates are looked at again',
  async t => {
    await using fibre = await PeerDoor.open(pki, 'fibre')
    const { road } = roadOver({ fibre: fibre.port }, { rules: QUIET })
    await using _road = road
    for (const text of ['1', '2', '3']) await push(road, text)
    const before = fibre.connections
    await road.renew()
    await push(road, '4')
    t.equal(fibre.connections, before + 1)
    t.same(fibre.received, ['1', '2', '3', '4'])
  },
)

void t.test('a road that is closed is silent', async t => {
  await using fibre = await PeerDoor.open(pki, 'fibre')
  let beats = 0
  fibre.answer = () => {
    beats++
    return { status: 200 }
  }
  const { road, changes } = roadOver({ fibre: fibre.port })
  await push(road, '1')
  while (beats < 4) await sleep(10)
  await road[Symbol.asyncDispose]()
  const before = beats
  await sleep(120)
  t.equal(beats, before)
  t.same(changes, [], 'closing is no fault of the link')
  await t.rejects(push(road, '2'), LinkFault)
})

void t.test('one request over a connection of its own', async t => {
  await using fibre = await PeerDoor.open(pki, 'fibre')
  const reply = await requestOnce(`https://127.0.0.1:${fibre.port}`, '/readyz', clientTls(pki, ARMY))
  t.match(reply, { status: 200, link: 'once' })
  t.same(fibre.received, [], 'it only reads')
  const url = `https://127.0.0.1:${fibre.port}`
  const asked = { method: 'POST', headers: { authorization: 'Bearer x' }, body: Buffer.from('{}') } as const
  const limits = { timeoutMs: 5_000, replyBytes: 8 }
  await requestOnce(url, '/v1/suspensions', clientTls(pki, ARMY), { ...asked, ...limits })
  t.same(fibre.received, ['{}'], 'unless it is told to send')
  fibre.answer = () => ({ status: 200, body: 'nine bytes' })
  const large = await requestOnce(url, '/', clientTls(pki, ARMY), { ...asked, ...limits })
  t.equal(large.status, 502, 'no more is read than was asked for')
  await t.rejects(requestOnce('https://127.0.0.1:1', '/readyz', clientTls(pki, ARMY)), LinkFault)
})
