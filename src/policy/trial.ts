import { isJsonObject, type Json } from '../kit/kit.ts'
import type { Catalogue } from '../terms/terms.ts'
import type { Agreement } from './compile.ts'
import type { Asked, Engine, Refused, Release } from './engine.ts'
import { type Explanation, explainTally } from './explain.ts'
import { didYouMean } from './findings.ts'
import { readItemPath, valuesAt } from './item-path.ts'
import type { Reading } from './reading.ts'
import { asClause, instantWords, joinWords } from './words.ts'

/** What an agreement would make of one document: tried out with practice keys, so that code names are not the real ones. */
export type Trial =
  | {
      readonly kind: 'refuse'
      readonly code: Refused['code']
      readonly rule: string | undefined
      readonly says: string
    }
  | {
      readonly kind: 'release'
      /** For each list with rules and each item: what happened and why, without any value. */
      readonly items: readonly Explanation[]
      /** For each value of the document: what is held, and what would be given. Personal data. */
      readonly values: readonly TrialValue[]
    }

export interface TrialValue {
  /** Where it stands in the document: `command[1].officer.collar`. */
  readonly at: string
  /** The item of the catalogue: `command[].officer.collar`; undefined for what the schema does not know. */
  readonly path: string | undefined
  /** Undefined for a figure, which the gateway works out. */
  readonly held: Json | undefined
  /** Undefined where nothing of it goes. */
  readonly given: Json | undefined
}

/** Decides about one document and explains the decision, item by item. Nothing is recorded and nothing is released. */
export function tryAgreement({ reading }: Pick<Agreement, 'reading'>, asked: Asked): Trial {
  const decision = reading.practice.decide(asked)
  if (decision.kind === 'refuse') {
    const { code, rule } = decision
    return { kind: 'refuse', code, rule, says: refusalWords(reading, asked, decision) }
  }
  const resource = reading.resolved.resources.get(asked.resource)
  const plan = reading.practice.plan(asked.resource, asked.purpose)
  if (!resource || !plan) throw new Error('a release without a plan')
  const { tally } = reading.practice.project(decision)
  return {
    kind: 'release',
    items: explainTally(resource, plan, tally),
    values: releasedValues(reading.practice, decision, resource.catalogue),
  }
}

/** Why a document stays, as one sentence that names the rule and no value. */
function refusalWords(
  { resolved }: Reading,
  { resource, purpose, role }: Asked,
  { code, rule }: Refused,
): string {
  const { draft, resources } = resolved
  const found = resources.get(resource)
  switch (code) {
    case 'resource-unknown':
      return `the agreement covers ${ticked(resources.keys())}, and no \`${resource}\`${didYouMean(resource, resources.keys())}`
    case 'agreement-not-yet-in-force':
      return `nothing goes before ${instantWords(draft.effectiveFrom)}`
    case 'agreement-expired':
      return `nothing goes since ${instantWords(draft.expiresAt)}`
    case 'purpose-unknown':
      return rule === undefined
        ? `the agreement has ${ticked(draft.purposes.keys())}, and no purpose \`${purpose}\`${didYouMean(purpose, draft.purposes.keys())}`
        : `no item of \`${resource}\` goes for \`${purpose}\``
    case 'role-not-allowed':
      return `\`${role}\` may not ask for \`${purpose}\`; ${ticked(draft.purposes.get(purpose)?.requesters ?? [])} may`
    case 'urgent-not-allowed':
      return `the agreement does not allow urgent use of \`${purpose}\``
    case 'purpose-window':
      return `\`${purpose}\` applies only while ${asClause(draft.conditions.get(rule ?? '')?.says ?? '')} (\`${rule ?? ''}\`), and that is not so or cannot be told`
    case 'gate-failed': {
      const gate = found?.gates.find(({ id }) => id === rule)
      return `gate or red line ${rule ?? ''} stops the whole document: ${asClause(gate?.says ?? '')}`
    }
    default:
      return `refused with \`${code}\``
  }
}

function ticked(names: Iterable<string>): string {
  return joinWords([...names].map(name => `\`${name}\``))
}

/**
 * Every value of a released document beside what would be given of it. Each value is cut down alone, in a document in which
 * every list around it has no other entry: entries never see each other, so that changes nothing, and positions stay known.
 */
export function releasedValues(
  engine: Engine,
  release: Release,
  catalogue: Catalogue,
): readonly TrialValue[] {
  const values: TrialValue[] = []
  const known = new Set([...catalogue.leaves.keys()].flatMap(prefixesOf))
  const give = (path: string, document: Json): Json | undefined => {
    if (!isJsonObject(document)) return undefined
    const first = readItemPath(path.replaceAll('[]', '[0]'))
    const { document: projected } = engine.project({ ...release, document })
    return first && valuesAt(projected, first)[0]
  }
  const walk = ({ value, path, at, whole }: Visit): void => {
    if (value === null) return
    if (catalogue.leaves.has(path)) values.push({ at, path, held: value, given: give(path, whole(value)) })
    else if (!known.has(path)) values.push({ at, path: undefined, held: value, given: undefined })
    else for (const below of visitsBelow({ value, path, at, whole })) walk(below)
  }
  walk({ value: release.document, path: '', at: '', whole: value => value })
  return [...values, ...givenFigures(engine, release)]
}

/** What is worked out from the whole document. */
function givenFigures(engine: Engine, release: Release): readonly TrialValue[] {
  const figures = engine.plan(release.resource, release.purpose)?.figures ?? []
  if (figures.length === 0) return []
  const { document } = engine.project(release)
  return figures.map(({ path }) => {
    const at = readItemPath(path)
    return { at: path, path, held: undefined, given: at && valuesAt(document, at)[0] }
  })
}

/** One place of a document; `whole` puts another value there and takes the neighbours of every entry on the way out. */
interface Visit {
  readonly value: Json
  readonly path: string
  readonly at: string
  readonly whole: (value: Json) => Json
}

function visitsBelow({ value, path, at, whole }: Visit): readonly Visit[] {
  if (Array.isArray(value)) {
    return value.map((entry: Json, index) => {
      return { value: entry, path: `${path}[]`, at: `${at}[${index}]`, whole: one => whole([one]) }
    })
  }
  if (!isJsonObject(value)) return []
  return Object.entries(value).map(([name, member]) => ({
    value: member,
    path: path === '' ? name : `${path}.${name}`,
    at: at === '' ? name : `${at}.${name}`,
    whole: one => whole({ ...value, [name]: one }),
  }))
}

/** Every group and list on the way to an item: ``, `command`, `command[]`, `command[].officer`. */
function prefixesOf(path: string): readonly string[] {
  const steps = path.split('.')
  return [
    '',
    ...steps.flatMap((step, index) => {
      const whole = steps.slice(0, index + 1).join('.')
      return step.endsWith('[]') ? [whole.slice(0, -2), whole] : [whole]
    }),
  ]
}
