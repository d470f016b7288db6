import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What `openssl genpkey` is asked for. */
export const KEY_KINDS = {
  'RSA-3072': ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:3072'],
  'RSA-2048': ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  'RSA-1024': ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'],
  'RSA-PSS': ['-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:3072'],
  'P-256': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'P-384': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  'P-521': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-521'],
  secp256k1: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:secp256k1'],
  Ed25519: ['-algorithm', 'ED25519'],
  Ed448: ['-algorithm', 'ED448'],
} as const
export type KeyKind = keyof typeof KEY_KINDS

export interface Pair {
  readonly certificate: string
  readonly key: string
}

/** The extensions of a fit certificate, as lines of an openssl extension file. */
export function fitExtensions(uri: string): string[] {
  return [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature',
    'extendedKeyUsage=serverAuth,clientAuth',
    `subjectAltName=URI:${uri}`,
    'subjectKeyIdentifier=hash',
    'authorityKeyIdentifier=keyid',
  ]
}

export function opensslIsMissing(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'pipe' })
    return false
  } catch {
    return true
  }
}

/** A certificate authority that is not ours, made by the openssl command line as an agency's own would be. */
export class ForeignPki {
  readonly ca: string
  readonly #folder: string
  #count = 0

  constructor(kind: KeyKind) {
    this.#folder = mkdtempSync(join(tmpdir(), 'foreign-pki-'))
    this.#write('ca.cnf', CA_CONFIGURATION.replaceAll('FOLDER', this.#folder))
    this.#write('index.txt', '')
    this.#write('crlnumber', '01\n')
    this.#genpkey('ca.key', kind)
    const subject = [
      '-subj',
      `/O=Foreign/CN=Foreign CA ${kind}`,
      '-days',
      '30',
      '-config',
      this.#path('ca.cnf'),
    ]
    this.#openssl('req', '-x509', '-key', this.#path('ca.key'), '-out', this.#path('ca.pem'), ...subject)
    this.ca = this.#read('ca.pem')
  }

  issue(kind: KeyKind, extensions: readonly string[], more: readonly string[] = []): Pair {
    const name = `leaf-${++this.#count}`
    this.#genpkey(`${name}.key`, kind)
    const csr = this.#path(`${name}.csr`)
    this.#openssl('req', '-new', '-key', this.#path(`${name}.key`), '-out', csr, '-subj', `/CN=${name}`)
    this.#write(`${name}.ext`, `${extensions.join('\n')}\n`)
    const files = ['-in', csr, '-out', this.#path(`${name}.pem`), '-extfile', this.#path(`${name}.ext`)]
    const ca = ['-CA', this.#path('ca.pem'), '-CAkey', this.#path('ca.key'), '-days', '20', '-CAcreateserial']
    this.#openssl('x509', '-req', ...files, ...ca, ...more)
    return { certificate: this.#read(`${name}.pem`), key: this.#read(`${name}.key`) }
  }

  crl(revoked: readonly Pair[] = [], more: readonly string[] = []): string {
    for (const { certificate } of revoked) {
      this.#write('revoked.pem', certificate)
      this.#openssl('ca', '-config', this.#path('ca.cnf'), '-revoke', this.#path('revoked.pem'))
    }
    this.#openssl('ca', '-config', this.#path('ca.cnf'), '-gencrl', '-out', this.#path('crl.pem'), ...more)
    return this.#read('crl.pem')
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true })
  }

  #genpkey(file: string, kind: KeyKind): void {
    this.#openssl('genpkey', ...KEY_KINDS[kind], '-out', this.#path(file))
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { stdio: 'pipe' })
  }

  #path(file: string): string {
    return join(this.#folder, file)
  }

  #read(file: string): string {
    return readFileSync(this.#path(file), 'utf8')
  }

  #write(file: string, text: string): void {
    writeFileSync(this.#path(file), text)
  }
}

const CA_CONFIGURATION = `
[req]
distinguished_name=name
x509_extensions=root
prompt=no
[name]
[root]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
[ca]
default_ca=here
[here]
database=FOLDER/index.txt
crlnumber=FOLDER/crlnumber
certificate=FOLDER/ca.pem
private_key=FOLDER/ca.key
default_md=default
default_crl_days=10
crl_extensions=crl
[crl]
authorityKeyIdentifier=keyid
[delta]
authorityKeyIdentifier=keyid
2.5.29.27=critical,ASN1:INTEGER:1
`
