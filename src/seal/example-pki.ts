import { constants, generateKeyPair, privateEncrypt, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import forge from 'node-forge'
import type { Clock } from '../kit/kit.ts'
import type { AgencyId } from '../terms/terms.ts'

/** A certificate and its private key, both PEM. */
export interface Issued {
  readonly certificate: string
  /** PKCS#8, unencrypted. */
  readonly key: string
}

/** What a certificate of the example PKI is made for. */
export type CertificateRequest =
  | { readonly kind: 'gateway'; readonly uri: string; readonly commonName: string }
  | { readonly kind: 'client'; readonly uri: string; readonly commonName: string }

const DAY_MS = 86_400_000
const CA_DAYS = 730
const LEAF_DAYS = 90

/** Clocks of two machines differ; a certificate is good from five minutes before it was made. */
const BACKDATED_MS = 300_000

/** OpenSSL makes the keys; forge's own generator takes seconds. */
async function makeRsaKey(): Promise<{ publicKey: string; privateKey: string }> {
  return await promisify(generateKeyPair)('rsa', {
    modulusLength: 3072,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
}

/** `DigestInfo` for SHA-256 as far as the digest itself (RFC 8017 §9.2, note 1). */
const SHA256_DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex')

/**
 * An RSA key as forge signs with it: RSASSA-PKCS1-v1_5 over SHA-256 (RFC 8017 §8.2.1). OpenSSL does the arithmetic; forge's own
 * takes twenty times as long.
 */
export function signingKey(pem: string): forge.pki.rsa.PrivateKey {
  const key = forge.pki.privateKeyFromPem(pem)
  const padding = constants.RSA_PKCS1_PADDING
  return Object.assign(key, {
    sign: (md: forge.md.MessageDigest): string => {
      const digest = Buffer.from(md.digest().getBytes(), 'latin1')
      const signed = privateEncrypt({ key: pem, padding }, Buffer.concat([SHA256_DIGEST_INFO, digest]))
      return signed.toString('latin1')
    },
  })
}

/** A self-signed root (RSA-3072) for one agency, for two years. For examples: an agency brings its own PKI. */
export async function makeExampleCa(agency: AgencyId, clock: Clock): Promise<Issued> {
  const keys = await makeRsaKey()
  const certificate = startCertificate(keys.publicKey, clock, CA_DAYS)
  const name = subjectOf(`${agency} example CA`)
  certificate.setSubject(name)
  certificate.setIssuer(name)
  certificate.setExtensions([
    { name: 'basicConstraints', critical: true, cA: true, pathLenConstraint: 0 },
    { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
    { name: 'subjectKeyIdentifier' },
  ])
  certificate.sign(signingKey(keys.privateKey), forge.md.sha256.create())
  return { certificate: forge.pki.certificateToPem(certificate), key: keys.privateKey }
}

/**
 * A certificate (RSA-3072, 90 days) with one URI SAN. A gateway's also names this machine, so that a plain TLS client
 * that checks host names can try the example, and serves as client and server.
 */
export async function issueExample(ca: Issued, request: CertificateRequest, clock: Clock): Promise<Issued> {
  const keys = await makeRsaKey()
  const authority = forge.pki.certificateFromPem(ca.certificate)
  const certificate = startCertificate(keys.publicKey, clock, LEAF_DAYS)
  certificate.setSubject(subjectOf(request.commonName))
  certificate.setIssuer(authority.subject.attributes)
  certificate.setExtensions([
    { name: 'basicConstraints', critical: true, cA: false },
    { name: 'keyUsage', critical: true, digitalSignature: true },
    { name: 'extKeyUsage', clientAuth: true, serverAuth: request.kind === 'gateway' },
    subjectAltName(request),
    { name: 'subjectKeyIdentifier' },
    authorityKeyIdentifier(authority),
  ])
  certificate.sign(signingKey(ca.key), forge.md.sha256.create())
  return { certificate: forge.pki.certificateToPem(certificate), key: keys.privateKey }
}

/** Names in the subject are for people; nobody is identified by them. */
function subjectOf(commonName: string): forge.pki.CertificateField[] {
  return [
    { name: 'organizationName', value: 'Concordat example' },
    { name: 'commonName', value: commonName },
  ]
}

function startCertificate(publicKey: string, clock: Clock, days: number): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate()
  const notBefore = clock.now() - BACKDATED_MS
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey)
  certificate.serialNumber = makeSerial()
  certificate.validity.notBefore = new Date(notBefore)
  certificate.validity.notAfter = new Date(notBefore + days * DAY_MS)
  return certificate
}

/** 126 random bits in 16 octets, always positive (RFC 5280 §4.1.2.2). */
function makeSerial(): string {
  const octets = randomBytes(16)
  octets[0] = ((octets[0] ?? 0) & 0x3f) | 0x40
  return octets.toString('hex')
}

const URI = 6
const DNS = 2
const IP = 7

function subjectAltName({ kind, uri }: CertificateRequest) {
  const here = [
    { type: DNS, value: 'localhost' },
    { type: IP, ip: '127.0.0.1' },
    { type: IP, ip: '::1' },
  ]
  return {
    name: 'subjectAltName',
    altNames: [{ type: URI, value: uri }, ...(kind === 'gateway' ? here : [])],
  }
}

function authorityKeyIdentifier(authority: forge.pki.Certificate) {
  const keyIdentifier = authority.generateSubjectKeyIdentifier().getBytes()
  return { name: 'authorityKeyIdentifier', keyIdentifier }
}

/** A PKCS#12 bundle (RFC 7292, AES-256) that a browser imports: the key, its certificate and the CA's. */
export function makePkcs12(
  issued: Issued,
  ca: Issued,
  { password, name }: { password: string; name: string },
): Buffer {
  const bundle = forge.pkcs12.toPkcs12Asn1(
    forge.pki.privateKeyFromPem(issued.key),
    [forge.pki.certificateFromPem(issued.certificate), forge.pki.certificateFromPem(ca.certificate)],
    password,
    { algorithm: 'aes256', count: 10_000, friendlyName: name },
  )
  return Buffer.from(forge.asn1.toDer(bundle).getBytes(), 'latin1')
}

/**
 * A certificate signing request (PKCS#10, RFC 2986) for an RSA key, PEM. forge knows no other keys; the README of
 * certs-example shows the openssl command for them.
 */
export function makeCsr(key: string, { commonName, uri }: { commonName: string; uri: string }): string {
  const privateKey = signingKey(key)
  const request = forge.pki.createCertificationRequest()
  request.publicKey = forge.pki.setRsaPublicKey(privateKey.n, privateKey.e)
  request.setSubject([{ name: 'commonName', value: commonName }])
  const extensions = [{ name: 'subjectAltName', altNames: [{ type: URI, value: uri }] }]
  request.setAttributes([{ name: 'extensionRequest', extensions }])
  request.sign(privateKey, forge.md.sha256.create())
  return forge.pki.certificationRequestToPem(request)
}
