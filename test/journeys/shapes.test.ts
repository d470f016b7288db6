import t from 'tap'
import { readShape } from '../../src/policy/policy.ts'
import { openSqliteShapes } from '../../src/stores/stores.ts'
import { openField } from '../support/field.ts'
import { openSystem } from '../support/system.ts'
import { until } from '../support/until.ts'
import { allSettled } from './endings.ts'
import { OPS_ROOM, position, pushOf } from './records.ts'

t.setTimeout(120_000)

const AGREEMENT = 'northshire-police.to.army-1div.public-order'

void t.test(
  'a gateway keeps the shapes of what it released: some at once, all when it is stopped',
  async t => {
    await using field = await openField()
    using police = await openSystem(field.police, { name: 'public-order-system' })
    const release = async (unit: string, seq: number) => {
      const answer = await police.push(
        OPS_ROOM,
        pushOf('police.unitPosition', position(unit, seq), OPS_ROOM.purpose),
      )
      t.equal(answer.status, 202)
    }
    for (let seq = 1; seq <= 5; seq++) await release('PSU-MARK-1', seq)
    const rows = async () => {
      using store = openSqliteShapes(field.police.store)
      return store.shapes({ agreement: AGREEMENT, since: '', limit: 100 })
    }
    await until(async () => (await rows()).length > 0, 'shapes in the store while the gateway runs')
    for (let seq = 1; seq <= 7; seq++) await release('PSU-MARK-2', seq)
    await allSettled(field)
    await field.police.stop()
    const kept = await rows()
    t.equal(
      kept.reduce((sum, { count }) => sum + count, 0),
      12,
    )
    t.equal(kept.length, 1, 'of one shape')
    t.ok(kept.every(({ text }) => readShape(JSON.parse(text)) && !text.includes('MARK')))
  },
)
