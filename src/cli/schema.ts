import { resolve } from 'node:path'
import { Command } from 'commander'
import {
  type DocumentSchema,
  describeSchema,
  loadSchemas,
  type SchemaRegistry,
} from '../contract/contract.ts'
import { counted, houseSchemas } from './agreement-desk.ts'
import { tableLines } from './table.ts'
import type { Terminal } from './terminal.ts'

interface SchemaOptions {
  readonly schemas: string
  readonly json: boolean
}

/** `concordat schema`: the published document schemas, for people and programs. */
export function schemaCommand(terminal: Terminal): Command {
  const schema = new Command('schema').description(
    'show the document schemas: what may be said, item by item',
  )
  schema
    .command('list')
    .description('every schema that lives, with its version and digest; newest version first')
    .option('--schemas <directory>', 'where the document schemas are', houseSchemas)
    .option('--json', 'answer in JSON', false)
    .action((options: SchemaOptions) => {
      const all = inOrder(loadSchemas(resolve(terminal.cwd, options.schemas)))
      if (options.json) terminal.out(JSON.stringify(all.map(summaryOf), null, 2))
      else for (const line of listLines(all)) terminal.out(line)
    })
  schema
    .command('show')
    .description('one schema as a table: what each item holds, its unit, its sensitivity, its meaning')
    .argument('<resource>', 'such as police.operation, or police.operation@1.0.0 (default: the newest)')
    .option('--schemas <directory>', 'where the document schemas are', houseSchemas)
    .option('--json', 'print the schema itself (JSON Schema 2020-12)', false)
    .action((resource: string, { schemas, json }: SchemaOptions) => {
      const registry = loadSchemas(resolve(terminal.cwd, schemas))
      const found = findSchema(registry, resource)
      if (typeof found === 'string') {
        terminal.err(found)
        return terminal.end(2)
      }
      if (json) terminal.out(JSON.stringify(found.source, null, 2))
      else for (const line of showLines(found, registry)) terminal.out(line)
    })
  return schema
}

/** `resource` or `resource@version` as people write it; or why there is no such schema. */
export function findSchema(registry: SchemaRegistry, named: string): DocumentSchema | string {
  const [resource = '', version] = named.split('@')
  const found = registry.get(resource, version)
  if (found) return found
  const versions = registry.versionsOf(resource)
  if (versions.length > 0) return `${resource} has no version ${version}; it has ${versions.join(', ')}`
  return `there is no schema ${resource}; there are ${[...registry.keys()].toSorted().join(', ')}`
}

/** By name; of one resource newest first, as the registry has it. */
function inOrder(registry: SchemaRegistry): readonly DocumentSchema[] {
  return [...registry.values()].toSorted((one, other) =>
    one.resource === other.resource ? 0 : one.resource < other.resource ? -1 : 1,
  )
}

interface Summary {
  readonly resource: string
  readonly version: string
  readonly vocabulary: string
  readonly title: string
  readonly leaves: number
  readonly digest: string
}

function summaryOf(schema: DocumentSchema): Summary {
  const { resource, version, catalogue } = schema
  const { title } = describeSchema(schema)
  const vocabulary = resource.split('.')[0] ?? ''
  return { resource, version, vocabulary, title, leaves: catalogue.leaves.size, digest: catalogue.digest }
}

function listLines(schemas: readonly DocumentSchema[]): readonly string[] {
  const rows = schemas.map(summaryOf).map(({ leaves, ...rest }) => ({ ...rest, leaves: String(leaves) }))
  const head = ['resource', 'version', 'vocabulary', 'title', 'items', 'digest']
  return tableLines([
    head,
    ...rows.map(({ resource, version, vocabulary, title, leaves, digest }) => [
      resource,
      version,
      vocabulary,
      title,
      leaves,
      digest,
    ]),
  ])
}

function showLines(schema: DocumentSchema, registry: SchemaRegistry): readonly string[] {
  const { resource, version, catalogue, orderBy, subject } = schema
  const { title, description, leaves, lists } = describeSchema(schema)
  const others = registry.versionsOf(resource).filter(one => one !== version)
  const rows = leaves.map(
    ({ path, holds, unit = '', sensitivity, control, required, description: meaning }) => [
      required ? `${path} *` : path,
      holds,
      unit,
      sensitivity,
      control ? 'yes' : '',
      meaning,
    ],
  )
  return [
    `${resource} ${version}: ${title}`,
    description,
    catalogue.digest,
    `ordered by ${orderBy}; about ${subject}; ${counted(leaves.length, 'item')}${others.length > 0 ? `; other versions: ${others.join(', ')}` : ''}`,
    '',
    ...tableLines([['item', 'holds', 'unit', 'kind', 'conditions', 'meaning'], ...rows]),
    '',
    ...(lists.length === 0
      ? []
      : [`lists: ${lists.map(({ path, most }) => `${path} up to ${most}`).join(', ')}`]),
    '* every document has it; conditions: agreements may ask for its value',
  ]
}
