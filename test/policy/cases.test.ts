import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Asked } from '../../src/policy/policy.ts'
import { attempt, compiled, here, jsonFile, label } from './support.ts'

const folder = join(here, 'cases')

/** A case is a folder: a policy, and either the problems it has or what it makes of a document. */
for (const name of readdirSync(folder)) {
  const at = (file: string) => join(folder, name, file)
  if (existsSync(at('problems.json'))) {
    void t.test(`${name}: every problem is told at once, with its place`, t => {
      const found = attempt(readFileSync(at('policy.yaml'), 'utf8'))
      const problems = Array.isArray(found)
        ? found.map(({ line, column, code, says }) => `${line}:${column} ${code}: ${says}`)
        : []
      t.strictSame(problems, JSON.parse(readFileSync(at('problems.json'), 'utf8')))
      t.end()
    })
    continue
  }
  void t.test(`${name}: comes out as expected`, t => {
    const { policy, ...request } = jsonFile(at('request.json'))
    const agreement = compiled(readFileSync(at(typeof policy === 'string' ? policy : 'policy.yaml'), 'utf8'))
    const asked = {
      resource: 'drill.mission',
      label,
      request: {},
      now: agreement.effectiveFrom,
      document: jsonFile(at('document.json')),
      ...request,
    } as unknown as Asked
    const expected = jsonFile(at('expected.json'))
    const decision = agreement.decide(asked)
    if (decision.kind === 'refuse') {
      t.strictSame({ refused: decision.code, rule: decision.rule ?? '' }, expected)
      return t.end()
    }
    const { document, tally } = agreement.project(decision)
    t.strictSame(document, expected['document'])
    t.strictSame(agreement.recheck(asked.resource, asked.purpose, document), [])
    const told = agreement.explain(asked.resource, asked.purpose, tally)
    const says = told
      .filter(({ outcome }) => outcome !== 'absent')
      .map(({ path, outcome, says }) => `${outcome} ${path}: ${says}`)
    t.strictSame(says, expected['says'])
    t.end()
  })
}

void t.test('there are cases of both kinds', t => {
  const kinds = readdirSync(folder).map(name => existsSync(join(folder, name, 'problems.json')))
  t.ok(kinds.filter(Boolean).length >= 15)
  t.ok(kinds.filter(kind => !kind).length >= 5)
  t.end()
})
