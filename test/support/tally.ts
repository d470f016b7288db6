/** Counts what tap tells of a run, and words it. It trusts nothing that was not told. */

/** One fact of a run; what has level 1 is a test file, level 0 the whole run. */
export interface Fact {
  readonly kind: 'start' | 'end' | 'pass' | 'fail' | 'skip' | 'todo'
  readonly name?: string | undefined
  readonly fullname?: string | undefined
  readonly level?: number
  readonly ok?: boolean
  readonly skip?: string | boolean | undefined
  /** Milliseconds. */
  readonly time?: number | undefined
  readonly diag?: Readonly<Record<string, unknown>> | undefined
}

export interface Tally {
  passed: number
  failed: number
  skipped: number
  /** True once tap has said that the whole run has ended. */
  ended: boolean
  /** Files that no end was told of yet. */
  readonly missing: Set<string>
  /** The file that is being told of, and what was counted in it. */
  file: { passed: number; failed: number; skipped: number }
}

export function makeTally(files: readonly string[]): Tally {
  return { passed: 0, failed: 0, skipped: 0, ended: false, missing: new Set(files), file: fresh() }
}

function fresh(): Tally['file'] {
  return { passed: 0, failed: 0, skipped: 0 }
}

/** Counts one fact. Returns the lines that a person should see for it. */
export function tell(tally: Tally, fact: Fact): readonly string[] {
  switch (fact.kind) {
    case 'start':
      if (fact.level === 1) tally.file = fresh()
      return []
    case 'pass':
      tally.passed++
      tally.file.passed++
      return []
    case 'skip':
    case 'todo':
      tally.skipped++
      tally.file.skipped++
      return [`  - ${nameOf(fact)}: skipped${typeof fact.skip === 'string' ? `, ${fact.skip}` : ''}`]
    case 'fail':
      return fail(tally, nameOf(fact), fact.diag)
    case 'end':
      if (fact.level === 0) tally.ended = true
      return fact.level === 1 ? endFile(tally, fact) : []
  }
}

/** Counts what is missing. Returns the totals and the lines that explain them. */
export function finish(
  tally: Tally,
  exitCode: number | string,
): {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly lines: readonly string[]
} {
  const lines = [...tally.missing].flatMap(file =>
    fail(tally, `${file}: nothing was told of this file`, undefined),
  )
  if (!tally.ended) lines.push(...fail(tally, 'tap did not end its report', undefined))
  if (tally.failed === 0 && exitCode !== 0)
    lines.push(...fail(tally, `tap ended with ${exitCode}`, undefined))
  if (tally.failed === 0 && tally.passed === 0) lines.push(...fail(tally, 'nothing was tested', undefined))
  const { passed, failed, skipped } = tally
  return { passed, failed, skipped, lines }
}

function endFile(tally: Tally, fact: Fact): readonly string[] {
  const name = fact.name ?? ''
  tally.missing.delete(name)
  const { file } = tally
  const lines: string[] = []
  if (fact.skip === 'no tests found') lines.push(...fail(tally, `${name}: it asserts nothing`, undefined))
  else if (fact.skip) lines.push(...tell(tally, { kind: 'skip', fullname: name, skip: fact.skip }))
  if (fact.ok === false && file.failed === 0)
    lines.push(...fail(tally, `${name}: it did not end well`, fact.diag))
  const seconds = ((fact.time ?? 0) / 1_000).toFixed(1)
  const counts = `${file.passed} passed${file.failed > 0 ? `, ${file.failed} failed` : ''}${file.skipped > 0 ? `, ${file.skipped} skipped` : ''}`
  return [...lines, `${file.failed > 0 ? '✗' : '✓'} ${name}  ${counts}  ${seconds} s`]
}

function fail(tally: Tally, name: string, diag: Fact['diag']): string[] {
  tally.failed++
  tally.file.failed++
  return [`  ✗ ${name}`, ...explain(diag ?? {})]
}

const TOLD_LAST = ['source', 'stack', 'diff']

/** What tap knows of a failure: short facts first, then the difference, the place and the code. */
function explain(diag: Readonly<Record<string, unknown>>): readonly string[] {
  const short = Object.entries(diag).filter(([name]) => !TOLD_LAST.includes(name) && name !== 'args')
  const texts = ['diff', 'stack', 'source'].map(name => diag[name]).filter(value => typeof value === 'string')
  return [...short.map(([name, value]) => `${name}: ${print(value)}`), ...texts]
    .flatMap(text => text.trimEnd().split('\n'))
    .map(line => `      ${line}`)
}

function print(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined')
}

function nameOf(fact: Fact): string {
  return fact.fullname ?? fact.name ?? 'unnamed'
}
