import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Ports that are nobody else's until they are let go of. */
export interface ClaimedPorts extends AsyncDisposable {
  readonly ports: readonly number[]
}

const FIRST_PORT = 10_000
const BLOCK = 8
const BLOCKS = 2_500

/**
 * Claims ports below those that the system hands out by itself, so that no other connection takes one while its gateway is
 * down, and by a file that tests in other processes see, so that two of them never take the same.
 *
 * @param count at most eight
 */
export async function claimPorts(count: number): Promise<ClaimedPorts> {
  const claims = join(tmpdir(), 'concordat-ports')
  await mkdir(claims, { recursive: true })
  for (let step = 0; step < BLOCKS; step++) {
    const block = (process.pid + step) % BLOCKS
    const claim = join(claims, String(block))
    if (!(await take(claim))) continue
    const first = FIRST_PORT + block * BLOCK
    const ports = Array.from({ length: count }, (_, index) => first + index)
    const free = await Promise.all(ports.map(isFree))
    if (free.every(Boolean)) return { ports, [Symbol.asyncDispose]: () => rm(claim, { force: true }) }
    await rm(claim, { force: true })
  }
  throw new Error('there are no free ports')
}

/** Makes the file with our process id in it; one of a process that is gone does not count. */
async function take(claim: string): Promise<boolean> {
  try {
    await writeFile(claim, String(process.pid), { flag: 'wx' })
    return true
  } catch {
    const holder = Number(await readFile(claim, 'utf8').catch(() => ''))
    if (holder === 0 || isAlive(holder)) return false
    await rm(claim, { force: true })
    return false
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise(done => {
    const server = createServer()
    server.once('error', () => done(false))
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)))
  })
}
