import type { Catalogue, Problem } from '../terms/terms.ts'
import type { DocumentSchema } from './schemas.ts'

/** The schemas that live at the same time: of each resource the newest version, and older ones that agreements still name. */
export interface SchemaRegistry {
  /** That version; the newest where none is named. */
  get(resource: string, version?: string): DocumentSchema | undefined
  /** The same, as what agreements and mappings are written against. */
  catalogueOf(resource: string, version?: string): Catalogue | undefined
  /** Newest first; none for a resource that is unknown. */
  versionsOf(resource: string): readonly string[]
  /** The names of the resources. */
  keys(): Iterable<string>
  /** Every version of every resource. */
  values(): Iterable<DocumentSchema>
}

/** A schema that has been read, and the version in the name of its file, where one stands there. */
export interface Published {
  readonly schema: DocumentSchema
  readonly file: string
  readonly filedAs: string | undefined
}

/**
 * Files schemas by resource and version.
 *
 * @returns the registry and every file whose name says something else than what is in it: one that names another version, an older
 *   version without a newest one or that is not older, a version that is there twice
 */
export function makeRegistry(published: readonly Published[]): {
  readonly registry: SchemaRegistry
  readonly problems: readonly Problem[]
} {
  const problems: Problem[] = []
  const byResource = new Map<string, ReadonlyMap<string, DocumentSchema>>()
  for (const [resource, versions] of Map.groupBy(published, ({ schema }) => schema.resource)) {
    problems.push(...misfiled(versions))
    const newestFirst = versions
      .map(({ schema }) => schema)
      .toSorted((one, other) => compareVersions(other.version, one.version))
    byResource.set(resource, new Map(newestFirst.map(schema => [schema.version, schema])))
  }
  const get: SchemaRegistry['get'] = (resource, version) => {
    const versions = byResource.get(resource)
    return version === undefined ? versions?.values().next().value : versions?.get(version)
  }
  const registry: SchemaRegistry = {
    get,
    catalogueOf: (resource, version) => get(resource, version)?.catalogue,
    versionsOf: resource => [...(byResource.get(resource)?.keys() ?? [])],
    keys: () => byResource.keys(),
    values: () => [...byResource.values()].flatMap(versions => [...versions.values()]),
  }
  return { registry, problems }
}

/** What is wrong with the files of one resource. */
function misfiled(versions: readonly Published[]): readonly Problem[] {
  const problems: Problem[] = []
  const complain = ({ file }: Published, code: string, says: string) =>
    problems.push({ file, line: 0, column: 0, code, says })
  const [newest, ...others] = versions.filter(({ filedAs }) => filedAs === undefined)
  for (const other of others) {
    const says = `\`${other.schema.resource}\` has a schema already; an older version names itself: \`name@1.0.0.json\``
    complain(other, 'schema-twice', says)
  }
  const seen = new Set(newest && [newest.schema.version])
  for (const older of versions) {
    const { filedAs, schema } = older
    if (filedAs === undefined) continue
    if (filedAs !== schema.version) complain(older, 'schema-version', `holds version \`${schema.version}\``)
    if (seen.has(schema.version))
      complain(older, 'schema-twice', `\`${schema.resource}\` has a version \`${schema.version}\` already`)
    seen.add(schema.version)
    if (newest === undefined)
      complain(older, 'schema-version', `there is no newest version of \`${schema.resource}\` beside it`)
    else if (compareVersions(schema.version, newest.schema.version) > 0)
      complain(older, 'schema-version', `is not older than \`${newest.schema.version}\`, the newest`)
  }
  return problems
}

/** Below zero where the first one is older. Both are three numbers with dots between them. */
function compareVersions(one: string, other: string): number {
  const [a, b] = [one, other].map(version => version.split('.').map(Number))
  const differences = (a ?? []).map((part, index) => part - (b?.[index] ?? 0))
  return differences.find(difference => difference !== 0) ?? 0
}
