/** The thread in which texts of agreements are looked at: what it says, and what becomes of whoever asks when it dies. */
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { type Examiner, makeExaminer } from '../../src/gateway/examiner.ts'
import type { Log } from '../../src/kit/kit.ts'
import { Refusal } from '../../src/terms/terms.ts'
import { layField } from '../support/field.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')

await using field = await layField()
const { config } = field.police
const file = config.agreements.find(({ file }) => /northshire-police\.to/.test(file))?.file ?? ''
const source = await readFile(file, 'utf8')
const faults: string[] = []
const log: Log = { info() {}, warn() {}, error: event => void faults.push(event) }

/** With the keys that the police make code names with, or without. */
function examinerOf(schemas = config.schemas): Examiner {
  return makeExaminer({ config: { ...config, schemas }, pseudonyms: new Map() }, log)
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  const thrown: unknown = await work.then(
    () => 'done',
    fault => fault,
  )
  return thrown instanceof Refusal ? `${thrown.code} ${thrown.rule ?? ''}`.trim() : String(thrown)
}

void t.test(
  'it says what keeps a text from becoming an agreement, and what an officer should know',
  async t => {
    await using examiner = examinerOf()
    t.match(await examiner.study(source), [{ code: 'pseudonym-key-missing' }], 'its provider lacks the keys')
    t.match(await examiner.study('id: 1\n'), [{ file: 'agreement', code: /./ }])
    const alone = await examiner.lint(source, undefined, NOW)
    t.ok(alone.length > 0)
    t.same(alone, await examiner.lint(source, undefined, NOW), 'the same twice')
    t.not(alone.length, (await examiner.lint(source, source, NOW)).length, 'what it follows counts')
    t.same(
      await examiner.lint(source, 'id: outgrown\n', NOW),
      alone,
      'a revision that cannot be read any more does not',
    )
    t.same(faults, [])
  },
)

void t.test('a thread that dies costs its text, and nobody else anything', async t => {
  await using examiner = examinerOf('/nowhere')
  for (const again of [1, 2])
    t.equal(await refusalOf(examiner.study(source)), 'agreement-unfit examination', `${again}`)
  t.same(faults.splice(0), ['examination-fault', 'examination-fault'], 'and it is in the log')
})

void t.test('no more than sixteen texts wait', async t => {
  await using examiner = examinerOf()
  const asked = Array.from({ length: 18 }, () => refusalOf(examiner.study('id: 1\n')))
  const answers = await Promise.all(asked)
  t.same(
    answers.map((answer, at) => (answer === 'overloaded' ? at : -1)).filter(at => at >= 0),
    [16, 17],
  )
  t.equal(await refusalOf(examiner.study('id: 1\n')), 'done', 'afterwards there is room')
})

void t.test('who waits when the gateway ends is refused', async t => {
  const examiner = examinerOf()
  const waiting = refusalOf(examiner.study(source))
  await new Promise(resolve => setTimeout(resolve, 50))
  await examiner[Symbol.asyncDispose]()
  t.equal(await waiting, 'agreement-unfit examination')
})
