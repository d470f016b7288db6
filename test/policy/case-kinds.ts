import { isJsonObject, type Json, type JsonObject, readJsonText } from '../../src/kit/kit.ts'
import { type Asked, compileAgreement, readAgencyRules } from '../../src/policy/policy.ts'
import { type Problem, ProblemsError } from '../../src/terms/terms.ts'
import { agreementOf, type Case, caseParts, objectIn, textIn } from './case-parts.ts'
import { approvals, signedForm } from './case-signatures.ts'
import { VECTORS } from './case-vectors.ts'
import { label } from './support.ts'

/** What came out of a case, what its file says has to come out, and the name of that file. */
export interface Compared {
  readonly found: Json
  readonly wanted: Json
  readonly file: string
}

/** Every kind of case by its name; the README beside the cases describes each. */
export const KINDS: Readonly<Record<string, (one: Case) => Compared>> = {
  problems,
  decision,
  approvals,
  'signed-form': signedForm,
  ...Object.fromEntries(Object.entries(VECTORS).map(([kind, gives]) => [kind, vectorsBy(gives)])),
}

function vectorsBy(
  gives: (vector: JsonObject, about: JsonObject, one: Case) => Json,
): (one: Case) => Compared {
  return one => {
    const wanted = one.json('vectors.json')
    const found = (Array.isArray(wanted) ? wanted : []).filter(isJsonObject).map(vector => {
      return { ...vector, gives: gives(vector, one.about, one) }
    })
    return { found, wanted, file: 'vectors.json' }
  }
}

/** A file that cannot be used: every problem, in the order of the file. */
function problems(one: Case): Compared {
  const found = one.has('rules.yaml')
    ? rulesProblems(one.text('rules.yaml'))
    : policyProblems(one.text('policy.yaml'))
  return { found: found.map(printed), wanted: one.json('problems.json'), file: 'problems.json' }
}

function rulesProblems(text: string): readonly Problem[] {
  const reading = readAgencyRules(text, 'rules.yaml', caseParts)
  return reading.ok ? [] : reading.problems
}

function policyProblems(text: string): readonly Problem[] {
  try {
    compileAgreement(text, 'policy.yaml', caseParts)
    return []
  } catch (thrown) {
    if (thrown instanceof ProblemsError) return thrown.problems
    throw thrown
  }
}

function printed({ line, column, code, says }: Problem): string {
  return `${line}:${column} ${code}: ${says}`
}

/** A document that somebody asks for: refused, or what goes. */
function decision(one: Case): Compared {
  const request = one.json('request.json')
  if (!isJsonObject(request)) throw new Error(`${one.name}: request.json is no object`)
  const wanted = one.json('expected.json')
  const agreement = agreementOf(one, request as { policy?: string; baseline?: string })
  const asked = askedIn(one, request, agreement.effectiveFrom)
  const decided = agreement.decide(asked)
  if (decided.kind === 'refuse') {
    return { found: { refused: decided.code, rule: decided.rule ?? '' }, wanted, file: 'expected.json' }
  }
  const { document, tally } = agreement.project(decided)
  const told = agreement.explain(asked.resource, asked.purpose, tally)
  const found = {
    document,
    urgent: decided.urgent,
    unfit: agreement.unfit(asked.resource, asked.purpose, tally),
    withheld: agreement.withheldNotice(asked.resource, asked.purpose),
    beyond: agreement
      .recheck(asked.resource, asked.purpose, document)
      .map(({ path, code }) => `${code} ${path}`),
    stopped: agreement.regate(asked as Asked & { urgent: boolean }) ?? '',
    says: told
      .filter(({ outcome }) => outcome !== 'absent')
      .map(({ path, outcome, says }) => `${outcome} ${path}: ${says}`),
  }
  return { found, wanted, file: 'expected.json' }
}

function askedIn(one: Case, request: JsonObject, effectiveFrom: number): Asked {
  const document = readJsonText(one.text(textIn(request, 'document', 'document.json')))
  if (!document.ok || !isJsonObject(document.value)) throw new Error(`${one.name}: no document`)
  const now = request['now']
  const marked = objectIn(request, 'label')
  return {
    resource: textIn(request, 'resource', 'drill.mission'),
    purpose: textIn(request, 'purpose'),
    role: textIn(request, 'role'),
    document: document.value,
    label: { ...label, ...marked },
    request: objectIn(request, 'request'),
    now: typeof now === 'string' ? Date.parse(now) : effectiveFrom,
    urgent: request['urgent'] === true,
  }
}
