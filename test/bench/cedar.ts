import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs'
import { isJsonObject } from '../../src/kit/kit.ts'
import type { Agreement } from '../../src/policy/policy.ts'
import { RESOURCE } from './agreement.ts'

/** Whether an item may go for the purpose, as the Cedar engine says. */
export type Allows = (item: string) => boolean

/**
 * One purpose of the agreement as rules of Cedar: a permit for every item that may leave in any form. Cedar has it easier than we
 * do: its rules are parsed beforehand, they are those of this purpose alone, they have no conditions, and what a treatment does to
 * a value is left out.
 */
export function makeCedar(agreement: Agreement, purpose: string, role: string): Allows {
  const rules = [...leavingItems(agreement, purpose)].map(item => {
    const action = `action == Action::${JSON.stringify(purpose)}`
    return `permit(principal == Role::${JSON.stringify(role)}, ${action}, resource == Item::${JSON.stringify(item)});`
  })
  const parsed = preparsePolicySet(purpose, { staticPolicies: rules.join('\n') })
  if (parsed.type === 'failure') throw new Error(`Cedar cannot read the rules: ${parsed.errors[0]?.message}`)
  return item => {
    const answer = statefulIsAuthorized({
      principal: { type: 'Role', id: role },
      action: { type: 'Action', id: purpose },
      resource: { type: 'Item', id: item },
      context: {},
      entities: [],
      preparsedPolicySetId: purpose,
      validateRequest: false,
    })
    if (answer.type === 'failure') throw new Error(`Cedar fails: ${answer.errors[0]?.message}`)
    return answer.response.decision === 'allow'
  }
}

/** The items of the operation that the agreement lets go for a purpose, whatever it makes of them. */
export function leavingItems({ form }: Agreement, purpose: string): ReadonlySet<string> {
  const found = new Set<string>()
  const items = memberOf(memberOf(memberOf(form, 'resources'), RESOURCE), 'items')
  for (const [item, rules] of Object.entries(isJsonObject(items) ? items : {})) {
    const cell = memberOf(memberOf(rules, 'cells'), purpose)
    if (cell !== undefined && cell !== 'withhold') found.add(item)
  }
  return found
}

function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
