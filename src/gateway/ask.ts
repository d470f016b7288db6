import { readFileSync } from 'node:fs'
import type { GatewayConfig } from '../config.ts'
import { systemClock } from '../kit/kit.ts'
import { requestOnce } from '../links/links.ts'
import { serverIdentityCheck, tlsOptions } from '../seal/seal.ts'
import { agencyUri } from '../terms/terms.ts'

/**
 * Asks the third door of the gateway that a configuration describes, with the gateway's own certificate.
 *
 * @param path such as `/readyz`
 * @throws LinkFault where it does not answer within two seconds
 */
export async function askConsole(
  config: GatewayConfig,
  path: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const { host, port, authorities, revocations, certificate, key, tlsProfile } = config.doors.console
  const read = (file: string) => readFileSync(file, 'utf8')
  const { ALPNProtocols, ...tls } = tlsOptions({
    ca: [read(authorities)],
    crl: [read(revocations)],
    cert: read(certificate),
    key: read(key),
    profile: tlsProfile,
  })
  const checkServerIdentity = serverIdentityCheck(agencyUri(config.agency), systemClock)
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host
  const secure = { ...tls, ALPNProtocols: [...ALPNProtocols], checkServerIdentity }
  const { status, body } = await requestOnce(`https://${reached}:${port}`, path, secure)
  return { status, text: body.toString('utf8') }
}
