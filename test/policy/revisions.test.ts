import { generateKeyPairSync, sign, verify } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import {
  canonicalJson,
  digestOf,
  isJsonObject,
  type Json,
  type JsonObject,
  readJsonText,
} from '../../src/kit/kit.ts'
import {
  type Agreement,
  addApproval,
  checkApprovals,
  diffAgreements,
  type Officer,
  signStatement,
  statementOf,
} from '../../src/policy/policy.ts'
import type { AgencyId } from '../../src/terms/terms.ts'
import {
  changes,
  groupedTables,
  neverPaths,
  rowOf,
  sourceOf,
  type Table,
  wildDocuments,
} from './arbitraries.ts'
import { same, valuesByPath } from './outcomes.ts'
import { RUNS } from './runs.ts'
import { pool, subjects } from './subjects.ts'
import { compiled, released } from './support.ts'
import { tellsNoMore } from './vagueness.ts'

const runs = { numRuns: RUNS }

// Digests ------------------------------------------------------------------------------------------------------------

/** The same with the members of every object in an order that the numbers choose. */
function shuffled(value: Json, order: () => number): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(entry => shuffled(entry, order))
  if (!isJsonObject(value)) return value
  const members = Object.entries(value).map(
    ([name, member]) => [order(), name, shuffled(member, order)] as const,
  )
  return Object.fromEntries(members.toSorted(([a], [b]) => a - b).map(([, name, member]) => [name, member]))
}

void t.test('the order of rows, names and members does not matter', t => {
  const pairs = pool(fc.tuple(groupedTables, fc.infiniteStream(fc.nat())), ([table, numbers]) => {
    const source = JSON.parse(sourceOf(table)) as Json
    const other = JSON.stringify(shuffled(source, () => numbers.next().value ?? 0))
    return { one: compiled(JSON.stringify(source)), other: compiled(other) }
  })
  let moved = 0
  fc.assert(
    fc.property(pairs, wildDocuments, ({ one, other }, document) => {
      if (one.sourceDigest !== other.sourceDigest) moved++
      const equal = one.digest === other.digest && one.examplesDigest === other.examplesDigest
      return equal && same(released(one, document), released(other, document))
    }),
    runs,
  )
  t.equal(moved, RUNS)
  t.end()
})

function withCell(table: Table, path: string, cell: Json): Table {
  return { ...table, rows: { ...table.rows, [path]: { all: cell } } }
}

void t.test('one cell changed is another digest, and nothing changed is none', t => {
  const seen = { changed: 0, equal: 0 }
  const pairs = pool(fc.tuple(groupedTables, changes), ([table, { path, cell }]) => {
    const row = rowOf(table, path)
    const before = isJsonObject(row ?? null) ? ((row as JsonObject)['all'] ?? '') : 'withhold'
    const changed = !same(before, cell) && !neverPaths(table).has(path)
    return { changed, one: compiled(sourceOf(table)), other: compiled(sourceOf(withCell(table, path, cell))) }
  })
  fc.assert(
    fc.property(pairs, ({ changed, one, other }) => {
      seen[changed ? 'changed' : 'equal']++
      return changed === (one.digest !== other.digest) && changed === !same(one.form, other.form)
    }),
    runs,
  )
  t.ok(seen.changed > RUNS / 3 && seen.equal > RUNS / 50, JSON.stringify(seen))
  t.end()
})

void t.test(
  'the signed form comes through canonical JSON as it was, and its digest is that of the agreement',
  t => {
    fc.assert(
      fc.property(subjects(groupedTables), ({ agreement: { form, digest } }) => {
        const text = canonicalJson(form)
        const reading = readJsonText(text)
        return reading.ok && canonicalJson(reading.value) === text && digestOf(text) === digest
      }),
      runs,
    )
    t.pass('one digest')
    t.end()
  },
)

// Differences --------------------------------------------------------------------------------------------------------

void t.test('an agreement does not differ from itself, nor from itself written otherwise', t => {
  fc.assert(
    fc.property(subjects(groupedTables), fc.infiniteStream(fc.nat()), ({ table, agreement }, numbers) => {
      if (diffAgreements(agreement, agreement).length > 0) return false
      if (numbers.next().value % 8 !== 0) return true
      const source = JSON.parse(sourceOf(table)) as Json
      const other = compiled(JSON.stringify(shuffled(source, () => numbers.next().value ?? 0)))
      return diffAgreements(agreement, other).length === 0
    }),
    runs,
  )
  t.pass('nothing to tell')
  t.end()
})

/** A document with one entry in each list, so that every path names one value at most. */
function lone(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).slice(0, 1).map(lone)
  if (!isJsonObject(value) || value['type'] === 'Point') return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, lone(member)]))
}

void t.test('a revision that is told to be nowhere looser shows no document more', t => {
  const seen = { tighter: 0, fewer: 0 }
  const revision = fc.tuple(
    groupedTables,
    fc.array(changes, { minLength: 1, maxLength: 2 }),
    groupedTables,
    fc.boolean(),
  )
  const pairs = pool(revision, ([table, cells, { redLines }, more]) => {
    const changed = cells.reduce((made, { path, cell }) => withCell(made, path, cell), table)
    const after = { ...changed, redLines: [...table.redLines, ...(more ? redLines : [])] }
    const [one, other] = [compiled(sourceOf(table)), compiled(sourceOf(after))]
    const loosens = diffAgreements(one, other).some(
      ({ direction }) => direction === 'looser' || direction === 'not-comparable',
    )
    return { one, other, loosens }
  })
  fc.assert(
    fc.property(pairs, wildDocuments, ({ one, other, loosens }, wild) => {
      if (loosens) return true
      seen.tighter++
      const document = lone(wild) as JsonObject
      const [raw, before, after] = [document, released(one, document), released(other, document)].map(
        valuesByPath,
      )
      if (before?.size !== after?.size) seen.fewer++
      return [...(after ?? [])].every(([path, [value]]) => {
        return tellsNoMore(raw?.get(path)?.[0] ?? null, before?.get(path)?.[0], value)
      })
    }),
    runs,
  )
  t.ok(seen.tighter > RUNS / 4 && seen.fewer > RUNS / 50, JSON.stringify(seen))
  t.end()
})

// Approvals ----------------------------------------------------------------------------------------------------------

const people = [
  ['a', 'p-1', 'author'],
  ['a', 'p-2', 'approver'],
  ['b', 'p-3', 'approver'],
] as const
const keys = people.map(([agency, person, role]) => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const officer: Officer = {
    agency: agency as AgencyId,
    person,
    roles: [role],
    kid: `k-${person}`,
    key: publicKey,
  }
  return { officer, role, privateKey }
})
const judging = {
  officers: keys.map(({ officer }) => officer),
  verify: (key: Officer['key'], bytes: Uint8Array, signature: Uint8Array) =>
    verify(null, bytes, key, signature),
}

function signedFile(agreement: Agreement): JsonObject {
  return keys.reduce<JsonObject>((file, { officer: { agency, person, kid }, role, privateKey }) => {
    const who = { party: agency, person, kid, role, at: agreement.effectiveFrom }
    return addApproval(
      agreement,
      file,
      signStatement(agreement, who, bytes => sign(null, bytes, privateKey)),
    )
  }, {})
}

function problems(agreement: Agreement, file: Json): readonly string[] {
  return checkApprovals(agreement, JSON.stringify(file), 'x.sig.json', judging).map(({ code }) => code)
}

void t.test(
  'signatures over one revision never hold for another, whatever statement stands above them',
  t => {
    const signed = pool(groupedTables, table => {
      const agreement = compiled(sourceOf(table))
      return { agreement, file: signedFile(agreement) }
    })
    let others = 0
    fc.assert(
      fc.property(signed, signed, (one, other) => {
        if (problems(one.agreement, one.file).length > 0) return false
        if (one.agreement.digest === other.agreement.digest) return true
        others++
        const moved = problems(other.agreement, one.file)
        const forged = problems(other.agreement, { ...one.file, statement: statementOf(other.agreement) })
        return (
          moved.includes('approval-statement') &&
          moved.includes('approval-signature') &&
          forged.filter(code => code === 'approval-signature').length === keys.length &&
          forged.filter(code => code === 'approval-missing').length === keys.length
        )
      }),
      runs,
    )
    t.ok(others > RUNS / 2)
    t.end()
  },
)

void t.test('a signature file with anything changed in it no longer approves', t => {
  const agreement = compiled(sourceOf({ rows: { title: { all: 'share' } }, include: {}, redLines: [] }))
  const text = JSON.stringify(signedFile(agreement))
  const position = fc.nat(text.length - 1)
  fc.assert(
    fc.property(
      position,
      fc.constantFrom(...'a Z 0 9 - _ " : , { } [ ]'.split(' '), ' '),
      (at, character) => {
        if (text[at] === character) return true
        const changed = text.slice(0, at) + character + text.slice(at + 1)
        return checkApprovals(agreement, changed, 'x.sig.json', judging).length > 0
      },
    ),
    runs,
  )
  t.strictSame(checkApprovals(agreement, text, 'x.sig.json', judging), [])
  t.end()
})
