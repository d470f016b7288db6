import { isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'
import type { Requirement } from '../terms/terms.ts'
import { partAt, typesOf } from './parts.ts'

const NOTHING: Requirement = { kind: 'all', of: [] }

export function asksNothing(requirement: Requirement): boolean {
  return requirement.kind === 'all' && requirement.of.length === 0
}

/**
 * What a part of a schema asks of an object: `required`, `dependentRequired`, what references, `allOf`, `anyOf` and `oneOf` add to
 * it, and `if`, `then`, `else` (JSON Schema 2020-12, core 10.2 and validation 6.5). It asks never too much: of `oneOf` only that one
 * branch holds and not that the others fail, nothing for `not`, `minProperties`, `contains` and members that are forbidden, and
 * nothing that a branch asks of the values of members or of what lies deeper.
 *
 * @param written the object as it stands in the schema, references and all
 * @param followed references that lead here: one that leads back to itself adds nothing
 */
export function requirementOf(
  root: JsonObject,
  written: JsonObject,
  followed: ReadonlySet<string> = new Set(),
): Requirement {
  const below = (part: Json | undefined): Requirement =>
    isJsonObject(part) ? requirementOf(root, part, followed) : NOTHING
  return allOf([
    allOf(namesIn(written['required']).map(memberNamed)),
    dependent(written['dependentRequired']),
    referred(root, written['$ref'], followed),
    allOf(partsIn(written['allOf']).map(below)),
    anyOf(partsIn(written['anyOf']).filter(mayBeObject).map(below)),
    anyOf(partsIn(written['oneOf']).filter(mayBeObject).map(below)),
    conditional(written, below),
  ])
}

function memberNamed(name: string): Requirement {
  return { kind: 'member', name }
}

function allOf(requirements: readonly Requirement[]): Requirement {
  const of = requirements.flatMap(one => (one.kind === 'all' ? one.of : [one]))
  const [only = NOTHING] = of
  return of.length <= 1 ? only : { kind: 'all', of }
}

function anyOf(of: readonly Requirement[]): Requirement {
  const [only = NOTHING] = of
  if (of.length <= 1) return only
  return of.some(asksNothing) ? NOTHING : { kind: 'any', of }
}

function referred(root: JsonObject, reference: Json | undefined, followed: ReadonlySet<string>): Requirement {
  if (typeof reference !== 'string' || followed.has(reference)) return NOTHING
  const part = partAt(root, reference)
  return part === undefined ? NOTHING : requirementOf(root, part.node, new Set([...followed, reference]))
}

function dependent(written: Json | undefined): Requirement {
  if (!isJsonObject(written)) return NOTHING
  return allOf(
    Object.entries(written).flatMap(([member, names]): Requirement[] => {
      const holds = allOf(namesIn(names).map(memberNamed))
      return asksNothing(holds) ? [] : [{ kind: 'if', member, values: undefined, holds, fails: NOTHING }]
    }),
  )
}

/** Of a condition that is more than one member with one of some values, it is only known that one of the two branches holds. */
function conditional(written: JsonObject, below: (part: Json | undefined) => Requirement): Requirement {
  if (written['if'] === undefined) return NOTHING
  const [holds, fails] = [below(written['then']), below(written['else'])]
  if (asksNothing(holds) && asksNothing(fails)) return NOTHING
  const asked = conditionIn(written['if'])
  return asked ? { kind: 'if', ...asked, holds, fails } : anyOf([holds, fails])
}

/** `{ required: [kind], properties: { kind: { const: A } } }`, or `enum`, or `required` alone; undefined for any other condition. */
function conditionIn(
  test: Json,
): { readonly member: string; readonly values: readonly Json[] | undefined } | undefined {
  if (!isJsonObject(test) || !onlyHas(test, ['required', 'properties'])) return undefined
  const [member, ...others] = namesIn(test['required'])
  if (member === undefined || others.length > 0) return undefined
  const properties = test['properties'] ?? {}
  if (!isJsonObject(properties) || !onlyHas(properties, [member])) return undefined
  const asked = Object.hasOwn(properties, member) ? properties[member] : {}
  if (!isJsonObject(asked) || !onlyHas(asked, ['const', 'enum'])) return undefined
  const { const: value, enum: values } = asked
  if (value !== undefined) return values === undefined ? { member, values: [value] } : undefined
  return { member, values: Array.isArray(values) ? values : undefined }
}

function onlyHas(object: JsonObject, names: readonly string[]): boolean {
  return Object.keys(object).every(name => names.includes(name))
}

function mayBeObject(branch: Json): boolean {
  if (!isJsonObject(branch)) return branch !== false
  return branch['type'] === undefined || typesOf(branch).includes('object')
}

function namesIn(written: Json | undefined): readonly string[] {
  return partsIn(written).filter(name => typeof name === 'string')
}

function partsIn(written: Json | undefined): readonly Json[] {
  return Array.isArray(written) ? written : []
}
