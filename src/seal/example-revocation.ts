import { X509Certificate } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../kit/kit.ts'
import { type CrlEntry, readCrl } from './crl.ts'
import { makeExampleCrl } from './example-crl.ts'

/** What the new list of an example CA says. */
export interface ReissuedCrl {
  readonly number: bigint
  readonly revoked: readonly string[]
}

/**
 * Reissues the CRL of an example agency: for another 30 days, one number up, with the given certificates added to those
 * already on it. Both copies are replaced whole.
 *
 * @param directory the agency's folder
 * @param serials hexadecimal, as {@link serialOf} gives them
 * @throws Error where the folder holds no readable CRL
 */
export async function reissueExampleCrl(
  directory: string,
  serials: readonly string[],
  clock: Clock,
): Promise<ReissuedCrl> {
  const read = (name: string) => readFile(join(directory, name), 'utf8')
  const [certificate, key, current] = await Promise.all([read('ca.pem'), read('ca.key.pem'), read('crl.pem')])
  const previous = readCrl(Buffer.from(current))
  if (!previous) throw new Error(`there is no readable CRL in ${directory}`)
  const revoked = [...previous.entries, ...newEntries(previous.revoked, serials, clock)]
  const number = previous.number + 1n
  const crl = makeExampleCrl({ certificate, key }, { number, revoked }, clock)
  for (const path of ['crl.pem', 'public/crl.pem']) await replace(join(directory, path), crl)
  return { number, revoked: revoked.map(entry => entry.serial) }
}

function newEntries(known: ReadonlySet<string>, serials: readonly string[], clock: Clock): CrlEntry[] {
  const added = [...new Set(serials)].filter(serial => !known.has(serial))
  return added.map(serial => ({ serial, revokedAt: clock.now() }))
}

/** A gateway that watches the file reads the old list or the new one, never half of one. */
async function replace(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content, { mode: 0o644 })
  await rename(`${path}.new`, path)
}

/** The serial of a certificate in PEM as CRLs and identity write it: upper case hexadecimal without leading zeros. */
export function serialOf(certificate: string): string {
  return new X509Certificate(certificate).serialNumber.replace(/^(?:00)+(?=..)/, '')
}
