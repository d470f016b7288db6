import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FormatName, type FormatParts, formatsOf, type Shown } from '../../src/formats/formats.ts'
import { isJsonObject, type JsonObject, readJson, readXml } from '../../src/kit/kit.ts'
import { lettersNamed, momentNamed, squareNamed } from '../../src/translation/translation.ts'
import { conformanceFolder, schemas } from '../translation/support.ts'

export const registry = schemas()
export const NOW = Date.UTC(2021, 10, 6, 12, 5)

export const parts: FormatParts = {
  squareOf: squareNamed,
  lettersOf: lettersNamed,
  momentOf: group => momentNamed(group, NOW),
  now: () => NOW,
}

/** A document that was never shared. */
export function plainly(document: JsonObject): Shown {
  return { document, label: undefined, caveats: [], releasableTo: [], about: undefined }
}

export function formatOf(resource: string, name: FormatName) {
  const catalogue = registry.catalogueOf(resource)
  const format = catalogue && formatsOf(catalogue, parts).find(one => one.name === name)
  if (!format) throw new Error(`${resource} is not written as ${name}`)
  return format
}

/** The document in that format; throws where it cannot be written. */
export function written(resource: string, name: FormatName, shown: Shown): string {
  const result = formatOf(resource, name).one(shown)
  if (result.kind === 'unwritable') throw new Error(`lacks a ${result.lacks}`)
  return result.text
}

/** An example document of this resource. */
export function example(resource: string): JsonObject {
  const reading = readJson(readFileSync(join(conformanceFolder, 'domain-examples', `${resource}.json`)))
  if (!reading.ok || !isJsonObject(reading.value)) throw new Error(`no example of ${resource}`)
  return reading.value
}

/** What an XML text holds, however large. */
export function xmlIn(text: string) {
  const all = { mostBytes: Infinity, mostElements: Infinity, mostDepth: Infinity }
  return readXml(Buffer.from(text), { ...all, blanks: 'trimmed' })
}

export const hasXmllint = !spawnSync('xmllint', ['--version']).error

const cotFolder = join(conformanceFolder, 'cot', 'mitre-xsd')

/** A public schema of Cursor on Target: `Base-Event`, `Contact`, `Track`; undefined where the data is not here. */
export function cotSchema(name: string): string | undefined {
  const file = join(cotFolder, `CoT_${name}_Schema__(PUBLIC_RELEASE).xsd`)
  const other = join(cotFolder, `CoT_${name}_Schema_(PUBLIC_RELEASE).xsd`)
  return [file, other].find(one => existsSync(one))
}

/** What xmllint finds wrong with these documents against a schema; empty where all are valid. */
export function violations(schema: string, documents: readonly string[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'concordat-xsd-'))
  try {
    const files = documents.map((text, index) => {
      const file = join(directory, `${index}.xml`)
      writeFileSync(file, text)
      return file
    })
    const args = ['--nonet', '--noout', '--schema', schema, ...files]
    const { status, stderr } = spawnSync('xmllint', args, { encoding: 'utf8', maxBuffer: 1e8 })
    return status === 0 ? '' : stderr
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
