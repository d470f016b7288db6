import { existsSync, writeFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { configSchemaFile } from '../config.ts'
import { configTemplate } from '../config-template.ts'
import { type AgencyId, isAgencyId } from '../terms/terms.ts'
import type { Terminal } from './terminal.ts'

interface InitOptions {
  readonly agency: string
  readonly peer: string
  readonly peerUrl: string
  readonly system: readonly string[]
  readonly certs: string
  readonly out: string
  readonly host: string
  readonly practice: boolean
  readonly force: boolean
}

/** `concordat init`: writes a commented configuration. */
export function initCommand(terminal: Terminal): Command {
  return new Command('init')
    .description('write a commented configuration for one gateway')
    .requiredOption('--agency <id>', 'this agency, such as northshire-police')
    .requiredOption('--peer <id>', 'the other agency, such as army-1div')
    .option('--peer-url <url>', "the peer's outer door", 'https://peer.example:8444')
    .option('--system <id...>', 'own systems that may use the inner door', ['public-order-system'])
    .option(
      '--certs <directory>',
      'where keys and certificates lie, a folder for each agency',
      'certs-example',
    )
    .option('--host <address>', 'address to listen on', '0.0.0.0')
    .option('--out <file>', 'where to write it', 'concordat.yaml')
    .option('--practice', 'for a practice field: findings about the machine only warn', false)
    .option('--force', 'replace the file', false)
    .action((options: InitOptions) => {
      const { agency, peer } = options
      if (!isAgencyId(agency) || !isAgencyId(peer)) {
        terminal.err('an agency id has lower case letters, digits and hyphens')
        return terminal.end(2)
      }
      const out = resolve(terminal.cwd, options.out)
      if (existsSync(out) && !options.force) {
        terminal.err(`${options.out} is there already; --force replaces it`)
        return terminal.end(1)
      }
      writeFileSync(out, textFor({ ...options, agency, peer }, out, terminal.cwd))
      terminal.out(`${options.out} written; read it, then: concordat serve --config ${options.out}`)
    })
}

function textFor(
  options: InitOptions & { readonly agency: AgencyId; readonly peer: AgencyId },
  out: string,
  cwd: string,
): string {
  const near = (path: string) => relative(dirname(out), resolve(cwd, path)) || '.'
  const { agency, peer } = options
  return configTemplate({
    agency,
    peer,
    systems: options.system,
    practice: options.practice,
    certificates: near(`${options.certs}/${agency}`),
    peerCertificates: near(`${options.certs}/${peer}`),
    policies: near(fileURLToPath(new URL('../../policies', import.meta.url))),
    signatures: near(`${options.certs}/agreements`),
    store: 'store',
    schema: near(configSchemaFile),
    host: options.host,
    ports: { inner: 8443, outer: 8444, console: 8445 },
    links: [{ name: 'fibre', url: options.peerUrl }],
    tlsProfile: 'standard',
  })
}
