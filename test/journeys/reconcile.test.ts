import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { exportLedger } from '../../src/cli/audit-export.ts'
import { isJsonObject, type Json, type JsonObject, systemClock } from '../../src/kit/kit.ts'
import { makeCheckpointer, readVerifierKeys } from '../../src/ledger/ledger.ts'
import { makeSigner, readPrivateKey } from '../../src/seal/seal.ts'
import { makeMemoryStore, openSqliteLedger } from '../../src/stores/stores.ts'
import { audit, run } from '../support/audit.ts'
import { asObject, parse } from '../support/dig.ts'
import { openField, type Side } from '../support/field.ts'
import { openSystem } from '../support/system.ts'
import { allSettled, idOf } from './endings.ts'
import { OPS_ROOM, operation, pushOf } from './records.ts'

t.setTimeout(240_000)

/** The export of a ledger that its operator has cut one leaf out of, and signed anew with its own key. */
async function dishonest(side: Side, kinds: readonly string[], xid: string): Promise<string> {
  using ledger = openSqliteLedger(side.store)
  const texts = await ledger.leaves(0, await ledger.size())
  const kept = texts.filter(text => {
    const leaf = asObject(parse(text))
    return leaf['xid'] !== xid || !kinds.includes(String(leaf['kind']))
  })
  if (kept.length === texts.length) throw new Error('there is no such leaf')
  const { key } = await readPrivateKey(side.config.keys.ledger)
  const keys = readVerifierKeys(await readFile(join(side.certificates, 'public', 'ledger.vkeys'), 'utf8'))
  if (!key || !keys) throw new Error('the key of the ledger cannot be read')
  const signer = { name: originOf(texts[0]), publicKey: keys.log.publicKey, sign: makeSigner(key).sign }
  const store = makeMemoryStore({ clock: systemClock })
  await store.note(kept)
  await using checkpointer = makeCheckpointer({
    ...{ store, signer, clock: systemClock },
    publish: () => {},
    onFault: () => {},
  })
  await checkpointer.tick()
  const directory = join(side.store, `../cut-${kinds.join('-')}`)
  await exportLedger(store, directory)
  return directory
}

function originOf(text = ''): string {
  const leaf = parse(text)
  return isJsonObject(leaf) ? String(leaf['origin']) : ''
}

async function reconciled(ours: string, theirs: string) {
  const day = new Date().toISOString().slice(0, 10)
  const { exitCode, text } = await run([
    ...['audit', 'reconcile', '--ours', ours, '--theirs', theirs, '--day', day, '--json'],
  ])
  return { exitCode, report: asObject(parse(text)) }
}

/** Exchanges that one has and the other has not; heads that were cosigned meanwhile may differ as well. */
function absentIn({ differences }: JsonObject): readonly Json[] {
  if (!Array.isArray(differences)) return []
  return differences.filter(one => isJsonObject(one) && one['kind'] === 'absent')
}

void t.test('what one agency has cut out of its ledger, the ledger of the other one shows', async tt => {
  await using field = await openField({})
  const { police, army } = field
  using system = await openSystem(police, { name: 'public-order-system' })
  const xids: string[] = []
  for (let index = 0; index < 3; index++) {
    const body = pushOf('police.operation', operation(`op-reconciled-${index}`), OPS_ROOM.purpose)
    xids.push(idOf((await system.push(OPS_ROOM, body)).json))
  }
  await allSettled(field)
  const honest = { police: (await audit(police)).directory, army: (await audit(army)).directory }
  tt.match(await reconciled(honest.police, honest.army), {
    exitCode: 0,
    report: { verdict: 'good', alike: 3, differences: [], open: [] },
  })
  const [xid = ''] = xids
  const cutThere = await dishonest(army, ['accepted'], xid)
  const there = await reconciled(honest.police, cutThere)
  tt.match(there, { exitCode: 1, report: { verdict: 'different' } })
  tt.match(absentIn(there.report), [{ xid, from: 'northshire-police', ours: { says: 'receipted accepted' } }])
  const cutHere = await dishonest(police, ['decided', 'receipted'], xid)
  const here = await reconciled(cutHere, honest.army)
  tt.match(here, { exitCode: 1, report: { verdict: 'different' } })
  tt.match(absentIn(here.report), [{ xid, from: 'northshire-police', theirs: { says: 'accepted' } }])
})
