import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { type DocumentSchema, loadSchemas } from '../../src/contract/contract.ts'
import type { JsonObject } from '../../src/kit/kit.ts'

/** A small schema in good order, with some of its members replaced. */
export function schemaWith(properties: JsonObject, change: JsonObject = {}): JsonObject {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:test:police.note:1.0.0',
    'x-resource': 'police.note',
    'x-version': '1.0.0',
    'x-order-by': 'id',
    'x-subject': 'id',
    type: 'object',
    additionalProperties: false,
    required: ['id'],
    properties: {
      id: { type: 'string', 'x-type': 'id', 'x-sensitivity': 'operational', 'x-control': true },
      ...properties,
    },
    ...change,
  }
}

/** Writes each schema (or text) into a vocabulary of its own folder and loads them. */
export function load(...schemas: readonly (JsonObject | string)[]): ReturnType<typeof loadSchemas> {
  const directory = mkdtempSync(join(tmpdir(), 'schemas-'))
  t.teardown(() => import('node:fs/promises').then(({ rm }) => rm(directory, { recursive: true })))
  mkdirSync(join(directory, 'police'))
  for (const [index, schema] of schemas.entries())
    writeFileSync(
      join(directory, 'police', `${index}.json`),
      typeof schema === 'string' ? schema : JSON.stringify(schema),
    )
  writeFileSync(join(directory, 'police', 'README.md'), 'not a schema')
  return loadSchemas(directory)
}

/** The schema of {@link schemaWith}, once it is loaded. */
export function only(registry: ReturnType<typeof loadSchemas>): DocumentSchema {
  const schema = registry.get('police.note')
  if (schema === undefined) throw new Error('the schema was not read')
  return schema
}
