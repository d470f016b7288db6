import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Json } from '../../kit/kit.ts'
import { isJsonObject } from '../../kit/kit.ts'
import { openSqliteLedger } from '../../stores/stores.ts'
import { at, textAt } from '../look.ts'
import { type FieldAgency, parseJson } from '../practice-field.ts'
import type { Stage } from '../stage.ts'
import type { Teller } from '../teller.ts'

/** Both ledgers, exported and verified. */
export async function bothRemember({ field, run }: Stage, teller: Teller): Promise<void> {
  teller.chapter('Both sides remember, and anybody can check')
  const leaves = new Map<string, readonly Json[]>()
  for (const side of [field.police, field.army]) {
    const recorded = await leavesOf(side)
    leaves.set(side.agency, recorded)
    teller.table(
      [`ledger of ${side.agency}`, 'code', 'exchange', 'decision or reason', 'policy, rule or counts'],
      worthShowing(recorded).map(leafRow),
      [28, 8, 14, 20, 56],
    )
  }
  const [police = [], army = []] = leaves.values()
  const sent = police.filter(leaf => textAt(leaf, 'decision') === 'forward')
  const accepted = new Map(
    army
      .filter(leaf => textAt(leaf, 'kind') === 'accepted')
      .map(leaf => [textAt(leaf, 'xid'), textAt(leaf, 'env')]),
  )
  const same = sent.every(leaf => accepted.get(textAt(leaf, 'xid')) === textAt(leaf, 'env'))
  teller.claim(
    `${sent.length} releases in the police ledger; the army ledger names the same envelope for each.`,
    sent.length > 10 && same,
  )
  const refusals = police.filter(leaf => textAt(leaf, 'kind') === 'refused')
  teller.claim('The refusals are in it like everything else.', refusals.length >= 3)
  const text = JSON.stringify([...leaves.values()])
  teller.claim(
    'No name, no number plate, no place and no grid reference is in either ledger.',
    ['Marlowe', 'NX26', '30UWF', '-1.61'].every(mark => !text.includes(mark)),
  )
  await sleep(1_200)
  for (const side of [field.police, field.army]) await exportAndVerify(side, run, teller)
}

/** The checkpoint over the newest leaves is signed within a second of them. */
async function exportAndVerify(side: FieldAgency, run: Stage['run'], teller: Teller): Promise<void> {
  const target = join(side.directory, 'ledger')
  const exported = await run(['audit', 'export', '--store', join(side.directory, 'store'), '--to', target])
  const verified = await run(['audit', 'verify', '--dir', target])
  const [line = ''] = verified.output.split('\n')
  teller.claim(
    `Exported and verified offline, ${side.agency}: ${line}`,
    exported.code === 0 && verified.code === 0,
  )
}

async function leavesOf(side: FieldAgency): Promise<readonly Json[]> {
  using ledger = openSqliteLedger(join(side.directory, 'store'))
  const texts = await ledger.leaves(0, await ledger.size())
  return texts.map(parseJson)
}

/** The first of each kind, the newest refusals, and the last of each kind. */
function worthShowing(leaves: readonly Json[]): readonly Json[] {
  const kinds = ['decided', 'receipted', 'accepted', 'consulted', 'agreement']
  const first = kinds.flatMap(kind => leaves.find(leaf => textAt(leaf, 'kind') === kind) ?? [])
  const refused = leaves.filter(leaf => textAt(leaf, 'kind') === 'refused').slice(-3)
  const last = kinds.flatMap(kind => leaves.findLast(leaf => textAt(leaf, 'kind') === kind) ?? [])
  const chosen = new Set([...first, ...refused, ...last])
  return leaves.filter(leaf => chosen.has(leaf))
}

function leafRow(leaf: Json): string[] {
  const time = textAt(leaf, 't').slice(11, 19)
  if (textAt(leaf, 'kind') === 'agreement')
    return [`${time} agreement`, textAt(leaf, 'code'), '', ...actCells(leaf)]
  const what = textAt(leaf, 'decision') === '—' ? textAt(leaf, 'why') : textAt(leaf, 'decision')
  const fields = at(leaf, 'fields')
  const counts = isJsonObject(fields)
    ? Object.keys(fields)
        .filter(name => fields[name] !== 0)
        .map(name => `${textAt(fields, name)} ${name.toLowerCase()}`)
        .join(', ')
    : ''
  const subject = [textAt(leaf, 'res'), textAt(leaf, 'purpose')].filter(part => part !== '—').join(' for ')
  const rule = textAt(leaf, 'rule')
  const about = counts || (rule === '—' ? subject : `rule ${rule}, ${subject}`)
  const exchange = at(leaf, 'xid') === undefined ? '' : `…${textAt(leaf, 'xid').slice(-12)}`
  return [`${time} ${textAt(leaf, 'kind')}`, textAt(leaf, 'code'), exchange, what === '—' ? '' : what, about]
}

/** A step in the life of an agreement: what was done, by whom, to which revision. */
function actCells(leaf: Json): string[] {
  const revision = textAt(leaf, 'revision')
  return [textAt(leaf, 'act'), `${revision === '—' ? '' : `revision ${revision} `}by ${textAt(leaf, 'by')}`]
}
