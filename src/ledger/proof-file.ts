/** A proof that one leaf is in a log, and what it is checked against. */
export interface LeafProof {
  readonly index: number
  /** The leaf as it was recorded. It goes into the file beside the proof, so that the file is all that anybody needs. */
  readonly leaf: string
  readonly hashes: readonly Uint8Array[]
  /** The signed note, with the lines of witnesses. */
  readonly checkpoint: string
}

/** The text of a `.tlog-proof` file (C2SP tlog-proof); the leaf is its extra data. */
export function printProof({ index, leaf, hashes, checkpoint }: LeafProof): string {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  const lines = [
    'c2sp.org/tlog-proof@v1',
    `extra ${base64(Buffer.from(leaf))}`,
    `index ${index}`,
    ...hashes.map(base64),
  ]
  return `${lines.join('\n')}\n\n${checkpoint}`
}
