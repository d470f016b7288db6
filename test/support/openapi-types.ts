import { fileURLToPath } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'

export const contractFile = new URL('../../openapi.yaml', import.meta.url)
export const typesFile = fileURLToPath(new URL('../../src/contract/openapi-types.ts', import.meta.url))

/** The types of the contract as openapi-typescript words them; the parity test compares them with the file in `src`. */
export async function generateTypes(): Promise<string> {
  const ast = await openapiTS(contractFile)
  return `/** Generated from openapi.yaml by \`npm run types\`. Do not edit. */\n${astToString(ast)}`
}
