/** One way in which a certificate misses the profile (security.md 4.2). */
export interface CertificateFinding {
  readonly code: CertificateFindingCode
  /** `unfit` refuses the certificate; `advice` is for the operator's list. */
  readonly weight: 'unfit' | 'advice'
  readonly says: string
}

export type CertificateFindingCode =
  | 'unreadable'
  | 'version'
  | 'serial-form'
  | 'signature-weak'
  | 'not-yet-valid'
  | 'expired'
  | 'extension-repeated'
  | 'uri-missing'
  | 'uri-several'
  | 'uri-form'
  | 'uri-unexpected'
  | 'authority'
  | 'key-usage'
  | 'extended-key-usage'
  | 'key-type'
  | 'key-small'

/** What a verified certificate says of its holder, as plain values: enough to tell who speaks. */
export interface CertificateFacts {
  /** The URI subject alternative names. */
  readonly uris: readonly string[]
  /** Base64url SHA-256 of the certificate (RFC 8705 `x5t#S256`). */
  readonly thumbprint: string
  /** Upper case hexadecimal without leading zero octets. */
  readonly serial: string
  /** Base64url SHA-256 of the certificate of the authority that signed it; undefined where no known one did. */
  readonly issuerFingerprint: string | undefined
  /** Milliseconds since 1970. */
  readonly notBefore: number
  readonly notAfter: number
  readonly findings: readonly CertificateFinding[]
}
