/**
 * The plan of the house as data: which room stands on which floor, who may meet whom on one floor and why, and where each
 * library lives. `house.ts` reads the code against it.
 */

/** A room is a folder of `src`, or a file that stands beside the folders. Arrows go to lower floors only. */
export const FLOORS: ReadonlyMap<string, number> = new Map([
  ['kit', 0],
  ['terms', 1],
  ['identity', 2],
  ['contract', 2],
  ['policy', 2],
  ['translation', 2],
  ['formats', 2],
  ['seal', 2],
  ['links', 2],
  ['ledger', 2],
  ['exchange', 3],
  ['delivery', 3],
  ['governance', 3],
  ['stores', 3],
  ['http', 4],
  ['console', 4],
  ['gateway', 5],
  ['config-text.ts', 4],
  ['config.ts', 5],
  ['config-template.ts', 5],
  ['start-up.ts', 5],
  ['ask.ts', 5],
  ['demo', 5],
  ['main.ts', 6],
  ['cli', 6],
])

/** The only arrows that stay on their floor. */
export const SIBLINGS: readonly { readonly from: string; readonly to: string; readonly reason: string }[] = [
  { from: 'stores', to: 'delivery', reason: 'a store names the port that it implements' },
  { from: 'stores', to: 'governance', reason: 'a store names the port that it implements' },
  { from: 'exchange', to: 'delivery', reason: 'the walks hand rows over in the words of the port' },
  { from: 'gateway', to: 'config.ts', reason: 'assembly builds what the configuration names' },
  { from: 'demo', to: 'config.ts', reason: 'the practice field reads what it has written as a gateway does' },
  { from: 'ask.ts', to: 'config.ts', reason: 'whoever asks a gateway finds it by its configuration' },
  { from: 'demo', to: 'gateway', reason: 'the practice field publishes the verifier keys of its ledgers' },
  { from: 'demo', to: 'ask.ts', reason: 'the practice field asks its gateways whether they are ready' },
  {
    from: 'demo',
    to: 'config-template.ts',
    reason: 'the practice field writes the configuration that init writes',
  },
  { from: 'main.ts', to: 'cli', reason: 'the edge of the process introduces the commands' },
]

/** Rooms without a door file: each file is an entrance of its own. */
export const OPEN_ROOMS: ReadonlyMap<string, string> = new Map([['cli', 'one file for each command']])

/** Library (a name, or a scope with `/*`) and the rooms that may know it. A library that is not here has no home. */
export const HOMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['ajv', ['contract']],
  ['ajv-formats', ['contract']],
  ['node-forge', ['seal']],
  ['undici', ['links']],
  ['fastify', ['http']],
  ['@fastify/*', ['http']],
  ['fastify-openapi-glue', ['http']],
  ['prom-client', ['http']],
  ['pino', ['http']],
  ['node:sqlite', ['stores']],
  ['node:worker_threads', ['stores', 'gateway']],
  ['node:child_process', ['demo']],
  ['node:process', []],
  ['node:vm', []],
  ['@bufbuild/*', ['policy']],
  ['fflate', ['policy']],
  ['saxes', ['kit']],
  ['commander', ['cli', 'main.ts']],
  ['yaml', ['policy', 'translation', 'contract', 'config-text.ts']],
])

/** The files that know their process: the program, and the verifier when it runs alone. */
export const PROCESS_EDGES: readonly string[] = ['src/main.ts', 'src/cli/audit-verify/main.ts']

export const MAX_LINES = 300

/** Files that may be longer, and why. */
export const LONG_FILES: ReadonlyMap<string, string> = new Map([
  ['src/contract/openapi-types.ts', 'it is generated from openapi.yaml'],
])

/** Folders whose files import only one another and what comes with Node, so that an auditor can copy them away and read them whole. */
export const STANDING_ALONE: readonly string[] = ['src/cli/audit-verify/']
