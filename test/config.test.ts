import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { loadConfig } from '../src/config.ts'
import { configTemplate, type TemplateFacts } from '../src/config-template.ts'
import { type AgencyId, isAgencyId, type Problem, ProblemsError } from '../src/terms/terms.ts'

function agency(text: string): AgencyId {
  if (!isAgencyId(text)) throw new TypeError('not an agency id')
  return text
}

const facts: TemplateFacts = {
  agency: agency('northshire-police'),
  peer: agency('army-1div'),
  systems: ['public-order-system', 'control-room'],
  practice: true,
  certificates: 'certs/northshire-police',
  peerCertificates: 'certs/army-1div',
  policies: '../policies',
  signatures: 'certs/agreements',
  store: '/srv/concordat',
  schema: '../schemas/gateway-config.json',
  host: '127.0.0.1',
  ports: { inner: 8443, outer: 8444, console: 8445 },
  links: [
    { name: 'fibre', url: 'https://192.0.2.1:8444' },
    { name: 'microwave', url: 'https://198.51.100.1:8444' },
  ],
  tlsProfile: 'transition',
}

const directory = t.testdir({})

function write(text: string): string {
  const file = join(directory, 'concordat.yaml')
  writeFileSync(file, text)
  return file
}

/** The problems that loading a text gives; empty where it is good. */
function problemsOf(text: string): readonly Problem[] {
  try {
    loadConfig(write(text))
    return []
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems
    throw error
  }
}

const good = configTemplate(facts)

/** The good text with one piece replaced, and the line on which the change begins. */
function changed(piece: string, by: string): { readonly text: string; readonly line: number } {
  const at = good.indexOf(piece)
  if (at === -1) throw new Error(`the template has no ${piece}`)
  return { text: good.replace(piece, by), line: good.slice(0, at).split('\n').length }
}

void t.test('what init writes is a good configuration, whatever the profile', t => {
  for (const tlsProfile of ['standard', 'transition'] as const)
    for (const practice of [true, false])
      t.same(problemsOf(configTemplate({ ...facts, tlsProfile, practice })), [])
  const commented = good.replaceAll(
    /^# ((?:limits|retention|witness|log):| {2}[a-zA-Z]+: +[a-z0-9]+)/gm,
    '$1',
  )
  t.not(commented, good)
  t.same(problemsOf(commented), [], 'and so are the settings it only names')
  t.end()
})

void t.test('defaults are filled in, paths become absolute, and nothing can be changed any more', t => {
  const config = loadConfig(write(good))
  const at = (path: string) => resolve(directory, path)
  t.equal(config.agency, 'northshire-police')
  t.equal(config.storeDirectory, '/srv/concordat')
  t.equal(config.keys.batch, at('certs/northshire-police/batch.key.pem'))
  t.equal(config.doors.inner.tlsProfile, 'transition')
  t.equal(config.doors.outer.tlsProfile, 'standard', 'gateways never fall back')
  t.same(
    config.keys.pseudonyms,
    new Map([
      ['kms://northshire-police/pseudonyms/2026', at('certs/northshire-police/pseudonym.key.secret')],
    ]),
  )
  t.equal(config.peers[0]?.uri, 'urn:concordat:agency:army-1div')
  t.same(config.peers[0]?.links[1], {
    name: 'microwave',
    url: 'https://198.51.100.1:8444',
    localAddress: undefined,
  })
  t.same(config.limits, {
    documentBytes: 262_144,
    batchBytes: 8_388_608,
    timeToLiveSeconds: 86_400,
    waiting: 1_000_000,
  })
  t.equal(config.logLevel, 'info')
  t.equal(config.agreements.length, 2)
  t.ok(Object.isFrozen(config))
  t.end()
})

void t.test('an unknown key is refused wherever it stands', t => {
  const cases: readonly (readonly [piece: string, by: string])[] = [
    ['practice: true', 'practise: true'],
    ['  directory: /srv', '  folder: x\n  directory: /srv'],
    ['    port: 8443', '    insecure: true\n    port: 8443'],
    ['  - agency: army-1div', '  - trust: everyone\n    agency: army-1div'],
    ['agency: northshire', '__proto__: { practice: true }\nagency: northshire'],
    ['agency: northshire', 'constructor: 1\nagency: northshire'],
  ]
  for (const [piece, by] of cases) {
    const problems = problemsOf(changed(piece, by).text)
    t.equal(problems.length, 1, by)
    t.match(problems, [{ code: 'config-invalid', says: /unknown member `[a-z_]+`/ }])
  }
  t.end()
})

void t.test('a problem says where it is, and every problem is told at once', t => {
  const port = changed('8443', '99999')
  t.match(problemsOf(port.text), [
    { code: 'config-invalid', line: port.line, column: 11, says: /^`\/doors\/inner\/port` .*65535/ },
  ])
  const link = changed('https://198.51.100.1:8444', 'http://198.51.100.1:8444')
  t.match(problemsOf(link.text), [{ line: link.line, column: 14, says: /^`\/peers\/0\/links\/1\/url`/ }])
  const both = port.text
    .replace('issuer: urn', 'issuer: ""\n  # urn')
    .replace('practice: true', 'practice: maybe')
  const problems = problemsOf(both)
  t.same(problems.map(({ says }) => says.split(' ')[0] ?? '').sort(), [
    '`/doors/inner/port`',
    '`/practice`',
    '`/tokens/issuer`',
  ])
  for (const { line, column } of problems) t.ok(line > 0 && column > 0)
  t.end()
})

void t.test('what is missing is named', t => {
  const problems = problemsOf('agency: northshire-police\n')
  const missing = problems.map(({ says }) => /member `([a-z]+)` is missing/.exec(says)?.[1] ?? '')
  t.same(missing.sort(), ['agreements', 'doors', 'keys', 'officers', 'peers', 'store', 'systems', 'tokens'])
  t.equal(problemsOf('').length, 1)
  t.equal(problemsOf('- a list').length, 1)
  t.end()
})

void t.test('text that is not sound YAML is refused with its place', t => {
  const twice = changed('practice: true', 'practice: true\npractice: false')
  t.match(problemsOf(twice.text), [{ code: 'config-syntax', line: twice.line + 1, column: 1 }])
  t.match(problemsOf(good.replace('practice: true', 'practice: [true')), [{ code: 'config-syntax' }])
  t.match(problemsOf(`${good}\n---\nagency: other\n`), [{ code: 'config-syntax' }])
  const alias = changed('audience: urn', 'audience: *issuer # urn')
  const anchored = alias.text.replace('issuer: urn', 'issuer: &issuer urn')
  t.match(problemsOf(anchored), [{ code: 'config-syntax', line: alias.line, column: 13, says: /alias/ }])
  t.end()
})

void t.test('no problem repeats a value: it might be a secret', t => {
  const problems = problemsOf(
    good
      .replace('practice: true', 'practice: swordfish')
      .replace('port: 8443', 'port: swordfish')
      .replace('host: 127.0.0.1', 'host: [swordfish]'),
  )
  t.equal(problems.length, 3)
  t.notMatch(JSON.stringify(problems), /swordfish/)
  t.end()
})
