import { readFileSync } from 'node:fs'
import type { GatewayConfig, PeerConfig } from '../config.ts'
import { isJsonObject, type Json, readJson } from '../kit/kit.ts'
import {
  keyUnder,
  type NoteKey,
  type PostQuantumKey,
  readVerifierKeys,
  type VerifierKeys,
} from '../ledger/ledger.ts'
import { requestOnce } from '../links/links.ts'
import { type AgencyId, type Problem, ProblemsError } from '../terms/terms.ts'
import { type LinkTlsParts, linkTls } from './peers.ts'

/** What peers have given us to check their ledgers and their cosignatures with. */
export type PeerLedgers = ReadonlyMap<AgencyId, VerifierKeys>

/** @throws ProblemsError where a file of verifier keys cannot be used */
export function loadPeerLedgers(config: GatewayConfig): PeerLedgers {
  const problems: Problem[] = []
  const found = new Map<AgencyId, VerifierKeys>()
  for (const { agency, ledger: file } of config.peers) {
    if (file === undefined) continue
    const keys = readVerifierKeys(textOf(file) ?? '')
    if (keys) found.set(agency, keys)
    else problems.push(unusable(file))
  }
  if (problems.length > 0) throw new ProblemsError(problems)
  return found
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function unusable(file: string): Problem {
  const says =
    'holds no verifier key of a ledger; the peer prints its own with `concordat audit keys`, and gives them by another way'
  return { file, line: 0, column: 0, code: 'verifier-keys', says }
}

/** The key of a peer's log under a name, as the witness asks for it. */
export function logKeyOf(ledgers: PeerLedgers): (peer: string, origin: string) => NoteKey | undefined {
  const byName: ReadonlyMap<string, VerifierKeys> = ledgers
  return (peer, origin) => {
    const known = byName.get(peer)?.log
    return known && keyUnder(origin, known)
  }
}

/** The second key of that log, where the peer has given one. */
export function postQuantumKeyOf(
  ledgers: PeerLedgers,
): (peer: string, origin: string) => PostQuantumKey | undefined {
  const byName: ReadonlyMap<string, VerifierKeys> = ledgers
  return (peer, origin) => {
    const known = byName.get(peer)?.postQuantum
    return known && keyUnder(origin, known)
  }
}

export const WITNESSED_LOGS = '/peer/v1/witness/logs'

/**
 * Asks a peer what it keeps of our log, before there is a road to it: over all its links at once, and the first answer counts.
 *
 * @returns our checkpoints as it has cosigned them
 * @throws where no link carried an answer
 */
export async function askWitnessOnce(parts: LinkTlsParts, peer: PeerConfig): Promise<readonly string[]> {
  const tls = linkTls(parts, peer)
  return await Promise.any(
    peer.links.map(async ({ url }) => {
      const { status, body } = await requestOnce(url, WITNESSED_LOGS, tls)
      return readWitnessedLogs(status, body)
    }),
  )
}

/** @throws where the answer is none */
export function readWitnessedLogs(status: number, body: Uint8Array): readonly string[] {
  const reading = status === 200 ? readJson(body) : undefined
  const logs = reading?.ok === true && isJsonObject(reading.value) ? reading.value['logs'] : undefined
  if (!Array.isArray(logs)) throw new Error(`the witness answers ${status}`)
  return logs.flatMap(checkpointIn)
}

function checkpointIn(entry: Json): string[] {
  const note = isJsonObject(entry) ? entry['checkpoint'] : undefined
  return typeof note === 'string' ? [note] : []
}
