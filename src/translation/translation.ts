/**
 * How it is said there: declarative mappings from one schema to another, compiled to functions, with an honest report of what was
 * lost on the way. Policy has been applied before; what it took away is never spoken of here.
 */
export { type Chain, chainsOf, type HubSchemas } from './chain.ts'
export { compileMapping, type TranslationParts } from './compile.ts'
export { type Point, squareOf } from './grid.ts'
export type {
  CompiledMapping,
  LossError,
  LossOutcome,
  Manner,
  Mapping,
  ReportLine,
  Translation,
  TranslationContext,
} from './mapping.ts'
export { type MappingBook, makeMappingBook } from './mapping-book.ts'
export { squareOfReference } from './mgrs-reference.ts'
export { lettersNamed, momentNamed, squareNamed } from './named.ts'
export { type KeptReport, type Report, readReport } from './report.ts'
