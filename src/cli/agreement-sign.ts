import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { isJsonObject, type JsonObject, readJson, systemClock } from '../kit/kit.ts'
import { addApproval, signStatement } from '../policy/policy.ts'
import { makeSigner, readPrivateKey } from '../seal/seal.ts'
import { isAgencyId } from '../terms/terms.ts'
import { houseSchemas, openDesk } from './agreement-desk.ts'
import type { Terminal } from './terminal.ts'

interface SignOptions {
  readonly party: string
  readonly person: string
  readonly role: 'author' | 'approver'
  readonly key: string
  readonly out: string
  readonly schemas: string
}

/** `concordat agreement sign`: what an officer does where policies are kept as files. */
export function signCommand(terminal: Terminal): Command {
  const roles = new Option('--role <role>', 'in which role')
    .choices(['author', 'approver'])
    .makeOptionMandatory()
  return new Command('sign')
    .description(
      'sign a sharing policy whose worked examples hold; the signature is added to the others in the file',
    )
    .argument('<file>', 'the sharing policy (YAML)')
    .requiredOption('--party <agency>', 'agency for which the officer signs')
    .requiredOption('--person <id>', 'the officer, as the configuration knows them')
    .addOption(roles)
    .requiredOption('--key <file>', "the officer's Ed25519 private key (PKCS#8 PEM)")
    .requiredOption('--out <file>', 'signature file, usually the name of the policy with .sig.json')
    .option('--schemas <directory>', 'document schemas it is written against', houseSchemas)
    .action(async (file: string, options: SignOptions) => {
      const fault = await sign(terminal, file, options)
      if (fault === undefined) return
      terminal.err(fault.says)
      terminal.end(fault.usage ? 2 : 1)
    })
}

async function sign(
  terminal: Terminal,
  file: string,
  { party, person, role, key: keyFile, out, schemas }: SignOptions,
): Promise<{ readonly says: string; readonly usage: boolean } | undefined> {
  if (!isAgencyId(party)) return { says: `${party} is not the id of an agency`, usage: true }
  const agreement = await openDesk(terminal, schemas).compile(file)
  if (party !== agreement.provider && party !== agreement.recipient) {
    return { says: `${party} is no party to ${agreement.id}`, usage: false }
  }
  const { key, problems } = await readPrivateKey(resolve(terminal.cwd, keyFile))
  const [problem] = problems
  if (!key || problem)
    return { says: `${keyFile}: ${problem?.says ?? 'the key cannot be used'}`, usage: false }
  if (key.asymmetricKeyType !== 'ed25519')
    return { says: `${keyFile}: expected an Ed25519 key`, usage: false }
  const signer = makeSigner(key)
  const who = { party, person, role, kid: signer.kid, at: systemClock.now() }
  const approval = signStatement(agreement, who, bytes => signer.sign(bytes))
  const target = resolve(terminal.cwd, out)
  const earlier = await readSignatures(target)
  if (earlier === 'unreadable') return { says: `${out}: expected a signature file or none`, usage: false }
  await writeFile(target, `${JSON.stringify(addApproval(agreement, earlier, approval), null, 2)}\n`)
  terminal.out(`${agreement.id} revision ${agreement.revision}: signed by ${person} as ${role} of ${party}`)
  return undefined
}

/** What is there already; a file that is not ours is never written over. */
async function readSignatures(file: string): Promise<JsonObject | undefined | 'unreadable'> {
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined
    throw thrown
  }
  const reading = readJson(bytes)
  return reading.ok && isJsonObject(reading.value) && 'payloadType' in reading.value
    ? reading.value
    : 'unreadable'
}
