import fc from 'fast-check'
import type { Agreement } from '../../src/policy/policy.ts'
import { sourceOf, type Table } from './arbitraries.ts'
import { RUNS } from './runs.ts'
import { compiled } from './support.ts'

/** An agreement with the table that it was made from, which is what a failing property prints. */
export interface Subject {
  readonly table: Table
  readonly agreement: Agreement
}

/** On how many documents each agreement is tried. */
const DOCUMENTS_EACH = 4

/**
 * Agreements of random tables. Each is compiled once and tried with several documents, because compiling takes a hundred times as
 * long as cutting a document down.
 */
export function subjects(tables: fc.Arbitrary<Table>): fc.Arbitrary<Subject> {
  return pool(tables, table => ({ table, agreement: compiled(sourceOf(table)) }))
}

/** Things made of random values, some for all runs of a property; a failing property prints the value. */
export function pool<Value, Made extends object>(
  values: fc.Arbitrary<Value>,
  make: (value: Value) => Made,
  runs: number = RUNS,
): fc.Arbitrary<Made> {
  const drawn = fc.sample(values, Math.ceil(runs / DOCUMENTS_EACH))
  const made = drawn.map(value => ({ ...make(value), [fc.toStringMethod]: () => JSON.stringify(value) }))
  return fc.constantFrom(...made)
}
