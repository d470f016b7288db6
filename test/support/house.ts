import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path/posix'
import { fileURLToPath } from 'node:url'
import { type Reach, reachesOf } from './imports.ts'
import {
  FLOORS,
  HOMES,
  LONG_FILES,
  MAX_LINES,
  OPEN_ROOMS,
  PROCESS_EDGES,
  SIBLINGS,
  STANDING_ALONE,
} from './plan.ts'

/** A source file; its path begins with `src/`. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Every TypeScript file of `src`. */
export function readHouse(): readonly SourceFile[] {
  return globSync('src/**/*.ts', { cwd: root })
    .map(path => path.replaceAll('\\', '/'))
    .sort()
    .map(path => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

/** Everything in these files that is not as the plan of the house has it: `path:line what is wrong`, one line each. */
export function checkHouse(files: readonly SourceFile[]): readonly string[] {
  const paths = new Set(files.map(file => file.path))
  return files.flatMap(file => {
    const reaches = reachesOf(file.path, file.text)
    const found = reaches.flatMap(reach => {
      const says = judge(file.path, reach, paths)
      return says === undefined ? [] : [`${file.path}:${reach.line} ${says}`]
    })
    return [...found, ...checkFile(file)]
  })
}

function checkFile({ path, text }: SourceFile): readonly string[] {
  const lines = lineCount(text)
  const found: string[] = []
  if (!FLOORS.has(roomOf(path))) found.push(`${path}:1 \`${roomOf(path)}\` is on no floor of the plan`)
  if (lines > MAX_LINES && !LONG_FILES.has(path))
    found.push(`${path}:${lines} is longer than ${MAX_LINES} lines`)
  return found
}

export function lineCount(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
}

function judge(path: string, reach: Reach, paths: ReadonlySet<string>): string | undefined {
  switch (reach.kind) {
    case 'unknown-import':
      return 'imports something that is only known when it runs'
    case 'process':
      return PROCESS_EDGES.includes(path)
        ? undefined
        : `touches \`process\`, which only ${PROCESS_EDGES[0]} may`
    case 'default-export':
      return path.endsWith('.d.ts') ? undefined : 'has a default export'
    case 'import':
      return reach.target.startsWith('.')
        ? judgeArrow(path, normalize(join(dirname(path), reach.target)), paths)
        : judgeLibrary(path, reach.target)
  }
}

function judgeArrow(from: string, to: string, paths: ReadonlySet<string>): string | undefined {
  if (!paths.has(to)) return `imports \`${to}\`, which is no file of the house`
  const apart = standsAlone(from)
  if (apart !== undefined && !to.startsWith(apart)) return `imports \`${to}\`, although it stands alone`
  const [here, there] = [roomOf(from), roomOf(to)]
  if (here === there) return undefined
  const [own, other] = [FLOORS.get(here) ?? -1, FLOORS.get(there) ?? 99]
  if (other > own) return `imports \`${to}\`: an arrow that goes up (floor ${own} to floor ${other})`
  if (other === own && !SIBLINGS.some(pair => pair.from === here && pair.to === there))
    return `imports \`${to}\`: an arrow that goes sideways on floor ${own}`
  return isEntrance(to) ? undefined : `imports \`${to}\`, past the door of \`${there}\``
}

/** The folder that a file stands alone with, undefined where it does not. */
function standsAlone(path: string): string | undefined {
  return STANDING_ALONE.find(folder => path.startsWith(folder))
}

function isEntrance(path: string): boolean {
  const room = roomOf(path)
  return room.endsWith('.ts') || OPEN_ROOMS.has(room) || path === `src/${room}/${room}.ts`
}

function judgeLibrary(path: string, target: string): string | undefined {
  const name = libraryOf(target)
  const homes = HOMES.get(name) ?? HOMES.get(`${name.split('/')[0]}/*`)
  const isNode = target.startsWith('node:')
  if (!isNode && standsAlone(path) !== undefined) return `imports \`${name}\`, although it stands alone`
  if (homes === undefined)
    return isNode ? undefined : `imports \`${name}\`, a library without a home in the plan`
  return homes.includes(roomOf(path))
    ? undefined
    : `imports \`${name}\`, which lives in ${homes.join(', ') || 'no room'}`
}

/** `ajv/dist/2020.js` → `ajv`; `@fastify/jwt/x` → `@fastify/jwt`; `node:fs/promises` stays. */
function libraryOf(target: string): string {
  if (target.startsWith('node:')) return target
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')
}

/** `src/seal/keys.ts` → `seal`; `src/config.ts` → `config.ts`. */
function roomOf(path: string): string {
  return path.split('/')[1] ?? ''
}
