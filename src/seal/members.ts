import { isDigest, isJsonObject, isUuidv7, type Json, type JsonObject, timestamp } from '../kit/kit.ts'
import { type AgencyId, isAgencyId, Refusal } from '../terms/terms.ts'

/** The refusal of something a peer sent that has another form than agreed; `says` is what was expected at `pointer`. */
export function malformed(pointer: string, says: string): Refusal {
  return new Refusal('batch-malformed', { violations: [{ pointer, says }] })
}

/**
 * Reads the members of one JSON object, strictly: those asked for must have the form asked for, and {@link end} refuses
 * every other. All its methods throw the Refusal `batch-malformed`.
 */
export class Members {
  readonly #object: JsonObject
  readonly #pointer: string
  readonly #read = new Set<string>()

  constructor(value: Json | undefined, pointer: string) {
    if (!isJsonObject(value)) throw malformed(pointer, 'expected an object')
    this.#object = value
    this.#pointer = pointer
  }

  /** The member as it is, or undefined where the object has none of that name. */
  take(name: string): Json | undefined {
    this.#read.add(name)
    return Object.hasOwn(this.#object, name) ? this.#object[name] : undefined
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#object, name)
  }

  text(name: string, form: RegExp): string {
    const value = this.take(name)
    if (typeof value === 'string' && form.test(value)) return value
    throw this.#expected(name, 'a text of the agreed form')
  }

  whole(name: string, least: number, most: number): number {
    const value = this.take(name)
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
    throw this.#expected(name, `a whole number from ${least} to ${most}`)
  }

  flag(name: string): boolean {
    const value = this.take(name)
    if (typeof value === 'boolean') return value
    throw this.#expected(name, 'true or false')
  }

  /** An instant as {@link timestamp} prints it, in milliseconds: one spelling only. */
  instant(name: string): number {
    const value = this.take(name)
    const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
    if (!Number.isNaN(time) && timestamp(time) === value) return time
    throw this.#expected(name, 'an RFC 3339 instant in UTC with milliseconds')
  }

  uuid(name: string): string {
    const value = this.take(name)
    if (typeof value === 'string' && isUuidv7(value)) return value
    throw this.#expected(name, 'a UUID version 7')
  }

  digest(name: string): `sha256:${string}` {
    const value = this.take(name)
    if (typeof value === 'string' && isDigest(value)) return value
    throw this.#expected(name, 'a SHA-256 digest')
  }

  agency(name: string): AgencyId {
    const value = this.take(name)
    if (typeof value === 'string' && isAgencyId(value)) return value
    throw this.#expected(name, 'an agency id')
  }

  list(name: string, most: number): readonly Json[] {
    const value = this.take(name)
    if (Array.isArray(value) && value.length > 0 && value.length <= most) return value
    throw this.#expected(name, `a list of 1 to ${most} entries`)
  }

  /** Call last: refuses the object where it holds a member nobody took. The name is the sender's and is not repeated. */
  end(): void {
    for (const name in this.#object)
      if (!this.#read.has(name)) throw malformed(this.#pointer, 'expected no further members')
  }

  #expected(name: string, what: string): Refusal {
    return malformed(`${this.#pointer}/${name}`, `expected ${what}`)
  }
}
