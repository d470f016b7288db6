import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadSchemas, type SchemaRegistry } from '../../src/contract/contract.ts'
import { isJsonObject, type JsonObject, readJson } from '../../src/kit/kit.ts'
import { type AgencyId, isAgencyId } from '../../src/terms/terms.ts'
import { compileMapping, type Mapping, type TranslationContext } from '../../src/translation/translation.ts'

const root = join(import.meta.dirname, '../..')
export const mappingFolder = join(root, 'schemas/mappings')
export const caseFolder = join(import.meta.dirname, 'cases')
const seriesFolder = join(import.meta.dirname, 'series')

/** Independent test data; absent on a machine that has only the project. */
export const conformanceFolder = process.env['CONFORMANCE_DATA'] ?? join(root, '../shared/data')
export const hasConformanceData = existsSync(conformanceFolder)

export function schemas(): SchemaRegistry {
  return loadSchemas(join(root, 'schemas'))
}

export function mappingSource(id: string): string {
  return readFileSync(join(mappingFolder, `${id}.yaml`), 'utf8')
}

export function mappingIds(): readonly string[] {
  return readdirSync(mappingFolder)
    .filter(file => file.endsWith('.yaml'))
    .map(file => file.slice(0, -5))
}

export function compiled(registry: SchemaRegistry, source: string, file: string): Mapping {
  return compileMapping(source, file, registry)
}

export function allMappings(registry: SchemaRegistry): ReadonlyMap<string, Mapping> {
  return new Map(mappingIds().map(id => [id, compiled(registry, mappingSource(id), `${id}.yaml`)]))
}

export interface Case {
  readonly name: string
  readonly says: string
  readonly mapping: string
  readonly document: JsonObject
  readonly expected: JsonObject
}

export function cases(): readonly Case[] {
  return readdirSync(caseFolder).map(name => {
    const source = jsonFile(join(caseFolder, name, 'source.json'))
    const document = source['document']
    if (!isJsonObject(document)) throw new Error(`${name} has no document`)
    const expected = jsonFile(join(caseFolder, name, 'expected.json'))
    return { name, says: textOf(source['says']), mapping: textOf(source['mapping']), document, expected }
  })
}

/** One document with one value after the other at one place, and what the target then holds at the places that depend on it. */
export interface Series {
  readonly name: string
  readonly says: string
  readonly mapping: string
  readonly document: JsonObject
  /** JSON Pointer into the document. */
  readonly at: string
  /** JSON Pointers into the target. */
  readonly reads: readonly string[]
  /** The value, then for each place outcome and value: `EXACT PATROL`, `UNMAPPED`; `BLOCKED rule` where nothing comes. */
  readonly rows: readonly (readonly string[])[]
}

export function series(): readonly Series[] {
  return readdirSync(seriesFolder).map(file => {
    const { says, mapping, document, at, reads, rows } = jsonFile(join(seriesFolder, file))
    if (!isJsonObject(document) || !Array.isArray(rows)) throw new Error(`${file} is no series`)
    return {
      name: file.replace(/\.json$/, ''),
      says: textOf(says),
      mapping: textOf(mapping),
      document,
      at: textOf(at),
      reads: textsOf(reads),
      rows: rows.map(textsOf),
    }
  })
}

function textsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw new Error('not a list of texts')
  return value.map(textOf)
}

export function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Error('not a text')
  return value
}

export function jsonFile(path: string): JsonObject {
  const reading = readJson(readFileSync(path))
  if (!reading.ok || !isJsonObject(reading.value)) throw new Error(`${path} is not one JSON object`)
  return reading.value
}

export function agency(text: string): AgencyId {
  if (!isAgencyId(text)) throw new Error(`${text} is no agency`)
  return text
}

/** Received half a minute after the worked pair was sent. */
export const context: TranslationContext = {
  provider: agency('northshire-police'),
  label: { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true },
  receivedAt: Date.UTC(2021, 10, 6, 12, 5),
  exchangeId: '018f0000-0000-7000-8000-000000000001',
}
