import { unreachable } from '../../kit/kit.ts'
import type { Agreement } from '../compile.ts'
import type { Annex } from './annex.ts'
import { text } from './annex.ts'
import {
  conditionSection,
  exampleSection,
  markingSection,
  signatureSection,
  treatmentSection,
} from './back.ts'
import { dutySection, partySection, purposeSection } from './front.ts'
import { toHtml } from './html.ts'
import { toMarkdown } from './markdown.ts'
import { readerSection, resourceSection } from './tables.ts'

export type PrintFormat = 'markdown' | 'html'

/**
 * Prints an agreement as the annex of the paper that it carries out, from what was compiled: the words and the rules cannot drift
 * apart. What the recipient has to do stands first.
 *
 * @returns one text: GitHub Flavored Markdown, or one HTML page that stands alone
 */
export function printAgreement(agreement: Agreement, format: PrintFormat): string {
  const annex = annexOf(agreement)
  switch (format) {
    case 'markdown':
      return toMarkdown(annex)
    case 'html':
      return toHtml(annex)
    default:
      return unreachable(format)
  }
}

function annexOf(agreement: Agreement): Annex {
  const { reading, id, revision, title, digest, sourceDigest, replaces } = agreement
  const { draft, resources } = reading.resolved
  const reference = draft.paper['reference']
  return {
    title,
    over: `Annex to ${typeof reference === 'string' ? reference : 'the agreement'}`,
    under: [
      [...text`Sharing policy ${id}`, `, revision ${revision}`],
      text`Digest of the meaning, which the signatures cover: ${digest}`,
      text`Digest of the file: ${sourceDigest}`,
      ...(replaces === undefined ? [] : [text`Takes the place of ${replaces}`]),
    ],
    foot: `${id}  revision ${revision}  ${digest.slice(0, 23)}`,
    sections: [
      partySection(draft),
      dutySection(reading),
      purposeSection(reading),
      readerSection(),
      ...[...resources].map(([name, resource]) => resourceSection(reading, name, resource)),
      conditionSection(draft),
      treatmentSection(draft),
      markingSection(draft),
      exampleSection(draft),
      signatureSection(draft),
    ].filter(({ blocks }) => blocks.length > 0),
  }
}
