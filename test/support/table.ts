import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { isJsonObject, type JsonObject } from '../../src/kit/kit.ts'

/**
 * A sharing policy read as a person reads it: row by row from the YAML, by none of the gateway's own code. Tests learn here
 * what may be shown, and never from what was shown.
 */
export interface Table {
  /** Purposes for which the table lets anything of a resource go. */
  purposes(resource: string): readonly string[]
  /** `share`, `withhold` or the name of a treatment, for one value at its place. */
  outcome(resource: string, purpose: string, place: Place): string
}

/** One value of a document: its item, the entries of the lists around it, outermost first, and the whole document. */
export interface Place {
  readonly path: string
  readonly entries: readonly JsonObject[]
  readonly document: JsonObject
}

/** What the named conditions of the police agreement say, told a second time. */
const TRUTHS: Readonly<Record<string, (place: Place) => boolean>> = {
  'guarded-venue': ({ entries }) => ['CUSTODY', 'PROTECTED_SITE'].includes(String(entries.at(-1)?.['kind'])),
  accommodation: ({ entries }) => entries.at(-1)?.['kind'] === 'ACCOMMODATION',
  'liaison-post': ({ entries }) => entries.at(-1)?.['role'] === 'LIAISON_OFFICER',
  'in-emergency': ({ document }) => document['state'] === 0,
}

export function readTable(file: string): Table {
  const policy: unknown = parse(readFileSync(file, 'utf8'))
  if (!isJsonObject(policy)) throw new Error('the policy is no mapping')
  const purposes = Object.keys(member(policy, 'purposes'))
  const resourceOf = (name: string) => member(member(policy, 'resources'), name)
  return {
    purposes: resource => {
      const rows = Object.values(member(resourceOf(resource), 'fields'))
      return purposes.filter(purpose => rows.some(row => cellOf(row, purpose) !== 'withhold'))
    },
    outcome(resource, purpose, place) {
      const rules = resourceOf(resource)
      if (isNever(rules, place.path) || isLeftOut(rules, purpose, place)) return 'withhold'
      const row = rowOf(member(rules, 'fields'), place.path)
      return decide(row === undefined ? 'withhold' : cellOf(row, purpose), place)
    },
  }
}

function member(object: JsonObject, name: string): JsonObject {
  const value = object[name]
  if (!isJsonObject(value)) throw new Error(`the policy has no \`${name}\``)
  return value
}

function redLines(rules: JsonObject): readonly JsonObject[] {
  const lines = rules['redLines']
  return Array.isArray(lines) ? lines.filter(isJsonObject) : []
}

function covers(name: string, path: string): boolean {
  return name.endsWith('.*') ? path.startsWith(name.slice(0, -1)) : name === path
}

function isNever(rules: JsonObject, path: string): boolean {
  const never = redLines(rules).flatMap(line => (Array.isArray(line['never']) ? line['never'] : []))
  return never.some(name => covers(String(name), path))
}

/** Whether an entry around the value does not go, by a red line or because its list is not included. */
function isLeftOut(rules: JsonObject, purpose: string, { path, entries, document }: Place): boolean {
  return entries.some((_, depth) => {
    const list = path
      .split('[].')
      .slice(0, depth + 1)
      .join('[].')
      .concat('[]')
    const around: Place = { path: list, entries: entries.slice(0, depth + 1), document }
    const dropped = redLines(rules).some(line => line['drop'] === list && truth(String(line['when']), around))
    const include = rules['include']
    const row = isJsonObject(include) ? include[list] : undefined
    const included = row === undefined ? 'every' : cellOf(row, purpose)
    return dropped || included === 'none' || (included !== 'every' && !truth(String(included), around))
  })
}

/** The row of its own name, or else that of the longest group around it. */
function rowOf(rows: JsonObject, path: string): unknown {
  const [best] = Object.keys(rows)
    .filter(name => covers(name, path))
    .sort((one, other) => other.length - one.length)
  return Object.hasOwn(rows, path) ? rows[path] : best && rows[best]
}

function cellOf(row: unknown, purpose: string): unknown {
  if (!isJsonObject(row)) throw new Error('a row is no mapping')
  return row['all'] ?? row[purpose] ?? row['others'] ?? 'withhold'
}

function decide(cell: unknown, place: Place): string {
  if (typeof cell === 'string') return cell
  for (const branch of Array.isArray(cell) ? cell : []) {
    if (!isJsonObject(branch)) continue
    if ('else' in branch) return String(branch['else'])
    if (truth(String(branch['if']), place)) return String(branch['then'])
  }
  throw new Error(`the cell of \`${place.path}\` cannot be read`)
}

function truth(condition: string, place: Place): boolean {
  const told = TRUTHS[condition]
  if (told === undefined) throw new Error(`tell what \`${condition}\` says`)
  return told(place)
}
