import { resolve } from 'node:path'
import type { Command } from 'commander'
import { type JsonObject, systemClock } from '../kit/kit.ts'
import { type OfficerSignature, signAs } from '../policy/policy.ts'
import { makeSigner, readPrivateKey } from '../seal/seal.ts'
import type { AgencyId } from '../terms/terms.ts'
import { Stop } from './officer.ts'
import type { Terminal } from './terminal.ts'

/** Who signs, and where their key lies. */
export interface PenOptions {
  readonly person: string
  readonly key: string
}

/** Adds the options of commands that sign. */
export function signing(command: Command): Command {
  return command
    .requiredOption(
      '--person <id>',
      'the officer who signs, as in the token and as the configuration knows them',
    )
    .requiredOption('--key <file>', "the officer's own Ed25519 private key (PKCS#8 PEM)")
}

/** Signs statements of one type as one officer of one agency. */
export type Pen = (type: string, statement: JsonObject, role: string) => OfficerSignature

/** @throws Stop where the key cannot be used */
export async function openPen(
  terminal: Terminal,
  party: AgencyId,
  { person, key: file }: PenOptions,
): Promise<Pen> {
  const { key, problems } = await readPrivateKey(resolve(terminal.cwd, file))
  const [problem] = problems
  if (!key || problem) throw new Stop(1, `${file}: ${problem?.says ?? 'the key cannot be used'}`)
  if (key.asymmetricKeyType !== 'ed25519') throw new Stop(1, `${file}: expected an Ed25519 key`)
  const signer = makeSigner(key)
  return (type, statement, role) => {
    const who = { party, role, person, kid: signer.kid, at: systemClock.now() }
    return signAs(type, statement, who, bytes => signer.sign(bytes))
  }
}
