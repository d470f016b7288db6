/** What a gateway finds when it starts; everything is handed in, so that a test can be any machine. */
export interface StartUpFacts {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly execArgv: readonly string[]
  readonly execPath: string
  /** Of Node, such as `v26.10.0`. */
  readonly version: string
  /** Undefined where the system has no user ids. */
  readonly uid: number | undefined
  /** Milliseconds. */
  readonly now: number
  /** When this program was built, milliseconds. */
  readonly buildDate: number
  /** The files that hold private keys and secrets, with the mode `stat` gives. */
  readonly keyFiles: readonly { readonly path: string; readonly mode: number }[]
  /** The OpenSSL configuration that a FIPS profile names, if it names one. */
  readonly fipsConfiguration: string | undefined
  /** True for a demonstration or an exercise: findings about the machine only warn. */
  readonly practice: boolean
}

/** Sentences for the operator; any in `refuse` ends the start. */
export interface StartUpFindings {
  readonly refuse: readonly string[]
  readonly warn: readonly string[]
}

/**
 * The start-up refusal list (security.md 4.5), as far as the machine and the key files go: what would switch a check
 * off, show keys, or trust strangers. No finding quotes a value of the environment.
 */
export function startUpFindings(facts: StartUpFacts): StartUpFindings {
  const machine = [
    ...environmentFindings(facts),
    ...flagFindings(facts.execArgv),
    ...nodeFindings(facts),
    ...(facts.uid === 0 ? ['it runs as root; give it a user of its own'] : []),
    ...(facts.now < facts.buildDate ? ['the clock stands before the day this program was built'] : []),
  ]
  const keys = keyFindings(facts.keyFiles)
  return facts.practice ? { refuse: keys, warn: machine } : { refuse: [...machine, ...keys], warn: [] }
}

/** Set at all, even to nothing or to 0, they are a sign that somebody meant to change how TLS trusts, or what runs. */
const FORBIDDEN_VARIABLES = [
  ['NODE_TLS_REJECT_UNAUTHORIZED', 'it can switch the check of certificates off'],
  ['NODE_EXTRA_CA_CERTS', 'it adds authorities nobody pinned'],
  ['SSL_CERT_FILE', 'it adds authorities nobody pinned'],
  ['SSL_CERT_DIR', 'it adds authorities nobody pinned'],
  ['SSLKEYLOGFILE', 'it writes session keys to a file'],
  ['NODE_COMPILE_CACHE', 'it runs what whoever may write there has left'],
] as const

const PROXY_VARIABLE = /^(?:https?|all)_proxy$|^node_use_env_proxy$/i

function environmentFindings({ env, fipsConfiguration }: StartUpFacts): readonly string[] {
  const findings = FORBIDDEN_VARIABLES.filter(([name]) => env[name] !== undefined).map(
    ([name, why]) => `${name} is set: ${why}`,
  )
  if (env['NODE_OPTIONS']) findings.push('NODE_OPTIONS is set: it can change what every check does')
  const openssl = env['OPENSSL_CONF']
  if (openssl !== undefined && openssl !== fipsConfiguration)
    findings.push('OPENSSL_CONF is set, and the FIPS profile does not name it')
  for (const name of Object.keys(env))
    if (PROXY_VARIABLE.test(name) && env[name])
      findings.push(`${name} is set: traffic would leave by a road that nobody agreed`)
  return findings
}

const FORBIDDEN_FLAGS = [
  ['--inspect', 'a debugger can read and change everything'],
  ['--insecure-http-parser', 'requests would be read loosely'],
  ['--tls-keylog', 'it writes session keys to a file'],
  ['--trace-tls', 'it prints what TLS protects'],
] as const

function flagFindings(execArgv: readonly string[]): readonly string[] {
  return FORBIDDEN_FLAGS.filter(([flag]) => execArgv.some(given => isFlag(given, flag))).map(
    ([flag, why]) => `Node runs with ${flag}: ${why}`,
  )
}

/** Node reads `_` in an option as `-`; `--inspect` stands for its whole family, `--inspect-brk=…` and the rest. */
function isFlag(given: string, flag: string): boolean {
  const [name = ''] = given.replaceAll('_', '-').split('=', 1)
  return name === flag || (flag === '--inspect' && name.startsWith('--inspect-'))
}

/** The releases with the security fixes of June 2026, by major line; a line not named here has ended, or is newer. */
const FLOORS: ReadonlyMap<number, readonly [minor: number, patch: number]> = new Map([
  [24, [17, 0]],
  [26, [3, 1]],
])
const NEWEST_FLOOR = 26

function nodeFindings({ version, execPath }: StartUpFacts): readonly string[] {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)
  const [major = 0, minor = 0, patch = 0] = (match ?? []).slice(1).map(Number)
  if (major > NEWEST_FLOOR) return []
  const floor = FLOORS.get(major)
  if (floor && (minor > floor[0] || (minor === floor[0] && patch >= floor[1]))) return []
  return [`Node ${version} at ${execPath} lacks security fixes; 24.17.0 or 26.3.1 is the least`]
}

function keyFindings(keyFiles: StartUpFacts['keyFiles']): readonly string[] {
  return keyFiles
    .filter(({ mode }) => (mode & 0o077) !== 0)
    .map(({ path }) => `${path} may be used by its group or by others; chmod 600 it`)
}
