import { constants, X509Certificate } from 'node:crypto'
import type { PeerCertificate } from 'node:tls'
import type { Clock } from '../kit/kit.ts'
import { checkProfile } from './certificate.ts'

/**
 * Which key exchange a door asks for. A door that does not find it refuses; it never falls back.
 *
 * - `standard`: the hybrid X25519MLKEM768, so that what is recorded today is not read by a quantum computer later.
 *   Between gateways, always: both ends are this program.
 * - `transition`: the same, or X25519 alone, for an agency's own systems whose TLS library knows no ML-KEM yet. Only for
 *   the inner and console doors; logged as weaker.
 * - `cnsa2`: ML-KEM-1024, AES-256 and SHA-384 only (CNSA 2.0 key establishment).
 */
export type TlsProfile = 'standard' | 'transition' | 'cnsa2'

/** RSA keys in certificates sign as RSA-PSS in TLS 1.3, whichever OID the certificate gives them. */
const SIGNATURES = [
  'ecdsa_secp384r1_sha384',
  'ecdsa_secp256r1_sha256',
  'ecdsa_secp521r1_sha512',
  'ed25519',
  'ed448',
  'rsa_pss_rsae_sha384',
  'rsa_pss_rsae_sha256',
  'rsa_pss_pss_sha384',
  'rsa_pss_pss_sha256',
].join(':')

const PROFILES = {
  standard: {
    ecdhCurve: 'X25519MLKEM768',
    ciphers: 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256',
    sigalgs: SIGNATURES,
  },
  transition: {
    ecdhCurve: 'X25519MLKEM768:X25519',
    ciphers: 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256',
    sigalgs: SIGNATURES,
  },
  cnsa2: {
    ecdhCurve: 'SecP384r1MLKEM1024:MLKEM1024',
    ciphers: 'TLS_AES_256_GCM_SHA384',
    sigalgs: 'ecdsa_secp384r1_sha384:rsa_pss_rsae_sha384:rsa_pss_pss_sha384',
  },
} as const satisfies Record<TlsProfile, object>

export interface TlsMaterial {
  /** PEM: the private CAs pinned for this door, and no others. */
  readonly ca: readonly string[]
  /** PEM: one current CRL for every CA of the chain; a missing or stale one refuses everybody. */
  readonly crl: readonly string[]
  /** PEM: our certificate, and what lies between it and the root. */
  readonly cert: string
  /** PEM: its private key. */
  readonly key: string
  readonly profile: TlsProfile
}

/** Fit for `tls.createServer`, `https` in fastify, `tls.connect` and undici's `connect` alike. */
export type TlsSettings = {
  readonly ecdhCurve: string
  readonly ciphers: string
  readonly sigalgs: string
  readonly minVersion: 'TLSv1.3'
  readonly maxVersion: 'TLSv1.3'
  readonly ca: string[]
  readonly crl: string[]
  readonly cert: string
  readonly key: string
  readonly requestCert: true
  readonly rejectUnauthorized: true
  readonly allowPartialTrustChain: false
  readonly secureOptions: number
  /** Seconds. */
  readonly sessionTimeout: number
  /** Milliseconds. */
  readonly handshakeTimeout: number
  readonly ALPNProtocols: string[]
}

/**
 * The TLS settings of every connection of the house, as server and as client (security.md 4.2): 1.3 only, both sides
 * certified, no session comes back without its certificate being looked at again. Nothing here is configurable beyond the
 * profile.
 */
export function tlsOptions({ ca, crl, cert, key, profile }: TlsMaterial): TlsSettings {
  return {
    ...PROFILES[profile],
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    ca: [...ca],
    crl: [...crl],
    cert,
    key,
    requestCert: true,
    rejectUnauthorized: true,
    allowPartialTrustChain: false,
    // A revoked certificate must not come back in a resumed session: no tickets, no session store, a life of one second.
    secureOptions:
      constants.SSL_OP_NO_TICKET |
      constants.SSL_OP_NO_RENEGOTIATION |
      constants.SSL_OP_CIPHER_SERVER_PREFERENCE,
    sessionTimeout: 1,
    handshakeTimeout: 5000,
    ALPNProtocols: ['http/1.1'],
  }
}

/**
 * What a client uses as `checkServerIdentity`: the server is who its one URI SAN says, and its certificate meets the
 * profile. The host name plays no part, since addresses of the links change and names in them are not pinned.
 *
 * @returns a function that gives an Error, which ends the connection, or undefined
 */
export function serverIdentityCheck(uri: string, clock: Clock) {
  return (_host: string, peer: Pick<PeerCertificate, 'raw'>): Error | undefined => {
    const certificate = new X509Certificate(peer.raw)
    const findings = checkProfile(certificate, { usage: 'server', uri, now: clock.now() })
    const [worst] = findings.filter(finding => finding.weight === 'unfit')
    return worst && new Error(`the server's certificate is refused: ${worst.code}`)
  }
}
