import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Command, Option } from 'commander'
import { isJsonObject, readJsonText } from '../kit/kit.ts'
import { type Copy, copyOf, ocsfEvent } from './siem-event.ts'
import { type Collector, sendAll, syslogLine } from './siem-syslog.ts'
import { dayOf, openEvenDropped } from './stored-ledger.ts'
import type { Terminal } from './terminal.ts'

interface SiemOptions {
  readonly store: string
  readonly format: 'ocsf' | 'rfc5424'
  readonly to?: string
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly cursor?: string
  readonly lenient?: true
  readonly follow?: true
}

/** `concordat audit siem`: a running copy of the ledger for those who watch. */
export function siemCommand(terminal: Terminal): Command {
  const format = new Option('--format <format>', 'OCSF 1.6.0 API Activity, or leaves as they are in syslog')
    .choices(['ocsf', 'rfc5424'] satisfies readonly SiemOptions['format'][])
    .makeOptionMandatory()
  return new Command('siem')
    .description('copy the ledger to a SIEM, from where the last copy ended; the gateway may be running')
    .requiredOption('--store <directory>', "the gateway's store")
    .addOption(format)
    .option('--to <tls://host:6514>', 'a collector (syslog over TLS, RFC 5425; default: to the terminal)')
    .option('--ca <file>', 'the authority of the collector')
    .option('--cert <file>', 'our certificate, where the collector asks for one')
    .option('--key <file>', 'its key')
    .option(
      '--lenient',
      'the collector closes connections without saying so in TLS, as rsyslog does; any end counts',
    )
    .option('--cursor <file>', 'where the next copy goes on; kept here')
    .option('--follow', 'go on with what comes, until it is stopped')
    .addHelpText(
      'after',
      '\nThe cursor moves when the collector has read a batch to its end. After a broken connection it and the one before are sent' +
        '\nagain: leaves may come twice, but none is left out. Origin, seq and hash of each leaf tell.',
    )
    .action((options: SiemOptions) => runSiem(terminal, options))
}

/** Where the copy goes on: log number from 1, its name, and the next leaf. */
interface Cursor {
  readonly log: number
  readonly origin: string
  readonly next: number
}

type Deliver = (copies: readonly Copy[]) => Promise<void>

/** How many leaves are sent at a time, and again after a broken connection. */
const BATCH = 1000
const POLL_MS = 1000
const MAX_WAIT_MS = 60_000
/** How often a collector is tried without --follow. */
const ATTEMPTS = 5

async function runSiem(terminal: Terminal, options: SiemOptions): Promise<void> {
  const collector = readCollector(terminal, options)
  const start = readCursor(terminal, options.cursor)
  if (typeof collector === 'string' || typeof start === 'string') {
    terminal.err([collector, start].filter(one => typeof one === 'string').join('; '))
    return terminal.end(2)
  }
  const deliver: Deliver = collector
    ? patiently(terminal, options, copies =>
        sendAll(
          copies.map(copy => framedLine(copy, options)),
          collector,
          terminal.stop,
        ),
      )
    : async copies => {
        for (const copy of copies) terminal.out(plainLine(copy, options))
      }
  let cursor: Cursor | undefined = start
  for (;;) {
    const done = await copyNew(terminal, options, cursor, deliver)
    if (done === undefined) return
    cursor = done
    if (!options.follow || terminal.stop.aborted) return terminal.end(0)
    await sleep(POLL_MS, undefined, { signal: terminal.stop }).catch(() => undefined)
  }
}

/** Copies what has come since; gives where it ends, or undefined where the command has ended. */
async function copyNew(
  terminal: Terminal,
  options: SiemOptions,
  from: Cursor | undefined,
  deliver: Deliver,
): Promise<Cursor | undefined> {
  let cursor = from ?? { log: 1, origin: '', next: 0 }
  for (let count = cursor.log; cursor.log <= count; cursor = { log: cursor.log + 1, origin: '', next: 0 }) {
    using ledger = openEvenDropped(terminal, { store: options.store, log: String(cursor.log) })
    if (!ledger) return undefined
    const logs = await ledger.logs()
    const origin = originIn(logs[cursor.log - 1])
    count = logs.length
    if (cursor.origin !== '' && cursor.origin !== origin) return lost(terminal, cursor)
    if (ledger.droppedAt !== undefined) {
      terminal.err(`${origin} was dropped on ${dayOf(ledger.droppedAt)}; the copy goes on behind it`)
      continue
    }
    const size = await ledger.size()
    if (cursor.next > size) return lost(terminal, cursor)
    while (cursor.next < size && !terminal.stop.aborted) {
      const leaves = await ledger.leaves(cursor.next, Math.min(cursor.next + BATCH, size))
      if (leaves.length === 0) break
      const { next } = cursor
      try {
        await deliver(leaves.map((text, at) => copyOf(origin, next + at, text)))
      } catch {
        terminal.err(`the collector cannot be reached, or breaks off; leaf ${next} is the next one`)
        saveCursor(terminal, options.cursor, { log: cursor.log, origin, next: Math.max(0, next - BATCH) })
        terminal.end(terminal.stop.aborted ? 0 : 3)
        return undefined
      }
      cursor = { log: cursor.log, origin, next: next + leaves.length }
      saveCursor(terminal, options.cursor, cursor)
    }
    if (cursor.log >= count || cursor.next < size) return { ...cursor, origin }
  }
  return cursor
}

function lost(terminal: Terminal, { origin, next }: Cursor): undefined {
  terminal.err(
    `the cursor stands at leaf ${next} of ${origin}, which this store does not have: was it restored?`,
  )
  terminal.end(3)
  return undefined
}

/**
 * Tries again, more and more slowly; for ever where it follows. A collector that closes while a batch is under way can look
 * as if it had read it, so the batch before goes again too.
 */
function patiently(terminal: Terminal, { follow }: SiemOptions, deliver: Deliver): Deliver {
  let before: readonly Copy[] = []
  return async copies => {
    for (let attempt = 1; ; attempt++) {
      try {
        await deliver(attempt === 1 ? copies : [...before, ...copies])
        before = copies
        return
      } catch (fault) {
        if (terminal.stop.aborted || (!follow && attempt >= ATTEMPTS)) throw fault
        const wait = Math.min(100 * 2 ** attempt, MAX_WAIT_MS)
        await sleep(wait, undefined, { signal: terminal.stop })
      }
    }
  }
}

function plainLine(copy: Copy, { format }: SiemOptions): string {
  return format === 'ocsf' ? JSON.stringify(ocsfEvent(copy)) : syslogLine(copy, copy.text)
}

function framedLine(copy: Copy, { format }: SiemOptions): string {
  return syslogLine(copy, format === 'ocsf' ? JSON.stringify(ocsfEvent(copy)) : copy.text)
}

function originIn(leaf: string | undefined): string {
  const reading = readJsonText(leaf ?? '')
  const origin = reading.ok && isJsonObject(reading.value) ? reading.value['origin'] : undefined
  return typeof origin === 'string' ? origin : 'unnamed'
}

/** The collector; undefined for the terminal; a sentence where it cannot be. */
function readCollector(
  terminal: Terminal,
  { to, ca, cert, key, lenient }: SiemOptions,
): Collector | string | undefined {
  if (to === undefined) return ca || cert || key ? '--ca, --cert and --key belong to --to' : undefined
  const [, host = '', port = '6514'] =
    /^tls:\/\/([^\s/:[\]]+|\[[0-9a-fA-F:]+\])(?::(\d{1,5}))?$/.exec(to) ?? []
  if (host === '') return '--to is tls://host:port'
  if (ca === undefined) return '--ca is needed, to know the collector by'
  if ((cert === undefined) !== (key === undefined)) return '--cert and --key belong together'
  try {
    const open = (path: string) => readFileSync(resolve(terminal.cwd, path), 'utf8')
    const own = { cert: cert && open(cert), key: key && open(key), lenient: lenient === true }
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port), ca: open(ca), ...own }
  } catch {
    return 'a certificate or key cannot be read'
  }
}

function readCursor(terminal: Terminal, path: string | undefined): Cursor | string | undefined {
  if (path === undefined) return undefined
  const file = resolve(terminal.cwd, path)
  if (!existsSync(file)) return undefined
  const reading = readJsonText(readFileSync(file, 'utf8'))
  if (!reading.ok || !isJsonObject(reading.value)) return `${path} is not a cursor`
  const { log, origin, next } = reading.value
  if (!Number.isSafeInteger(log) || !Number.isSafeInteger(next)) return `${path} is not a cursor`
  if (typeof log !== 'number' || typeof origin !== 'string' || typeof next !== 'number')
    return `${path} is not a cursor`
  return { log, origin, next }
}

/** Durable when it returns: the old one or the new one stands there, whatever happens. */
function saveCursor(terminal: Terminal, path: string | undefined, cursor: Cursor): void {
  if (path === undefined) return
  const file = resolve(terminal.cwd, path)
  const fresh = openSync(`${file}.new`, 'w', 0o600)
  writeSync(fresh, `${JSON.stringify(cursor)}\n`)
  fsyncSync(fresh)
  closeSync(fresh)
  renameSync(`${file}.new`, file)
}
