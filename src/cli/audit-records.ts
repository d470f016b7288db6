import type { Command } from 'commander'
import { Stop } from './officer.ts'

/** What the commands that look into the record are told. */
export interface RecordOptions {
  readonly why: string
  readonly reference?: string
  readonly person?: string
  readonly xid?: string
  readonly peer?: string
  readonly purpose?: string
  /** `shared` or `received`; for the register. */
  readonly direction?: string
  readonly since?: string
  readonly until?: string
  readonly limit: string
}

/** Adds the options by which the record is looked into. */
export function looking(command: Command): Command {
  return command
    .requiredOption('--why <text>', 'what this is for; it is recorded, sealed, with your name')
    .option('--reference <text>', 'a reference that documents carry, such as OP-2026-0117')
    .option('--person <id>', 'for whom or by whom it was done')
    .option('--xid <id>', 'one exchange')
    .option('--peer <agency>', 'the other agency; alone only together with --purpose')
    .option('--purpose <name>', 'why it was shared or received')
    .option('--since <time>', 'from this day or instant on (UTC)')
    .option('--until <time>', 'before this day or instant (UTC)')
    .option('--limit <n>', 'how many to tell at most', '1000')
    .addHelpText(
      'after',
      '\nAn auditor or a data-protection officer asks the running gateway; that they asked is in the ledger.',
    )
}

const PAGE = 200

/**
 * The queries of the pages of one answer.
 *
 * @throws Stop where a time or number is none
 */
export function pageQuery(
  { since, until, limit: _limit, ...named }: RecordOptions,
  { after, left }: { readonly after: string | undefined; readonly left: number },
): string {
  const asked: Readonly<Record<string, string | undefined>> = {
    why: named.why,
    reference: named.reference,
    person: named.person,
    exchange: named.xid,
    peer: named.peer,
    purpose: named.purpose,
    direction: named.direction,
    since: since && instantOf('--since', since),
    until: until && instantOf('--until', until),
    after,
    limit: String(Math.min(left, PAGE)),
  }
  const said = Object.entries(asked).filter((one): one is [string, string] => one[1] !== undefined)
  return new URLSearchParams(said).toString()
}

/** @throws Stop */
export function limitIn({ limit }: Pick<RecordOptions, 'limit'>): number {
  if (/^[1-9]\d{0,5}$/.test(limit)) return Number(limit)
  throw new Stop(2, '--limit is a number from 1 to 999999')
}

/** A day is its first instant. @throws Stop */
export function instantOf(option: string, text: string): string {
  const at = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN
  if (Number.isNaN(at)) throw new Stop(2, `${option} is a day such as 2026-07-31, or an instant (RFC 3339)`)
  return new Date(at).toISOString()
}

/** Reads page after page until there are enough. */
export async function readPages<One>(
  options: RecordOptions,
  read: (query: string) => Promise<{ readonly entries: readonly One[]; readonly next: string | undefined }>,
): Promise<{ readonly entries: readonly One[]; readonly more: boolean }> {
  const limit = limitIn(options)
  const entries: One[] = []
  let after: string | undefined
  do {
    const page = await read(pageQuery(options, { after, left: limit - entries.length }))
    entries.push(...page.entries)
    after = page.next
  } while (after !== undefined && entries.length < limit)
  return { entries, more: after !== undefined }
}
