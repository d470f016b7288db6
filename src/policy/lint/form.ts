import { isScalar, LineCounter, Pair, parseDocument, Scalar, visit } from 'yaml'
import type { Place } from '../findings.ts'
import { hidden, type Source } from '../source.ts'
import type { Check } from './check.ts'
import type { Found, Text } from './subject.ts'
import { olderCatalogues, succession, unpinned } from './succession.ts'

/** Checks 1 to 6: form and identity. */
export const FORM = {
  1: {
    title: 'plain YAML 1.2',
    level: 'stop',
    needs: 'compiler',
    codes: [
      'yaml-empty',
      'yaml-syntax',
      'yaml-duplicate-key',
      'yaml-several-documents',
      'yaml-directive',
      'yaml-alias',
      'yaml-anchor',
      'yaml-tag',
      'yaml-merge',
      'yaml-key',
      'yaml-too-deep',
    ],
  },
  2: {
    title: 'every word has its place and its form',
    level: 'stop',
    needs: 'compiler',
    codes: [
      'unknown-key',
      'missing-key',
      'not-a-map',
      'not-a-list',
      'not-a-text',
      'not-a-flag',
      'not-a-digest',
      'not-in-range',
      'unknown-word',
      'name-unfit',
      'name-reserved',
      'id-twice',
    ],
  },
  3: {
    title: 'no value that another YAML reader takes for something else',
    level: 'ask',
    needs: 'text',
    codes: ['yaml-number'],
    run: ambiguousScalars,
  },
  4: {
    title: 'no invisible and no look-alike characters',
    level: 'stop',
    needs: 'text',
    codes: ['text-hidden'],
    run: text => [...hiddenOutsideValues(text), ...mixedScripts(text.tree)],
  },
  5: {
    title: 'the revision follows the one in force',
    level: 'stop',
    needs: 'meaning',
    codes: ['parties-equal'],
    run: succession,
  },
  6: {
    title: 'known catalogues, not older than those in force',
    level: 'stop',
    needs: 'meaning',
    codes: ['resources-missing', 'unknown-resource', 'catalogue-version', 'catalogue-digest'],
    run: subject => [...olderCatalogues(subject), ...unpinned(subject)],
  },
} satisfies Record<number, Check>

/** Plain scalars that YAML 1.1, which many tools still read, makes something else of: `no`, `12:30`, `2026-05-01`. */
function ambiguousScalars({ source }: Text): readonly Found[] {
  const lines = new LineCounter()
  const here = plainScalars(source, 'core')
  const found: Found[] = []
  for (const [offset, { scalar, names, isKey }] of plainScalars(source, 'yaml-1.1', lines)) {
    const read = here.get(offset)?.scalar.value
    if (read === scalar.value || isOurs(names, isKey, scalar)) continue
    const { line, col } = lines.linePos(offset)
    const says = `\`${scalar.source ?? ''}\` without quotes is ${kindOf(scalar.value)} to readers of YAML 1.1`
    found.push({ place: { line, column: col }, says, fix: 'put quotes around it' })
  }
  return found
}

interface Plain {
  readonly scalar: Scalar
  /** The keys above it. */
  readonly names: readonly string[]
  readonly isKey: boolean
}

function plainScalars(
  source: string,
  schema: 'core' | 'yaml-1.1',
  lineCounter?: LineCounter,
): ReadonlyMap<number, Plain> {
  const version = schema === 'core' ? '1.2' : '1.1'
  const more = lineCounter ? { lineCounter } : {}
  const document = parseDocument(source, {
    version,
    schema,
    merge: false,
    uniqueKeys: false,
    logLevel: 'silent',
    ...more,
  })
  const found = new Map<number, Plain>()
  visit(document, {
    Scalar: (key, scalar, path) => {
      const offset = scalar.range?.[0]
      if (scalar.type !== Scalar.PLAIN || offset === undefined) return
      const names = path.flatMap(above =>
        above instanceof Pair && isScalar(above.key) ? [above.key.source ?? ''] : [],
      )
      found.set(offset, { scalar, names, isKey: key === 'key' })
    },
  })
  return found
}

/** The words of the format itself, and the instants that it asks for: every reader of it knows what is meant. */
function isOurs([section, ...names]: readonly string[], isKey: boolean, { source }: Scalar): boolean {
  if (isKey) return source === 'on'
  return section === 'dates' || (section === 'tests' && names.length === 1 && names[0] === 'at')
}

function kindOf(value: unknown): string {
  if (value instanceof Date) return 'a date'
  return typeof value === 'boolean' ? 'a truth value' : `the ${typeof value} \`${String(value)}\``
}

/** Comments and keys are read by people too; what stands in values the compiler has told already. */
function hiddenOutsideValues({ source, problems }: Text): readonly Found[] {
  const told = new Set(problems.filter(({ code }) => code === 'text-hidden').map(({ line }) => line))
  return source.split(/\r?\n/).flatMap((text, index) => {
    const line = index + 1
    const start = line === 1 && text.startsWith('\uFEFF') ? 1 : 0
    const at = text.slice(start).search(hidden)
    if (at < 0 || told.has(line)) return []
    const says = 'the line holds invisible or bidirectional characters'
    return [{ place: { line, column: start + at + 1 }, says, fix: 'remove them' }]
  })
}

const SCRIPTS: readonly (readonly [name: string, RegExp])[] = [
  ['Latin', /\p{Script=Latin}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Greek', /\p{Script=Greek}/u],
  ['Armenian', /\p{Script=Armenian}/u],
  ['Cherokee', /\p{Script=Cherokee}/u],
  ['fullwidth or mathematical', /[\u{FF00}-\u{FFEF}\u{1D400}-\u{1D7FF}]/u],
]

/** A word with letters of two scripts is not the word that it looks like. */
function mixedScripts(tree: Source): readonly Found[] {
  return textsIn(tree).flatMap(({ text, place }) => {
    for (const [word] of text.matchAll(/[\p{L}\p{M}\p{N}_-]+/gu)) {
      const scripts = SCRIPTS.filter(([, letters]) => letters.test(word)).map(([name]) => name)
      if (scripts.length > 1)
        return [
          {
            place,
            says: `the word \`${word}\` mixes ${scripts.join(' and ')} letters`,
            fix: 'write it anew',
          },
        ]
    }
    return []
  })
}

/** Every key and every text of a tree. */
export function textsIn(tree: Source): readonly { readonly text: string; readonly place: Place }[] {
  switch (tree.kind) {
    case 'scalar':
      return typeof tree.value === 'string' ? [{ text: tree.value, place: tree.place }] : []
    case 'list':
      return tree.entries.flatMap(textsIn)
    case 'map':
      return [...tree.members].flatMap(([text, { key, value }]) => [{ text, place: key }, ...textsIn(value)])
  }
}
