import t from 'tap'
import { checkHouse, lineCount, readHouse, type SourceFile } from './support/house.ts'
import { FLOORS, LONG_FILES, OPEN_ROOMS, SIBLINGS } from './support/plan.ts'

const house = readHouse()

void t.test('every arrow goes down and through a door, every library is at home', t => {
  t.ok(house.length > 100, 'the house was read')
  t.same(checkHouse(house), [])
  t.end()
})

void t.test('the plan names nothing that is not there', t => {
  const paths = new Set(house.map(file => file.path))
  const rooms = new Set(house.map(file => file.path.split('/')[1]))
  for (const { from, to } of SIBLINGS) {
    t.ok(rooms.has(from) && rooms.has(to), `${from} and ${to} are rooms`)
    t.equal(FLOORS.get(from), FLOORS.get(to), `${from} and ${to} are on one floor`)
  }
  for (const path of LONG_FILES.keys()) t.ok(paths.has(path), path)
  for (const room of rooms)
    if (!room?.endsWith('.ts') && !OPEN_ROOMS.has(room ?? ''))
      t.ok(paths.has(`src/${room}/${room}.ts`), `${room} has a door`)
  t.end()
})

void t.test('files of two ideas are told before they are too long', t => {
  const long = house.filter(file => lineCount(file.text) > 200)
  for (const file of long) t.comment(`${file.path}: ${lineCount(file.text)} lines`)
  t.pass(`${long.length} files are longer than 200 lines`)
  t.end()
})

/** A made-up house in good order; each case below spoils one file of it. */
const sound: readonly SourceFile[] = [
  { path: 'src/kit/kit.ts', text: `export { json } from './json.ts'` },
  { path: 'src/kit/json.ts', text: `import { hash } from 'node:crypto'\nexport const json = hash` },
  {
    path: 'src/ledger/ledger.ts',
    text: `import type { Json } from '../kit/kit.ts'\nexport type Leaf = Json`,
  },
  {
    path: 'src/policy/policy.ts',
    text: `import { parse } from '@bufbuild/cel'\nexport const policy = parse`,
  },
  { path: 'src/stores/stores.ts', text: `export { open } from './sqlite/store.ts'` },
  {
    path: 'src/stores/sqlite/store.ts',
    text: `import { Worker } from 'node:worker_threads'\nexport const open = () => new Worker(new URL('./thread.ts', import.meta.url))`,
  },
  {
    path: 'src/stores/sqlite/thread.ts',
    text: `import { DatabaseSync } from 'node:sqlite'\nexport { DatabaseSync }`,
  },
  {
    path: 'src/delivery/delivery.ts',
    text: `export const port = { process: 1 }\nexport const name = port.process`,
  },
  { path: 'src/main.ts', text: `import { serve } from './cli/serve.ts'\nserve(process.argv)` },
  { path: 'src/cli/serve.ts', text: `import { open } from '../stores/stores.ts'\nexport const serve = open` },
]

function spoilt(path: string, text: string): readonly string[] {
  return checkHouse([...sound.filter(file => file.path !== path), { path, text }])
}

const spoils: readonly (readonly [what: string, path: string, text: string, says: RegExp])[] = [
  [
    'an arrow turned round',
    'src/kit/json.ts',
    `import '../ledger/ledger.ts'`,
    /goes up \(floor 0 to floor 2\)/,
  ],
  [
    'a type that names a higher floor',
    'src/kit/json.ts',
    `import type { Leaf } from '../ledger/ledger.ts'`,
    /goes up/,
  ],
  ['a re-export of a higher floor', 'src/kit/json.ts', `export * from '../ledger/ledger.ts'`, /goes up/],
  [
    'an inline type import',
    'src/kit/json.ts',
    `export type L = import('../ledger/ledger.ts').Leaf`,
    /goes up/,
  ],
  ['a dynamic import', 'src/kit/json.ts', `export const l = () => import('../ledger/ledger.ts')`, /goes up/],
  [
    'a worker on a higher floor',
    'src/kit/json.ts',
    `new URL('../stores/stores.ts', import.meta.url)`,
    /goes up/,
  ],
  ['siblings that meet', 'src/ledger/ledger.ts', `import '../policy/policy.ts'`, /goes sideways on floor 2/],
  [
    'an allowed pair the other way',
    'src/delivery/delivery.ts',
    `import '../stores/stores.ts'`,
    /goes sideways/,
  ],
  [
    'a folder entered past its door',
    'src/ledger/ledger.ts',
    `import '../kit/json.ts'`,
    /past the door of `kit`/,
  ],
  ['a library away from home', 'src/ledger/ledger.ts', `import { Pool } from 'undici'`, /lives in links/],
  ['a scoped library away from home', 'src/ledger/ledger.ts', `import '@fastify/jwt'`, /lives in http/],
  [
    'a part of a library away from home',
    'src/ledger/ledger.ts',
    `import 'ajv/dist/2020.js'`,
    /lives in contract/,
  ],
  ['a built-in module away from home', 'src/ledger/ledger.ts', `import 'node:sqlite'`, /lives in stores/],
  ['a library without a home', 'src/ledger/ledger.ts', `import 'left-pad'`, /without a home/],
  ['a built-in module without its prefix', 'src/ledger/ledger.ts', `import 'fs'`, /without a home/],
  [
    'an import of nobody knows what',
    'src/kit/json.ts',
    `export const x = (name: string) => import(name)`,
    /when it runs/,
  ],
  ['an import that leads nowhere', 'src/kit/json.ts', `import './gone.ts'`, /no file of the house/],
  ['the process', 'src/kit/json.ts', `export const cwd = process.cwd()`, /touches `process`/],
  [
    'the process by the global object',
    'src/kit/json.ts',
    `export const e = globalThis.process.env`,
    /touches `process`/,
  ],
  [
    'the process by a computed name',
    'src/kit/json.ts',
    `export const e = globalThis['process']`,
    /touches `process`/,
  ],
  ['the process imported', 'src/kit/json.ts', `import { env } from 'node:process'`, /lives in no room/],
  ['a worker entry with the process', 'src/stores/sqlite/thread.ts', `process.exit(1)`, /touches `process`/],
  ['a default export', 'src/kit/json.ts', `export default 1`, /default export/],
  ['a default function', 'src/kit/json.ts', `export default function json() {}`, /default export/],
  ['a default by another name', 'src/kit/json.ts', `const a = 1\nexport { a as default }`, /default export/],
  ['a long file', 'src/kit/json.ts', 'export {}\n'.repeat(301), /longer than 300 lines/],
  ['a room that is not in the plan', 'src/attic/attic.ts', `export const a = 1`, /`attic` is on no floor/],
  [
    'an auditor who needs the house',
    'src/cli/audit-verify/verify.ts',
    `import '../../kit/kit.ts'`,
    /stands alone/,
  ],
]

void t.test('the check finds what it is for', t => {
  t.same(checkHouse(sound), [], 'the made-up house is in order')
  for (const [what, path, text, says] of spoils) {
    const found = spoilt(path, text)
    t.equal(found.length, 1, what)
    t.match(found[0] ?? 'nothing was found', says, what)
  }
  t.end()
})
