/**
 * What is shared, in the formats that armies and control rooms read already: Cursor on Target, GeoJSON, EDXL-RM. A format is
 * another way of writing a document of ours; it adds nothing to it, and never looks more exact than it is.
 */
export type { FormatLoss, MutualAid } from './edxl-rm.ts'
export { type EdxlRmReading, readEdxlRm } from './edxl-rm-read.ts'
export {
  FORMAT_NAMES,
  type Format,
  type FormatName,
  type FormatParts,
  formatsOf,
  type Shown,
  type Written,
} from './format.ts'
export type { FindSquare, GridSquare } from './place.ts'
