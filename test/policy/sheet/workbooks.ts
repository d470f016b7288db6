import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { stringify } from 'yaml'
import { readJsonText } from '../../../src/kit/kit.ts'
import { exportSheet, importSheet, type PolicyParts, readAgreement } from '../../../src/policy/policy.ts'
import { type Problem, ProblemsError } from '../../../src/terms/terms.ts'
import { soundText } from '../lint/sound.ts'
import { parts as drillParts } from '../support.ts'

const sound = readJsonText(soundText)

/** The sound agreement of the linter's tests, as an officer keeps it: YAML in lines. */
export const policy: string = `# An agreement for a drill\n${stringify(sound.ok ? sound.value : null, { lineWidth: 0 })}`

/** The spreadsheet of an agreement, part by part. */
export function partsOf(source: string, given: PolicyParts = drillParts): Record<string, string> {
  const bytes = unzipSync(exportSheet(readAgreement(source, 'policy.yaml', given)))
  return Object.fromEntries(Object.entries(bytes).map(([name, part]) => [name, strFromU8(part)]))
}

/** The spreadsheet of the sound agreement. */
export const soundParts: Readonly<Record<string, string>> = partsOf(policy)

export function pack(parts: Readonly<Record<string, string>>): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)])))
}

export const SHEET = 'xl/worksheets/sheet1.xml'

/** One change of a spreadsheet: a text in a part put in another's place, or, without one, a whole part. */
export type Edit = readonly [part: string, from: string | undefined, to: string]

/** The spreadsheet of the sound agreement with some changes; what is to be changed has to be there. */
export function edited(...edits: readonly Edit[]): Readonly<Record<string, string>> {
  const parts = new Map(Object.entries(soundParts))
  for (const [name, from, to] of edits) {
    const text = parts.get(name) ?? ''
    if (from !== undefined && !text.includes(from)) throw new Error(`${name} does not hold ${from}`)
    parts.set(name, from === undefined ? to : text.replace(from, () => to))
  }
  return Object.fromEntries(parts)
}

/** What comes out of a spreadsheet: the new text of the agreement, or every problem. */
export function attempt(bytes: Uint8Array, source = policy, resource?: string): string | readonly Problem[] {
  try {
    return importSheet({ bytes, table: 't.xlsx', source, file: 'policy.yaml', parts: drillParts, resource })
      .source
  } catch (thrown) {
    if (thrown instanceof ProblemsError) return thrown.problems
    throw thrown
  }
}

/** `code: says` of each problem. */
export function told(outcome: string | readonly Problem[]): readonly string[] {
  return typeof outcome === 'string' ? [] : outcome.map(({ code, says }) => `${code}: ${says}`)
}

/** A cell of the exported sheet as it is written there. */
export function cellXml(at: string, style: number, text: string): string {
  return `<c r="${at}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${text}</t></is></c>`
}
