import type { X509Certificate } from 'node:crypto'
import type { Clock } from '../kit/kit.ts'
import { thumbprint } from './certificate.ts'
import { type Crl, type CrlFinding, checkCrl, readCrl } from './crl.ts'

/** The revocation lists in force, one for each authority. */
export interface Revocations {
  /**
   * Takes over a list (PEM or DER) of an authority; on any finding the one before stays.
   *
   * @returns the serials that are revoked now and were not before: their live connections must be closed
   */
  install(authority: X509Certificate, crl: Uint8Array): Installation

  /** `unknown` where no list of that authority is current: the caller refuses, as OpenSSL does. */
  standingOf(issuerFingerprint: string, serial: string): 'good' | 'revoked' | 'unknown'

  /** When the list of an authority ends, in milliseconds; undefined where there is none. Alarm well before. */
  nextUpdate(issuerFingerprint: string): number | undefined
}

export type Installation =
  | {
      readonly kind: 'installed'
      readonly issuerFingerprint: string
      readonly newlyRevoked: readonly string[]
    }
  | { readonly kind: 'rejected'; readonly findings: readonly (CrlFinding | 'crl-form')[] }

export function makeRevocations({ clock }: { readonly clock: Clock }): Revocations {
  const lists = new Map<string, Crl>()

  return {
    install(authority, bytes) {
      const issuerFingerprint = thumbprint(authority)
      const previous = lists.get(issuerFingerprint)
      const crl = readCrl(bytes)
      if (!crl) return { kind: 'rejected', findings: ['crl-form'] }
      const findings = checkCrl(crl, authority, { previous, now: clock.now() })
      if (findings.length > 0) return { kind: 'rejected', findings }
      lists.set(issuerFingerprint, crl)
      const newlyRevoked = [...crl.revoked].filter(serial => !previous?.revoked.has(serial))
      return { kind: 'installed', issuerFingerprint, newlyRevoked }
    },

    standingOf(issuerFingerprint, serial) {
      const crl = lists.get(issuerFingerprint)
      if (!crl || clock.now() > crl.nextUpdate) return 'unknown'
      return crl.revoked.has(serial) ? 'revoked' : 'good'
    },

    nextUpdate: issuerFingerprint => lists.get(issuerFingerprint)?.nextUpdate,
  }
}
