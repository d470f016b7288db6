import { Command } from 'commander'
import type { components } from '../contract/contract.ts'
import { REVIEW_TYPE, reviewStatement, URGENT_TYPE, urgentStatement } from '../governance/governance.ts'
import { systemClock, uuidv7 } from '../kit/kit.ts'
import { compileAgreement } from '../policy/policy.ts'
import { counted } from './agreement-desk.ts'
import { revisionPath } from './agreement-show.ts'
import { urgentLines } from './agreement-status.ts'
import {
  asOfficer,
  configIn,
  endingWell,
  type OfficerOptions,
  type OfficerSession,
  officerCommand,
  Stop,
  tell,
} from './officer.ts'
import { openPen, type PenOptions, signing } from './officer-pen.ts'
import { partsFor } from './officer-sheet.ts'
import type { Terminal } from './terminal.ts'
import { paperLines, printable, readPaper, signedToo, writePaper } from './urgent-paper.ts'

type UrgentUse = components['schemas']['UrgentUse']

/** `concordat agreement urgent`: a purpose is let free of who and when, for a limited time, by two persons or more. */
export function urgentCommand(terminal: Terminal): Command {
  return new Command('urgent')
    .description('use a purpose urgently: begin, sign (each person), open, list, and review afterwards')
    .addCommand(beginCommand(terminal))
    .addCommand(signCommand(terminal))
    .addCommand(openCommand(terminal))
    .addCommand(listCommand(terminal))
    .addCommand(reviewCommand(terminal))
}

interface BeginOptions extends OfficerOptions {
  readonly purpose: string
  readonly reason: string
  readonly out: string
}

function beginCommand(terminal: Terminal): Command {
  return officerCommand('begin', 'write the statement that the persons sign, about the revision in force')
    .argument('<id>', 'the agreement')
    .requiredOption('--purpose <purpose>', 'the purpose that is needed at once')
    .requiredOption('--reason <text>', 'why, for both data-protection officers')
    .requiredOption('--out <file>', 'where to write it; each person adds a signature to it')
    .action((id: string, options: BeginOptions) =>
      asOfficer(terminal, options, async session => {
        const digest = await digestInForce(session, id)
        const { purpose, reason, out } = options
        const terms = await termsOf(session, digest, purpose)
        const statement = urgentStatement({ policy: id, digest, purpose, reason, nonce: uuidv7(systemClock) })
        await writePaper(terminal, out, { statement, signatures: [] }, 'new')
        if (options.json) return terminal.out(JSON.stringify(printable(statement), null, 2))
        const { people, lasts, told, provider } = terms
        terminal.out(
          `${out} written: ${people} persons sign it, one of ${provider} among them; it lasts ${lasts}`,
        )
        terminal.out(`told are ${told.join(' and ')}; both agencies review it afterwards`)
      }),
    )
}

/** @throws Stop where no revision is in force */
async function digestInForce(session: OfficerSession, id: string): Promise<string> {
  const { agreements } = await session.read('AgreementList', '/v1/agreements')
  const found = agreements.find(({ agreement }) => agreement === id)
  const revision = found?.revisions.find(({ state }) => state === 'in-force')
  if (revision === undefined) throw new Stop(1, `no revision of ${id} is in force here`)
  return revision.digest
}

/** @throws Stop where the agreement does not allow it */
async function termsOf(session: OfficerSession, digest: string, purpose: string) {
  const { source, provider } = await session.read('AgreementRevision', revisionPath(digest))
  const { purposes } = compileAgreement(source, 'revision', partsFor(session))
  const urgent = purposes.get(purpose)?.urgent
  if (urgent === undefined) throw new Stop(1, `the agreement allows no urgent use for ${purpose}`)
  return { provider, people: urgent.people, lasts: lengthOf(urgent.lastsMs), told: urgent.tell }
}

function lengthOf(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000)
  return minutes % 60 === 0 ? counted(minutes / 60, 'hour') : counted(minutes, 'minute')
}

interface SignOptions extends Pick<OfficerOptions, 'config'>, PenOptions {
  readonly role: string
}

function signCommand(terminal: Terminal): Command {
  const command = new Command('sign')
    .description('add a signature to the statement; nothing is sent')
    .argument('<file>', 'as `begin` has written it')
    .option(
      '--config <file>',
      "the gateway's configuration; it says which agency the officer is of",
      'concordat.yaml',
    )
    .requiredOption('--role <role>', 'in which role, such as operator')
  return signing(command).action((file: string, options: SignOptions) =>
    endingWell(terminal, async () => {
      const paper = await readPaper(terminal, file)
      const pen = await openPen(terminal, configIn(terminal, options).agency, options)
      const signed = signedToo(paper, pen(URGENT_TYPE, printable(paper.statement), options.role))
      await writePaper(terminal, file, signed, 'again')
      tell(terminal, paperLines(signed))
    }),
  )
}

function openCommand(terminal: Terminal): Command {
  return officerCommand('open', 'open the urgent use at both gateways (one of those who signed)')
    .argument('<file>', 'with all its signatures')
    .addHelpText('after', '\nThe last line is the id of the urgent use, which `review` takes.')
    .action((file: string, options: OfficerOptions) =>
      asOfficer(terminal, options, async session => {
        const { statement, signatures } = await readPaper(terminal, file)
        const body = { statement: printable(statement), signatures: signatures.map(one => ({ ...one })) }
        const opened = await session.send('UrgentUse', '/v1/urgent-uses', body)
        if (options.json) return terminal.out(JSON.stringify(opened, null, 2))
        tell(terminal, [opened.agreement, ...urgentLines(opened).slice(0, 1), opened.id])
      }),
    )
}

function listCommand(terminal: Terminal): Command {
  return officerCommand('list', 'tell every urgent use, open ones and those under review first').action(
    (options: OfficerOptions) =>
      asOfficer(terminal, options, async session => {
        const { uses } = await session.read('UrgentUseList', '/v1/urgent-uses')
        if (options.json) return terminal.out(JSON.stringify({ uses }, null, 2))
        if (uses.length === 0) terminal.out('there are no urgent uses')
        for (const use of uses) tell(terminal, [use.agreement, ...urgentLines(use)])
      }),
  )
}

interface ReviewOptions extends OfficerOptions, PenOptions {
  readonly finding: string
}

function reviewCommand(terminal: Terminal): Command {
  return signing(
    officerCommand('review', 'review an urgent use after its end (data-protection officer of each side)'),
  )
    .argument('<use>', 'its id, as `list` tells it')
    .requiredOption('--finding <text>', 'what was found')
    .action((id: string, options: ReviewOptions) =>
      asOfficer(terminal, options, async session => {
        const { finding } = options
        const { agreement } = await useIn(session, id)
        const pen = await openPen(terminal, session.agency, options)
        const signature = { ...pen(REVIEW_TYPE, reviewStatement(agreement, id, finding), 'dpo') }
        const path = `/v1/urgent-uses/${encodeURIComponent(id)}/review`
        const reviewed = await session.send('UrgentUse', path, { finding, signature })
        if (options.json) return terminal.out(JSON.stringify(reviewed, null, 2))
        tell(terminal, urgentLines(reviewed).slice(0, 1))
      }),
    )
}

async function useIn(session: OfficerSession, id: string): Promise<UrgentUse> {
  const { uses } = await session.read('UrgentUseList', '/v1/urgent-uses')
  const found = uses.find(use => use.id === id)
  if (found === undefined) throw new Stop(1, `there is no urgent use ${id} here`)
  return found
}
