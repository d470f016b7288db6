import type { Problem } from '../terms/terms.ts'
import { runExamples } from './examples.ts'
import { makeFindings } from './findings.ts'
import type { Reading } from './reading.ts'

/** How one worked example came out. */
export interface ExampleOutcome {
  readonly name: string
  readonly line: number
  readonly purpose: string
  readonly role: string
  readonly sample: string
  /** Empty where it came out as it states; each names the first place that differs. */
  readonly problems: readonly Problem[]
}

/**
 * Runs the worked examples of an agreement one by one; what is wrong with a sample counts against each example that starts from it.
 *
 * @param file the name that problems carry
 */
export function tryExamples({ resolved, practice }: Reading, file: string): readonly ExampleOutcome[] {
  const { draft } = resolved
  return draft.examples.map(example => {
    const findings = makeFindings(file)
    const sample = example.sample?.name ?? ''
    const samples = new Map([...draft.samples].filter(([name]) => name === sample))
    runExamples(findings, { ...resolved, draft: { ...draft, samples, examples: [example] } }, practice)
    const { name, purpose, role, place } = example
    return { name, line: place.line, purpose, role, sample, problems: findings.problems }
  })
}
