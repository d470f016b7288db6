import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SchemaRegistry } from '../../src/contract/contract.ts'
import { compileMapping, makeMappingBook } from '../../src/translation/translation.ts'

/**
 * As what a resource arrives on the other side, by the mappings in a folder; undefined where there is no translation for it, and
 * the other gateway has to refuse it by name.
 *
 * @param mappings the folder
 */
export function arrivingOf(
  schemas: SchemaRegistry,
  mappings: string,
): (resource: string) => string | undefined {
  const compiled = readdirSync(mappings).map(name => {
    const file = join(mappings, name)
    return { file, mapping: compileMapping(readFileSync(file, 'utf8'), file, schemas) }
  })
  const { book } = makeMappingBook(compiled, schemas)
  return resource => book.find(resource, schemas.get(resource)?.version ?? '')?.to.resource
}
