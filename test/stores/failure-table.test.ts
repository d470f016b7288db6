import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test as Tap } from 'tap'
import type { Done } from '../../src/stores/sqlite/command.ts'
import { openWriter, type Writer } from '../../src/stores/sqlite/writer.ts'
import { COMMAND_KINDS, durableWrites } from './durable-writes.ts'
import {
  apply,
  type Case,
  checkLeft,
  digestOf,
  headOf,
  imageOf,
  isAcknowledged,
  prepare,
  stateOf,
} from './failure-case.ts'
import { driverFault, type Step, shakyDriver } from './shaky-disk.ts'

/** FAILURE_SEED repeats a run that failed. */
const seed = Number(process.env['FAILURE_SEED'] ?? Date.now() % 1_000_000)
const random = makeRandom(seed)
t.comment(`FAILURE_SEED=${seed}`)
t.setTimeout(120_000)

/** Faults come from the driver here, so the files may lie in memory, where thousands of syncs cost nothing. */
const places = mkdtempSync(join(isRoomy('/dev/shm') ? '/dev/shm' : tmpdir(), 'concordat-failures-'))
t.teardown(() => rmSync(places, { recursive: true, force: true }))

const cases = durableWrites().map(write => prepare(write, freshDirectory()))

function isRoomy(place: string): boolean {
  if (!existsSync(place)) return false
  const { bavail, bsize } = statfsSync(place)
  return bavail * bsize > 512 * 1024 * 1024
}

function freshDirectory(): string {
  return mkdtempSync(join(places, 'store-'))
}

/** Removes all stores but those from which the writes begin. */
function sweep(): void {
  const kept = new Set(cases.map(({ base }) => base))
  for (const name of readdirSync(places))
    if (!kept.has(join(places, name))) rmSync(join(places, name), { recursive: true })
}

void t.test('every kind of command is tried', tt => {
  const tried = new Set(cases.flatMap(({ commands }) => commands.map(({ kind }) => String(kind))))
  tt.same(
    COMMAND_KINDS.filter(kind => kind !== 'head' && !tried.has(kind)),
    [],
  )
  tt.end()
})

void t.test('a process that is killed at any step of a durable write', async t => {
  for (const one of cases)
    await t.test(one.write.says, async tt => {
      const images = killedAt(one)
      tt.ok(images.size > 1, `${one.steps.length} steps leave ${images.size} different pairs of files`)
      for (const image of images.values()) await checkLeft(tt, one, image)
      sweep()
    })
})

/** The different files that a kill can leave, by their digest. */
function killedAt({ base, commands }: Case) {
  const images = new Map<string, { directory: string; acknowledged: boolean; at: string }>()
  const directory = imageOf(base)
  let armed = false
  const keep = (at: string, acknowledged: boolean) => {
    const digest = `${digestOf(directory)} ${acknowledged}`
    if (!images.has(digest)) images.set(digest, { directory: imageOf(directory), acknowledged, at })
  }
  using writer = openWriter(
    directory,
    shakyDriver(({ when, what }) => armed && keep(`${when} ${what}`, false)),
  )
  armed = true
  apply(writer, commands)
  armed = false
  keep('after the acknowledgement', true)
  return images
}

void t.test('a power cut that leaves only the beginning of what a commit has written', async t => {
  for (const one of cases)
    await t.test(one.write.says, async tt => {
      for (const cut of cutShort(one)) await checkLeft(tt, one, cut)
      sweep()
    })
})

/** The files after the commit, but of the log only so many bytes more than before it; and one with a bit that has turned. */
function cutShort({ base, commands }: Case) {
  const directory = imageOf(base)
  const log = join(directory, 'concordat.db-wal')
  let written: { image: string; from: number; to: number } | undefined
  let [armed, from] = [false, 0]
  const onStep = ({ when, what }: Step) => {
    if (!armed || what !== 'concordat.db: COMMIT') return
    if (when === 'before') from = statSync(log, { throwIfNoEntry: false })?.size ?? 0
    else written = { image: imageOf(directory), from, to: statSync(log).size }
  }
  using writer = openWriter(directory, shakyDriver(onStep))
  armed = true
  apply(writer, commands)
  if (written === undefined) throw new Error('nothing was committed')
  const { image, to } = written
  const places = [from, to - 1, ...Array.from({ length: 3 }, () => from + Math.floor(random() * (to - from)))]
  return places.map((place, index) => {
    const left = imageOf(image)
    const file = join(left, 'concordat.db-wal')
    if (index === 2) writeFileSync(file, turned(readFileSync(file), place))
    else truncateSync(file, place)
    return { directory: left, acknowledged: false, at: `${place} of ${from} to ${to} bytes` }
  })
}

function turned(bytes: Buffer, place: number): Buffer {
  bytes.writeUInt8(bytes.readUInt8(place) ^ 0x10, place)
  return bytes
}

void t.test('a process that is killed while it lays out a new store, or opens one', async tt => {
  const images = new Map<string, string>()
  const directory = freshDirectory()
  const keep = () => {
    const digest = digestOf(directory)
    if (!images.has(digest)) images.set(digest, imageOf(directory))
  }
  openWriter(directory, shakyDriver(keep))[Symbol.dispose]()
  tt.ok(images.size > 5, `${images.size} stages`)
  for (const image of images.values()) {
    using writer = openWriter(image)
    tt.ok(isAcknowledged(apply(writer, [{ kind: 'note', leaves: ['x'], vault: [] }])))
  }
})

interface Trouble {
  readonly says: string
  readonly fault: () => Error
  readonly when: Step['when']
  /** Which steps can fail like this. */
  readonly at: RegExp
  /** How many of the statements within a transaction are tried; a full disk takes time to become a good one. */
  readonly statements: number
}

const TROUBLES: readonly Trouble[] = [
  { says: 'an I/O error', fault: ioError, when: 'before', at: /./, statements: 3 },
  { says: 'an I/O error that is told too late', fault: ioError, when: 'after', at: /COMMIT/, statements: 0 },
  { says: 'no space', fault: fullDisk, when: 'before', at: /./, statements: 1 },
  { says: 'a lock', fault: lockedFile, when: 'before', at: /db: BEGIN/, statements: 0 },
]

function ioError(): Error {
  return driverFault(10, 'disk I/O error')
}

function fullDisk(): Error {
  return driverFault(13, 'database or disk is full')
}

function lockedFile(): Error {
  return driverFault(5, 'database is locked')
}

for (const trouble of TROUBLES)
  void t.test(`${trouble.says} at a step of a durable write`, async t => {
    for (const one of cases)
      await t.test(one.write.says, async tt => {
        for (const step of chosenSteps(one, trouble)) await checkTrouble(tt, one, { trouble, step })
        sweep()
      })
  })

/** Every step that opens, closes or cleans up, and some of the statements between them. */
function chosenSteps({ steps }: Case, { when, at, statements }: Trouble): readonly number[] {
  const fitting = [...steps.entries()].filter(([, step]) => step.when === when && at.test(step.what))
  const [frame, between] = [true, false].map(framing =>
    fitting
      .filter(([, { what }]) => /: (BEGIN|COMMIT|PRAGMA)/.test(what) === framing)
      .map(([index]) => index),
  )
  return [...(frame ?? []), ...sample(between ?? [], statements)]
}

async function checkTrouble(tt: Tap, one: Case, { trouble, step }: { trouble: Trouble; step: number }) {
  const directory = imageOf(one.base)
  const at = `${trouble.says} ${trouble.when} step ${step}, ${one.steps[step]?.what}`
  let [armed, passed] = [false, 0]
  const onStep = () => {
    if (armed && passed++ === step) throw trouble.fault()
  }
  const writer = openWriter(directory, shakyDriver(onStep))
  let acknowledged = false
  try {
    headOf(writer)
    armed = true
    const done = apply(writer, one.commands)
    armed = false
    acknowledged = isAcknowledged(done)
    const some = done.outcomes.some(({ kind }) => kind === 'answer')
    if (some && !acknowledged && !done.short) tt.fail(`${at}: only a part of them was acknowledged`)
    if (done.outcomes.some(({ kind }) => kind === 'fault')) tt.fail(`${at}: taken for a fault of the command`)
    if (done.broken !== undefined) checkBroken(tt, writer, at)
    else if (!acknowledged) checkRecovery(tt, writer, { done, one, at })
  } finally {
    writer[Symbol.dispose]()
  }
  if (!acknowledged && trouble.says !== 'no space' && trouble.says !== 'a lock')
    return checkLeft(tt, one, { directory, acknowledged, at })
  // What was recorded as dropped goes at the latest when the store is opened next.
  openWriter(directory)[Symbol.dispose]()
  tt.ok(stateIsMade(one, directory, trouble), `${at}: done in the end`)
}

/** Once it has an I/O error, a store records nothing more: not even what would succeed. */
function checkBroken(tt: Tap, writer: Writer, at: string): void {
  const { outcomes, broken } = apply(writer, [{ kind: 'note', leaves: ['x'], vault: [] }])
  if (outcomes[0]?.kind !== 'unavailable' || broken === undefined)
    tt.fail(`${at}: went on after an I/O error`)
}

/** Space and locks come back: what was turned away can be done, and the ledger says first what it has missed. */
function checkRecovery(tt: Tap, writer: Writer, parts: { done: Done; one: Case; at: string }): void {
  const { done, one, at } = parts
  const missed = one.commands.filter((_, index) => done.outcomes[index]?.kind === 'unavailable')
  const again = apply(writer, missed)
  if (again.short || !isAcknowledged(again)) tt.fail(`${at}: has not recovered: ${JSON.stringify(again)}`)
}

/** After a full disk the commands of a group may have been carried out in two parts. */
function stateIsMade({ made, commands }: Case, directory: string, { says }: Trouble): boolean {
  const { main } = stateOf(directory)
  if (commands.length === 1 || says !== 'no space') return main === made.main
  return main.length === made.main.length
}

function sample<One>(from: readonly One[], most: number): readonly One[] {
  const left = [...from]
  return Array.from({ length: Math.min(most, left.length) }, () =>
    left.splice(Math.floor(random() * left.length), 1),
  ).flat()
}

/** Numbers in [0, 1) that follow from a seed (mulberry32). */
function makeRandom(from: number): () => number {
  let state = from
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
