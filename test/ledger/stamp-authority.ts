/** A time-stamping authority that is not ours: `openssl ts`. */
import { execFile, execFileSync } from 'node:child_process'
import { randomBytes, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Why a test with openssl is passed over; false where it is installed. */
export const openssl = hasOpenssl() ? false : 'openssl is not installed'

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}

const CONFIG = `
[tsa]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[v1]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha1
[stamping]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[other]
basicConstraints = critical,CA:false
extendedKeyUsage = timeStamping,serverAuth
[ca]
basicConstraints = critical,CA:true
`

/** An authority of its own CA, in files, as `openssl ts` keeps one. */
export async function makeAuthority(directory: string) {
  const inside = { cwd: directory }
  writeFileSync(join(directory, 'tsa.cnf'), CONFIG)
  writeFileSync(join(directory, 'serial'), '01\n')
  const issue = async (name: string, extensions: string, key: readonly string[], ...options: string[]) => {
    const subject = ['-subj', `/CN=${name}`, '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`]
    await run('openssl', ['req', '-new', '-newkey', ...key, ...subject], inside)
    const by =
      name === 'ca' ? ['-signkey', 'ca.key'] : ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial']
    const extended = ['-extfile', 'tsa.cnf', '-extensions', extensions]
    const made = ['x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, ...by, ...extended]
    await run('openssl', [...made, '-days', '30', ...options], inside)
    return new X509Certificate(readFileSync(join(directory, `${name}.pem`)))
  }
  const ec = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
  await issue('ca', 'ca', ec)
  return {
    ec: await issue('ec', 'stamping', ec),
    rsa: await issue('rsa', 'stamping', ['rsa:2048']),
    unfit: await issue('unfit', 'other', ec),
    async reply(query: Uint8Array, signer = 'ec', section = 'tsa'): Promise<Buffer> {
      const name = join(directory, randomBytes(6).toString('hex'))
      writeFileSync(`${name}.tsq`, query)
      const made = ['ts', '-reply', '-config', 'tsa.cnf', '-section', section, '-queryfile', `${name}.tsq`]
      const by = ['-signer', `${signer}.pem`, '-inkey', `${signer}.key`, '-out', `${name}.tsr`]
      await run('openssl', [...made, ...by], inside).catch(() => undefined)
      return existsSync(`${name}.tsr`) ? readFileSync(`${name}.tsr`) : Buffer.alloc(0)
    },
    async verify(token: string, data: string): Promise<boolean> {
      const made = ['ts', '-verify', '-in', token, '-data', data, '-CAfile', 'ca.pem', '-untrusted', 'ec.pem']
      return await run('openssl', made, inside).then(
        ({ stdout }) => stdout.includes('Verification: OK'),
        () => false,
      )
    },
  }
}
