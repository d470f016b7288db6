import { connect as connectTcp, isIP } from 'node:net'
import { Duplex } from 'node:stream'
import { connect } from 'node:tls'
import { type Copy, severityOf } from './siem-event.ts'

/** Log audit (RFC 5424 §6.2.1). */
const FACILITY = 13
/** Syslog severities for those of an event: informational 6, notice 5, warning 4, error 3, critical 2. */
const LEVELS = [6, 6, 5, 4, 3, 2]
/** The number that RFC 5612 keeps for documentation; an agency's SIEM goes by the name before it. */
const LEAF_ID = 'leaf@32473'

/** One message (RFC 5424). Its structured data tell whether the copy has holes. */
export function syslogLine(copy: Copy, message: string): string {
  const { leaf, origin, seq, hash } = copy
  const word = (name: string, most: number) => headerWord(leaf[name], most)
  const priority = FACILITY * 8 + (LEVELS[severityOf(copy)] ?? 6)
  const data = `[${LEAF_ID} origin="${quoted(origin)}" seq="${seq}" hash="${hash}"]`
  return `<${priority}>1 ${word('t', 32)} ${word('gw', 255)} concordat - ${word('code', 32)} ${data} ${message}`
}

/** Printable ASCII without spaces, or `-` for nothing. */
function headerWord(value: unknown, most: number): string {
  return typeof value === 'string' && /^[!-~]+$/.test(value) && value.length <= most ? value : '-'
}

function quoted(value: string): string {
  return value.replaceAll(/["\\\]]/g, found => `\\${found}`)
}

/** Messages with their lengths before them (RFC 5425 §4.3). */
export function framed(messages: readonly string[]): Buffer {
  return Buffer.from(messages.map(message => `${Buffer.byteLength(message)} ${message}`).join(''))
}

/** Where messages go, over TLS. */
export interface Collector {
  readonly host: string
  readonly port: number
  /** PEM; whom we believe that it is the collector. */
  readonly ca: string
  /** PEM; who we are, where the collector asks. */
  readonly cert: string | undefined
  readonly key: string | undefined
  /** It closes connections without saying so within TLS, as rsyslog does: then any end counts. */
  readonly lenient: boolean
}

/** How long a collector may be silent, ms. */
const PATIENCE_MS = 15_000

/**
 * Sends messages on a connection of their own and resolves when the collector has read them all. Syslog knows no
 * acknowledgement, so the end of the connection is made to be one: the collector answers our closing with its own (RFC 5425
 * §4.4). Rejects in every other case; then it is not known what has arrived, and all of them have to be sent again.
 */
export function sendAll(messages: readonly string[], to: Collector, stop: AbortSignal): Promise<void> {
  const { host, port, ca, cert, key, lenient } = to
  return new Promise((done, failed) => {
    const own = cert === undefined || key === undefined ? {} : { cert, key }
    const name = isIP(host) ? {} : { servername: host }
    const { stream, isClosedByPeer } = overhear(host, port)
    const minVersion = lenient ? 'TLSv1.2' : 'TLSv1.3'
    const socket = connect({ socket: stream, host, ca, ...own, ...name, minVersion })
    let read = false
    const giveUp = () => socket.destroy(new Error('stopped'))
    stop.addEventListener('abort', giveUp, { once: true })
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('the collector is silent')))
    socket.once('secureConnect', () => socket.end(framed(messages)))
    socket.once('end', () => {
      read = socket.writableFinished && (lenient || isClosedByPeer())
      if (!read) socket.destroy()
    })
    socket.once('error', failed)
    socket.once('close', () => {
      stop.removeEventListener('abort', giveUp)
      stream.destroy()
      if (read) done()
      else failed(new Error('the collector has broken off'))
    })
    socket.resume()
  })
}

/** The head of a record that holds two bytes and their seal, as `close_notify` does (RFC 8446 §5.2, §6.1). */
const ALERT_HEAD = Buffer.from('1703030013', 'hex')
const ALERT_BYTES = 24

/**
 * A TCP connection whose last record can be looked at: Node tells the end of a TLS connection by `close_notify` from one by
 * a broken TCP connection in no other way. A fatal alert has the same length, but is an error of the TLS socket.
 */
function overhear(host: string, port: number): { readonly stream: Duplex; isClosedByPeer(): boolean } {
  const raw = connectTcp({ host, port })
  let last: Buffer = Buffer.alloc(0)
  const stream = new Duplex({
    read: () => void raw.resume(),
    write: (chunk: Buffer, _encoding, done) => void raw.write(chunk, done),
    final: done => void raw.end(done),
    destroy(fault, done) {
      raw.destroy()
      done(fault)
    },
  })
  raw.on('data', (chunk: Buffer) => {
    last = Buffer.concat([last, chunk]).subarray(-ALERT_BYTES)
    if (!stream.push(chunk)) raw.pause()
  })
  raw.once('end', () => stream.push(null))
  raw.once('error', fault => stream.destroy(fault))
  return { stream, isClosedByPeer: () => last.length === ALERT_BYTES && last.indexOf(ALERT_HEAD) === 0 }
}
