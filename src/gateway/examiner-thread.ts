/** Entry of the examiner's thread: texts of agreements, looked at one after the other. Each request gets one reply. */
import type { KeyObject } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import type { GatewayConfig } from '../config.ts'
import { type Agreement, compileAgreement, lintAgreement } from '../policy/policy.ts'
import { type Problem, ProblemsError } from '../terms/terms.ts'
import type { Question, Reply } from './examiner.ts'
import { type Ground, loadGround, missingKeys } from './knowledge.ts'

/** What the thread is given: the same files and keys as its gateway. */
export interface ExaminerGround {
  readonly config: GatewayConfig
  readonly pseudonyms: ReadonlyMap<string, KeyObject>
}

if (parentPort && workerData) serve(parentPort, workerData)

function serve(port: NonNullable<typeof parentPort>, given: ExaminerGround): void {
  const ground = loadGround(given.config, given.pseudonyms)
  port.on('message', (question: Question) => port.postMessage(answer(question, ground, given)))
}

function answer(question: Question, ground: Ground, given: ExaminerGround): Reply {
  const { source } = question
  if (question.kind === 'study') return { kind: 'studied', problems: problemsIn(source, ground, given) }
  const { previous, now } = question
  const about = { source, file: 'draft', parts: ground.policyParts, agency: ground.rules, now }
  return { kind: 'linted', findings: lintAgreement({ ...about, previous: compiled(previous, ground) }) }
}

function problemsIn(source: string, ground: Ground, given: ExaminerGround): readonly Problem[] {
  try {
    const agreement = compileAgreement(source, 'agreement', ground.policyParts)
    return missingKeys(agreement, 'agreement', given.config.agency, given.pseudonyms)
  } catch (thrown) {
    if (thrown instanceof ProblemsError) return thrown.problems
    throw thrown
  }
}

/** The revision before, compiled; undefined where there is none, or it was written against a schema of which there is a newer one. */
function compiled(source: string | undefined, { policyParts }: Ground): Agreement | undefined {
  try {
    return source === undefined ? undefined : compileAgreement(source, 'agreement', policyParts)
  } catch (thrown) {
    if (thrown instanceof ProblemsError) return undefined
    throw thrown
  }
}
