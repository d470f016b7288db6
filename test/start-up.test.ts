import t from 'tap'
import { type StartUpFacts, startUpFindings } from '../src/start-up.ts'

const sound: StartUpFacts = {
  env: { PATH: '/usr/bin', HOME: '/home/gateway', NODE_OPTIONS: '', HTTP_PROXY: '' },
  execArgv: ['--disable-sigusr1'],
  execPath: '/usr/bin/node',
  version: 'v26.10.0',
  uid: 998,
  now: Date.UTC(2026, 11, 1),
  buildDate: Date.UTC(2026, 10, 1),
  keyFiles: [{ path: 'gateway.key.pem', mode: 0o100600 }],
  fipsConfiguration: undefined,
  practice: false,
}

const refusals = (changed: Partial<StartUpFacts>) => startUpFindings({ ...sound, ...changed }).refuse

void t.test('a sound machine starts without a word', t => {
  t.same(startUpFindings(sound), { refuse: [], warn: [] })
  t.same(startUpFindings({ ...sound, practice: true }), { refuse: [], warn: [] })
  t.same(refusals({ uid: undefined }), [])
  t.end()
})

void t.test('each dangerous variable refuses the start, and its value is not repeated', t => {
  const names = [
    'NODE_TLS_REJECT_UNAUTHORIZED',
    'NODE_OPTIONS',
    'NODE_EXTRA_CA_CERTS',
    'SSL_CERT_FILE',
    'SSL_CERT_DIR',
    'SSLKEYLOGFILE',
    'NODE_COMPILE_CACHE',
    'OPENSSL_CONF',
    'HTTP_PROXY',
    'https_proxy',
    'ALL_PROXY',
    'NODE_USE_ENV_PROXY',
  ]
  for (const name of names) {
    const found = refusals({ env: { [name]: 'swordfish' } })
    t.equal(found.length, 1, name)
    t.match(found[0], new RegExp(`^${name} is set`))
    t.notMatch(found[0], /swordfish/)
  }
  t.equal(refusals({ env: { NODE_TLS_REJECT_UNAUTHORIZED: '1' } }).length, 1, 'set at all is enough')
  const env = { OPENSSL_CONF: '/etc/fips.cnf' }
  t.same(refusals({ env, fipsConfiguration: '/etc/fips.cnf' }), [])
  t.equal(refusals({ env, fipsConfiguration: '/etc/other.cnf' }).length, 1)
  t.end()
})

void t.test('each dangerous flag of Node refuses the start, however it is spelt', t => {
  const flags = ['--inspect', '--inspect=0.0.0.0:9229', '--inspect-brk', '--inspect_port=1', '--inspect-wait']
  for (const flag of [
    ...flags,
    '--insecure-http-parser',
    '--insecure_http_parser',
    '--tls-keylog=a',
    '--trace-tls',
  ])
    t.equal(refusals({ execArgv: ['--no-addons', flag] }).length, 1, flag)
  t.same(refusals({ execArgv: ['--inspector-like', '--trace-warnings'] }), [])
  t.end()
})

void t.test('Node has a floor in each line', t => {
  for (const version of ['v24.17.0', 'v24.21.0', 'v26.3.1', 'v26.10.0', 'v28.0.0'])
    t.same(refusals({ version }), [], version)
  for (const version of ['v20.19.5', 'v22.23.0', 'v24.16.9', 'v25.9.0', 'v26.3.0', 'v26.0.0', 'nonsense'])
    t.match(refusals({ version }), [/lacks security fixes/], version)
  t.end()
})

void t.test('root, a clock before the build and exposed keys refuse the start', t => {
  t.match(refusals({ uid: 0 }), [/runs as root/])
  t.match(refusals({ now: sound.buildDate - 1 }), [/clock/])
  for (const mode of [0o100640, 0o100604, 0o100601, 0o100660])
    t.match(refusals({ keyFiles: [{ path: 'token.key.pem', mode }] }), [/^token\.key\.pem/])
  t.end()
})

void t.test('in practice the machine only warns; keys never do', t => {
  const machine = {
    env: { NODE_OPTIONS: '--x' },
    execArgv: ['--inspect'],
    version: 'v20.0.0',
    uid: 0,
    now: 0,
  }
  const keyFiles = [{ path: 'a', mode: 0o644 }]
  const serious = startUpFindings({ ...sound, ...machine, keyFiles })
  const practice = startUpFindings({ ...sound, ...machine, keyFiles, practice: true })
  t.equal(serious.refuse.length, 6)
  t.same(serious.warn, [])
  t.equal(practice.warn.length, 5)
  t.match(practice.refuse, [/^a may be used/])
  t.end()
})
