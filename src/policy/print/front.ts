import { isJsonObject, type JsonObject } from '../../kit/kit.ts'
import type { Draft, PartyDraft } from '../draft.ts'
import type { PurposeDraft } from '../draft-terms.ts'
import type { Reading } from '../reading.ts'
import {
  asClause,
  dayWords,
  dutyWords,
  instantWords,
  joinWords,
  markingWords,
  plainName,
  plainValue,
  titleName,
  urgentWords,
} from '../words.ts'
import { type Block, type Section, type Text, text } from './annex.ts'

/** Who agrees with whom, from when until when, on which papers. */
export function partySection(draft: Draft): Section {
  const { provider, recipient, effectiveFrom, expiresAt, reviewBy, reviewOwner, marking, paper } = draft
  const papers = Object.entries(paper).map(([name, value]) => {
    return [PAPERS.get(name) ?? name, [plainValue(value)]] as const
  })
  return {
    title: 'Parties and dates',
    blocks: [
      {
        kind: 'facts',
        facts: [
          ['Provider', partyText(provider)],
          ['Recipient', partyText(recipient)],
          ['In force from', [instantWords(effectiveFrom)]],
          ['Expires', [`${instantWords(expiresAt)}. From this instant on nothing flows.`]],
          ['Review', [`By ${dayWords(reviewBy)}: ${reviewOwner}`]],
          ['Marking', [markingWords(marking)]],
          ...papers,
        ],
      },
    ],
  }
}

const PAPERS: ReadonlyMap<string, string> = new Map([
  ['reference', 'Agreement'],
  ['documentDigest', 'Digest of the signed paper'],
  ['dpia', 'Data protection impact assessment'],
  ['appropriatePolicyDocument', 'Appropriate policy document'],
  ['militaryAidRequest', 'Military aid request'],
])

function partyText({ id, controller, contact }: PartyDraft): Text {
  return [`${controller} (`, { code: id }, `), ${contact}`]
}

/** What the recipient has to do: what holds for every purpose once, then what each purpose adds. */
export function dutySection({ resolved: { draft }, duties }: Reading): Section {
  const purposes = [...draft.purposes.keys()]
  const byPurpose = new Map(purposes.map(purpose => [purpose, sentencesOf(duties.signed(purpose))]))
  const [first = []] = byPurpose.values()
  const common = first.filter(sentence => [...byPurpose.values()].every(all => all.includes(sentence)))
  const blocks = purposes.flatMap((purpose): readonly Block[] => {
    const own = (byPurpose.get(purpose) ?? []).filter(sentence => !common.includes(sentence))
    return own.length === 0 ? [] : [heading(`For ${plainName(purpose)}`), list(own)]
  })
  const nothing: Block = { kind: 'paragraph', text: ['The agreement sets no obligations.'] }
  const shared = common.length === 0 ? [] : [heading('For every purpose'), list(common)]
  const all = [...shared, ...blocks]
  return {
    title: 'What the recipient has to do',
    blocks: [
      { kind: 'paragraph', text: ['For ', { strong: draft.recipient.controller }, '.'] },
      ...(all.length === 0 ? [nothing] : all),
    ],
  }
}

function sentencesOf(signed: JsonObject): readonly string[] {
  const of = (force: string): readonly JsonObject[] => {
    const written = signed[force]
    return Array.isArray(written) ? written.filter(isJsonObject) : []
  }
  return [
    ...of('must').map(dutyWords),
    ...of('should').map(duty => `If possible: ${asClause(dutyWords(duty))}`),
  ]
}

function heading(words: string): Block {
  return { kind: 'heading', text: [words] }
}

function list(sentences: readonly string[]): Block {
  return { kind: 'list', items: sentences.map(sentence => [sentence]) }
}

/** Why data is shared, who may ask for it, when, and on which legal bases. */
export function purposeSection(reading: Reading): Section {
  const { purposes } = reading.resolved.draft
  return {
    title: 'Purposes and legal bases',
    blocks: [
      { kind: 'paragraph', text: ['Data goes for these purposes only, and to these roles only.'] },
      ...[...purposes].flatMap(([name, purpose]): readonly Block[] => [
        { kind: 'heading', text: [`${titleName(name)} (`, { code: name }, ')'] },
        { kind: 'facts', facts: purposeFacts(reading, name, purpose) },
      ]),
    ],
  }
}

function purposeFacts(
  { resolved: { draft, resources } }: Reading,
  name: string,
  { says, dpv, requesters, providerBasis, recipientBasis, urgent }: PurposeDraft,
): readonly (readonly [string, Text])[] {
  const windows = [...resources].map(([resource, { whilst }]) => {
    const condition = whilst.get(name)
    return { resource, when: condition ? `while ${asClause(condition.says)}` : 'always' }
  })
  const [first] = windows
  const alike = windows.every(({ when }) => when === first?.when)
  const applies = windows.flatMap(({ resource, when }, index): Text => {
    return [index === 0 ? '' : '; ', { code: resource }, ` ${when}`]
  })
  return [
    ['Why', [says]],
    ['Who may ask', [joinWords(requesters.map(plainName))]],
    ['When', alike && first ? [`${first.when.charAt(0).toUpperCase()}${first.when.slice(1)}`] : applies],
    ...(urgent ? [['Urgent use', [urgentWords(urgent)]] as const] : []),
    ['Basis of the provider', basisText(draft, providerBasis?.name)],
    ['Basis of the recipient', basisText(draft, recipientBasis?.name)],
    ...(dpv.length === 0 ? [] : [['Data Privacy Vocabulary', text`${dpv.join(', ')}`] as const]),
  ]
}

const BASES: ReadonlyMap<string, string> = new Map([
  ['sensitive', 'sensitive data'],
  ['onwardPower', 'power to pass on'],
  ['criminalOffenceData', 'criminal offence data'],
])

function basisText({ legalBases }: Draft, name: string | undefined): Text {
  const { regime = '', basis = '', ...rest } = legalBases.get(name ?? '') ?? {}
  const more = Object.entries(rest).map(
    ([member, value]) => `; ${BASES.get(member) ?? member}: ${plainValue(value)}`,
  )
  return [`${plainValue(regime)}: ${plainValue(basis)}${more.join('')}`]
}
