import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { isJsonObject, type Json } from '../../src/kit/kit.ts'
import { KINDS } from './case-kinds.ts'
import { type Case, caseAt, casesFolder, listIn, textIn } from './case-parts.ts'
import { here } from './support.ts'

/** The public set of cases against this implementation, and the specification against the set. */

const cases: readonly Case[] = readdirSync(casesFolder, { withFileTypes: true })
  .filter(entry => entry.isDirectory() && entry.name !== 'catalogues' && entry.name !== 'second')
  .map(entry => caseAt(entry.name))

for (const one of cases) {
  void t.test(`${one.name}: ${textIn(one.about, 'says')}`, t => {
    const kind = KINDS[textIn(one.about, 'kind')]
    if (!kind) t.fail('a case of no known kind')
    else {
      const { found, wanted } = kind(one)
      t.strictSame(found, wanted)
      t.ok(sizeOf(wanted) > 0, 'it expects something')
    }
    t.end()
  })
}

function sizeOf(value: Json): number {
  return Array.isArray(value) ? value.length : isJsonObject(value) ? Object.keys(value).length : 0
}

const specification = readFileSync(join(here, '../../policies/SPECIFICATION.md'), 'utf8')

/** The sections by their number, each with its own text and not that of its parts. */
const sections: ReadonlyMap<string, string> = new Map(
  specification
    .split(/^#{2,3} (?=\d)/m)
    .slice(1)
    .map(text => [/^[\d.]*\d/.exec(text)?.[0] ?? '', text]),
)

void t.test('every section that states rules is named by a case', t => {
  const named = new Set(cases.flatMap(({ about }) => listIn(about, 'sections')))
  const stating = [...sections].filter(([, text]) => /\b(MUST|SHOULD|MAY|REQUIRED|RECOMMENDED)\b/.test(text))
  t.ok(stating.length > 50, 'the specification states rules')
  t.strictSame(
    stating.map(([number]) => number).filter(number => !named.has(number)),
    [],
  )
  t.strictSame(
    [...named].filter(number => !sections.has(String(number))),
    [],
    'no case names a section that is not there',
  )
  t.end()
})

/** The codes of one table of the specification: the first column of its rows. */
function codesIn(section: string): readonly string[] {
  return [...(sections.get(section) ?? '').matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code = '']) => code)
}

/** What no case can show, and why. */
const UNSHOWN: Readonly<Record<string, string>> = {
  'not-utf8': 'the vectors are JSON, and JSON holds no other bytes',
}

void t.test('every code of the specification occurs in a case', t => {
  const expectations = cases.map(one =>
    JSON.stringify(KINDS[textIn(one.about, 'kind')]?.(one).wanted ?? null),
  )
  for (const section of ['15.1', '15.2', '15.3', '15.4', '15.5', '15.6']) {
    const codes = codesIn(section)
    t.ok(codes.length > 2, `section ${section} has codes`)
    const missing = codes.filter(code => {
      const found = expectations.some(text => new RegExp(`(^|[" ])${code}([": ]|$)`).test(text))
      return !found && UNSHOWN[code] === undefined
    })
    t.strictSame(missing, [], `section ${section}`)
  }
  t.end()
})

/** Where the source says a code. */
const SAYING = [
  /\b(?:note|fault|fail|refuse|complain)\((?:[^'`]|`[^`]*`)*?'([a-z]+(?:-[a-z]+)+)'/g,
  /\bcode: '([a-z]+(?:-[a-z]+)+)'/g,
  /\[\s*'([a-z]+(?:-[a-z]+)+)',\s*`/g,
  /'(yaml-[a-z-]+)'/g,
  /^\s+\| '([a-z]+(?:-[a-z]+)+)'$/gm,
]

void t.test('every code that the craft can say stands in the specification', t => {
  const known = new Set(['15.1', '15.2', '15.3', '15.5'].flatMap(codesIn))
  const said = new Set<string>()
  for (const file of sourcesOf(join(here, '../../src/policy'))) {
    const text = readFileSync(file, 'utf8')
    for (const pattern of SAYING) for (const [, code = ''] of text.matchAll(pattern)) said.add(code)
  }
  t.ok(said.size > 70, 'codes are found in the source')
  t.strictSame(
    [...said].filter(code => !known.has(code)),
    [],
  )
  t.end()
})

/** The files that read, decide and judge; not those that lint, print or draw. */
function sourcesOf(folder: string): readonly string[] {
  const files = readdirSync(folder).filter(name => name.endsWith('.ts') && !name.startsWith('diff'))
  const treatments = readdirSync(join(folder, 'treatments'))
  return [
    ...files.map(name => join(folder, name)),
    ...treatments.map(name => join(folder, 'treatments', name)),
  ]
}

void t.test('the second implementation, written from the specification, agrees', t => {
  const run = spawnSync('python3', ['-B', join(casesFolder, 'second/second.py')], { encoding: 'utf8' })
  if (run.error) t.comment('left out: there is no python3 here')
  else {
    t.equal(run.status, 0, run.stdout + run.stderr)
    t.ok(Number(/^(\d+) compared, 0 differ$/m.exec(run.stdout)?.[1]) > 250, 'it compares')
  }
  t.end()
})
