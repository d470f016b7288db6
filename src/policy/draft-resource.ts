import type { Digest } from '../kit/kit.ts'
import { type DerivedDraft, readDerived } from './draft-derived.ts'
import type { Findings, Place } from './findings.ts'
import {
  type Reference,
  readDictionary,
  readDigest,
  readList,
  readOptionalText,
  readRecord,
  readReference,
  readText,
} from './read.ts'
import type { Source } from './source.ts'

/** The part of an agreement that is about one resource. */
export interface ResourceDraft {
  readonly place: Place
  readonly version: string
  readonly versionPlace: Place
  /** Of the schema that the table was written against; a draft may still lack it. */
  readonly digest: Digest | undefined
  readonly digestPlace: Place
  readonly redLines: readonly RedLineDraft[]
  /** Which entries of a list may go, for each purpose. */
  readonly include: ReadonlyMap<string, RowDraft<Reference>>
  /** Figures that the gateway works out, by the item that each becomes. */
  readonly derived: ReadonlyMap<string, DerivedDraft>
  readonly fields: ReadonlyMap<string, RowDraft<CellDraft>>
}

/** One row: a cell for each purpose it names, for `others`, or for `all`. */
export interface RowDraft<Cell> {
  readonly place: Place
  readonly cells: ReadonlyMap<string, { readonly place: Place; readonly cell: Cell }>
  readonly why: string | undefined
}

/** First match decides; the last branch has no condition. */
export type CellDraft = readonly BranchDraft[]

export interface BranchDraft {
  readonly condition: Reference | undefined
  readonly outcome: Reference
  readonly why: string | undefined
}

export interface RedLineDraft {
  readonly place: Place
  readonly id: string
  readonly says: string
  readonly rule: RedLineRule | undefined
}

export type RedLineRule =
  | { readonly kind: 'never'; readonly paths: readonly Reference[] }
  | {
      readonly kind: 'drop'
      readonly list: Reference
      readonly mode: 'when' | 'unless'
      readonly condition: Reference
    }

export function readResource(findings: Findings, source: Source): ResourceDraft {
  const keys = {
    schema: 'required',
    redLines: 'optional',
    include: 'optional',
    derived: 'optional',
    fields: 'required',
  } as const
  const resource = readRecord(findings, source, { what: 'a resource', keys })
  const pin = { version: 'required', digest: 'optional' } as const
  const schema = resource.schema
    ? readRecord(findings, resource.schema, { what: '`schema`', keys: pin })
    : undefined
  return {
    place: source.place,
    version: readText(findings, schema?.version, '`version`'),
    versionPlace: (schema?.version ?? source).place,
    digest: readDigest(findings, schema?.digest, '`digest`'),
    digestPlace: (schema?.digest ?? schema?.version ?? source).place,
    redLines: readList(findings, resource.redLines, {
      what: '`redLines`',
      each: one => readRedLine(findings, one),
    }),
    include: readRows(findings, resource.include, '`include`', cell =>
      readReference(findings, cell, 'a condition'),
    ),
    derived: readDictionary(findings, resource.derived, {
      what: '`derived`',
      each: (one, name) => readDerived(findings, one, name),
    }),
    fields: readRows(findings, resource.fields, '`fields`', cell => readCell(findings, cell)),
  }
}

function readRows<Cell>(
  findings: Findings,
  source: Source | undefined,
  what: string,
  readOne: (cell: Source) => Cell,
): ReadonlyMap<string, RowDraft<Cell>> {
  return readDictionary(findings, source, {
    what,
    each: (row, name) => {
      const cells = new Map<string, { place: Place; cell: Cell }>()
      let why: string | undefined
      readDictionary(findings, row, {
        what: `row \`${name.name}\``,
        each: (value, { name: purpose, place }) => {
          if (purpose === 'why') why = readText(findings, value, '`why`')
          else cells.set(purpose, { place, cell: readOne(value) })
        },
      })
      return { place: name.place, cells, why }
    },
  })
}

function readCell(findings: Findings, source: Source): CellDraft {
  if (source.kind !== 'list') {
    return [{ condition: undefined, outcome: readReference(findings, source, 'a cell'), why: undefined }]
  }
  const read = source.entries.map(entry => readBranch(findings, entry))
  const branches = read.flatMap(branch => branch ?? [])
  if (branches.length < read.length) return branches
  if (branches.at(-1)?.condition || branches.length === 0)
    findings.note(source.place, 'cell-without-else', 'the branches of a cell have to end in `else`')
  const early = branches.slice(0, -1).find(({ condition }) => !condition)
  if (early) findings.note(early.outcome.place, 'cell-else-early', 'nothing after `else` is ever reached')
  return branches
}

function readBranch(findings: Findings, source: Source): BranchDraft | undefined {
  // biome-ignore lint/suspicious/noThenProperty: the word of the file format; the object is never awaited
  const keys = { if: 'optional', then: 'optional', else: 'optional', why: 'optional' } as const
  const branch = readRecord(findings, source, { what: 'a branch', keys })
  const why = readOptionalText(findings, branch.why, '`why`')
  if (branch.else && !branch.if && !branch.then) {
    return { condition: undefined, outcome: readReference(findings, branch.else, '`else`'), why }
  }
  if (branch.if && branch.then && !branch.else) {
    const condition = readReference(findings, branch.if, '`if`')
    return { condition, outcome: readReference(findings, branch.then, '`then`'), why }
  }
  findings.note(source.place, 'branch-form', 'a branch is either `if` with `then`, or `else`')
  return undefined
}

function readRedLine(findings: Findings, source: Source): RedLineDraft {
  const keys = {
    id: 'required',
    says: 'required',
    never: 'optional',
    drop: 'optional',
    when: 'optional',
    unless: 'optional',
  } as const
  const line = readRecord(findings, source, { what: 'a red line', keys })
  return {
    place: source.place,
    id: readText(findings, line.id, '`id`'),
    says: readText(findings, line.says, '`says`'),
    rule: readRule(findings, source, line),
  }
}

function readRule(
  findings: Findings,
  source: Source,
  { never, drop, when, unless }: Readonly<Record<'never' | 'drop' | 'when' | 'unless', Source | undefined>>,
): RedLineRule | undefined {
  if (never && !drop && !when && !unless) {
    return {
      kind: 'never',
      paths: readList(findings, never, {
        what: '`never`',
        each: one => readReference(findings, one, 'a path'),
      }),
    }
  }
  const condition = when ?? unless
  if (drop && !never && condition && !(when && unless)) {
    return {
      kind: 'drop',
      list: readReference(findings, drop, '`drop`'),
      mode: when ? 'when' : 'unless',
      condition: readReference(findings, condition, when ? '`when`' : '`unless`'),
    }
  }
  findings.note(
    source.place,
    'red-line-form',
    'a red line is either `never`, or `drop` with `when` or `unless`',
  )
  return undefined
}
