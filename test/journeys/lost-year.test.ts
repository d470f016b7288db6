/** A store that is brought back from before New Year: its year does not end before a witness has said that nothing of it is missing. */
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test as Tap } from 'tap'
import { type Gateway, reopenLog, startGateway } from '../../src/gateway/gateway.ts'
import type { Clock } from '../../src/kit/kit.ts'
import { layField, type Side } from '../support/field.ts'
import { redate } from '../support/redate.ts'
import { until } from '../support/until.ts'
import { checkLedgers } from './endings.ts'

t.setTimeout(240_000)

const NEW_YEAR = Date.parse('2027-01-01T00:00:00Z')
const DAY_MS = 86_400_000
/** In which a gateway looks at the year several times. */
const SECONDS_MS = 3_000

const said: string[] = []
const log = {
  info: () => undefined,
  warn: (event: string) => said.push(event),
  error: (event: string, fault: unknown) => said.push(`${event} ${String(fault)}`),
}

/** An hour before New Year, until it is an hour after it. */
function turningClock(): Clock & { turn(): void } {
  let from = NEW_YEAR - 3_600_000
  return {
    now: () => from + Math.floor(performance.now()),
    turn() {
      from += 7_200_000
    },
  }
}

async function start(side: Side, clock: Clock): Promise<Gateway> {
  const onFailure = (fault: Error) => said.push(`${side.agency} failed: ${fault.message}`)
  const gateway = await startGateway(side.config, { clock, log, onFailure })
  await until(async () => (await side.console('/readyz').catch(() => undefined))?.status === 200, 'ready')
  return gateway
}

/** The newest log in the store of a side: its number, its leaves, and how many of them the other side has cosigned. */
function newestOf({ store }: Side) {
  using db = new DatabaseSync(join(store, 'concordat.db'), { readOnly: true })
  const [row = {}] = db
    .prepare(
      `SELECT id AS log, (SELECT max(seq) + 1 FROM leaf) - first AS size,
       (SELECT max(size) FROM cosignature AS c WHERE c.log = l.id) AS cosigned FROM log AS l ORDER BY id DESC`,
    )
    .all()
  return { log: Number(row['log']), size: Number(row['size']), cosigned: Number(row['cosigned'] ?? 0) }
}

async function replace(store: string, copy: string): Promise<void> {
  await rm(store, { recursive: true, force: true })
  await cp(copy, store, { recursive: true })
}

void t.test('a store from before New Year is found, and closes no year', async tt => {
  const clock = turningClock()
  await using field = await layField({ clock, editConfig: text => `${text}\nwitness:\n  everySeconds: 1\n` })
  const { police, army } = field
  for (const { certificates } of [police, army])
    redate(certificates, new Date(Math.min(Date.now(), NEW_YEAR) - DAY_MS), new Date(NEW_YEAR + 30 * DAY_MS))
  const [older, whole] = [join(field.directory, 'older'), join(field.directory, 'whole')]
  const nameOf = (year: string, { agency } = police) => `${agency}.concordat/ledger/${year}`
  const sentence = (origin: string, how: string) =>
    new RegExp(`leaves of the ledger \`${origin}\`, and this store ${how}: it is an older copy`)
  const refused = async (t3: Tap, origin: string, how: string) => {
    const { size } = newestOf(police)
    await t3.rejects(start(police, clock), { message: sentence(origin, how) })
    t3.match(newestOf(police), { log: 1, size }, 'nothing is recorded in it')
  }
  /** Starts the police alone, and the army when they have looked at the year for a while. */
  const unwatched = async (t3: Tap): Promise<AsyncDisposableStack> => {
    await using stack = new AsyncDisposableStack()
    said.length = 0
    stack.use(await start(police, clock))
    await sleep(SECONDS_MS)
    t3.equal(newestOf(police).log, 1, 'it goes on in the log that it has')
    t3.ok(said.includes('ledger-unconfirmed'))
    stack.use(await start(army, clock))
    return stack.move()
  }
  const endsWith = async (t3: Tap, origin: string, how: string) => {
    await until(() => said.some(words => words.startsWith(`${police.agency} failed`)), 'it ends')
    t3.match(
      said.find(words => / failed: /.test(words)),
      sentence(origin, how),
    )
    t3.equal(newestOf(police).log, 1)
    t3.notOk(
      said.some(words => /conflict/.test(words)),
      'and its witness was shown no contradiction',
    )
  }

  {
    await using _army = await start(army, clock)
    {
      await using _police = await start(police, clock)
      await until(() => newestOf(police).cosigned > 0, 'a head is cosigned')
    }
    await cp(police.store, older, { recursive: true })
    const { size } = newestOf(police)
    await using _police = await start(police, clock)
    await until(() => newestOf(police).cosigned > size, 'the log has grown')
  }
  await cp(police.store, whole, { recursive: true })
  const { cosigned: seen } = newestOf(police)
  clock.turn()

  await tt.test('a witness that comes back has more of the old log', async t3 => {
    await replace(police.store, older)
    await using _both = await unwatched(t3)
    await endsWith(t3, nameOf('2026'), '(has \\d+|goes on in another way)')
    t3.equal(newestOf(army).log, 2, 'its own year was confirmed at its start, and is closed')
    t3.match((await army.leaves())[0], { was: nameOf('2026', army), why: 'year' })
  })

  await tt.test('a witness that is there has more of the old log', async t3 => {
    await replace(police.store, older)
    await using _army = await start(army, clock)
    await refused(t3, nameOf('2026'), `has ${newestOf(police).size}`)
    const done = await reopenLog(police.config, { clock, log })
    t3.match(done, { kind: 'reopened', origin: nameOf('2027-2'), lost: { size: seen, how: 'behind' } })
    t3.match((await police.leaves())[0], { was: nameOf('2026'), size: seen, why: 'restored' })
  })

  await tt.test('where nothing is missing, the year ends as soon as a witness says so', async t3 => {
    await replace(police.store, whole)
    await using _both = await unwatched(t3)
    await until(() => newestOf(police).log === 2, 'the year ends')
    t3.match((await police.leaves())[0], { origin: nameOf('2027'), was: nameOf('2026'), why: 'year' })
    await until(() => newestOf(police).cosigned > 0, 'a head of the new log is cosigned')
    t3.notOk(said.some(words => /failed|conflict/.test(words)))
  })

  await tt.test('where there is no witness, nothing waits', async t3 => {
    await replace(police.store, whole)
    const peers = police.config.peers.map(peer => ({ ...peer, ledger: undefined }))
    await using _police = await start({ ...police, config: { ...police.config, peers } }, clock)
    t3.match((await police.leaves())[0], { origin: nameOf('2027'), was: nameOf('2026'), why: 'year' })
  })

  await tt.test('a witness that is there has the new log', async t3 => {
    await replace(police.store, older)
    await using _army = await start(army, clock)
    await refused(t3, nameOf('2027'), 'does not know that log')
  })

  await tt.test('a witness that comes back has the new log', async t3 => {
    await using _both = await unwatched(t3)
    await endsWith(t3, nameOf('2027'), 'does not know that log')
  })

  await tt.test('and a new log goes on after the last head that was seen', async t3 => {
    await using _army = await start(army, clock)
    await refused(t3, nameOf('2027'), 'does not know that log')
    const done = await reopenLog(police.config, { clock, log })
    t3.match(done, { kind: 'reopened', origin: nameOf('2027-2'), lost: { origin: nameOf('2027') } })
    t3.same(await reopenLog(police.config, { clock, log }), { kind: 'intact' }, 'once is enough')
    for (const round of ['at once', 'and after the next start']) {
      await using _police = await start(police, clock)
      const { size } = newestOf(police)
      await until(() => newestOf(police).cosigned >= size, `it is cosigned ${round}`)
    }
    await using _police = await start(police, clock)
    t3.match((await police.leaves())[0], { origin: nameOf('2027-2'), was: nameOf('2027'), why: 'restored' })
    t3.equal(newestOf(police).log, 2)
    await checkLedgers(t3, field)
  })

  await tt.test('also where nothing at all was brought back', async t3 => {
    await using _army = await start(army, clock)
    await rm(police.store, { recursive: true })
    await t3.rejects(start(police, clock), { message: sentence(nameOf('2027-2'), 'does not know that log') })
    await reopenLog(police.config, { clock, log })
    await using _police = await start(police, clock)
    t3.match((await police.leaves())[0], { origin: nameOf('2027-3'), was: nameOf('2027-2'), why: 'restored' })
    await until(() => newestOf(police).cosigned > 0, 'it is cosigned')
  })
})
