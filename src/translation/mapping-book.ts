import { digestOf } from '../kit/kit.ts'
import type { Problem } from '../terms/terms.ts'
import { type Chain, chainsOf, type HubSchemas, isShared } from './chain.ts'
import type { CompiledMapping, Manner, Mapping } from './mapping.ts'
import { ListedReport } from './report.ts'

/** The mappings by which a gateway makes what arrives right for its own systems. */
export interface MappingBook {
  /** The mapping, or the chain of two, from that version of a resource; undefined where there is none. */
  find(resource: string, version: string): Mapping | undefined
}

/** A mapping and the file that it stands in. */
interface MappingFile {
  readonly file: string
  readonly mapping: CompiledMapping
}

const SAME: Manner = { outcome: 'EXACT', rule: 'joint.same' }

/**
 * Files mappings by the version of the schema that they translate from, so that several versions of one resource can be under way.
 * A mapping that delivers comes first; where there is none, a chain of two mappings through the shared vocabulary, in which also
 * those take part that do not deliver. A document of the shared vocabulary needs no mapping.
 *
 * @param compiled mappings and the files that they stand in
 * @param schemas by which chains judge the document between their two mappings
 * @returns the book, and a problem for each second mapping or chain that would deliver the same version of the same resource, and
 *   for each resource whose only chains have two versions of a schema in the middle
 */
export function makeMappingBook(
  compiled: readonly MappingFile[],
  schemas: HubSchemas,
): {
  readonly book: MappingBook
  readonly problems: readonly Problem[]
} {
  const problems: Problem[] = []
  const bySource = new Map<string, Mapping>()
  fileDirect(bySource, compiled, problems)
  fileChains(bySource, { compiled, schemas }, problems)
  const book: MappingBook = {
    find(resource, version) {
      const key = keyOf({ resource, version })
      const found = bySource.get(key)
      if (found !== undefined || !isShared(resource)) return found
      const same = sameWords(resource, version)
      bySource.set(key, same)
      return same
    },
  }
  return { book, problems }
}

function fileDirect(
  bySource: Map<string, Mapping>,
  compiled: readonly MappingFile[],
  problems: Problem[],
): void {
  for (const { file, mapping } of compiled) {
    if (!mapping.delivers) continue
    const key = keyOf(mapping.from)
    const other = bySource.get(key)
    if (other === undefined) {
      bySource.set(key, mapping)
      continue
    }
    const says = `\`${key}\` is delivered by \`${other.id}\`; one of the two has to say \`delivers: false\``
    problems.push({ file, line: 0, column: 0, code: 'mapping-twice', says })
  }
}

/** Chains from where nothing delivers. */
function fileChains(
  bySource: Map<string, Mapping>,
  { compiled, schemas }: { compiled: readonly MappingFile[]; schemas: HubSchemas },
  problems: Problem[],
): void {
  const { chains, gaps } = chainsOf(
    compiled.map(({ mapping }) => mapping),
    schemas,
  )
  const complain = ({ first }: Pick<Chain, 'first'>, code: string, says: string) => {
    const file = compiled.find(({ mapping }) => mapping === first)?.file ?? ''
    problems.push({ file, line: 0, column: 0, code, says })
  }
  const byChain = new Map<string, Mapping>()
  for (const chain of chains) {
    const key = keyOf(chain.mapping.from)
    if (bySource.has(key)) continue
    const other = byChain.get(key)
    if (other === undefined) byChain.set(key, chain.mapping)
    else
      complain(
        chain,
        'mapping-twice',
        `\`${key}\` has two chains, \`${other.id}\` and \`${chain.mapping.id}\`; it needs a mapping of its own, or one file less`,
      )
  }
  for (const [key, mapping] of byChain) bySource.set(key, mapping)
  for (const gap of gaps) {
    const { first, second } = gap
    const key = keyOf(first.from)
    if (bySource.has(key)) continue
    const says = `\`${key}\` has no chain: \`${first.id}\` makes \`${keyOf(first.to)}\`, and \`${second.id}\` reads \`${keyOf(second.from)}\``
    complain(gap, 'chain-version', says)
  }
}

function keyOf({ resource, version }: Mapping['from']): string {
  return `${resource} ${version}`
}

function sameWords(resource: string, version: string): Mapping {
  const id = `${resource}.as-it-is`
  return {
    id,
    digest: digestOf(`${id} ${version}`),
    from: { resource, version },
    to: { resource, version },
    delivers: true,
    translate: document => {
      const report = new ListedReport()
      report.add('', '', SAME)
      return { kind: 'translated', document, report }
    },
  }
}
