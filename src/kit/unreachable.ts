/** Ends every switch over a closed union: a kind that was forgotten is a compile error, a forged one is a fault. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
