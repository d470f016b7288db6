import t from 'tap'
import { Health } from '../../src/links/health.ts'
import { usualRules } from '../../src/links/links.ts'

const rules = { heartbeatMs: 250, deadlineMs: 400, goodBeats: 3, holdDownMs: 5_000 }

function healthAt(start: number): {
  readonly health: Health
  readonly pass: (milliseconds: number) => void
} {
  let now = start
  return {
    health: new Health({ now: () => now }, rules),
    pass(milliseconds) {
      now += milliseconds
    },
  }
}

void t.test('a link is up until something is missed, and one miss is enough', t => {
  const { health } = healthAt(0)
  t.equal(health.up, true)
  t.equal(health.roundTripMs, undefined)
  t.equal(health.good(12), false, 'it has not come back: it was never gone')
  t.equal(health.roundTripMs, 12)
  t.equal(health.bad(), true)
  t.equal(health.up, false)
  t.equal(health.bad(), false, 'it goes down once')
  t.end()
})

void t.test('it comes back after the hold-down and enough good beats in a row', t => {
  const { health, pass } = healthAt(1_000_000)
  health.bad()
  for (let beat = 0; beat < 19; beat++) {
    pass(250)
    t.equal(health.good(5), false, 'the hold-down lasts')
  }
  pass(250)
  t.equal(health.good(5), true)
  t.equal(health.up, true)
  t.equal(health.good(5), false, 'it comes back once')
  t.end()
})

void t.test('a miss in between begins the count anew, not the hold-down', t => {
  const { health, pass } = healthAt(0)
  health.bad()
  pass(5_000)
  t.same([health.good(5), health.good(5)], [false, false])
  health.bad()
  t.same([health.good(5), health.good(5), health.good(5)], [false, false, true])
  t.end()
})

void t.test('a flapping link stays down', t => {
  const { health, pass } = healthAt(0)
  health.bad()
  for (let beat = 0; beat < 100; beat++) {
    pass(250)
    if (beat % 3 === 2) health.bad()
    else t.equal(health.good(5), false)
  }
  t.equal(health.up, false)
  t.end()
})

void t.test('by the usual rules a dead link is known in less than a second', t => {
  t.ok(usualRules.heartbeatMs + usualRules.deadlineMs < 1_000)
  t.end()
})
