import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import type { GatewayConfig, PeerConfig } from '../config.ts'
import { makeRegister, type Register } from '../identity/identity.ts'
import type { Clock, Log } from '../kit/kit.ts'
import type { Officer } from '../policy/policy.ts'
import { makeRevocations, thumbprint } from '../seal/seal.ts'
import { agencyUri, officerId, officerUri, type Problem, ProblemsError } from '../terms/terms.ts'

/** A group of authorities with one revocation list: our own, or a peer's. */
export interface Authority {
  readonly pem: string
  readonly certificates: readonly X509Certificate[]
  /** The list as it is now, PEM. */
  crl(): string
}

/** Whom this gateway believes, and who has been struck off. */
export interface Trust extends Disposable {
  /** Own systems and peers. */
  readonly register: Register
  /** Who may use the third door: own systems, this gateway itself, and officers with a certificate of their own. */
  readonly consoleRegister: Register
  readonly inner: Authority
  readonly console: Authority
  readonly peers: ReadonlyMap<string, Authority>
  readonly standingOf: (issuerFingerprint: string, serial: string) => 'good' | 'revoked' | 'unknown'
  /** Begins to watch the revocation lists; called with the serials that each new list strikes off. */
  watch(onRevoked: (serials: ReadonlySet<string>) => void): void
}

/** As what the gateway's own certificate is known at the third door. */
export const GATEWAY = 'gateway'

const WATCH_MS = 500

/** @throws ProblemsError where an authority or its first revocation list cannot be used */
export function makeTrust(
  config: GatewayConfig,
  clock: Clock,
  log: Log,
  officers: readonly Officer[],
): Trust {
  const revocations = makeRevocations({ clock })
  const problems: Problem[] = []
  const lists: WatchedList[] = []
  const authority = (authorities: string, list: string): Authority => {
    const pem = readFileSync(authorities, 'utf8')
    const certificates = splitPem(pem).map(text => new X509Certificate(text))
    const watched = watchList(list, bytes =>
      certificates.map(certificate => revocations.install(certificate, bytes)),
    )
    for (const finding of watched.read())
      problems.push({ file: list, line: 0, column: 0, code: 'crl-rejected', says: finding })
    lists.push(watched)
    return { pem, certificates, crl: watched.text }
  }
  const inner = authority(config.doors.inner.authorities, config.doors.inner.revocations)
  const console = authority(config.doors.console.authorities, config.doors.console.revocations)
  const peers = new Map(
    config.peers.map(peer => [peer.agency, authority(peer.authorities, peer.revocations)]),
  )
  if (problems.length > 0) throw new ProblemsError(problems)
  const { standingOf } = revocations
  const issuersOf = ({ certificates }: Authority) => certificates.map(thumbprint)
  const systemsUnder = (issuers: readonly string[]) =>
    config.systems.map(({ id, uri }) => ({ id, uri, issuers }))
  const registered = (peer: PeerConfig) => ({
    agency: peer.agency,
    uri: peer.uri,
    issuers: issuersOf(peers.get(peer.agency) ?? inner),
  })
  const gateway = { id: GATEWAY, uri: agencyUri(config.agency), issuers: issuersOf(console) }
  const persons = new Set(
    officers.filter(({ agency }) => agency === config.agency).map(({ person }) => person),
  )
  const officersHere = [...persons].map(person => ({
    id: officerId(person),
    uri: officerUri(config.agency, person),
    issuers: issuersOf(console),
  }))
  let timer: NodeJS.Timeout | undefined
  return {
    register: makeRegister({
      clock,
      standingOf,
      systems: systemsUnder(issuersOf(inner)),
      peers: config.peers.map(registered),
    }),
    consoleRegister: makeRegister({
      clock,
      standingOf,
      systems: [...systemsUnder(issuersOf(console)), gateway, ...officersHere],
      peers: [],
    }),
    inner,
    console,
    peers,
    standingOf,
    watch(onRevoked) {
      timer = setInterval(() => {
        for (const list of lists) {
          if (!list.changed()) continue
          const before = list.revoked()
          const findings = list.read()
          for (const finding of findings) log.warn('crl-rejected', { finding })
          if (findings.length > 0) continue
          const struck = new Set([...list.revoked()].filter(serial => !before.has(serial)))
          log.info('crl-read', { revoked: struck.size })
          onRevoked(struck)
        }
      }, WATCH_MS).unref()
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

interface WatchedList {
  /** Installs the list as it stands; returns what is wrong with it. */
  read(): readonly string[]
  changed(): boolean
  /** Every serial struck off so far. */
  revoked(): ReadonlySet<string>
  text(): string
}

type Install = (
  bytes: Uint8Array,
) => readonly (
  | { readonly kind: 'installed'; readonly newlyRevoked: readonly string[] }
  | { readonly kind: 'rejected'; readonly findings: readonly string[] }
)[]

/** A revocation list in a file. One that is rejected leaves the one before in force. */
function watchList(file: string, install: Install): WatchedList {
  let seen = 0
  let good = ''
  const revoked = new Set<string>()
  return {
    read() {
      seen = modifiedAt(file)
      const bytes = bytesOf(file)
      if (bytes === undefined) return ['crl-unreadable']
      const installed = install(bytes)
      const accepted = installed.filter(one => one.kind === 'installed')
      for (const one of accepted) for (const serial of one.newlyRevoked) revoked.add(serial)
      if (accepted.length > 0) {
        good = bytes.toString('utf8')
        return []
      }
      return installed.flatMap(one => (one.kind === 'rejected' ? one.findings : []))
    },
    changed: () => modifiedAt(file) !== seen,
    revoked: () => new Set(revoked),
    text: () => good,
  }
}

/** Undefined where the file cannot be read: somebody is moving it, or has lost it. */
function bytesOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}

function modifiedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** The certificates of a PEM file, each by itself. */
export function splitPem(pem: string): readonly string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
}
