import type { Problem } from '../terms/terms.ts'
import { makeFindings } from './findings.ts'
import { readList, readRecord, readText } from './read.ts'
import { readSource, type Source } from './source.ts'

/** Something that the checks ask, as an author sees it. */
export interface Question {
  /** What an answer names. */
  readonly key: string
  readonly check: number
  readonly line: number
  readonly says: string
}

/** The written reason for something that the checks ask. */
export interface WrittenAnswer {
  readonly finding: string
  readonly reason: string
}

/** What came of reading a file of answers: all of them that have a reason, or every problem. */
export type AnswersReading =
  | { readonly ok: true; readonly answers: readonly WrittenAnswer[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** A file of answers to fill in: plain YAML, one entry for each question, its reason left empty. */
export function printAnswers(title: string, questions: readonly Question[]): string {
  const entries = questions.flatMap(({ key, check, line, says }) => [
    `- finding: ${JSON.stringify(key)}`,
    `  says: ${JSON.stringify(`line ${line}, check ${check}: ${says}`)}`,
    '  reason:',
  ])
  return `${[`# ${title}`, '# Write why each may stay as it is; the approvers of both agencies read it.', ...entries].join('\n')}\n`
}

/**
 * Reads a file of answers as {@link printAnswers} writes it. Where the reason is still empty, nothing is answered.
 *
 * @param file the name that problems carry
 */
export function readAnswers(text: string, file: string): AnswersReading {
  const findings = makeFindings(file)
  const source = readSource(text, findings)
  const entries = readList(findings, source, {
    what: 'the file of answers',
    each: entry => {
      const { finding, reason } = readRecord(findings, entry, {
        what: 'an answer',
        keys: { finding: 'required', says: 'optional', reason: 'required' },
      })
      return {
        finding: readText(findings, finding, '`finding`'),
        reason: reason && isEmpty(reason) ? '' : readText(findings, reason, '`reason`'),
      }
    },
  })
  if (findings.problems.length > 0) return { ok: false, problems: findings.problems }
  return { ok: true, answers: entries.filter(({ reason }) => reason !== '') }
}

function isEmpty(source: Source): boolean {
  return source.kind === 'scalar' && (source.value === null || source.value === '')
}
