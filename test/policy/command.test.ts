import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { isJsonObject, readJson } from '../../src/kit/kit.ts'
import { readApprovals } from '../../src/policy/policy.ts'
import { army as policy, run } from './commands/run.ts'

void t.test('check says how many worked examples hold, or every problem', async t => {
  const directory = t.testdir({
    'bad.yaml': readFileSync(policy, 'utf8').replace('revision: 1', 'revsion: 1'),
  })
  const good = await run(directory, 'check', policy)
  t.match(
    good.out,
    /^army-1div\.to\.northshire-police\.public-order revision 1: \d+ worked examples hold\nsha256:/,
  )
  t.equal(good.code, 0)
  const bad = await run(directory, 'check', 'bad.yaml', policy)
  t.match(bad.err, 'bad.yaml:8:1 check 2: the agreement has no member `revsion`; did you mean `revision`?')
  t.match(bad.out, /worked examples hold/)
  t.equal(bad.code, 1)
})

void t.test('check tells what stops, what has to be answered and what is worth knowing', async t => {
  const text = readFileSync(policy, 'utf8')
  const directory = t.testdir({
    'open.yaml': text.replace(
      'shortName: { live-coordination: share, debrief: withhold }',
      'shortName: { all: share }',
    ),
  })
  const told = await run(directory, 'check', 'open.yaml')
  t.match(told.err, /^stop: cannot be proposed\n {2}open\.yaml:\d+:\d+ check 42: example `/)
  t.equal(told.code, 1)
  const json = await run(directory, 'check', '--json', '--previous', policy, 'open.yaml')
  const [report] = JSON.parse(json.out)
  t.match(report, { file: 'open.yaml', agreement: undefined })
  const asked = report.findings.filter(({ check }: { check: number }) => check === 48)
  t.match(asked, [{ level: 'ask', row: 'shortName', says: /is looser, `army\.positionReport`, `debrief`/ }])
  const good = await run(directory, 'check', policy)
  t.match(good.out, /\nnote\n[\s\S]* check 15: `army\.positionReport`: 54 of 54 cells are decided\n/)
  t.equal(good.err, '')
})

void t.test('sign adds a signature to those that are there', async t => {
  const pem = () =>
    generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  const directory = t.testdir({ 'one.pem': pem(), 'two.pem': pem(), 'other.json': '{"not":"ours"}' })
  for (const name of ['one.pem', 'two.pem']) chmodSync(join(directory, name), 0o600)
  const as = (person: string, role: string, key: string, party = 'army-1div', out = 'x.sig.json') => {
    const options = ['--party', party, '--person', person, '--role', role, '--key', key, '--out', out]
    return run(directory, 'sign', policy, ...options)
  }
  t.equal((await as('a-010', 'author', 'one.pem')).code, 0)
  t.equal((await as('a-031', 'approver', 'two.pem')).code, 0)
  const reading = readJson(readFileSync(join(directory, 'x.sig.json')))
  const approvals = reading.ok && isJsonObject(reading.value) ? readApprovals(reading.value) : []
  t.strictSame(
    approvals.map(({ person, role }) => `${person} ${role}`),
    ['a-010 author', 'a-031 approver'],
  )
  t.equal((await as('a-010', 'author', 'one.pem', 'coastguard')).code, 1)
  t.equal((await as('a-010', 'author', 'one.pem', 'Not an agency')).code, 2)
  t.equal((await as('a-010', 'author', 'none.pem')).code, 1)
  t.equal((await as('a-010', 'author', 'one.pem', 'army-1div', 'other.json')).code, 1)
  t.equal(readFileSync(join(directory, 'other.json'), 'utf8'), '{"not":"ours"}')
})
