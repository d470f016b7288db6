import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test as Tap } from 'tap'
import type { Json } from '../../src/kit/kit.ts'
import { audit } from '../support/audit.ts'
import { dig, parse } from '../support/dig.ts'
import type { Field, Side } from '../support/field.ts'
import { openSystem, type System } from '../support/system.ts'
import { idOf } from './endings.ts'
import { OPS_ROOM, position, pushOf } from './records.ts'
import { type OfficerTerminal, openTerminal } from './terminals.ts'

const PERSON = 'p-77031'
const READER = 'a-77032'
const UNIT = 'REGISTER-UNIT-9'
const GROUND = 'Complaint 2026/118 of a person concerned'
const ACTING = { ...OPS_ROOM, person: PERSON }

/** What an auditor asks of a running gateway about one unit, and what is left once a data-protection officer has let it go. */
export async function registerAsked(t: Tap, field: Field, system: System, directory: string): Promise<void> {
  const side = field.police
  const auditor = await openTerminal(side, { person: 'p-118', role: 'auditor' }, directory)
  const dpo = await openTerminal(side, { person: 'p-402', role: 'dpo' }, directory)
  const pushed = await system.push(ACTING, pushOf('police.unitPosition', position(UNIT, 1), ACTING.purpose), {
    prefer: 'wait=20',
  })
  const shared = idOf(pushed.json)
  const denied = await system.push(ACTING, pushOf('police.unitPosition', position(UNIT, 2), 'debrief'))
  t.equal(dig(denied.json, 'code'), 'purpose-not-granted')

  const found = await asked(auditor)
  t.match(found, [
    {
      direction: 'shared',
      outcome: 'refused',
      why: 'purpose-not-granted',
      person: PERSON,
      purpose: 'debrief',
    },
    { outcome: 'accepted', exchange: shared, person: PERSON, subject: UNIT, to: 'army-1div' },
  ])
  const told = await auditor.audit('register', '--why', GROUND, '--xid', shared)
  t.match(told, { code: 0, err: '' })
  for (const line of [
    /accepted: police\.unitPosition REGISTER-UNIT-9/,
    /shared with army-1div for live-coordination/,
    /p-77031 as ops-room by public-order-system/,
    /legal basis: .*s35/,
    /1 entry\n$/,
  ])
    t.match(told.out, line)
  const narrow = ['--since', '2026-01-01', '--peer', 'army-1div', '--purpose', 'debrief']
  t.equal((await asked(auditor, ...narrow)).length, 1)

  const opened = await auditor.audit('open', '--why', GROUND, '--xid', shared)
  t.match(opened, { code: 0, out: /decided at [^\n]*\n {2}actor: p-77031\n {2}subject: REGISTER-UNIT-9\n/ })

  await t.test('the army tells what it has received', t => receivedAsked(t, field.army, shared, directory))
  await notForEverybody(t, side, directory)
  await t.test('nothing personal is outside the sealed vault', t => noneIn(t, side))

  t.match(await auditor.audit('erase', '--why', GROUND, '--xid', shared), {
    code: 1,
    err: /officer-not-allowed/,
  })
  const erased = await dpo.audit('erase', '--why', GROUND, '--xid', shared)
  t.match(erased, { code: 0, out: /^1 leaf can no longer be opened or found\n/ })
  t.match(await asked(auditor), [{ outcome: 'refused' }], 'what is erased is not found')
  t.match(await dpo.audit('erase', '--why', GROUND, '--xid', shared), { code: 1, err: /not-found/ })
  t.match(await auditor.audit('open', '--why', GROUND, '--xid', shared), {
    code: 3,
    err: /nothing can be opened/,
  })
  const about = await dpo.audit('search', '--why', GROUND, '--person', PERSON)
  t.match(about.out, /refused/)
  t.notMatch(about.out, /decided/)
  const looks = await dpo.audit('search', '--why', GROUND, '--reference', UNIT)
  t.match(
    looks.out,
    /ledger\.read: act register[^\n]*\n {2}actor: p-118\n/,
    'who has looked can be looked up',
  )
  t.match((await audit(side)).report, { verdict: 'good' }, 'and the ledger holds')
}

/** What the receiving side tells of the same unit, who there has read it, and what is left once it has been let go there. */
async function receivedAsked(t: Tap, army: Side, shared: string, directory: string): Promise<void> {
  const auditor = await openTerminal(army, { person: 'a-511', role: 'auditor' }, directory)
  const dpo = await openTerminal(army, { person: 'a-402', role: 'dpo' }, directory)
  using portal = await openSystem(army, { name: 'army-portal' })
  const acting = { person: READER, role: 'watchkeeper', purpose: ACTING.purpose }
  const path = `/v1/shared/army.positionReport/${shared}?purpose=${acting.purpose}`
  t.match(await portal.ask('GET', path, { acting }), { status: 200 })

  t.match(await asked(auditor, '--direction', 'received'), [
    {
      exchange: shared,
      direction: 'received',
      outcome: 'accepted',
      from: 'northshire-police',
      to: 'army-1div',
      subject: UNIT,
      purpose: 'live-coordination',
    },
  ])
  t.same(await asked(auditor, '--direction', 'shared'), [])
  const told = await auditor.audit('register', '--why', GROUND, '--reference', UNIT)
  t.match(
    told.out,
    /accepted: police\.unitPosition REGISTER-UNIT-9\n {2}received from northshire-police for live-coo/,
  )
  t.notMatch(told.out, PERSON, 'who was behind it the police tell')
  const read = await auditor.audit('search', '--why', GROUND, '--xid', shared)
  t.match(read.out, /consulted: [^\n]*by army-portal[^\n]*\n {2}actor: a-77032\n/)
  t.match(await auditor.audit('register', '--why', GROUND, '--reference', UNIT, '--direction', 'up'), {
    code: 2,
  })

  const leaves = JSON.stringify(await army.leaves())
  const vault = readdirSync(army.store).filter(name => name.startsWith('vault'))
  t.ok(vault.length > 0)
  const sealed = vault.map(name => readFileSync(join(army.store, name)).toString('latin1')).join('\n')
  for (const value of [UNIT, READER, GROUND])
    for (const text of [leaves, army.output(), sealed]) t.notOk(text.includes(value), `no ${value}`)

  const erased = await dpo.audit('erase', '--why', GROUND, '--reference', UNIT)
  t.match(erased, { code: 0, out: /^1 leaf can no longer be opened or found\n/ })
  t.same(await asked(auditor), [], 'what is erased is not found')
  t.match(await dpo.audit('erase', '--why', GROUND, '--xid', shared), { code: 1, err: /not-found/ })
  t.match((await audit(army)).report, { verdict: 'good' }, 'and the ledger holds')
}

async function asked(auditor: OfficerTerminal, ...more: readonly string[]): Promise<readonly Json[]> {
  const { out } = await auditor.audit('register', '--why', GROUND, '--reference', UNIT, '--json', ...more)
  const disclosures = dig(parse(out), 'disclosures')
  return Array.isArray(disclosures) ? disclosures : []
}

async function notForEverybody(t: Tap, side: Side, directory: string): Promise<void> {
  const author = await openTerminal(side, { person: 'p-118', role: 'author' }, directory)
  for (const command of ['register', 'search'])
    t.match(await author.audit(command, '--why', GROUND, '--person', PERSON), {
      code: 1,
      err: /officer-not-allowed/,
    })
  t.match(await author.audit('register', '--reference', UNIT), { code: 2 }, 'nobody looks without a ground')
  t.match(await author.audit('register', '--why', GROUND, '--reference', UNIT, '--since', 'then'), {
    code: 2,
  })
  t.match(await author.audit('erase', '--why', GROUND), { code: 2, err: /--xid, --reference and --before/ })
}

/** The main log of the database may still hold the line that waited for its receipt; nothing else holds any of it in the clear. */
async function noneIn(t: Tap, side: Side): Promise<void> {
  const leaves = JSON.stringify(await side.leaves())
  for (const value of [PERSON, UNIT, GROUND]) {
    t.notOk(leaves.includes(value), `${value} is in no leaf`)
    t.notOk(side.output().includes(value), `${value} is not in the log`)
  }
  const files = readdirSync(side.store, { withFileTypes: true }).filter(entry => entry.isFile())
  for (const { name } of files.filter(entry => entry.name !== 'reserve')) {
    const text = readFileSync(join(side.store, name)).toString('latin1')
    for (const value of name === 'concordat.db-wal' ? [PERSON, GROUND] : [PERSON, UNIT, GROUND])
      t.notOk(text.includes(value), `${value} is not in ${name}`)
  }
}
