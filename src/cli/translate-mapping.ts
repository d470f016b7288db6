import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { DocumentSchema, SchemaRegistry } from '../contract/contract.ts'
import { type Problem, ProblemsError } from '../terms/terms.ts'
import { compileMapping, type Mapping } from '../translation/translation.ts'
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
  readonly mappings: string
}

/**
 * The mapping between two versions of two schemas.
 *
 * @throws Stop where there is none, ProblemsError where the file that holds it cannot be used
 */
export async function findMapping(terminal: Terminal, wanted: Wanted): Promise<Mapping> {
  const { registry, from, to, mapping: file } = wanted
  const directory = resolve(terminal.cwd, wanted.mappings)
  const names = file === undefined ? await mappingFiles(directory) : [resolve(terminal.cwd, file)]
  const texts = await Promise.all(names.map(async name => ({ name, text: await readFile(name, 'utf8') })))
  const near = texts.filter(({ text }) => text.includes(from.resource) && text.includes(to.resource))
  const { compiled, problems } = compileAll(near, registry)
  const found = compiled.find(one => isBetween(one, from, to))
  if (found) return found
  if (problems.length > 0) throw new ProblemsError(problems)
  const all = compileAll(texts, registry)
  if (all.problems.length > 0) throw new ProblemsError(all.problems)
  const known = all.compiled.map(one => `\n  ${nameOf(one.from)} to ${nameOf(one.to)}`)
  const list = known.length === 0 ? ' none' : known.join('')
  throw new Stop(2, `there is no mapping from ${nameOf(from)} to ${nameOf(to)}; there are${list}`)
}

function compileAll(
  texts: readonly { readonly name: string; readonly text: string }[],
  registry: SchemaRegistry,
): { readonly compiled: readonly Mapping[]; readonly problems: readonly Problem[] } {
  const compiled: Mapping[] = []
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
