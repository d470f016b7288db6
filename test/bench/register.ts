import { createSecretKey, randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { makeDisclosureRegister, type RecordQuery } from '../../src/exchange/exchange.ts'
import { digestOf, systemClock, uuidv7 } from '../../src/kit/kit.ts'
import { agencyWithPurpose, makeLeafWriter } from '../../src/ledger/ledger.ts'
import { openSqliteStore } from '../../src/stores/stores.ts'
import { isAgencyId } from '../../src/terms/terms.ts'
import { monthlyKeys, practiceVault } from '../support/vault.ts'
import { median } from './timing.ts'

/** How long one page of the register takes, ms, and how much was found. */
export interface RegisterFigure {
  readonly asked: string
  readonly found: number
  readonly median: number
  readonly worst: number
}

const TOGETHER = 1_000
const REFERENCES = 1_000
const PERSONS = 300
const RUNS = 20
const DIGEST = digestOf('an agreement')

/** Fills a store of its own with the leaves and vault rows of so many exchanges, a third of them received, and asks its register. */
export async function measureRegister(
  directory: string,
  exchanges: number,
): Promise<readonly RegisterFigure[]> {
  mkdirSync(directory, { recursive: true })
  const clock = systemClock
  const agency = 'northshire-police'
  if (!isAgencyId(agency)) throw new Error('not an agency')
  await using store = await openSqliteStore({
    directory,
    clock,
    onFailure(fault) {
      throw fault
    },
  })
  const leaves = makeLeafWriter({ clock, agency })
  const searchKeys = monthlyKeys()
  const vault = practiceVault({ clock, leaves, searchKeys, sealKey: createSecretKey(randomBytes(32)) })
  const purposes = ['joint-planning', 'live-coordination', 'debrief'] as const

  function one(at: number) {
    const [reference, person] = [`OP-2026-${at % REFERENCES}`, `p-${at % PERSONS}`]
    const purpose = purposes[at % 100 === 0 ? 2 : at % 2] ?? 'debrief'
    const { commitments, row } = vault.keep({
      kind: 'disclosure',
      secrets: { actor: person, subject: reference },
      tags: [
        { kind: 'person', value: person },
        { kind: 'recipient', value: agencyWithPurpose('army-1div', purpose) },
        { kind: 'reference', value: reference },
        { kind: 'reference', value: `urn:${at}` },
      ],
    })
    const xid = uuidv7(clock)
    const about = { xid, from: agency, to: 'army-1div', res: 'police.operation', purpose, role: 'planner' }
    const fields = { shared: 20, treated: 3, withheld: 4, dropped: 0 }
    const made = { decision: 'forward', policy: DIGEST, fields, env: DIGEST, c: commitments } as const
    return { leaf: leaves.write('decided', { ...about, ...made }).text, row: row(xid) }
  }

  function received(at: number) {
    const reference = `OP-2026-${at % REFERENCES}`
    const purpose = purposes[at % 100 === 0 ? 2 : at % 2] ?? 'debrief'
    const xid = uuidv7(clock)
    const { commitments, row } = vault.keep({
      kind: 'collection',
      secrets: { subject: reference },
      tags: [
        { kind: 'exchange', value: xid },
        { kind: 'provider', value: agencyWithPurpose('army-1div', purpose) },
        { kind: 'reference', value: reference },
        { kind: 'reference', value: `urn:${at}` },
      ],
    })
    const about = { xid, from: 'army-1div', to: agency, res: 'army.positionReport', purpose }
    const leaf = leaves.write('accepted', { ...about, policy: DIGEST, env: DIGEST, c: commitments })
    return { leaf: leaf.text, row: row(leaf.id) }
  }

  for (let at = 0; at < exchanges; at += TOGETHER) {
    const batch = Array.from({ length: Math.min(TOGETHER, exchanges - at) }, (_, index) =>
      (at / TOGETHER) % 3 === 2 ? received(at + index) : one(at + index),
    )
    await store.note(
      batch.map(({ leaf }) => leaf),
      batch.map(({ row }) => row),
    )
  }
  const agreements = { byDigest: () => undefined }
  const register = makeDisclosureRegister({ agency, clock, store, leaves, vault, searchKeys, agreements })
  const measure = async (asked: string, query: Omit<RecordQuery, 'limit'>): Promise<RegisterFigure> => {
    const times: number[] = []
    let found = 0
    for (let run = 0; run < RUNS; run++) {
      const begun = performance.now()
      const officer = { person: 'p-511', role: 'auditor' }
      found = (await register.disclosures(officer, { limit: 50, ...query }, 'bench')).entries.length
      times.push(performance.now() - begun)
    }
    return { asked, found, median: median(times), worst: Math.max(...times) }
  }
  return [
    await measure('a reference', { reference: 'OP-2026-7' }),
    await measure('a reference, for a rare purpose', { reference: 'OP-2026-700', purpose: 'debrief' }),
    await measure('a reference, and a person who is not there', { reference: 'OP-2026-7', person: 'p-x' }),
    await measure('a reference, what was received', { reference: 'OP-2026-7', direction: 'received' }),
    await measure('a person', { person: 'p-7' }),
    await measure('an agency and a purpose', { peer: 'army-1div', purpose: 'joint-planning' }),
    await measure('an agency and a purpose, for one of many persons', {
      peer: 'army-1div',
      purpose: 'joint-planning',
      person: 'p-8',
    }),
  ]
}
