import type { Command } from 'commander'
import type { components } from '../contract/contract.ts'
import { readAgreement } from '../policy/policy.ts'
import { revisionPath } from './agreement-show.ts'
import {
  asOfficer,
  type OfficerOptions,
  type OfficerSession,
  officerCommand,
  Stop,
  writeNew,
} from './officer.ts'
import { partsFor } from './officer-sheet.ts'
import type { Terminal } from './terminal.ts'

type RevisionSummary = components['schemas']['RevisionSummary']

interface DraftOptions extends OfficerOptions {
  readonly out: string
  readonly from?: string
}

/** `concordat agreement draft`: the text to change and to propose as the next revision. */
export function draftCommand(terminal: Terminal): Command {
  return officerCommand(
    'draft',
    'write the newest agreed text as the next revision, to be changed and proposed',
  )
    .argument('<id>', 'the agreement')
    .requiredOption('--out <file>', 'where to write it (YAML)')
    .option('--from <digest>', 'the text of this older revision instead: a rollback is a new revision')
    .action((id: string, options: DraftOptions) =>
      asOfficer(terminal, options, async session => {
        const newest = await newestOf(session, id)
        const { from = newest.digest } = options
        const { source, agreement } = await session.read('AgreementRevision', revisionPath(from))
        if (agreement !== id) throw new Stop(1, `${from} is a revision of ${agreement}`)
        const next = numbered(source, { revision: newest.revision + 1, replaces: newest.digest })
        const { draft } = readAgreement(next, options.out, partsFor(session)).resolved
        if (draft.revision !== newest.revision + 1 || draft.replaces !== newest.digest)
          throw new Stop(1, 'the text numbers its revision in a way that cannot be taken further')
        await writeNew(terminal, options.out, next)
        if (options.json) terminal.out(JSON.stringify({ revision: draft.revision, replaces: draft.replaces }))
        else terminal.out(`${options.out} written: revision ${draft.revision}, to follow ${newest.digest}`)
      }),
    )
}

const AGREED: ReadonlySet<RevisionSummary['state']> = new Set([
  'scheduled',
  'in-force',
  'suspended',
  'expired',
])

async function newestOf(session: OfficerSession, id: string): Promise<RevisionSummary> {
  const { agreements } = await session.read('AgreementList', '/v1/agreements')
  const found = agreements.find(({ agreement }) => agreement === id)?.revisions ?? []
  const newest = found
    .filter(({ state }) => AGREED.has(state))
    .toSorted((a, b) => a.revision - b.revision)
    .at(-1)
  if (newest === undefined) throw new Stop(1, `no revision of ${id} has been agreed here`)
  return newest
}

/** The text with another number, and with the digest of the revision that it follows; nothing else in it changes. */
function numbered(
  source: string,
  next: Pick<RevisionSummary, 'revision'> & { readonly replaces: string },
): string {
  return source
    .replace(/^replaces:.*\n/m, '')
    .replace(/^revision:.*$/m, `revision: ${next.revision}\nreplaces: ${next.replaces}`)
}
