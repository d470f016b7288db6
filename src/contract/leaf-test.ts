import type { JsonObject } from '../kit/kit.ts'
import { MAX_DEPTH, partAt } from './parts.ts'

/** Tells of a value whether a schema takes it. */
type Test = (value: unknown) => boolean

/** Members of a schema that limit no value. */
const SAYS_NOTHING = /^(?:description|title|examples|x-(?!derived$).*)$/

/**
 * Judges by itself what is limited by nothing but a list of texts, or by a pattern and a greatest length, here and wherever references
 * lead: a gateway that starts asks for hundreds of codes, and a translation for thousands of texts. It answers as the schema does.
 *
 * @param fragment where the leaf stands in its schema, `#/properties/id`
 * @returns undefined where the schema itself has to be asked
 */
export function leafTest(root: JsonObject, fragment: string): Test | undefined {
  const limits = limitsAt(root, fragment, MAX_DEPTH)
  return limits && (listTest(limits) ?? textTest(limits))
}

/** What limits a value; undefined where references and other limits stand side by side, or go on and on. */
function limitsAt(root: JsonObject, fragment: string, steps: number): JsonObject | undefined {
  const node = partAt(root, fragment)?.node ?? {}
  const { $ref: reference, ...limits } = Object.fromEntries(
    Object.entries(node).filter(([name]) => !SAYS_NOTHING.test(name)),
  )
  if (typeof reference !== 'string') return limits
  return steps > 0 && Object.keys(limits).length === 0 ? limitsAt(root, reference, steps - 1) : undefined
}

function listTest({ enum: listed, type, ...rest }: JsonObject): Test | undefined {
  if (!Array.isArray(listed) || !listed.every(value => typeof value === 'string')) return undefined
  if (Object.keys(rest).length > 0 || (type !== undefined && type !== 'string')) return undefined
  const values = new Set<unknown>(listed)
  return value => values.has(value)
}

/** Characters are counted only where there may be too many: a text has no more of them than UTF-16 units. */
function textTest({
  type,
  pattern,
  maxLength = Number.POSITIVE_INFINITY,
  ...rest
}: JsonObject): Test | undefined {
  const types = Array.isArray(type) ? type : [type]
  const isText = types.includes('string') && types.every(one => one === 'string' || one === 'null')
  if (!isText || typeof pattern !== 'string' || typeof maxLength !== 'number') return undefined
  if (Object.keys(rest).length > 0) return undefined
  const [isFormed, mayBeNull] = [formTest(pattern), types.includes('null')]
  return value => {
    if (typeof value !== 'string') return mayBeNull && value === null
    return (value.length <= maxLength || Array.from(value).length <= maxLength) && isFormed(value)
  }
}

/** A pattern that is nothing but a choice of characters, `^[A-Z0-9]*$`. */
const CHOICE = /^\^\[(?:[^\]\\]|\\.)+\]\*\$$/
const ASCII = 128

/** A pattern that is a choice of characters is asked once about each; a text is then judged by them in a tenth of the time. */
function formTest(pattern: string): (text: string) => boolean {
  const form = new RegExp(pattern, 'u')
  if (!CHOICE.test(pattern)) return text => form.test(text)
  const chosen = Uint8Array.from({ length: ASCII }, (_, code) => Number(form.test(String.fromCharCode(code))))
  return text => {
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code >= ASCII) return form.test(text)
      if (chosen[code] === 0) return false
    }
    return true
  }
}
