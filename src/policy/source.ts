import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
} from 'yaml'
import type { Findings, Place } from './findings.ts'

/** A YAML text as the compiler sees it: three kinds of nodes, each with its place in the file. */
export type Source = SourceMap | SourceList | SourceScalar
export interface SourceMap {
  readonly kind: 'map'
  readonly place: Place
  /** In the order of the file. */
  readonly members: ReadonlyMap<string, { readonly key: Place; readonly value: Source }>
}
export interface SourceList {
  readonly kind: 'list'
  readonly place: Place
  readonly entries: readonly Source[]
}
export interface SourceScalar {
  readonly kind: 'scalar'
  readonly place: Place
  readonly value: string | number | boolean | null
}

const MAX_DEPTH = 24

interface Scanner {
  readonly findings: Findings
  readonly lines: LineCounter
}

/**
 * Reads YAML 1.2 with the core schema and nothing that lets a reviewer see other words than the machine: no anchors, aliases,
 * tags, merge keys, duplicate keys or second documents, and only decimal numbers.
 *
 * @returns the tree, or undefined where there is none; every finding is noted in `findings`
 */
export function readSource(text: string, findings: Findings): Source | undefined {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    strict: true,
    // The library compares each key with every other; `scanPairs` looks each up once.
    uniqueKeys: false,
    resolveKnownTags: false,
    lineCounter: lines,
    prettyErrors: false,
  })
  const scanner = { findings, lines }
  for (const fault of [...document.errors, ...document.warnings]) {
    if (fault.code === 'TAG_RESOLVE_FAILED') continue
    const says =
      fault.code === 'MULTIPLE_DOCS' ? 'the file holds more than one document' : inOurWords(fault.message)
    findings.note(placeAt(scanner, fault.pos[0]), codeOf(fault.code), says)
  }
  refuseDirectives(text, scanner)
  if (!document.contents) {
    findings.note({ line: 1, column: 1 }, 'yaml-empty', 'the file holds no agreement')
    return undefined
  }
  return scan(scanner, document.contents, 0)
}

/** `%YAML 1.1` means other values to other readers, `%TAG` other tags. */
function refuseDirectives(text: string, { findings, lines }: Scanner): void {
  const at = text.search(/^\ufeff?%/m)
  if (at < 0) return
  const { line, col } = lines.linePos(at)
  findings.note({ line, column: col }, 'yaml-directive', 'directives are not allowed')
}

function codeOf(code: string): string {
  return code === 'MULTIPLE_DOCS' ? 'yaml-several-documents' : 'yaml-syntax'
}

function inOurWords(message: string): string {
  const first = message.split('\n')[0] ?? ''
  return first.charAt(0).toLowerCase() + first.slice(1)
}

function placeAt(scanner: Scanner, offset: number): Place {
  const { line, col } = scanner.lines.linePos(offset)
  return { line, column: col }
}

function placeOf(scanner: Scanner, node: Node): Place {
  return placeAt(scanner, node.range?.[0] ?? 0)
}

function scan(scanner: Scanner, node: Node, depth: number): Source {
  const place = placeOf(scanner, node)
  if (isAlias(node)) {
    scanner.findings.note(
      place,
      'yaml-alias',
      `the alias \`*${node.source}\` hides what it stands for; write it out`,
    )
    return { kind: 'scalar', place, value: null }
  }
  refuseDecoration(scanner, node, place)
  if (depth > MAX_DEPTH) {
    scanner.findings.note(place, 'yaml-too-deep', `nested deeper than ${MAX_DEPTH} levels`)
    return { kind: 'scalar', place, value: null }
  }
  if (isMap(node)) return { kind: 'map', place, members: scanPairs(scanner, node.items as Pair[], depth) }
  if (isSeq(node)) {
    return { kind: 'list', place, entries: node.items.map(entry => scan(scanner, entry as Node, depth + 1)) }
  }
  return { kind: 'scalar', place, value: isScalar(node) ? scanScalar(scanner, node, place) : null }
}

function refuseDecoration(scanner: Scanner, node: Node, place: Place): void {
  if ('anchor' in node && node.anchor)
    scanner.findings.note(place, 'yaml-anchor', `the anchor \`&${node.anchor}\` is not allowed`)
  if (node.tag) scanner.findings.note(place, 'yaml-tag', `the tag \`${node.tag}\` is not allowed`)
}

function scanPairs(scanner: Scanner, pairs: readonly Pair[], depth: number): SourceMap['members'] {
  const members = new Map<string, { key: Place; value: Source }>()
  for (const { key, value } of pairs) {
    const name = scanKey(scanner, key as Node)
    if (name === undefined) continue
    if (members.has(name.text)) {
      // The library tells `1` from `"1"`; a reviewer does not.
      scanner.findings.note(name.place, 'yaml-duplicate-key', 'map keys must be unique')
      continue
    }
    const read: Source = value
      ? scan(scanner, value as Node, depth + 1)
      : { kind: 'scalar', place: name.place, value: null }
    members.set(name.text, { key: name.place, value: read })
  }
  return members
}

function scanKey(scanner: Scanner, key: Node): { text: string; place: Place } | undefined {
  const place = placeOf(scanner, key)
  const scalar = scan(scanner, key, MAX_DEPTH)
  if (scalar.kind !== 'scalar' || scalar.value === null || scalar.value === '') {
    scanner.findings.note(place, 'yaml-key', 'a key has to be a word')
    return undefined
  }
  const text = isScalar(key) && typeof key.source === 'string' ? key.source : String(scalar.value)
  if (text === '<<') {
    scanner.findings.note(place, 'yaml-merge', 'merge keys are not allowed; write the members out')
    return undefined
  }
  if (text === '__proto__') {
    scanner.findings.note(place, 'yaml-key', 'no key may be named `__proto__`')
    return undefined
  }
  return { text, place }
}

function scanScalar(scanner: Scanner, node: Scalar, place: Place): SourceScalar['value'] {
  const { value } = node
  if (typeof value === 'string') {
    if (!value.isWellFormed() || hidden.test(value)) {
      scanner.findings.note(
        place,
        'text-hidden',
        'the text holds invisible, bidirectional or broken characters',
      )
    }
    return value
  }
  if (typeof value === 'boolean' || value === null) return value
  if (typeof value === 'number' && isPlainNumber(value, node.source)) return value
  scanner.findings.note(
    place,
    'yaml-number',
    `\`${node.source ?? ''}\` is not a plain decimal number; put quotes around a text`,
  )
  return null
}

/** Control, bidirectional and zero-width characters: a reviewer cannot see them. Line feed and tab stay. */
export const hidden = /[[\p{Cc}\p{Cf}]--[\n\t]]/v

function isPlainNumber(value: number, source: string | undefined): boolean {
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) return false
  return source === undefined || /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/.test(source)
}
