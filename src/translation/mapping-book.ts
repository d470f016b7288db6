import { digestOf } from '../kit/kit.ts'
import type { Problem } from '../terms/terms.ts'
import type { Manner, Mapping } from './mapping.ts'
import { Report } from './report.ts'

/** The mappings by which a gateway makes what arrives right for its own systems. */
export interface MappingBook {
  /** The mapping from that version of a resource; undefined where there is none. */
  find(resource: string, version: string): Mapping | undefined
}

/** A document in the vocabulary that all agencies share means the same on both sides. */
const SHARED_VOCABULARY = 'joint.'

const SAME: Manner = { outcome: 'EXACT', rule: 'joint.same' }

/**
 * Files mappings by the version of the schema that they translate from, so that several versions of one resource can be under way.
 * A document of the shared vocabulary needs no mapping.
 *
 * @param compiled mappings and the files that they stand in
 * @returns the book, and a problem for each second mapping that would deliver the same version of the same resource
 */
export function makeMappingBook(compiled: readonly { readonly file: string; readonly mapping: Mapping }[]): {
  readonly book: MappingBook
  readonly problems: readonly Problem[]
} {
  const problems: Problem[] = []
  const bySource = new Map<string, Mapping>()
  for (const { file, mapping } of compiled) {
    if (!mapping.delivers) continue
    const key = keyOf(mapping.from.resource, mapping.from.version)
    const other = bySource.get(key)
    if (other === undefined) {
      bySource.set(key, mapping)
      continue
    }
    const says = `\`${key}\` is delivered by \`${other.id}\`; one of the two has to say \`delivers: false\``
    problems.push({ file, line: 0, column: 0, code: 'mapping-twice', says })
  }
  const book: MappingBook = {
    find(resource, version) {
      const key = keyOf(resource, version)
      const found = bySource.get(key)
      if (found !== undefined || !resource.startsWith(SHARED_VOCABULARY)) return found
      const same = sameWords(resource, version)
      bySource.set(key, same)
      return same
    },
  }
  return { book, problems }
}

function keyOf(resource: string, version: string): string {
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
      const report = new Report()
      report.add('', '', SAME)
      return { kind: 'translated', document, report }
    },
  }
}
