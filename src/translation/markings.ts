import { isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'

/**
 * Protective markings of two policies on one scale, so that a translation can be seen never to lower one: the Government Security
 * Classifications (United Kingdom, 2014) and NATO (C-M(2002)49). There is no official correspondence of the two; this one has to
 * be confirmed by the agencies. The shape of a label follows ADatP-4774: policy, classification, categories.
 */
export type MarkingPolicy = 'UK-GSC' | 'NATO'

/** Common levels: 0 unclassified, 1 official, 2 official-sensitive and restricted, 3 confidential, 4 secret, 5 top secret. */
export type Level = 0 | 1 | 2 | 3 | 4 | 5

export interface Category {
  readonly tag: string
  readonly type: 'PERMISSIVE' | 'RESTRICTIVE' | 'INFORMATIVE'
  readonly values: readonly string[]
}

export interface Marking {
  readonly policy: MarkingPolicy
  readonly level: Level
  readonly categories: readonly Category[]
  /** The word beside the classification: PERSONAL. */
  readonly descriptor?: string
}

/** Why a label cannot be read; nothing of it is taken for less than it may be. */
export type MarkingFault = 'form' | 'policy' | 'classification' | 'category'

export type MarkingReading =
  | { readonly kind: 'marking'; readonly marking: Marking }
  | { readonly kind: 'refused'; readonly why: MarkingFault }

const LEVELS: Readonly<Record<MarkingPolicy, ReadonlyMap<string, Level>>> = {
  'UK-GSC': new Map<string, Level>([
    ['OFFICIAL', 1],
    ['OFFICIAL-SENSITIVE', 2],
    ['SECRET', 4],
    ['TOP SECRET', 5],
  ]),
  NATO: new Map<string, Level>([
    ['UNCLASSIFIED', 0],
    ['RESTRICTED', 2],
    ['CONFIDENTIAL', 3],
    ['SECRET', 4],
    ['COSMIC TOP SECRET', 5],
  ]),
}
const TYPES = ['PERMISSIVE', 'RESTRICTIVE', 'INFORMATIVE'] as const

/** Reads `{ policy, classification, sensitive?, descriptor?, categories? }`; NATO classifications may begin with `NATO`. */
export function readMarking(label: Json | undefined): MarkingReading {
  if (!isJsonObject(label)) return refused('form')
  const { policy, classification, sensitive, descriptor, categories } = label
  if (policy !== 'UK-GSC' && policy !== 'NATO') return refused('policy')
  if (typeof classification !== 'string') return refused('classification')
  const plain = policy === 'NATO' ? classification.replace(/^NATO /, '') : classification
  const level = LEVELS[policy].get(plain)
  if (level === undefined) return refused('classification')
  const found = readCategories(categories)
  if (found === undefined) return refused('category')
  if (descriptor !== undefined && typeof descriptor !== 'string') return refused('form')
  const raised = policy === 'UK-GSC' && level === 1 && sensitive === true
  const marking: Marking = { policy, level: raised ? 2 : level, categories: found, ...described(descriptor) }
  return { kind: 'marking', marking }
}

function described(descriptor: string | undefined): Pick<Marking, 'descriptor'> {
  return descriptor === undefined ? {} : { descriptor }
}

function refused(why: MarkingFault): MarkingReading {
  return { kind: 'refused', why }
}

function readCategories(written: Json | undefined): readonly Category[] | undefined {
  if (written === undefined) return []
  if (!Array.isArray(written)) return undefined
  const found: Category[] = []
  for (const entry of written) {
    const category = readCategory(entry)
    if (category === undefined) return undefined
    found.push(category)
  }
  return found
}

function readCategory(entry: Json): Category | undefined {
  if (!isJsonObject(entry)) return undefined
  const { tag, type, values = [] } = entry
  const kind = TYPES.find(name => name === type)
  if (typeof tag !== 'string' || kind === undefined || !Array.isArray(values)) return undefined
  const texts = values.filter(value => typeof value === 'string')
  return texts.length === values.length ? { tag, type: kind, values: texts } : undefined
}

/** Writes a marking as a label of its policy. The level has to be one that the policy has. */
export function printMarking({ policy, level, categories, descriptor }: Marking): JsonObject {
  const sensitive = policy === 'UK-GSC' && level === 2
  const classification = sensitive ? 'OFFICIAL' : nameOf(policy, level)
  return {
    policy,
    classification,
    ...(sensitive && { sensitive }),
    ...described(descriptor),
    ...(categories.length > 0 && {
      categories: categories.map(({ tag, type, values }) => ({ tag, type, values: [...values] })),
    }),
  }
}

function nameOf(policy: MarkingPolicy, level: Level): string {
  for (const [name, known] of LEVELS[policy]) if (known === level) return name
  return policy === 'NATO' ? 'COSMIC TOP SECRET' : 'TOP SECRET'
}

/** The lowest level of a policy that is not below `level`: confidential has none in the United Kingdom and becomes secret. */
export function raisedTo(policy: MarkingPolicy, level: Level): Level {
  const levels = [...LEVELS[policy].values()].filter(known => known >= level)
  return levels.reduce((least, known) => (known < least ? known : least), 5)
}

/**
 * What holds for two markings of one policy together: the higher classification, all restrictions and remarks, and of what is
 * permitted only what both permit.
 */
export function joinMarkings(one: Marking, other: Marking): Marking {
  const tied = (category: Category) => category.type !== 'PERMISSIVE'
  const restrictions = new Map(
    [...one.categories, ...other.categories]
      .filter(tied)
      .map(category => [JSON.stringify(category), category]),
  )
  const permissions = one.categories
    .filter(category => !tied(category))
    .flatMap(category => {
      const same = other.categories.find(({ tag, type }) => tag === category.tag && type === category.type)
      const values = category.values.filter(value => same?.values.includes(value))
      return same === undefined || values.length === 0 ? [] : [{ ...category, values }]
    })
  const level = one.level > other.level ? one.level : other.level
  const descriptor = one.descriptor ?? other.descriptor
  const second = other.descriptor === descriptor ? [] : remarkOf(other.descriptor)
  const categories = [...restrictions.values(), ...second, ...permissions]
  return { policy: one.policy, level, categories, ...described(descriptor) }
}

/** A descriptor where there is no place for one: a remark. */
export function remarkOf(descriptor: string | undefined): readonly Category[] {
  return descriptor === undefined
    ? []
    : [{ tag: 'Administrative', type: 'INFORMATIVE', values: [descriptor] }]
}

/** Whether a marking asks for nothing and says nothing that the other does not too: so the other can stand in its place. */
export function isWithin(one: Marking, other: Marking): boolean {
  if (one.level > other.level) return false
  const asked = new Set(other.categories.map(category => JSON.stringify(category)))
  const kept = one.categories.every(
    category => category.type === 'PERMISSIVE' || asked.has(JSON.stringify(category)),
  )
  const freer = other.categories.every(
    category =>
      category.type !== 'PERMISSIVE' ||
      one.categories.some(own => JSON.stringify(own) === JSON.stringify(category)),
  )
  return kept && freer && (one.descriptor === undefined || one.descriptor === other.descriptor)
}
