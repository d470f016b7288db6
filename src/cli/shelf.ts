import type { Command } from 'commander'
import type { Terminal } from './terminal.ts'

/**
 * Commands by the word that asks for them, in the order in which help lists them. What a command needs is read only when it is
 * asked for: a health check every half minute, or a proof on somebody else's machine, shall not load a gateway.
 */
export type Shelf = Readonly<
  Record<string, (terminal: Terminal, below: string | undefined) => Promise<Command>>
>

/**
 * Takes the command that the first word asks for, with the one that the second asks for below it. A word that names none takes
 * all, so that help, and whoever mistyped, sees them.
 *
 * @param words what stands behind the name of the program, or of the group of commands
 */
export async function takeFrom(
  shelf: Shelf,
  terminal: Terminal,
  [word, below]: readonly (string | undefined)[],
): Promise<Command[]> {
  const asked = word !== undefined && Object.hasOwn(shelf, word) ? [word] : Object.keys(shelf)
  return await Promise.all(asked.flatMap(name => shelf[name]?.(terminal, below) ?? []))
}
