import type { Draft } from '../draft.ts'
import { asClause, markingWords, plainName, treatmentWords } from '../words.ts'
import { type Block, type Section, type Text, text } from './annex.ts'

/** What the words of the conditions mean to the machine. */
export function conditionSection({ conditions }: Draft): Section {
  const rows = [...conditions].map(([name, { says, written, opensWhenAbsent }]) => {
    const absent: Text = [opensWhenAbsent ?? 'nothing more goes']
    return { head: [{ code: name }], cells: [[says], [{ code: written.trim() }], absent].map(plainCell) }
  })
  const columns = ['Condition', 'It says that', 'Test (CEL)', 'Where an item it reads is absent']
  const table: Block = { kind: 'table', caption: 'Conditions', columns, groups: [{ title: undefined, rows }] }
  const intro: Block = {
    kind: 'paragraph',
    text: ['Conditions read nothing but codes, flags and times of the document, its label and the request.'],
  }
  return { title: 'Conditions', blocks: rows.length === 0 ? [] : [intro, table] }
}

function plainCell(said: Text): { readonly lines: readonly Text[]; readonly tone: undefined } {
  return { lines: [said], tone: undefined }
}

/** What exactly is done to a value that goes in a reduced form. */
export function treatmentSection({ treatments }: Draft): Section {
  const items = [...treatments].flatMap(([name, treatment]): Text[] => {
    if (!treatment) return []
    const { says, kind, prepared } = treatment
    return [[{ code: name }, `: ${asClause(says)}. Exactly: ${treatmentWords(kind, prepared.terms)}.`]]
  })
  return { title: 'Reduced forms', blocks: items.length === 0 ? [] : [{ kind: 'list', items }] }
}

export function markingSection({ marking, withheldNotice }: Draft): Section {
  const said = `Everything that goes under this agreement is marked ${markingWords(marking)} and handled as that.`
  const notice =
    withheldNotice === 'none'
      ? 'With a document the recipient is not told what was withheld.'
      : 'With a document the recipient is told which items its purpose never carries: from the tables above, so that it does not show whether there was anything to withhold.'
  return {
    title: 'Marking and notice',
    blocks: [said, notice].map(one => ({ kind: 'paragraph', text: [one] })),
  }
}

/** The examples that the agreement was tried on. */
export function exampleSection({ examples }: Draft): Section {
  const items = examples.map(
    ({ name, purpose, role }): Text => [`${name} (${plainName(purpose)}, asked by ${plainName(role)})`],
  )
  const said = `These ${examples.length} examples travel with the agreement. Both gateways run them before they use it; every one of them holds.`
  return {
    title: 'Worked examples',
    blocks: [
      { kind: 'paragraph', text: [said] },
      { kind: 'list', items },
    ],
  }
}

export function signatureSection({ provider, recipient }: Draft): Section {
  return {
    title: 'Signatures',
    blocks: [
      {
        kind: 'paragraph',
        text: text`The gateways of ${provider.id} and ${recipient.id} use this agreement only with the digital signatures of their officers over the digest above.`,
      },
      { kind: 'signatures', parties: [provider.controller, recipient.controller] },
    ],
  }
}
