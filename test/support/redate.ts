import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Makes all certificates and revocation lists of an example agency valid for a span of time, by signing them again with the key of
 * their authority. OpenSSL looks at the clock of the machine and at no other, so a gateway whose clock was set by a test needs
 * certificates that are good by both.
 *
 * @param folder of one agency
 */
export function redate(folder: string, from: Date, to: Date): void {
  const authority = createPrivateKey(readFileSync(join(folder, 'ca.key.pem')))
  for (const name of globSync('**/*.pem', { cwd: folder })) {
    const file = join(folder, name)
    const text = readFileSync(file, 'utf8')
    const again = text.replace(PEM, (_whole, label: string, body: string) => {
      const der = redated(Buffer.from(body, 'base64'), authority, [from, to])
      return `-----BEGIN ${label}-----\n${der.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END ${label}-----`
    })
    if (again !== text) writeFileSync(file, again, { mode: statSync(file).mode })
  }
}

const PEM = /-----BEGIN (CERTIFICATE|X509 CRL)-----([^-]+)-----END \1-----/g

/** SEQUENCE { what is signed, algorithm, signature }: the first two UTCTimes in what is signed are its validity (RFC 5280). */
function redated(der: Buffer, authority: KeyObject, span: readonly Date[]): Buffer {
  const [outer, inner] = [headerAt(der, 0), headerAt(der, headerAt(der, 0).length)]
  const end = outer.length + inner.length + inner.content
  const times = span.map(time => utcTime(time))
  const signed = der.toString('latin1', outer.length, end).replace(/\d{12}Z/g, time => times.shift() ?? time)
  const bytes = Buffer.from(signed, 'latin1')
  const signature = sign('sha256', bytes, authority)
  const between = der.subarray(end, der.length - signature.length)
  return Buffer.concat([der.subarray(0, outer.length), bytes, between, signature])
}

/** How long the header at a place is, and what it heads. */
function headerAt(der: Buffer, at: number): { readonly length: number; readonly content: number } {
  const first = der[at + 1] ?? 0
  if (first < 0x80) return { length: 2, content: first }
  const count = first - 0x80
  return { length: 2 + count, content: der.readUIntBE(at + 2, count) }
}

function utcTime(time: Date): string {
  return `${time.toISOString().slice(2, 19).replace(/[-T:]/g, '')}Z`
}
