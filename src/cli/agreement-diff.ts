import { Command } from 'commander'
import { type Agreement, type Change, type Direction, diffAgreements } from '../policy/policy.ts'
import { counted, houseSchemas, openDesk } from './agreement-desk.ts'
import type { Terminal } from './terminal.ts'

interface DiffOptions {
  readonly schemas: string
  readonly json: boolean
}

const HEADINGS = {
  looser: 'Looser: more goes, or less is asked',
  'not-comparable': 'Not comparable: a person has to judge',
  tighter: 'Tighter',
  other: 'Other changes: nothing more or less goes because of them',
} satisfies Record<Direction, string>

/** `concordat agreement diff`: what a revision changes, looser first. */
export function diffCommand(terminal: Terminal): Command {
  return new Command('diff')
    .description('tell cell by cell what another revision makes looser or tighter, looser first')
    .argument('<old>', 'the sharing policy in force (YAML)')
    .argument('<new>', 'the other revision (YAML)')
    .option('--schemas <directory>', 'document schemas they are written against', houseSchemas)
    .option('--json', 'print the changes as JSON', false)
    .addHelpText('after', '\nEnds with 1 if anything is looser or cannot be compared, otherwise with 0.')
    .action(async (old: string, now: string, { schemas, json }: DiffOptions) => {
      const desk = openDesk(terminal, schemas)
      const [before, after] = [await desk.compile(old), await desk.compile(now)]
      const changes = diffAgreements(before, after)
      if (json) terminal.out(JSON.stringify({ old: nameOf(before), new: nameOf(after), changes }, null, 2))
      else tellChanges(terminal, before, after, changes)
      if (changes.some(({ direction }) => direction === 'looser' || direction === 'not-comparable'))
        terminal.end(1)
    })
}

function nameOf({ id, revision, digest }: Agreement): Pick<Agreement, 'id' | 'revision' | 'digest'> {
  return { id, revision, digest }
}

/** The change sheet: looser first. */
export function tellChanges(
  terminal: Terminal,
  before: Pick<Agreement, 'id' | 'revision'>,
  after: Pick<Agreement, 'id' | 'revision'>,
  changes: readonly Change[],
): void {
  terminal.out(`${after.id}: revision ${before.revision} to revision ${after.revision}`)
  if (changes.length === 0) terminal.out('no difference in meaning')
  for (const line of changeLines(changes)) terminal.out(line)
}

/** A change as it is told. */
export interface ToldChange {
  readonly direction: Direction
  readonly kind: string
  readonly subject: string
  readonly resource?: string | undefined
  readonly purpose?: string | undefined
  readonly before?: string | undefined
  readonly after?: string | undefined
  readonly because?: string | undefined
  /** What an acknowledgement names. */
  readonly key?: string
}

/** Changes under their headings, looser first. */
export function changeLines(changes: readonly ToldChange[]): readonly string[] {
  return Object.entries(HEADINGS).flatMap(([direction, heading]) => {
    const found = changes.filter(change => change.direction === direction)
    if (found.length === 0) return []
    return [`\n${heading} (${counted(found.length, 'change')})`, ...found.flatMap(linesOf)]
  })
}

function linesOf(change: ToldChange): readonly string[] {
  const { kind, resource, purpose, subject, before, after, because, key } = change
  const where = [resource === subject ? undefined : resource, purpose === subject ? undefined : purpose]
  const about = where.filter(one => one !== undefined).join(', ')
  const name = key === undefined ? '' : ` [${key}]`
  return [
    `  ${kind.replace('-', ' ')} ${subject}${about === '' ? '' : ` (${about})`}${name}`,
    `    was: ${before ?? 'nothing'}`,
    `    now: ${after ?? 'nothing'}`,
    ...(because === undefined ? [] : [`    ${because}`]),
  ]
}
