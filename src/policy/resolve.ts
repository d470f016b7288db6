import type { Catalogue, Leaf, Sensitivity } from '../terms/terms.ts'
import type { Draft } from './draft.ts'
import type { RedLineDraft, ResourceDraft } from './draft-resource.ts'
import { didYouMean, type Findings } from './findings.ts'
import type { Reference } from './read.ts'
import { resolveFigures } from './resolve-figures.ts'
import {
  type DecidedItem,
  type Drop,
  type Gate,
  type Inclusion,
  isWithheld,
  listAround,
  type NamedCondition,
  type Resolved,
  type ResolvedResource,
} from './resolved.ts'
import { type Bindings, bindAll, makeResolver, type Resolver } from './resolver.ts'
import { decideItems, expandRow, NEVER_SHARED, neverPaths } from './table.ts'

/** Items about people; of a list that holds any, no entry goes unless an `include` row says so. */
export const PERSONAL: ReadonlySet<Sensitivity> = new Set(['personal', 'sensitive', 'criminal'])

/** Stands in the place of a list where a red line drops the whole document. */
const DOCUMENT = 'document'

/** Gives every name of a draft its meaning and notes what has none, or one that would be unsafe. */
export function resolveDraft(
  findings: Findings,
  draft: Draft,
  catalogueOf: (resource: string, version?: string) => Catalogue | undefined,
): Resolved {
  const catalogues = findCatalogues(findings, draft, catalogueOf)
  const bindings = bindAll(findings, draft, catalogues)
  checkBases(findings, draft)
  checkIds(findings, draft)
  const resources = new Map<string, ResolvedResource>()
  for (const [name, catalogue] of catalogues) {
    const resource = draft.resources.get(name)
    if (resource) resources.set(name, resolveResource(findings, draft, resource, { catalogue, bindings }))
  }
  return { draft, resources }
}

function findCatalogues(
  findings: Findings,
  draft: Draft,
  catalogueOf: (resource: string, version?: string) => Catalogue | undefined,
): ReadonlyMap<string, Catalogue> {
  const catalogues = new Map<string, Catalogue>()
  if (draft.resources.size === 0)
    findings.note(draft.place, 'resources-missing', 'the agreement covers no resource')
  for (const [name, { place, version, versionPlace, digest, digestPlace }] of draft.resources) {
    // A version that is not here is a problem of its own; what else is wrong shows against the newest one.
    const catalogue = (version === '' ? undefined : catalogueOf(name, version)) ?? catalogueOf(name)
    if (!catalogue) {
      findings.note(place, 'unknown-resource', `there is no schema for \`${name}\``)
      continue
    }
    catalogues.set(name, catalogue)
    if (version !== '' && version !== catalogue.version) {
      findings.note(
        versionPlace,
        'catalogue-version',
        `\`${name}\` is at version \`${catalogue.version}\` here`,
      )
    }
    if (digest && digest !== catalogue.digest) {
      findings.note(
        digestPlace,
        'catalogue-digest',
        `the agreement was written against \`${name}\` with the digest \`${digest}\`; here it has \`${catalogue.digest}\``,
      )
    }
  }
  return catalogues
}

function checkBases(findings: Findings, draft: Draft): void {
  for (const { providerBasis, recipientBasis } of draft.purposes.values()) {
    for (const basis of [providerBasis, recipientBasis]) {
      if (!basis || draft.legalBases.has(basis.name)) continue
      const hint = didYouMean(basis.name, draft.legalBases.keys())
      findings.note(basis.place, 'unknown-basis', `there is no legal basis \`${basis.name}\`${hint}`)
    }
  }
  if (draft.purposes.size === 0)
    findings.note(draft.place, 'purposes-missing', 'the agreement has no purpose')
}

function checkIds(findings: Findings, draft: Draft): void {
  for (const resource of [undefined, ...draft.resources.values()]) {
    const seen = new Set(resource ? draft.gates.map(({ id }) => id) : [])
    for (const { id, place } of resource?.redLines ?? draft.gates) {
      if (seen.has(id)) findings.note(place, 'id-twice', `the id \`${id}\` is used twice`)
      seen.add(id)
    }
  }
}

function resolveResource(
  findings: Findings,
  draft: Draft,
  resource: ResourceDraft,
  { catalogue, bindings }: { readonly catalogue: Catalogue; readonly bindings: Bindings },
): ResolvedResource {
  const resolver = makeResolver(findings, draft, catalogue, bindings)
  const redLines = neverPaths(resource, resolver)
  const neverShared = ({ sensitivity }: Leaf) => NEVER_SHARED.has(sensitivity)
  const figures = resolveFigures(findings, resource, catalogue, { redLines, neverShared })
  const items = decideItems(draft, resource, resolver, { redLines, figures })
  return {
    catalogue,
    whilst: resolveWhilst(draft, resolver),
    gates: [...resolveGates(draft, resolver), ...documentDrops(resource, resolver)],
    drops: resolveDrops(resource, resolver),
    include: resolveInclude(draft, resource, resolver, items),
    figures,
    items,
  }
}

function resolveWhilst(draft: Draft, resolver: Resolver): ReadonlyMap<string, NamedCondition | undefined> {
  const { findings, catalogue } = resolver
  const whilst = new Map<string, NamedCondition | undefined>()
  for (const [purpose, written] of draft.purposes) {
    for (const [resource, { place }] of written.whilst) {
      if (resource === 'others' || draft.resources.has(resource)) continue
      const hint = didYouMean(resource, [...draft.resources.keys(), 'others'])
      findings.note(place, 'unknown-resource', `the agreement does not cover \`${resource}\`${hint}`)
    }
    const reference = written.whilst.get(catalogue.resource) ?? written.whilst.get('others')
    if (!reference && written.whilst.size > 0) {
      const says = `purpose \`${purpose}\` does not say when \`${catalogue.resource}\` may go; \`always\` is an answer`
      findings.note(written.place, 'whilst-missing', says)
    }
    const use = { at: undefined, opens: [true], mayOpenWhenAbsent: true }
    const always = !reference || reference.name === 'always'
    whilst.set(purpose, always ? undefined : resolver.condition(reference, use))
  }
  return whilst
}

function resolveGates(draft: Draft, resolver: Resolver): readonly Gate[] {
  const { findings, catalogue } = resolver
  return draft.gates.flatMap(({ id, says, require: reference, resources }) => {
    for (const { name, place } of resources ?? []) {
      if (draft.resources.has(name)) continue
      const hint = didYouMean(name, draft.resources.keys())
      findings.note(place, 'unknown-resource', `the agreement does not cover \`${name}\`${hint}`)
    }
    const stands = !resources || resources.some(({ name }) => name === catalogue.resource)
    if (!stands || !reference) return []
    const condition = resolver.condition(reference, { at: undefined, opens: [true], mayOpenWhenAbsent: true })
    return condition ? [{ id, says, condition, passes: true }] : []
  })
}

type DropRule = Extract<RedLineDraft['rule'], { kind: 'drop' }>

/** The red lines that drop something, with the truth value that lets it stay. */
function dropRules(
  resource: ResourceDraft,
): readonly { id: string; says: string; rule: DropRule; stays: boolean }[] {
  return resource.redLines.flatMap(({ id, says, rule }) => {
    return rule?.kind === 'drop' ? [{ id, says, rule, stays: rule.mode === 'unless' }] : []
  })
}

function documentDrops(resource: ResourceDraft, resolver: Resolver): readonly Gate[] {
  return dropRules(resource).flatMap(({ id, says, rule, stays }) => {
    if (rule.list.name !== DOCUMENT) return []
    const condition = resolver.condition(rule.condition, {
      at: undefined,
      opens: [stays],
      mayOpenWhenAbsent: true,
    })
    return condition ? [{ id, says, condition, passes: stays }] : []
  })
}

function resolveDrops(resource: ResourceDraft, resolver: Resolver): ReadonlyMap<string, readonly Drop[]> {
  const drops = new Map<string, Drop[]>()
  for (const { id, says, rule, stays } of dropRules(resource)) {
    const { name: list } = rule.list
    if (list === DOCUMENT || !isList(resolver, rule.list)) continue
    const condition = resolver.condition(rule.condition, {
      at: list,
      opens: [stays],
      mayOpenWhenAbsent: false,
    })
    if (condition) drops.set(list, [...(drops.get(list) ?? []), { id, says, condition, stays }])
  }
  return drops
}

function isList({ findings, catalogue }: Resolver, { name, place }: Reference): boolean {
  if (catalogue.items.has(name)) return true
  const hint = didYouMean(name, [...catalogue.items.keys(), DOCUMENT])
  findings.note(place, 'unknown-list', `\`${catalogue.resource}\` has no list of entries \`${name}\`${hint}`)
  return false
}

function resolveInclude(
  draft: Draft,
  resource: ResourceDraft,
  resolver: Resolver,
  items: readonly DecidedItem[],
): ReadonlyMap<string, ReadonlyMap<string, Inclusion>> {
  const { findings, catalogue } = resolver
  for (const [name, { place }] of resource.include) isList(resolver, { name, place })
  const include = new Map<string, ReadonlyMap<string, Inclusion>>()
  for (const list of catalogue.items.keys()) {
    const row = resource.include.get(list)
    const personal = items.some(
      ({ leaf }) => listAround(leaf.path) === list && PERSONAL.has(leaf.sensitivity),
    )
    if (!row && personal) noteMissingInclude(findings, resource, list, items)
    const written = row ? expandRow(findings, draft, list, row) : undefined
    const byPurpose = new Map<string, Inclusion>()
    for (const purpose of draft.purposes.keys()) {
      const cell = written?.get(purpose)
      const silent: Inclusion = { kind: row || personal ? 'none' : 'every' }
      byPurpose.set(purpose, cell ? resolveInclusion(resolver, list, cell) : silent)
    }
    include.set(list, byPurpose)
  }
  return include
}

function noteMissingInclude(
  findings: Findings,
  resource: ResourceDraft,
  list: string,
  items: readonly DecidedItem[],
): void {
  const shared = items.find(({ leaf, cells }) => {
    return leaf.path.startsWith(`${list}.`) && [...cells.values()].some(cell => !isWithheld(cell))
  })
  if (!shared) return
  const place = resource.fields.get(shared.row ?? '')?.place ?? resource.place
  findings.note(
    place,
    'include-missing',
    `\`${list}\` is about people; an \`include\` row has to say which entries may go`,
  )
}

function resolveInclusion(resolver: Resolver, list: string, reference: Reference): Inclusion {
  if (reference.name === 'every' || reference.name === 'none') return { kind: reference.name }
  const condition = resolver.condition(reference, { at: list, opens: [true], mayOpenWhenAbsent: false })
  return condition ? { kind: 'condition', condition } : { kind: 'none' }
}
