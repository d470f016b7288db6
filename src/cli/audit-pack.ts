import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import {
  canonicalJson,
  isJsonObject,
  type JsonObject,
  readJsonText,
  systemClock,
  timestamp,
} from '../kit/kit.ts'
import { printAgreement } from '../policy/policy.ts'
import { ProblemsError } from '../terms/terms.ts'
import { counted, houseSchemas, openDesk } from './agreement-desk.ts'
import { fromExport, type Provable, prove } from './audit-prove.ts'
import { EXIT, printReport } from './audit-verify/report.ts'
import { readKey, verifyExport } from './audit-verify/verify.ts'
import { type AgreementText, type Exhibit, evidenceFiles } from './evidence.ts'
import type { Terminal } from './terminal.ts'
import { writeZip } from './zip-file.ts'

interface PackOptions {
  readonly dir: string
  readonly to: string
  readonly leaf?: readonly string[]
  readonly xid?: readonly string[]
  readonly vkey?: readonly string[]
  readonly policy?: string
  readonly policies?: string
  readonly schemas: string
}

/** `concordat audit pack`: what a court or an ombudsman needs to check single leaves. */
export function packCommand(terminal: Terminal): Command {
  return new Command('pack')
    .description('pack leaves with their proofs, keys, agreements and the method into one evidence bundle')
    .requiredOption('--dir <directory>', 'the export they are taken from; it is verified first')
    .requiredOption('--to <file.zip>', 'the bundle; must not exist')
    .option('--leaf <id|number...>', 'leaves, by their ids or numbers')
    .option('--xid <id...>', 'exchanges: every leaf about them')
    .option('--vkey <key...>', 'the verifier keys as the agency gave them (default: those in the export)')
    .option('--policy <file>', 'whose cosignatures are asked for (C2SP tlog-policy); goes into the bundle')
    .option('--policies <directory>', 'sharing policies: those that the leaves name go into the bundle')
    .option('--schemas <directory>', 'document schemas that they are written against', houseSchemas)
    .action((options: PackOptions) => runPack(terminal, options))
}

/** Stops the command. */
class Halt extends Error {
  readonly code: 1 | 2 | 3

  constructor(code: 1 | 2 | 3, says: string) {
    super(says)
    this.code = code
  }
}

async function runPack(terminal: Terminal, options: PackOptions): Promise<void> {
  try {
    await pack(terminal, options)
    terminal.end(0)
  } catch (thrown) {
    if (!(thrown instanceof Halt)) throw thrown
    terminal.err(thrown.message)
    terminal.end(thrown.code)
  }
}

async function pack(terminal: Terminal, options: PackOptions): Promise<void> {
  const [directory, target] = [resolve(terminal.cwd, options.dir), resolve(terminal.cwd, options.to)]
  if (!options.leaf?.length && !options.xid?.length) throw new Halt(2, 'either --leaf or --xid is needed')
  if (existsSync(target)) throw new Halt(2, `${options.to} exists already`)
  const policy = openPolicy(terminal, options.policy)
  const verified = verifyExport({ directory, vkey: options.vkey?.join('\n'), policy, toleranceMs: 60_000 })
  if (verified.verdict !== 'good') throw new Halt(EXIT[verified.verdict], printReport(verified).join('\n'))
  const exhibits = await exhibitsOf(fromExport(directory), options)
  const named = new Set(exhibits.map(agreementIn).filter(digest => digest !== undefined))
  const agreements = options.policies === undefined ? [] : await readAgreements(terminal, options, named)
  const found = new Set(agreements.map(({ digest }) => digest))
  const missing = [...named].filter(digest => !found.has(digest))
  const files = evidenceFiles({
    ...{ exhibits, policy, agreements, missing, origin: verified.origin ?? '' },
    keys: (verified.vkey ?? '')
      .split('\n')
      .map(readKey)
      .filter(key => key !== undefined),
    packedAt: timestamp(systemClock.now()),
    versions: `concordat audit pack, Node ${terminal.machine.version}`,
  })
  writeFileSync(target, writeZip(files), { flag: 'wx' })
  terminal.out(`${counted(exhibits.length, 'leaf', 'leaves')} packed into ${options.to}`)
  for (const digest of missing) terminal.out(`without the agreement ${digest}`)
}

function openPolicy(terminal: Terminal, path: string | undefined): Buffer | undefined {
  if (path === undefined) return undefined
  try {
    return readFileSync(resolve(terminal.cwd, path))
  } catch {
    throw new Halt(2, `${path} cannot be read`)
  }
}

/** The leaves that were asked for, each once, in the order of the ledger. */
async function exhibitsOf(
  source: Provable,
  { leaf = [], xid = [] }: PackOptions,
): Promise<readonly Exhibit[]> {
  const wanted = [...leaf]
  for (const exchange of xid) {
    const numbers = await leavesAbout(source, exchange)
    if (numbers.length === 0) throw new Halt(3, `no leaf is about the exchange ${exchange}`)
    wanted.push(...numbers.map(String))
  }
  const exhibits = new Map<number, Exhibit>()
  for (const one of wanted) {
    const made = await prove(source, one)
    if (made.kind !== 'proven')
      throw new Halt(made.kind === 'altered' ? 1 : 3, `there is no leaf ${one} to be proven`)
    exhibits.set(made.index, made)
  }
  return [...exhibits.values()].sort((one, other) => one.index - other.index)
}

const PAGE = 1024

async function leavesAbout(source: Provable, exchange: string): Promise<readonly number[]> {
  const size = await source.size()
  const found: number[] = []
  for (let from = 0; from < size; from += PAGE) {
    const page = await source.leaves(from, Math.min(from + PAGE, size))
    for (const [at, text] of page.entries()) if (leafIn(text)['xid'] === exchange) found.push(from + at)
  }
  return found
}

function leafIn(text: string): JsonObject {
  const reading = readJsonText(text)
  return reading.ok && isJsonObject(reading.value) ? reading.value : {}
}

function agreementIn({ leaf }: Exhibit): string | undefined {
  const digest = leafIn(leaf)['policy']
  return typeof digest === 'string' ? digest : undefined
}

/** The sharing policies of a directory that are named. Those that cannot be used with these schemas are told and left out. */
async function readAgreements(
  terminal: Terminal,
  { policies = '', schemas }: PackOptions,
  named: ReadonlySet<string>,
): Promise<readonly AgreementText[]> {
  const directory = resolve(terminal.cwd, policies)
  const desk = openDesk(terminal, schemas)
  const names = readdirSync(directory).filter(name => name.includes('.to.') && name.endsWith('.yaml'))
  const found: AgreementText[] = []
  for (const name of names.sort()) {
    try {
      const agreement = await desk.compile(join(directory, name))
      if (!named.has(agreement.digest)) continue
      const meaning = canonicalJson(agreement.form)
      const source = readFileSync(join(directory, name), 'utf8')
      found.push({ digest: agreement.digest, meaning, source, page: printAgreement(agreement, 'html') })
    } catch (thrown) {
      if (!(thrown instanceof ProblemsError)) throw thrown
      terminal.err(`${name} cannot be used with these schemas and was left out`)
    }
  }
  return found
}
