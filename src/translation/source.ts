import type { TableEntry } from './converter.ts'
import type { LossOutcome } from './mapping.ts'
import type { Place, Placed, Reader, Written } from './reader.ts'

/** A mapping as it is written, before anything is looked up. */
export interface MappingSource {
  readonly id: Placed<string>
  readonly from: SchemaSource
  readonly to: SchemaSource
  readonly delivers: boolean
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, TableEntry>>
  readonly rules: readonly StepSource[]
  readonly unmapped: readonly UnmappedSource[]
  readonly blocked: readonly BlockedSource[]
}

export interface SchemaSource {
  readonly schema: Placed<string>
  readonly version: Placed<string>
}

export type StepSource = RuleSource | FixedSource | ListSource

/** One target from one or more sources through a converter. */
export interface RuleSource {
  readonly kind: 'rule'
  readonly id: Placed<string>
  readonly to: Placed<string>
  /**
   * By slot name; the one source of a simple rule stands under `value`. A source is a path in the scope of the rule, `role`; one from
   * the top of the document, `/realm`, which a rule inside a list reads as well; or something of the exchange, `$provider`. Of
   * several, `a | b`, the first that holds something is read.
   */
  readonly from: ReadonlyMap<string, Placed<string>>
  readonly convert: Placed<string>
  readonly with: ReadonlyMap<string, Placed<string>>
}

/** One target with a value of the mapping itself. */
export interface FixedSource {
  readonly kind: 'fixed'
  readonly id: Placed<string>
  readonly to: Placed<string>
  readonly value: Placed<string | number | boolean>
}

/**
 * One entry of a target list for each entry of a source list, in order; `each: .` makes one entry of the scope itself. A list that can
 * have more entries than the target takes is a problem of the mapping, unless it says `longer: cut`.
 */
export interface ListSource {
  readonly kind: 'list'
  readonly to: Placed<string>
  readonly each: Placed<string>
  readonly cut: boolean
  readonly rules: readonly StepSource[]
}

/** A source without a target, and why: reported where a document holds it. */
export interface UnmappedSource {
  readonly from: Placed<string>
  readonly why: string
}

/** A source that stops the translation where a document holds it, or holds it with this value. */
export interface BlockedSource {
  readonly id: Placed<string>
  readonly from: Placed<string>
  readonly when: Placed<string | number | boolean> | undefined
}

const FORMAT = 'concordat-mapping/1'
const OUTCOMES: readonly LossOutcome[] = ['EXACT', 'APPROXIMATED', 'WIDENED', 'NARROWED', 'DEFAULTED']

export function readMapping(reader: Reader): MappingSource {
  const file = reader.record(reader.root, {
    what: 'a mapping',
    required: ['format', 'id', 'from', 'to', 'rules'],
    optional: ['delivers', 'tables', 'unmapped', 'blocked'],
  })
  const format = reader.text(file.format, '`format`')
  if (format.value !== FORMAT)
    reader.complain(format.place, 'format-unknown', `\`format\` has to be \`${FORMAT}\``)
  return {
    id: reader.text(file.id, '`id`'),
    from: readSchema(reader, file.from, '`from`'),
    to: readSchema(reader, file.to, '`to`'),
    delivers: file.delivers ? readFlag(reader, file.delivers, '`delivers`') : true,
    tables: file.tables ? readTables(reader, file.tables) : new Map(),
    rules: readSteps(reader, file.rules),
    unmapped: reader.list(file.unmapped, '`unmapped`').map(entry => readUnmapped(reader, entry)),
    blocked: reader.list(file.blocked, '`blocked`').map(entry => readBlocked(reader, entry)),
  }
}

function readSchema(reader: Reader, written: Written, what: string): SchemaSource {
  const { schema, version } = reader.record(written, { what, required: ['schema', 'version'], optional: [] })
  return { schema: reader.text(schema, '`schema`'), version: reader.text(version, '`version`') }
}

function readFlag(reader: Reader, written: Written, what: string): boolean {
  const { value, place } = reader.scalar(written, what)
  if (typeof value !== 'boolean')
    reader.complain(place, 'not-a-flag', `${what} has to be \`true\` or \`false\``)
  return value === true
}

function readSteps(reader: Reader, written: Written): readonly StepSource[] {
  return reader.list(written, '`rules`').map(entry => readStep(reader, entry))
}

function readStep(reader: Reader, written: Written): StepSource {
  const keys = new Set(reader.entries(written, 'a rule').map(([key]) => key.value))
  if (keys.has('each')) return readList(reader, written)
  if (keys.has('value')) return readFixed(reader, written)
  const rule = reader.record(written, {
    what: 'a rule',
    required: ['id', 'to', 'from', 'convert'],
    optional: ['with'],
  })
  return {
    kind: 'rule',
    id: reader.text(rule.id, '`id`'),
    to: reader.text(rule.to, '`to`'),
    from: reader.isRecord(rule.from)
      ? readTexts(reader, rule.from, '`from`')
      : new Map([['value', reader.text(rule.from, '`from`')]]),
    convert: reader.text(rule.convert, '`convert`'),
    with: rule.with ? readTexts(reader, rule.with, '`with`') : new Map(),
  }
}

function readList(reader: Reader, written: Written): ListSource {
  const { to, each, rules, longer } = reader.record(written, {
    what: 'a list rule',
    required: ['to', 'each', 'rules'],
    optional: ['longer'],
  })
  const says = longer && reader.text(longer, '`longer`')
  if (says && says.value !== 'cut')
    reader.complain(says.place, 'parameter-value', '`longer` of a list has to be `cut`')
  return {
    kind: 'list',
    to: reader.text(to, '`to`'),
    each: reader.text(each, '`each`'),
    cut: says !== undefined,
    rules: readSteps(reader, rules),
  }
}

function readFixed(reader: Reader, written: Written): FixedSource {
  const { id, to, value } = reader.record(written, {
    what: 'a fixed rule',
    required: ['id', 'to', 'value'],
    optional: [],
  })
  return {
    kind: 'fixed',
    id: reader.text(id, '`id`'),
    to: reader.text(to, '`to`'),
    value: reader.scalar(value, '`value`'),
  }
}

function readTexts(reader: Reader, written: Written, what: string): ReadonlyMap<string, Placed<string>> {
  return new Map(reader.entries(written, what).map(([key, value]) => [key.value, reader.text(value, what)]))
}

function readTables(reader: Reader, written: Written): MappingSource['tables'] {
  return new Map(
    reader
      .entries(written, '`tables`')
      .map(([name, table]) => [
        name.value,
        new Map(
          reader
            .entries(table, 'a table')
            .map(([key, entry]) => [key.value, readEntry(reader, entry, key.place)]),
        ),
      ]),
  )
}

/** `KEY: VALUE`, `KEY: { is: VALUE, outcome: NARROWED, note: … }`, or `KEY: { unmapped: why }`. */
function readEntry(reader: Reader, written: Written, place: Place): TableEntry {
  if (!reader.isRecord(written))
    return { is: reader.text(written, 'a table entry').value, outcome: 'EXACT', note: undefined }
  const entry = reader.record(written, {
    what: 'a table entry',
    required: [],
    optional: ['is', 'outcome', 'note', 'unmapped'],
  })
  if (entry.unmapped)
    return { is: '', outcome: 'UNMAPPED', note: reader.text(entry.unmapped, '`unmapped`').value }
  const outcome = entry.outcome ? reader.text(entry.outcome, '`outcome`') : { value: 'EXACT', place }
  const known = OUTCOMES.find(name => name === outcome.value)
  if (!known) reader.complain(outcome.place, 'outcome-unknown', `\`${outcome.value}\` is no outcome`)
  if (!entry.is) reader.complain(place, 'key-missing', 'a table entry needs `is` or `unmapped`')
  return {
    is: entry.is ? reader.text(entry.is, '`is`').value : '',
    outcome: known ?? 'EXACT',
    note: entry.note ? reader.text(entry.note, '`note`').value : undefined,
  }
}

function readUnmapped(reader: Reader, written: Written): UnmappedSource {
  const { from, why } = reader.record(written, {
    what: 'an unmapped source',
    required: ['from', 'why'],
    optional: [],
  })
  return { from: reader.text(from, '`from`'), why: reader.text(why, '`why`').value }
}

function readBlocked(reader: Reader, written: Written): BlockedSource {
  const entry = reader.record(written, {
    what: 'a blocked source',
    required: ['id', 'from'],
    optional: ['when'],
  })
  return {
    id: reader.text(entry.id, '`id`'),
    from: reader.text(entry.from, '`from`'),
    when: entry.when ? reader.scalar(entry.when, '`when`') : undefined,
  }
}
