/** The published schemas as they will be after an upgrade: one resource has a next version, and the one of today lives on. */
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { loadSchemas, type SchemaRegistry } from '../../src/contract/contract.ts'

export const projectFile = (path: string) => join(import.meta.dirname, '../..', path)

/** What the next version has beside what there is today. */
export const NEXT_VERSION = '1.2.0'
const NEXT_MEMBER = {
  batteryPercent: {
    type: 'integer',
    description: 'How full the battery of the radio is.',
    minimum: 0,
    maximum: 100,
    'x-sensitivity': 'operational',
  },
}

/**
 * @param kept whether the version of today still stands beside the next one
 * @returns the schemas, read from a folder that is gone when the test ends
 */
export function upgradedSchemas(kept: boolean): SchemaRegistry {
  const directory = mkdtempSync(join(tmpdir(), 'schemas-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  cpSync(projectFile('schemas'), directory, { recursive: true })
  const newest = join(directory, 'police/unitPosition.json')
  const today = readFileSync(newest, 'utf8')
  if (kept) renameSync(newest, join(directory, 'police/unitPosition@1.1.0.json'))
  const schema = JSON.parse(today.replaceAll('1.1.0', NEXT_VERSION))
  Object.assign(schema.properties, NEXT_MEMBER)
  writeFileSync(newest, JSON.stringify(schema))
  return loadSchemas(directory)
}
