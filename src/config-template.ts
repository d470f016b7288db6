import type { AgencyId } from './terms/terms.ts'
import { agencyUri, systemUri } from './terms/terms.ts'

/** What a first configuration must be told; everything else has a good default or a place in the text to fill in. */
export interface TemplateFacts {
  readonly agency: AgencyId
  readonly peer: AgencyId
  readonly systems: readonly string[]
  readonly practice: boolean
  /** As the file will name them: relative to itself, or absolute. */
  readonly certificates: string
  readonly peerCertificates: string
  readonly policies: string
  readonly signatures: string
  readonly store: string
  /** First line of the file, so that editors complete it. */
  readonly schema: string
  readonly host: string
  readonly ports: { readonly inner: number; readonly outer: number; readonly console: number }
  readonly links: readonly { readonly name: string; readonly url: string }[]
  /** Whether systems may use X25519 alone. */
  readonly tlsProfile: 'standard' | 'transition'
}

/** A commented configuration file (YAML) in the layout of `concordat certs example`. */
export function configTemplate(facts: TemplateFacts): string {
  const { agency, peer, certificates, peerCertificates, policies, signatures } = facts
  const agreement = (from: AgencyId, to: AgencyId) => {
    const name = `${from}.to.${to}.public-order`
    return `  - file: ${policies}/${name}.yaml\n    signatures: ${signatures}/${name}.sig.json`
  }
  const links = facts.links.map(({ name, url }) => `      - name: ${name}\n        url: ${url}`).join('\n')
  const systems = facts.systems.map(id => `  - id: ${id}\n    uri: ${systemUri(agency, id)}`).join('\n')
  return `# yaml-language-server: $schema=${facts.schema}
# Configuration of one Concordat gateway. Paths are relative to this file. No secret is written here, only where it lies.

agency: ${agency}
# On a practice field, findings about the machine (running as root, a proxy in the environment) only warn. Never in real use.
practice: ${facts.practice}

store:
  # Outbox, inbox and ledger. One gateway only; on a disk that honours fsync.
  directory: ${facts.store}

# Three listeners, each with its own TLS 1.3 context. Clients need a certificate at every door.
doors:
  inner: # the agency's own systems
${door(facts, 'inner')}
    # "standard" offers X25519MLKEM768 only; "transition" also X25519, for systems whose TLS library knows no ML-KEM yet.
    tlsProfile: ${facts.tlsProfile}
  outer: # gateways of other agencies; the same certificate is shown when this gateway calls them
    host: ${facts.host}
    port: ${facts.ports.outer}
    certificate: ${certificates}/gateway.pem
    key: ${certificates}/gateway.key.pem
  console: # health, readiness, metrics, and what officers do about agreements
${door(facts, 'console')}
    tlsProfile: ${facts.tlsProfile}

# Private keys, PKCS#8 in PEM, readable by their owner alone (mode 0600).
keys:
  batch: ${certificates}/batch.key.pem # signs batches and receipts
  ledger: ${certificates}/ledger.key.pem # signs the ledger's checkpoints and nothing else
  ledgerPostQuantum: ${certificates}/ledger-pq.key.pem # signs them a second time, with ML-DSA-44
  witness: ${certificates}/witness.key.pem # cosigns the checkpoints of peers' ledgers and nothing else
  # Keys for pseudonyms, by the name that agreements give them. Only the provider of an agreement holds its key.
  pseudonyms:
    kms://${agency}/pseudonyms/2026: ${certificates}/pseudonym.key.secret

# Bearer tokens of persons: who issues them, for whom, and the issuer's public keys (JWK Set).
tokens:
  issuer: urn:concordat:issuer:${agency}
  audience: ${agencyUri(agency)}
  keys: ${certificates}/public/tokens.jwks.json

# Own systems, known by the URI in their certificate.
systems:
${systems}

# The other agencies. Each is known by its own CA and the URI in its certificate, and by nothing else.
peers:
  - agency: ${peer}
    authorities: ${peerCertificates}/public/ca.pem
    revocations: ${peerCertificates}/public/crl.pem # read again when it changes
    keys: ${peerCertificates}/public/keys.jwks.json
    ledger: ${peerCertificates}/public/ledger.vkeys # to watch its ledger, and to have it watch ours
    links: # in order of preference; the first that answers carries
${links}

# Sharing agreements, one for each direction, with the signatures of both parties.
agreements:
${agreement(agency, peer)}
${agreement(peer, agency)}

# Whose signatures count on an agreement.
officers:
  - ${certificates}/public/officers.jwks.json
  - ${peerCertificates}/public/officers.jwks.json

# What this agency demands of every agreement, whatever its officers sign: what never leaves, and what it is willing to hold.
rules: ${policies}/${agency}.rules.yaml

# limits:
#   documentBytes: 262144      # largest body of one push
#   timeToLiveSeconds: 86400   # how long an exchange waits for the peer's receipt
#   waiting: 1000000           # exchanges that may wait for one peer
# retention:                   # how long it can be told who was behind a leaf of the ledger
#   disclosureDays: 1826
#   collectionDays: 1826
#   refusalDays: 1826
#   consultationDays: 1826
#   officeDays: 1826
#   ledgerYears: 7             # when a closed year of the ledger may be dropped
# witness:
#   everySeconds: 10           # how often new heads of the ledger are shown to a peer
#   onBehind: go-on            # or stop: what becomes of exchanges while no peer has seen the ledger for an hour
#   onConflict: go-on          # or stop: what becomes of them with a peer whose ledger contradicts itself
# ledger:
#   timestamps:                # an authority that stamps the ledger's checkpoints (RFC 3161)
#     url: http://tsa.example/tsr
#     certificate: tsa.pem     # the one it signs with
#     everyMinutes: 60
# log:
#   level: info
`
}

function door({ host, ports, certificates }: TemplateFacts, name: 'inner' | 'console'): string {
  return `    host: ${host}
    port: ${ports[name]}
    certificate: ${certificates}/gateway.pem
    key: ${certificates}/gateway.key.pem
    authorities: ${certificates}/ca.pem
    revocations: ${certificates}/crl.pem`
}
