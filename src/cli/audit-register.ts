import { type Command, Option } from 'commander'
import type { components } from '../contract/contract.ts'
import { counted } from './agreement-desk.ts'
import { looking, type RecordOptions, readPages } from './audit-records.ts'
import { asOfficer, type OfficerOptions, officerCommand, tell } from './officer.ts'
import type { Terminal } from './terminal.ts'

type Disclosure = components['schemas']['Disclosure']

/** `concordat audit register`: what was shared and received about something, with or from whom, by whom and why. */
export function registerCommand(terminal: Terminal): Command {
  const command = officerCommand(
    'register',
    'tell what was shared or received about a reference, or refused: with or from whom, by whom, why (LED Art. 25, DPA 2018 s. 62)',
  )
  const direction = new Option('--direction <way>', 'only what was shared, or only what was received')
  looking(command).addOption(direction.choices(['shared', 'received']))
  return command.action((options: OfficerOptions & RecordOptions) =>
    asOfficer(terminal, options, async session => {
      const { entries, more } = await readPages(options, async query => {
        const page = await session.read('DisclosurePage', `/v1/disclosures?${query}`)
        return { entries: page.disclosures, next: page.next }
      })
      if (options.json) terminal.out(JSON.stringify({ disclosures: entries, more }, null, 2))
      else tell(terminal, [...entries.flatMap(disclosureLines), endLine(entries.length, 'entry', more)])
    }),
  )
}

/** The last line of an answer. */
export function endLine(count: number, one: string, more: boolean): string {
  if (count === 0) return 'nothing found: nothing was shared, received or refused, or it has been erased'
  return `${counted(count, one, one.replace(/y$/, 'ies'))}${more ? '; there are more, see --limit' : ''}`
}

function disclosureLines(entry: Disclosure): readonly string[] {
  const { at, outcome, why, rule, agreement } = entry
  const because = [why, rule].filter(one => one !== undefined).join(', ')
  const under = agreement && `  under ${agreement.id} revision ${agreement.revision}: ${agreement.title}`
  return [
    `${at} ${outcome}${because === '' ? '' : ` (${because})`}: ${entry.resource ?? 'unreadable'} ${entry.subject ?? ''}`.trimEnd(),
    `  ${wayOf(entry)} for ${entry.purpose ?? 'no purpose'}${entry.purposeSays ? `: ${entry.purposeSays}` : ''}`,
    ...whoLines(entry),
    ...(under === undefined ? [] : [under]),
    ...basisLines(entry),
    ...fieldLines(entry),
    ...(entry.items ?? []).map(({ path, says }) => `    ${path}: ${says}`),
    `  exchange ${entry.exchange}, leaf ${entry.leaf}`,
  ]
}

function wayOf({ direction, outcome, from, to = 'unknown' }: Disclosure): string {
  if (direction === 'received') return `received from ${from}`
  return outcome === 'refused' || outcome === 'failed' ? `not shared with ${to}` : `shared with ${to}`
}

/** Who was behind something received is known to the agency that it came from. */
function whoLines({ direction, person, role, system }: Disclosure): readonly string[] {
  if (direction === 'received') return []
  const who = [person ?? 'unknown', role && `as ${role}`, system && `by ${system}`]
  return [`  ${who.filter(Boolean).join(' ')}`]
}

/** Of the side that this agency is on. */
function basisLines({ direction, legalBasis }: Disclosure): readonly string[] {
  const basis = direction === 'received' ? legalBasis?.recipient : legalBasis?.provider
  const said = Object.values(basis ?? {}).filter(one => typeof one === 'string')
  return said.length === 0 ? [] : [`  legal basis: ${said.join('; ')}`]
}

function fieldLines({ fields }: Disclosure): readonly string[] {
  const said = Object.entries(fields ?? {}).map(([name, count]) => `${count} ${name}`)
  return said.length === 0 ? [] : [`  items: ${said.join(', ')}`]
}
