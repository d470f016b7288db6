import { canonicalJson, type Digest, digestOf, type Json, type JsonObject } from '../kit/kit.ts'
import type { Catalogue } from '../terms/terms.ts'
import { isRefusalCode } from '../terms/terms.ts'
import type { ExampleDraft, Expectation, SampleDraft } from './draft-examples.ts'
import type { Asked, Decision, Engine } from './engine.ts'
import { didYouMean, type Findings } from './findings.ts'
import { differenceBetween, type ItemPath, readItemPath, valuesAt, withValue } from './item-path.ts'
import { makePlan } from './plan.ts'
import { makeRechecker } from './rechecker.ts'
import type { Resolved } from './resolved.ts'
import { PLAIN } from './treatments/treatments.ts'

export interface ExampleReport {
  readonly passed: number
  /** Over the name and the outcome of each example, so that two gateways can compare. */
  readonly digest: Digest
}

/** The length of all documents that worked examples start from, each as often as it is used: the work that a gateway takes on. */
const MOST_TO_RUN = 1_048_576

/** Runs every worked example and notes each that does not come out as it states, or that could not fail at all. */
export function runExamples(findings: Findings, resolved: Resolved, engine: Engine): ExampleReport {
  const { samples } = resolved.draft
  for (const [name, sample] of samples) checkSample(findings, resolved, name, sample)
  const outcomes: JsonObject[] = []
  for (const example of worthRunning(findings, resolved)) {
    const outcome = runExample(findings, resolved, engine, example)
    if (outcome !== undefined) outcomes.push({ name: example.name, outcome })
  }
  return { passed: outcomes.length, digest: digestOf(canonicalJson(outcomes)) }
}

/** The worked examples, or none where they are more work than anybody should ask for. */
function worthRunning(
  findings: Findings,
  { draft: { samples, examples } }: Resolved,
): readonly ExampleDraft[] {
  const sizes = new Map([...samples].map(([name, { document }]) => [name, JSON.stringify(document).length]))
  let work = 0
  for (const { place, sample } of examples) {
    work += sizes.get(sample?.name ?? '') ?? 0
    if (work <= MOST_TO_RUN) continue
    findings.note(
      place,
      'examples-too-many',
      'the worked examples up to this one are too many for their samples',
    )
    return []
  }
  return examples
}

/** Notes what a sample holds that its schema does not allow. */
function checkSample(
  findings: Findings,
  { draft, resources }: Resolved,
  name: string,
  sample: SampleDraft,
): void {
  const resource = resources.get(sample.resource?.name ?? '')
  if (!resource) {
    const { place, name: written } = sample.resource ?? { place: sample.place, name: '' }
    const hint = didYouMean(written, resources.keys())
    findings.note(place, 'unknown-resource', `the agreement does not cover \`${written}\`${hint}`)
    return
  }
  const purpose = [...draft.purposes.keys()][0] ?? ''
  const share = { name: 'share', says: '', kind: 'share', prepared: PLAIN.share } as const
  const all = resource.items.map(item => ({
    ...item,
    cells: new Map([[purpose, [{ condition: undefined, outcome: share }]]]),
  }))
  const include = new Map(
    [...resource.include.keys()].map(list => [list, new Map([[purpose, { kind: 'every' } as const]])]),
  )
  const workshop = { squareOf: () => undefined, pseudonymKey: () => () => undefined }
  const plan = makePlan(
    { ...resource, items: all, include, drops: new Map(), figures: new Map() },
    purpose,
    workshop,
  )
  for (const { path } of makeRechecker(plan, resource.catalogue)(sample.document)) {
    findings.note(
      sample.place,
      'sample-invalid',
      `sample \`${name}\` does not meet its schema at \`${path}\``,
    )
  }
}

/** Runs one worked example; notes it where it does not come out as it states, and gives its outcome where it does. */
export function runExample(
  findings: Findings,
  resolved: Resolved,
  engine: Engine,
  example: ExampleDraft,
): Json | undefined {
  const { place, name, expected } = example
  const fail = (code: string, says: string): undefined => {
    findings.note(place, code, `example \`${name}\`: ${says}`)
    return undefined
  }
  const asked = askedIn(resolved, example, fail)
  const resource = resolved.resources.get(asked?.resource ?? '')
  if (!asked || !resource || !expected) return undefined
  const decision = engine.decide(asked)
  if (expected.kind === 'refused') return checkRefusal(decision, expected, resolved, fail)
  if (decision.kind === 'refuse') return fail('example-fails', `it was refused with ${refusalSays(decision)}`)
  const { document: projected } = engine.project(decision)
  const [excess] = engine.recheck(decision.resource, decision.purpose, projected)
  if (excess) return fail('example-fails', `the receiver would not accept \`${excess.path}\``)
  const misfit = differs(expected, {
    ...{ projected, example },
    document: asked.document,
    catalogue: resource.catalogue,
  })
  return misfit === undefined ? projected : fail(misfit.code, misfit.says)
}

/** What a worked example asks for; undefined where it cannot be put together, which `fail` is told. */
export function askedIn(
  { draft, resources }: Resolved,
  example: ExampleDraft,
  fail: (code: string, says: string) => undefined,
): Asked | undefined {
  const { sample: reference, purpose, role, label, request, at, urgent } = example
  const sample = draft.samples.get(reference?.name ?? '')
  if (!sample) {
    if (reference)
      fail(
        'unknown-sample',
        `there is no sample \`${reference.name}\`${didYouMean(reference.name, draft.samples.keys())}`,
      )
    return undefined
  }
  const document = changed(sample.document, example, fail)
  const resource = sample.resource?.name ?? ''
  if (!document || !resources.has(resource)) return undefined
  return {
    ...{ resource, purpose, role, document, urgent },
    label: { ...sample.label, ...label },
    request: { ...sample.request, ...request },
    now: at ?? draft.effectiveFrom,
  }
}

function changed(
  document: JsonObject,
  { change, remove }: ExampleDraft,
  fail: (code: string, says: string) => undefined,
): JsonObject | undefined {
  let now: JsonObject | undefined = document
  const steps: [string, Json | undefined][] = [
    ...change,
    ...remove.map((path): [string, undefined] => [path, undefined]),
  ]
  for (const [text, value] of steps) {
    const path = readItemPath(text)
    now = path && now ? withValue(now, path, value) : undefined
    if (!now) return fail('example-path', `the sample has no place \`${text}\` to change`)
  }
  return now
}

function refusalSays({ code, rule }: Extract<Decision, { kind: 'refuse' }>): string {
  return rule === undefined ? `\`${code}\`` : `\`${code}\` (\`${rule}\`)`
}

function checkRefusal(
  decision: Decision,
  { reason }: Extract<Expectation, { kind: 'refused' }>,
  { resources }: Resolved,
  fail: (code: string, says: string) => undefined,
): Json | undefined {
  const gates = [...resources.values()].flatMap(({ gates: all }) => all.map(({ id }) => id))
  if (!isRefusalCode(reason.name) && !gates.includes(reason.name)) {
    return fail('unknown-refusal', `\`${reason.name}\` is neither the code of a refusal nor a gate`)
  }
  if (decision.kind === 'release')
    return fail('example-fails', `it was released instead of refused with \`${reason.name}\``)
  const { code, rule } = decision
  if (code === reason.name || (code === 'gate-failed' && rule === reason.name))
    return { refused: code, rule: rule ?? '' }
  return fail('example-fails', `it was refused with ${refusalSays(decision)} instead of \`${reason.name}\``)
}

interface Outcome {
  readonly projected: JsonObject
  /** The document before it was cut down. */
  readonly document: JsonObject
  readonly catalogue: Catalogue
  readonly example: ExampleDraft
}

interface Misfit {
  readonly code: string
  readonly says: string
}

function differs(expected: Exclude<Expectation, { kind: 'refused' }>, outcome: Outcome): Misfit | undefined {
  const { projected } = outcome
  if (expected.kind === 'exactly') {
    const at = differenceBetween(expected.document, projected, alike)
    if (at === undefined) return undefined
    return {
      code: 'example-fails',
      says: `the outcome differs at \`${at}\`, where there is ${found(projected, at)}`,
    }
  }
  for (const [text, wanted] of expected.shows) {
    const path = readItemPath(text)
    const values = path ? valuesAt(projected, path) : []
    if (values.length === 0) return { code: 'example-fails', says: `\`${text}\` is not shown` }
    if (values.some(value => differenceBetween(wanted, value, alike) !== undefined)) {
      return { code: 'example-fails', says: `\`${text}\` is ${found(projected, text)}` }
    }
  }
  for (const text of expected.hides) {
    const misfit = checkHidden(text, outcome)
    if (misfit) return misfit
  }
  return undefined
}

/** What is to be hidden must be there to hide, or be worked out: otherwise a misspelt path would look like a kept secret. */
function checkHidden(text: string, { projected, document, catalogue, example }: Outcome): Misfit | undefined {
  const path = readItemPath(text)
  const isFigure = path !== undefined && catalogue.leaves.get(path.general)?.derived === true
  if (!path || (!isFigure && valuesAt(document, path).length === 0)) {
    return { code: 'example-idle', says: `there is nothing at \`${text}\` that could be hidden` }
  }
  const known = isKnown(catalogue, path) || example.change.has(text)
  if (!known)
    return {
      code: 'example-path',
      says: `the catalogue has no \`${text}\`${didYouMean(text, catalogue.leaves.keys())}`,
    }
  return valuesAt(projected, path).length === 0
    ? undefined
    : { code: 'example-fails', says: `\`${text}\` is not hidden` }
}

function isKnown(catalogue: Catalogue, { general }: ItemPath): boolean {
  const bare = general.endsWith('[]') ? general.slice(0, -2) : general
  return [...catalogue.leaves.keys()].some(path => {
    return path === general || path.startsWith(`${bare}.`) || path.startsWith(`${bare}[]`)
  })
}

function found(document: JsonObject, text: string): string {
  const path = readItemPath(text)
  const [value] = path ? valuesAt(document, path) : []
  return value === undefined ? 'nothing' : `\`${JSON.stringify(value).slice(0, 80)}\``
}

/** `~alias` in an expected outcome stands for any pseudonym. */
function alike(wanted: Json, value: Json): boolean {
  return wanted === '~alias' && typeof value === 'string' && /[0-9a-f]{32}$/.test(value)
}
