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
 * Gives a group the command that the first word asks for, with the one that the second asks for below it. A word that names none
 * gives it all, so that help, and whoever mistyped, sees them.
 *
 * @param words what stands behind the name of the group
 * @returns the group
 */
export async function addFrom(
  shelf: Shelf,
  group: Command,
  terminal: Terminal,
  [word, below]: readonly (string | undefined)[],
): Promise<Command> {
  const asked = word !== undefined && Object.hasOwn(shelf, word) ? [word] : Object.keys(shelf)
  const made = await Promise.all(asked.flatMap(name => shelf[name]?.(terminal, below) ?? []))
  for (const command of made) group.addCommand(command)
  return group
}
