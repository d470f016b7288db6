import { Refusal } from '../terms/terms.ts'
import type { Caller } from './tokens.ts'

/**
 * Lets a caller pass who was granted the purpose.
 *
 * @throws Refusal `purpose-not-granted`
 */
export function requirePurpose(caller: Caller, purpose: string): void {
  if (!caller.purposes.includes(purpose)) throw new Refusal('purpose-not-granted')
}
