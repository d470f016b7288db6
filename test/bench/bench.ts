/**
 * What an exchange costs, side by side with two blind proxy hops in the same run: `npm run bench`, or with `--json` for machines.
 * It asserts no time; it fails where the run itself failed or an exchange that was answered is not delivered.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measurePath } from './path.ts'
import { measurePolicy } from './policy.ts'
import { measureRegister } from './register.ts'
import { measureSteps } from './steps.ts'
import { measureStore } from './store.ts'
import { printTables } from './tables.ts'
import { measureTranslation } from './translation.ts'

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    /** Of each round. */
    seconds: { type: 'string', default: '4' },
    /** For each number of connections. */
    rounds: { type: 'string', default: '3' },
    /** Writes CPU profiles of both gateways into this folder. */
    profile: { type: 'string' },
    /** Only `path`, `steps`, `policy`, `translation` or `store`; or `register`, which takes minutes and runs only so. */
    only: { type: 'string' },
    /** In the ledger whose register is asked. */
    exchanges: { type: 'string', default: '1000000' },
  },
})

const directory = mkdtempSync(join(tmpdir(), 'concordat-bench-'))
const wanted = (part: string) => options.only === undefined || options.only === part
const path = wanted('path')
  ? await measurePath({
      directory,
      connections: [16, 64],
      milliseconds: Number(options.seconds) * 1_000,
      rounds: Number(options.rounds),
      node: options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profile}`],
    })
  : undefined
const steps = wanted('steps') ? measureSteps() : undefined
const policy = wanted('policy') ? measurePolicy() : undefined
const translation = wanted('translation') ? await measureTranslation() : undefined
const store = wanted('store') ? await measureStore(join(directory, 'store')) : undefined
const register =
  options.only === 'register'
    ? await measureRegister(join(directory, 'register'), Number(options.exchanges))
    : undefined
const figures = { path, steps, policy, translation, store, register }
console.log(options.json ? JSON.stringify(figures, null, 2) : printTables(figures))
// Where the run has failed, its stores and logs stay to be looked at.
if (path !== undefined && path.missing > 0) process.exitCode = 1
else rmSync(directory, { recursive: true, force: true })
