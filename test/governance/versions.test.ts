import t from 'tap'
import { makeBook, openRegister } from '../../src/governance/governance.ts'
import { compileAgreement } from '../../src/policy/policy.ts'
import { squareOf } from '../../src/translation/translation.ts'
import { handClock } from '../stores/exchange-store.suite.ts'
import { upgradedSchemas } from '../support/upgraded-schemas.ts'
import { ARMY, compile, firstSource, ID, POLICE, TwoDesks } from './two-desks.ts'

/** The police desk after a restart of its gateway with these schemas. */
async function afterUpgrade(desks: TwoDesks, kept: boolean) {
  const { catalogueOf } = upgradedSchemas(kept)
  const parts = { catalogueOf, squareOf, pseudonymKey: () => undefined }
  const compileThen = (source: string) => compileAgreement(source, 'agreement', parts)
  const register = await openRegister({ ...desks.police.rules, compile: compileThen })
  return { register, book: makeBook(() => register.lives, desks.clock) }
}

void t.test(
  'what was agreed on a version that is the newest no longer still counts after a restart',
  async t => {
    await using desks = await TwoDesks.open(handClock())
    const { digest } = compile(firstSource)
    const { register, book } = await afterUpgrade(desks, true)
    t.equal(book.find(POLICE, ARMY, 'police.unitPosition')?.digest, digest)
    t.equal(
      book.find(POLICE, ARMY, 'police.unitPosition')?.resources.get('police.unitPosition')?.version,
      '1.1.0',
    )
    t.ok(register.lives.has(ID))
  },
)

void t.test('where that version is gone nothing counts that was written against it', async t => {
  await using desks = await TwoDesks.open(handClock())
  const { register, book } = await afterUpgrade(desks, false)
  t.equal(book.find(POLICE, ARMY, 'police.unitPosition'), undefined)
  t.notOk(register.lives.has(ID))
})
