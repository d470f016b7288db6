import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { askAsOfficer, type ConsoleAnswer, type OfficerRequest } from '../ask.ts'
import { type GatewayConfig, loadConfig } from '../config.ts'
import { type components, loadApi } from '../contract/contract.ts'
import { type Json, type JsonObject, readJsonText } from '../kit/kit.ts'
import { LinkFault } from '../links/links.ts'
import type { AgencyId } from '../terms/terms.ts'
import type { ExitCode, Terminal } from './terminal.ts'

type Schemas = components['schemas']
type Problem = Schemas['Problem']

/** What every command of an officer can be told. */
export interface OfficerOptions {
  readonly config: string
  readonly tokenFile?: string
  readonly certificate?: string
  readonly certificateKey?: string
  readonly json: boolean
}

/** An officer at the console door of the own gateway. */
export interface OfficerSession {
  readonly agency: AgencyId
  readonly config: GatewayConfig
  /** @throws Stop where the gateway refuses, or answers what the contract does not describe; LinkFault where it does not answer */
  read<Name extends keyof Schemas>(name: Name, path: string): Promise<Schemas[Name]>
  /** As `read`, for what changes something. */
  send<Name extends keyof Schemas>(
    name: Name,
    path: string,
    body: JsonObject,
    method?: 'POST' | 'PUT',
  ): Promise<Schemas[Name]>
}

/** Ends a command: what is told goes where errors go. */
export class Stop extends Error {
  readonly exit: ExitCode
  readonly lines: readonly string[]

  constructor(exit: ExitCode, ...lines: readonly string[]) {
    super(lines.join('\n'))
    this.name = 'Stop'
    this.exit = exit
    this.lines = lines
  }
}

/** A command with the options that every officer's command has. */
export function officerCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option(
      '--config <file>',
      "the gateway's configuration; it says where the console door is",
      'concordat.yaml',
    )
    .option('--token-file <file>', "file with the officer's access token (default: CONCORDAT_TOKEN)")
    .option(
      '--certificate <file>',
      "client certificate that the token is bound to (default: the gateway's own)",
    )
    .option('--certificate-key <file>', 'its private key')
    .option('--json', 'print the answer as JSON', false)
}

/** Runs what an officer does at the own gateway, and tells how it ended: 1 where it was refused, 3 where nobody answered. */
export function asOfficer(
  terminal: Terminal,
  options: OfficerOptions,
  work: (session: OfficerSession) => Promise<void>,
): Promise<void> {
  return endingWell(terminal, async () => work(await openSession(terminal, options)))
}

/** Tells how work ended that may stop. */
export async function endingWell(terminal: Terminal, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (thrown) {
    const { exit, lines } = stopOf(thrown)
    for (const line of lines) terminal.err(inPlainSight(line))
    terminal.end(exit)
  }
}

/** Tells lines. What officers of either side have written in them cannot move the cursor, hide something or make up a line. */
export function tell(terminal: Terminal, lines: readonly string[]): void {
  for (const line of lines) terminal.out(inPlainSight(line))
}

/** Control and format characters, direction marks among them, as their code points; a line may begin with an empty one. */
function inPlainSight(line: string): string {
  const gap = line.startsWith('\n') ? '\n' : ''
  return gap + line.slice(gap.length).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, codePointOf)
}

function codePointOf(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`
}

function stopOf(thrown: unknown): Pick<Stop, 'exit' | 'lines'> {
  if (thrown instanceof Stop) return thrown
  if (!(thrown instanceof LinkFault)) throw thrown
  const { cause } = thrown
  return {
    exit: 3,
    lines: [`the gateway does not answer${cause instanceof Error ? `: ${cause.message}` : ''}`],
  }
}

/** Writes a file that is not there yet. @throws Stop where it is */
export async function writeNew(terminal: Terminal, file: string, text: string): Promise<void> {
  try {
    await writeFile(resolve(terminal.cwd, file), text, { flag: 'wx' })
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown
    throw new Stop(1, `${file} is there already`)
  }
}

/** The configuration that a command names. @throws ProblemsError */
export function configIn(terminal: Terminal, { config }: Pick<OfficerOptions, 'config'>): GatewayConfig {
  return loadConfig(resolve(terminal.cwd, config))
}

async function openSession(terminal: Terminal, options: OfficerOptions): Promise<OfficerSession> {
  const shown = { token: await tokenFor(terminal, options), ...certificateFor(terminal, options) }
  const config = configIn(terminal, options)
  const own = config.doors.console
  const contract = loadApi()
  const ask = async <Name extends keyof Schemas>(
    name: Name,
    path: string,
    asked: Pick<OfficerRequest, 'method' | 'body'>,
  ): Promise<Schemas[Name]> => {
    const { certificate = own.certificate, key = own.key } = shown
    const answer = await askAsOfficer(config, path, { ...asked, certificate, key, token: shown.token })
    const value = jsonIn(answer)
    const isProblem = answer.status >= 400 && contract.check('Problem', value) === undefined
    if (isProblem) throw new Stop(1, ...problemLines(asSchema('Problem', value)))
    if (answer.status >= 300 || contract.check(name, value)) throw unexpected(answer)
    return asSchema(name, value)
  }
  return {
    agency: config.agency,
    config,
    read: (name, path) => ask(name, path, { method: 'GET', body: undefined }),
    send: (name, path, body, method = 'POST') => ask(name, path, { method, body }),
  }
}

/** A token never stands on a command line, where every user of the machine would read it. */
async function tokenFor(terminal: Terminal, { tokenFile }: OfficerOptions): Promise<string> {
  const given =
    tokenFile === undefined
      ? terminal.env['CONCORDAT_TOKEN']
      : await readFile(resolve(terminal.cwd, tokenFile), 'utf8')
  const token = given?.trim() ?? ''
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new Stop(2, 'expected an access token in the file that --token-file names, or in CONCORDAT_TOKEN')
}

function certificateFor(
  terminal: Terminal,
  { certificate, certificateKey }: OfficerOptions,
): { readonly certificate?: string; readonly key?: string } {
  if (certificate === undefined && certificateKey === undefined) return {}
  if (certificate === undefined || certificateKey === undefined)
    throw new Stop(2, '--certificate and --certificate-key belong together')
  return { certificate: resolve(terminal.cwd, certificate), key: resolve(terminal.cwd, certificateKey) }
}

function jsonIn({ text }: ConsoleAnswer): Json | undefined {
  const reading = readJsonText(text)
  return reading.ok ? reading.value : undefined
}

/** The contract has judged it. */
function asSchema<Name extends keyof Schemas>(_name: Name, value: Json | undefined): Schemas[Name] {
  return value as unknown as Schemas[Name]
}

function unexpected({ status }: ConsoleAnswer): Stop {
  return new Stop(
    1,
    `the gateway answered with status ${status} and something that its contract does not describe`,
  )
}

/** A refusal (RFC 9457): code, sentence, rule, and each violation by itself. */
export function problemLines({ code, title, rule, errors = [], exchangeId }: Problem): readonly string[] {
  return [
    `refused: ${code}: ${title}`,
    ...(rule === undefined ? [] : [`  rule: ${rule}`]),
    ...errors.map(({ pointer, says }) => `  ${pointer} ${says}`),
    ...(exchangeId === undefined ? [] : [`  in the ledger as ${exchangeId}`]),
  ]
}
