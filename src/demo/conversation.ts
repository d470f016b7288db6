import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'
import { textAt } from './look.ts'
import { parseJson } from './practice-field.ts'

/** What a system of the practice field can be asked to do, by name. */
export type Acts = Readonly<Record<string, (asked: JsonObject) => Promise<Json>>>

/**
 * Lets a system be told what to do: one JSON line in (`{ id, act, … }`), one JSON line out (`{ id, result }` or `{ id, fault }`),
 * many at a time. Stands for the person at its screen.
 */
export async function obey(
  lines: AsyncIterable<string>,
  say: (line: string) => void,
  acts: Acts,
): Promise<void> {
  const working = new Set<Promise<void>>()
  for await (const line of lines) {
    const asked = parseJson(line)
    if (!isJsonObject(asked)) continue
    const work = answer(asked, acts).then(reply => say(JSON.stringify({ id: asked['id'] ?? null, ...reply })))
    working.add(work)
    void work.finally(() => working.delete(work))
  }
  await Promise.all(working)
}

async function answer(asked: JsonObject, acts: Acts): Promise<JsonObject> {
  const name = textAt(asked, 'act')
  const act = Object.hasOwn(acts, name) ? acts[name] : undefined
  if (act === undefined) return { fault: `cannot ${name}` }
  try {
    return { result: await act(asked) }
  } catch (fault) {
    return { fault: fault instanceof Error ? fault.message : 'fault' }
  }
}

/** The other end: asks a system in a process of its own. */
export interface Told {
  /** @throws Error with the system's own words where it could not do it */
  ask(act: string, asked?: JsonObject): Promise<Json>
}

export function tell(child: ChildProcess): Told {
  const { stdin, stdout } = child
  if (stdin === null || stdout === null) throw new Error('the system cannot be spoken to')
  const waiting = new Map<number, { done(value: Json): void; fail(fault: Error): void }>()
  let last = 0
  createInterface({ input: stdout }).on('line', line => {
    const reply = parseJson(line)
    if (!isJsonObject(reply)) return
    const asker = waiting.get(Number(reply['id']))
    waiting.delete(Number(reply['id']))
    if (typeof reply['fault'] === 'string') asker?.fail(new Error(reply['fault']))
    else asker?.done(reply['result'] ?? null)
  })
  child.once('exit', () => {
    for (const { fail } of waiting.values()) fail(new Error('the system has ended'))
  })
  return {
    ask: (act, asked = {}) =>
      new Promise((done, fail) => {
        const id = ++last
        waiting.set(id, { done, fail })
        stdin.write(`${JSON.stringify({ ...asked, id, act })}\n`)
      }),
  }
}
