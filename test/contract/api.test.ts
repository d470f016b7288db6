import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadApi, makeChecker } from '../../src/contract/contract.ts'
import { contractFile } from '../support/openapi-types.ts'

const api = loadApi(contractFile)
const push = {
  to: 'army-1div',
  purpose: 'joint-planning',
  resource: 'police.operation',
  document: { operationId: 'OP-1' },
  label: { policy: 'GSCP', classification: 'OFFICIAL' },
}

void t.test('each door gets its own operations and all the schemas', t => {
  const paths = (door: 'inner' | 'outer' | 'console') => Object.keys(api.contractOf(door)['paths'] as object)
  t.ok(paths('inner').every(path => path.startsWith('/v1/')))
  t.ok(paths('outer').every(path => path.startsWith('/peer/v1/')))
  t.same(paths('console').sort(), [
    '/livez',
    '/metrics',
    '/readyz',
    '/v1/agreements',
    '/v1/agreements/drafts',
    '/v1/agreements/proposals',
    '/v1/agreements/{digest}',
    '/v1/agreements/{digest}/approvals',
    '/v1/agreements/{digest}/rejection',
    '/v1/agreements/{digest}/withdrawal',
    '/v1/disclosures',
    '/v1/erasures',
    '/v1/notices',
    '/v1/records',
    '/v1/suspensions',
    '/v1/suspensions/{id}/resumption',
    '/v1/urgent-uses',
    '/v1/urgent-uses/{id}/review',
  ])
  t.ok('components' in api.contractOf('outer'))
  t.end()
})

void t.test('a push is judged by the contract', t => {
  t.equal(api.check('Push', push), undefined)
  t.equal(api.check('Push', { ...push, to: ['army-1div', 'fire-service'] }), undefined)
  t.same(api.check('Push', { ...push, force: true }), { pointer: '', says: 'unknown member `force`' })
  const bad = [
    { ...push, to: [] },
    { ...push, to: ['army-1div', 'army-1div'] },
    { ...push, to: 'Army' },
    { ...push, to: 1 },
    { ...push, document: 'text' },
    { ...push, document: [] },
    { ...push, purpose: 'Joint Planning' },
    { ...push, resource: 'operation' },
    { ...push, precedence: 'flash' },
    { ...push, inReplyTo: 'OP-1' },
    { ...push, label: { policy: 'GSCP' } },
    { ...push, context: { a: 1 } },
    null,
    [],
  ]
  for (const one of bad) t.ok(api.check('Push', one), JSON.stringify(one))
  t.end()
})

void t.test('parameters are turned from text, bodies are not', t => {
  const schema = { type: 'object', properties: { limit: { type: 'integer', minimum: 1, maximum: 200 } } }
  const query: Record<string, unknown> = { limit: '50' }
  t.equal(api.compile(schema, 'querystring')(query), undefined)
  t.equal(query['limit'], 50)
  t.ok(api.compile(schema, 'querystring')({ limit: '500' }))
  t.ok(api.compile(schema, 'querystring')({ limit: 'fifty' }))
  t.ok(api.compile(schema, 'body')({ limit: '50' }))
  t.end()
})

void t.test('a file that is no contract, and a schema that is none, are faults', t => {
  const file = join(t.testdir({}), 'openapi.yaml')
  writeFileSync(file, '- a list')
  t.throws(() => loadApi(file), /not a YAML mapping/)
  t.throws(() => api.compile('text', 'body'), /not an object/)
  t.throws(() => api.check('Nothing', 1))
  t.end()
})

void t.test('a checker tells everything that is wrong at once', t => {
  const check = makeChecker({
    type: 'object',
    additionalProperties: false,
    required: ['a', 'b'],
    properties: { a: { type: 'integer' }, b: { enum: ['x'] }, c: { const: 1 }, d: false },
  })
  t.same(check({ a: 1, b: 'x' }), [])
  t.same(
    check({ a: 'swordfish', b: 'y', c: 2, d: 3, e: 4 })
      .map(({ pointer, says }) => `${pointer} ${says}`)
      .sort(),
    [
      ' unknown member `e`',
      '/a must be integer',
      '/b not one of the listed values',
      '/c not the one value allowed here',
      '/d nothing may stand here',
    ],
  )
  t.equal(check({}).length, 2)
  t.throws(() => makeChecker({ type: 'strnig' }))
  t.end()
})
