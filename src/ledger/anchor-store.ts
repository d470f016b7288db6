/** The port behind anchors: what others, who have no part in the exchange, have said of our checkpoints. */
export interface AnchorStore {
  /**
   * Keeps an anchor of a checkpoint, with a leaf in the log that grows; both durable when it resolves. One more of the same size
   * and kind rejects and has no effect.
   *
   * @param log whose checkpoint it is, by its number, counted from 1; without it the log that grows
   */
  saveAnchor(anchor: Anchor, leaf: string, log?: number): Promise<void>

  /** The anchor over the most leaves; undefined before the first. Without a number: of the log that grows. */
  lastAnchor(log?: number): Promise<Anchor | undefined>

  /** All anchors of the log that grows, in rising size. */
  anchors(): Promise<readonly Anchor[]>
}

export interface Anchor {
  /** How many leaves the checkpoint covers. */
  readonly size: number
  /** `rfc3161`: a TimeStampResp over the SHA-256 of the note as the log has signed it. */
  readonly kind: 'rfc3161'
  /** DER, as it came. */
  readonly token: Uint8Array
  /** The time in the token, ms. */
  readonly at: number
}
