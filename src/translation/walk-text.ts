import { unreachable } from '../kit/kit.ts'

/**
 * The outline of a walk: how many things it reads and makes, and how. It holds numbers and words of this file and nothing else, and
 * the source text of a walk is made of it alone. So nothing that a mapping or a schema says ever becomes source text.
 */
export interface Outline {
  /** Whether it makes a list, an object for each entry of another list. */
  readonly isList: boolean
  readonly reads: readonly OutlinedRead[]
  /** In order, each step in one of them. */
  readonly groups: readonly OutlinedGroup[]
}

/** A member of the scope, of the top of the document, or of what an earlier read found; or what a function finds. */
type OutlinedRead = { readonly of: 'scope' | 'root' | number } | 'asked'

export interface OutlinedGroup {
  /** Steps that say what they have to say with one number, in which each has a bit; steps that share a table; a step by itself. */
  readonly kind: 'run' | 'words' | 'alone'
  /** The number of its first step. */
  readonly at: number
  readonly steps: readonly OutlinedStep[]
}

interface OutlinedStep {
  readonly kind: 'built' | 'fixed' | 'asked' | 'always' | 'same' | 'judged' | 'words'
  /** The numbers of the reads at its slots; undefined for one that is not filled. */
  readonly reads: readonly (number | undefined)[]
}

/** What the text of a step is given under which name. */
const GIVEN = {
  built: ['name', 'build'],
  fixed: ['name', 'value'],
  asked: ['name', 'answer'],
  always: ['name', 'value'],
  same: ['name', 'answer', 'longest'],
  judged: ['name', 'answer', 'longest', 'isFit'],
  words: ['name', 'answer'],
} as const satisfies Record<OutlinedStep['kind'], readonly string[]>

/**
 * The source text of a walk, the body of a function of `given`. What it is given is taken apart first, so that an engine sees it as
 * constants; every read and every step then has a place of its own in the text.
 */
export function textOf(outline: Outline): string {
  const { groups, isList, reads } = outline
  return [
    'const { reads, steps, says, tables, list, isObject, leaveOut } = given',
    ...reads.map((_, at) => `const key${at} = reads[${at}]`),
    ...groups.flatMap(({ at, steps }) =>
      steps.map(({ kind }, index) => takeApart(GIVEN[kind], at + index, `steps[${at + index}]`)),
    ),
    ...groups.map(({ kind }, at) => {
      return kind === 'words'
        ? takeApart(['rows', 'beside'], at, `tables[${at}]`)
        : `const says${at} = says[${at}]`
    }),
    ...(isList ? ['const { get, begins, most } = list'] : []),
    'const nothing = {}',
    // What it makes is an object like `{}`. An engine leaves room in it for all members that it sees named, made or not
    `const Made = function (none) { if (none) { ${groups.flatMap(roomFor).join('; ')} } }`,
    'Made.prototype = Object.prototype',
    'return (scope, run) => {',
    'const { report, root } = run',
    ...(isList ? textOfList(outline) : [...textOfObject(outline), 'return isEmpty ? undefined : made']),
    '}',
  ].join('\n')
}

function roomFor({ at, steps }: OutlinedGroup): readonly string[] {
  return steps.map((_, index) => `this.m${at + index} = none`)
}

function takeApart(names: readonly string[], at: number, what: string): string {
  return `const { ${names.map(name => `${name}: ${name}${at}`).join(', ')} } = ${what}`
}

function textOfList(outline: Outline): readonly string[] {
  return [
    'const entries = get === undefined ? [scope] : get(scope)',
    'if (!Array.isArray(entries)) return undefined',
    'const built = []',
    say('begins'),
    // What is read of the top of the document is the same for all entries
    ...textOfReads(outline, 'root'),
    'for (const scope of entries) {',
    'const mark = report.enter()',
    ...textOfMaking(outline),
    'if (isEmpty || built.length >= most) leaveOut(report, mark, { list, built, value: isEmpty ? undefined : made })',
    'else built.push(made)',
    '}',
    'report.end()',
    'return built.length === 0 ? undefined : built',
  ]
}

function textOfObject(outline: Outline): readonly string[] {
  return [...textOfReads(outline, 'root'), ...textOfMaking(outline)]
}

/** Makes `made`, and tells by `isEmpty` whether there is anything in it. */
function textOfMaking(outline: Outline): readonly string[] {
  return [
    'const holder = isObject(scope) ? scope : nothing',
    'const made = new Made()',
    'let isEmpty = true',
    ...textOfReads(outline, 'scope'),
    ...outline.groups.map(textOfGroup),
  ]
}

/** The reads of the top of the document, or those of the scope, and what depends on their words alone. */
function textOfReads({ groups, reads }: Outline, where: 'scope' | 'root'): readonly string[] {
  const isHere = (read: OutlinedRead | undefined) => isOfRoot(reads, read) === (where === 'root')
  return [
    ...reads.flatMap((read, at) => (isHere(read) ? [textOfRead(read, at)] : [])),
    ...groups.flatMap((group, at) => {
      const second = secondOf(group)
      const isPaired = group.kind === 'words' && second !== undefined && isHere(reads[second])
      return isPaired ? [`const pair${at} = beside${at}.get(read${second}) ?? 0`] : []
    }),
  ]
}

/** Whether a read leads back to the top of the document. */
function isOfRoot(reads: readonly OutlinedRead[], read: OutlinedRead | undefined): boolean {
  if (read === undefined || read === 'asked') return false
  return typeof read.of === 'number' ? isOfRoot(reads, reads[read.of]) : read.of === 'root'
}

function textOfRead(read: OutlinedRead, at: number): string {
  if (read === 'asked') return `const read${at} = key${at}(scope, run)`
  const { of } = read
  if (of === 'scope') return `const read${at} = holder[key${at}] ?? undefined`
  const holder = of === 'root' ? 'root' : `read${of}`
  return `const read${at} = isObject(${holder}) ? ${holder}[key${at}] ?? undefined : undefined`
}

/** The number in a table of what stands beside a word, where nothing does. */
export const ALONE = 1

/** What stands beside the words that the steps of a group share. */
function secondOf({ steps }: OutlinedGroup): number | undefined {
  return steps.map(({ reads }) => reads[1]).find(read => read !== undefined)
}

function valueAt(read: number | undefined): string {
  return read === undefined ? 'undefined' : `read${read}`
}

function textOfGroup(group: OutlinedGroup, at: number): string {
  const { kind, steps } = group
  const texts = steps.map((step, index) => textOfStep(step, group.at + index, { group: at, bit: index }))
  if (kind === 'alone') return texts.join('\n')
  if (kind === 'run') return ['{', 'let said = 0', ...texts, sayRun(at), '}'].join('\n')
  const [first] = steps[0]?.reads ?? []
  const pair = secondOf(group) === undefined ? ALONE : `pair${at}`
  return [
    '{',
    `const row = ${valueAt(first)} === undefined ? undefined : rows${at}.get(${valueAt(first)})?.[${pair}]`,
    'if (row !== undefined) {',
    'const { says, values } = row',
    `if (says !== undefined) { ${say('says')} }`,
    ...steps.map((_, index) => makeIfAny(group.at + index, `values[${index}]`)),
    '} else {',
    ...texts,
    '}',
    '}',
  ].join('\n')
}

function textOfStep(
  { kind, reads }: OutlinedStep,
  at: number,
  { group, bit }: { group: number; bit: number },
): string {
  const [first = ''] = reads.map(valueAt)
  const filled = reads.filter(read => read !== undefined).map(valueAt)
  const isAny = filled.map(value => `${value} !== undefined`).join(' || ') || 'false'
  const ask = makeIfAny(at, `answer${at}([${reads.map(valueAt).join(', ')}], run)`)
  const makeAndSay = (value: string) => `${make(at, value)}; said |= ${1 << bit}`
  const keepIf = (condition: string) =>
    `if (${condition}) { ${makeAndSay(first)} } else if (${isAny}) { ${sayRun(group)} ${ask} }`
  switch (kind) {
    case 'built':
      return makeIfAny(at, `build${at}(scope, run)`)
    case 'fixed':
      return makeAndSay(`value${at}`)
    case 'always':
      return `if (${isAny}) { ${makeAndSay(`value${at}`)} }`
    case 'same':
      return keepIf(`typeof ${first} === 'string' && ${first}.length <= longest${at}`)
    case 'judged':
      return keepIf(`typeof ${first} === 'string' && ${first}.length <= longest${at} && isFit${at}(${first})`)
    case 'asked':
    case 'words':
      return `if (${isAny}) { ${ask} }`
    default:
      return unreachable(kind)
  }
}

function make(at: number, value: string): string {
  return `made[name${at}] = ${value}; isEmpty = false`
}

function makeIfAny(at: number, value: string): string {
  return `{ const value = ${value}; if (value !== undefined) { ${make(at, 'value')} } }`
}

function sayRun(group: number): string {
  return `if (said !== 0) { ${say(`says${group} + said`)}; said = 0 }`
}

/** What `SpokenReport.say` does, without a call. */
function say(number: string): string {
  return `report.words[report.size++] = ${number}`
}
