/** What may be said: document schemas, the interface contract, and the validators made from both. Home of ajv. */
export { type Api, DOORS, type DoorName, loadApi, OFFICER_WAITS_MS } from './api.ts'
export { type Checker, type Misfit, makeChecker } from './checker.ts'
export { describeSchema, type LeafDescription, type SchemaDescription } from './describe.ts'
export type { components, operations } from './openapi-types.ts'
export type { SchemaRegistry } from './registry.ts'
export { type Breach, type DocumentSchema, loadSchemas } from './schemas.ts'
