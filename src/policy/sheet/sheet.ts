/** Tables of agreements as spreadsheets: read from untrusted bytes, written plainly. Home of fflate and saxes. */
export { exportSheet } from './export.ts'
export { type ImportedSheet, importSheet, type SheetImport } from './import.ts'
