import type { Catalogue } from '../terms/terms.ts'
import { type Binding, bindCondition } from './condition.ts'
import type { Draft } from './draft.ts'
import { didYouMean, type Findings } from './findings.ts'
import { isWithin } from './paths.ts'
import type { Reference } from './read.ts'
import type { NamedCondition } from './resolved.ts'

/** Where a condition is used, and what its truth does there. */
export interface Use {
  /** The list, or the path of the item, at which it is looked at; undefined for the document as a whole. */
  readonly at: string | undefined
  /** The truth values that let something through. */
  readonly opens: readonly boolean[]
  /** Whether the reason stated in `opensWhenAbsent` is enough here. */
  readonly mayOpenWhenAbsent: boolean
}

/** Finds what names mean for one resource; notes those that mean nothing. */
export interface Resolver {
  readonly findings: Findings
  readonly catalogue: Catalogue
  condition(reference: Reference, use: Use): NamedCondition | undefined
}

/** The bindings of every condition to every resource, so that each is made once. */
export type Bindings = ReadonlyMap<string, ReadonlyMap<string, Binding>>

/**
 * Binds every condition to every resource. One that fits none of them is noted here, with the reasons of the resource it fits
 * best; one that fits some may be used there only.
 */
export function bindAll(
  findings: Findings,
  draft: Draft,
  catalogues: ReadonlyMap<string, Catalogue>,
): Bindings {
  const all = new Map<string, ReadonlyMap<string, Binding>>()
  for (const [name, { expression, testPlace }] of draft.conditions) {
    if (!expression) continue
    const bindings = new Map(
      [...catalogues].map(([resource, catalogue]) => [resource, bindCondition(expression, catalogue)]),
    )
    all.set(name, bindings)
    const failed = [...bindings.values()].flatMap(binding => (binding.ok ? [] : [binding.faults]))
    if (failed.length < bindings.size || failed.length === 0) continue
    const strangeness = (faults: (typeof failed)[number]) =>
      faults.filter(({ says }) => says.includes('means nothing')).length
    const [best = []] = failed.toSorted((a, b) => strangeness(a) - strangeness(b) || a.length - b.length)
    for (const { code, says } of best) findings.note(testPlace, code, says)
  }
  return all
}

export function makeResolver(
  findings: Findings,
  draft: Draft,
  catalogue: Catalogue,
  bindings: Bindings,
): Resolver {
  return {
    findings,
    catalogue,
    condition(reference, use) {
      const written = draft.conditions.get(reference.name)
      if (!written) {
        const hint = didYouMean(reference.name, draft.conditions.keys())
        findings.note(
          reference.place,
          'unknown-condition',
          `there is no condition \`${reference.name}\`${hint}`,
        )
        return undefined
      }
      const binding = bindings.get(reference.name)?.get(catalogue.resource)
      if (!binding) return undefined
      if (!binding.ok) return noteMisfit(findings, reference, binding, bindings)
      const condition = { ...binding.condition, name: reference.name, says: written.says }
      const stated = use.mayOpenWhenAbsent && written.opensWhenAbsent !== undefined
      checkUse(findings, reference, condition, use, stated)
      return condition
    },
  }
}

/** The condition suits another resource but not this one; a condition that suits none has been noted already. */
function noteMisfit(
  findings: Findings,
  reference: Reference,
  binding: Extract<Binding, { ok: false }>,
  bindings: Bindings,
): undefined {
  const suitsAnother = [...(bindings.get(reference.name)?.values() ?? [])].some(({ ok }) => ok)
  if (!suitsAnother) return undefined
  for (const { code, says } of binding.faults) {
    findings.note(reference.place, code, `condition \`${reference.name}\` cannot be used here: ${says}`)
  }
  return undefined
}

function checkUse(
  findings: Findings,
  { name, place }: Reference,
  { list, absenceMakes }: NamedCondition,
  { at, opens }: Use,
  stated: boolean,
): void {
  if (list !== undefined && (at === undefined || !isWithin(at, list))) {
    const where = at === undefined ? 'the whole document' : `\`${at}\``
    findings.note(
      place,
      'condition-scope',
      `condition \`${name}\` reads an entry of \`${list}\`, which ${where} does not lie in`,
    )
  }
  const openedBy = opens.some(truth => (truth ? absenceMakes.true : absenceMakes.false))
  if (openedBy && !stated) {
    findings.note(
      place,
      'opens-when-absent',
      `condition \`${name}\` would let more through because an item is absent`,
    )
  }
}
