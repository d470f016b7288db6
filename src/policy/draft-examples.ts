import { isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'
import type { Label } from '../terms/terms.ts'
import type { Findings, Place } from './findings.ts'
import {
  type Reference,
  readDictionary,
  readFlag,
  readInstant,
  readJsonValue,
  readLabel,
  readList,
  readRecord,
  readReference,
  readText,
} from './read.ts'
import type { Source } from './source.ts'

/** A document that worked examples start from. */
export interface SampleDraft {
  readonly place: Place
  readonly resource: Reference | undefined
  readonly label: Label
  readonly request: JsonObject
  readonly document: JsonObject
}

/** One worked example: a sample, perhaps changed, and what the agreement has to make of it. */
export interface ExampleDraft {
  readonly place: Place
  readonly name: string
  readonly purpose: string
  readonly role: string
  readonly sample: Reference | undefined
  readonly change: ReadonlyMap<string, Json>
  readonly remove: readonly string[]
  readonly label: JsonObject
  readonly request: JsonObject
  readonly at: number | undefined
  /** Whether it asks under urgent use. */
  readonly urgent: boolean
  readonly expected: Expectation | undefined
}

export type Expectation =
  | { readonly kind: 'exactly'; readonly document: JsonObject }
  | { readonly kind: 'partly'; readonly shows: ReadonlyMap<string, Json>; readonly hides: readonly string[] }
  /** A code of the catalogue of refusals, or the id of a gate. */
  | { readonly kind: 'refused'; readonly reason: Reference }

export function readSamples(
  findings: Findings,
  source: Source | undefined,
): ReadonlyMap<string, SampleDraft> {
  const keys = { resource: 'required', label: 'required', request: 'optional', document: 'required' } as const
  return readDictionary(findings, source, {
    what: '`samples`',
    each: (value, { name, place }) => {
      const sample = readRecord(findings, value, { what: `sample \`${name}\``, keys })
      return {
        place,
        resource: sample.resource ? readReference(findings, sample.resource, '`resource`') : undefined,
        label: readLabel(findings, sample.label, '`label`'),
        request: readObject(findings, sample.request, '`request`'),
        document: readObject(findings, sample.document, '`document`'),
      }
    },
  })
}

export function readExamples(findings: Findings, source: Source | undefined): readonly ExampleDraft[] {
  const examples = readList(findings, source, { what: '`tests`', each: one => readExample(findings, one) })
  if (source && examples.length === 0)
    findings.note(source.place, 'examples-missing', 'an agreement needs worked examples')
  return examples
}

function readExample(findings: Findings, source: Source): ExampleDraft {
  const keys = {
    name: 'required',
    purpose: 'required',
    as: 'required',
    sample: 'required',
    change: 'optional',
    remove: 'optional',
    label: 'optional',
    request: 'optional',
    at: 'optional',
    urgent: 'optional',
    exactly: 'optional',
    shows: 'optional',
    hides: 'optional',
    refused: 'optional',
  } as const
  const test = readRecord(findings, source, { what: 'a test', keys })
  const each = (path: Source) => readText(findings, path, 'a path')
  return {
    place: source.place,
    name: readText(findings, test.name, '`name`'),
    purpose: readText(findings, test.purpose, '`purpose`'),
    role: readText(findings, test.as, '`as`'),
    sample: test.sample ? readReference(findings, test.sample, '`sample`') : undefined,
    change: readDictionary(findings, test.change, { what: '`change`', each: readJsonValue }),
    remove: readList(findings, test.remove, { what: '`remove`', each }),
    label: readObject(findings, test.label, '`label`'),
    request: readObject(findings, test.request, '`request`'),
    at: test.at ? readInstant(findings, test.at, '`at`') : undefined,
    urgent: readFlag(findings, test.urgent, '`urgent`') ?? false,
    expected: readExpectation(findings, source, test),
  }
}

function readExpectation(
  findings: Findings,
  source: Source,
  {
    exactly,
    shows,
    hides,
    refused,
  }: Readonly<Record<'exactly' | 'shows' | 'hides' | 'refused', Source | undefined>>,
): Expectation | undefined {
  const partly = shows ?? hides
  const stated = [exactly, partly, refused].filter(one => one !== undefined)
  if (stated.length !== 1) {
    findings.note(source.place, 'test-form', 'a test states `exactly`, or `shows` and `hides`, or `refused`')
    return undefined
  }
  if (exactly) return { kind: 'exactly', document: readObject(findings, exactly, '`exactly`') }
  if (refused) return { kind: 'refused', reason: readReference(findings, refused, '`refused`') }
  return {
    kind: 'partly',
    shows: readDictionary(findings, shows, { what: '`shows`', each: readJsonValue }),
    hides: readList(findings, hides, { what: '`hides`', each: path => readText(findings, path, 'a path') }),
  }
}

function readObject(findings: Findings, source: Source | undefined, what: string): JsonObject {
  if (!source) return {}
  const value = readJsonValue(source)
  if (isJsonObject(value)) return value
  findings.note(source.place, 'not-a-map', `${what} has to be a map`)
  return {}
}
