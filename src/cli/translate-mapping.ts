import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { DocumentSchema, SchemaRegistry } from '../contract/contract.ts'
import { type Problem, ProblemsError } from '../terms/terms.ts'
import {
  type Chain,
  type CompiledMapping,
  chainsOf,
  compileMapping,
  type Mapping,
} from '../translation/translation.ts'
import type { Terminal } from './terminal.ts'
import { Stop } from './translate-edges.ts'

/** The mappings that come with the program. */
export const houseMappings = fileURLToPath(new URL('../../schemas/mappings', import.meta.url))

interface Wanted {
  readonly registry: SchemaRegistry
  readonly from: DocumentSchema
  readonly to: DocumentSchema
  /** A file of the caller's own. */
  readonly mapping?: string
  /** The shared schema through which a chain goes, although there may be a mapping that needs none. */
  readonly through?: string
  readonly mappings: string
}

/**
 * The mapping between two versions of two schemas; where there is none, the chain of two mappings through a shared schema.
 *
 * @throws Stop where there is none, or more than one chain; ProblemsError where the file that holds it cannot be used
 */
export async function findMapping(terminal: Terminal, wanted: Wanted): Promise<Mapping> {
  const { registry, from, to, mapping: file, through } = wanted
  const directory = resolve(terminal.cwd, wanted.mappings)
  const names = file === undefined ? await mappingFiles(directory) : [resolve(terminal.cwd, file)]
  const texts = await Promise.all(names.map(async name => ({ name, text: await readFile(name, 'utf8') })))
  const speaksOf =
    ({ resource }: Named) =>
    ({ text }: (typeof texts)[number]) =>
      text.includes(resource)
  if (through === undefined) {
    const near = compileAll(texts.filter(speaksOf(from)).filter(speaksOf(to)), registry)
    const found = near.compiled.find(one => isBetween(one, from, to))
    if (found) return found
    if (near.problems.length > 0) throw new ProblemsError(near.problems)
  }
  const ends = compileAll([...new Set([from, to].flatMap(end => texts.filter(speaksOf(end))))], registry)
  const chain = onlyChain(ends.compiled, wanted)
  if (chain) return chain
  const all = compileAll(texts, registry)
  if (all.problems.length > 0) throw new ProblemsError(all.problems)
  throw new Stop(2, whatThereIs(all.compiled, wanted))
}

/** @throws Stop where there is more than one */
function onlyChain(
  compiled: readonly CompiledMapping[],
  { registry, from, to, through }: Wanted,
): Mapping | undefined {
  const found = chainsOf(compiled, registry).chains.filter(
    ({ mapping, first }) =>
      isBetween(mapping, from, to) &&
      (through === undefined || through === first.to.resource || through === nameOf(first.to)),
  )
  if (found.length < 2) return found[0]?.mapping
  const list = listOf(found.map(nameOfChain))
  throw new Stop(2, `choose one with --through: from ${nameOf(from)} to ${nameOf(to)} there are${list}`)
}

function whatThereIs(compiled: readonly CompiledMapping[], { registry, from, to, through }: Wanted): string {
  const pair = `from ${nameOf(from)} to ${nameOf(to)}`
  const chains = chainsOf(compiled, registry).chains.map(nameOfChain)
  if (through !== undefined) return `there is no chain ${pair} through ${through}; there are${listOf(chains)}`
  const direct = compiled.map(one => `${nameOf(one.from)} to ${nameOf(one.to)}`)
  return `there is no mapping ${pair}; there are${listOf([...direct, ...chains])}`
}

function nameOfChain({ first, second }: Chain): string {
  return `${nameOf(first.from)} to ${nameOf(second.to)} through ${nameOf(first.to)}`
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? ' none' : names.map(name => `\n  ${name}`).join('')
}

function compileAll(
  texts: readonly { readonly name: string; readonly text: string }[],
  registry: SchemaRegistry,
): { readonly compiled: readonly CompiledMapping[]; readonly problems: readonly Problem[] } {
  const compiled: CompiledMapping[] = []
  const problems: Problem[] = []
  for (const { name, text } of texts)
    try {
      compiled.push(compileMapping(text, name, registry))
    } catch (thrown) {
      if (!(thrown instanceof ProblemsError)) throw thrown
      problems.push(...thrown.problems)
    }
  return { compiled, problems }
}

async function mappingFiles(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory)
  return names
    .filter(name => name.endsWith('.yaml'))
    .toSorted()
    .map(name => join(directory, name))
}

type Named = Pick<DocumentSchema, 'resource' | 'version'>

function isBetween(mapping: Mapping, from: Named, to: Named): boolean {
  return nameOf(mapping.from) === nameOf(from) && nameOf(mapping.to) === nameOf(to)
}

function nameOf({ resource, version }: Named): string {
  return `${resource}@${version}`
}
