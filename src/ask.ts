import { readFileSync } from 'node:fs'
import type { GatewayConfig } from './config.ts'
import { OFFICER_WAITS_MS } from './contract/contract.ts'
import { type JsonObject, systemClock } from './kit/kit.ts'
import { requestOnce } from './links/links.ts'
import { serverIdentityCheck, tlsOptions } from './seal/seal.ts'
import { agencyUri } from './terms/terms.ts'

/** What an officer asks at the third door. */
export interface OfficerRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly body: JsonObject | undefined
  /** The bearer token of the officer's session. */
  readonly token: string
  /** The client certificate that the token is bound to and its key, as files. */
  readonly certificate: string
  readonly key: string
}

/** What a third door answered, whatever its status. */
export interface ConsoleAnswer {
  readonly status: number
  readonly text: string
}

/** A revision comes with its text and all its changes. */
const OFFICER_REPLY_BYTES = 16_777_216

/**
 * Asks the third door of the gateway that a configuration describes, with the gateway's own certificate.
 *
 * @param path such as `/readyz`
 * @throws LinkFault where it does not answer within two seconds
 */
export async function askConsole(config: GatewayConfig, path: string): Promise<ConsoleAnswer> {
  const { certificate, key } = config.doors.console
  const { status, body } = await requestOnce(consoleUrl(config), path, consoleTls(config, certificate, key))
  return { status, text: body.toString('utf8') }
}

/**
 * Asks the third door as an officer, who shows a token and the certificate that it is bound to.
 *
 * @param path such as `/v1/agreements`
 * @throws LinkFault where it does not answer within two minutes
 */
export async function askAsOfficer(
  config: GatewayConfig,
  path: string,
  { method, body, token, certificate, key }: OfficerRequest,
): Promise<ConsoleAnswer> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  const reply = await requestOnce(consoleUrl(config), path, consoleTls(config, certificate, key), {
    method,
    headers: { authorization: `Bearer ${token}`, ...type },
    body: body && Buffer.from(JSON.stringify(body)),
    timeoutMs: OFFICER_WAITS_MS,
    replyBytes: OFFICER_REPLY_BYTES,
  })
  return { status: reply.status, text: reply.body.toString('utf8') }
}

function consoleUrl({ doors: { console: door } }: GatewayConfig): string {
  const { host, port } = door
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host
  return `https://${reached}:${port}`
}

function consoleTls({ agency, doors: { console: door } }: GatewayConfig, certificate: string, key: string) {
  const read = (file: string) => readFileSync(file, 'utf8')
  const { ALPNProtocols, ...tls } = tlsOptions({
    ca: [read(door.authorities)],
    crl: [read(door.revocations)],
    cert: read(certificate),
    key: read(key),
    profile: door.tlsProfile,
  })
  const checkServerIdentity = serverIdentityCheck(agencyUri(agency), systemClock)
  return { ...tls, ALPNProtocols: [...ALPNProtocols], checkServerIdentity }
}
