import { digestOf, type Json, type JsonObject } from '../kit/kit.ts'
import { type Catalogue, ProblemsError } from '../terms/terms.ts'
import type { Builder, Run } from './builder.ts'
import { originsOf } from './chain-origins.ts'
import { linkRules } from './link.ts'
import { checkCoverage, type Linking } from './lookup.ts'
import type { CompiledMapping, Mapping, Translation, TranslationContext } from './mapping.ts'
import { makePresence } from './paths.ts'
import { checkReach } from './reach.ts'
import { Reader } from './reader.ts'
import {
  type BlockedSource,
  type MappingSource,
  readMapping,
  type SchemaSource,
  type UnmappedSource,
} from './source.ts'
import { Sayings, SpokenReport } from './spoken-report.ts'

/** Where the compiler finds what schemas can hold. */
export interface TranslationParts {
  /** The newest version of its schema here, or the one that is named. */
  catalogueOf(resource: string, version?: string): Catalogue | undefined
}

/**
 * Compiles a mapping file (YAML) to a function for each object of the target; nothing of it is looked up again when a document is
 * translated.
 *
 * @param source the text of the file
 * @param file its name, for problems
 * @throws ProblemsError with all problems: form, unknown or uncovered paths, converters that do not fit, values of an
 *   enumeration without a counterpart, members that the target has to hold and no rule makes
 */
export function compileMapping(source: string, file: string, parts: TranslationParts): CompiledMapping {
  const reader = new Reader(source, file)
  const mapping = readMapping(reader)
  const from = catalogueAt(reader, mapping.from, parts)
  const to = catalogueAt(reader, mapping.to, parts)
  if (!from || !to) throw new ProblemsError(reader.problems)
  const sayings = new Sayings()
  const linking: Linking = { reader, mapping, from, to, sayings, covered: new Set(), rules: new Set() }
  const build = linkRules(linking)
  checkCoverage(linking, reader.root.place)
  checkReach(linking, reader.root.place)
  if (reader.problems.length > 0) throw new ProblemsError(reader.problems)
  return {
    id: mapping.id.value,
    digest: digestOf(source),
    from: { resource: from.resource, version: from.version },
    to: { resource: to.resource, version: to.version },
    delivers: mapping.delivers,
    origins: originsOf(mapping.rules),
    translate: makeTranslate(mapping, { build, sayings }),
  }
}

function catalogueAt(reader: Reader, written: SchemaSource, parts: TranslationParts): Catalogue | undefined {
  const { schema, version } = written
  const catalogue = parts.catalogueOf(schema.value, version.value) ?? parts.catalogueOf(schema.value)
  if (!catalogue) {
    reader.complain(schema.place, 'schema-unknown', `there is no schema \`${schema.value}\``)
    return undefined
  }
  if (catalogue.version !== version.value) {
    const says = `\`${schema.value}\` is version \`${catalogue.version}\` here, not \`${version.value}\``
    reader.complain(version.place, 'schema-version', says)
  }
  return catalogue
}

function makeTranslate(
  mapping: MappingSource,
  { build, sayings }: { build: Builder; sayings: Sayings },
): Mapping['translate'] {
  const stops = mapping.blocked.map(makeStop)
  const losses = mapping.unmapped.map(source => makeLoss(source, sayings))
  return (document: JsonObject, context: TranslationContext): Translation => {
    for (const stop of stops) if (stop.holds(document)) return { kind: 'blocked', rule: stop.rule, path: '' }
    const report = new SpokenReport(sayings)
    const run: Run = { context, root: document, report, stopped: undefined }
    const built = build(document, run)
    if (run.stopped) return { kind: 'blocked', ...run.stopped }
    for (const loss of losses) if (loss.holds(document)) report.say(loss.says)
    return { kind: 'translated', document: isBuilt(built) ? built : {}, report: report.close() }
  }
}

function isBuilt(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function makeStop({ id, from, when }: BlockedSource): { holds: (document: Json) => boolean; rule: string } {
  const matches = when === undefined ? () => true : (value: Json) => value === when.value
  return { rule: id.value, holds: makePresence(from.value, matches) }
}

/** One line for the whole document, only where the document as received holds the source. */
function makeLoss(
  { from, why }: UnmappedSource,
  sayings: Sayings,
): { holds: (document: Json) => boolean; says: number } {
  const says = sayings.add('', { outcome: 'UNMAPPED', rule: `unmapped.${from.value}`, note: why })
  return { holds: makePresence(from.value, () => true), says }
}
