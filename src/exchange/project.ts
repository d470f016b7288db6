import { createHmac, type KeyObject } from 'node:crypto'
import { type Clock, type Digest, digestOf, type Json, makeSalt } from '../kit/kit.ts'
import type { Tally } from '../policy/policy.ts'
import { printLine, printManifest } from '../seal/seal.ts'
import type { AgencyId } from '../terms/terms.ts'
import type { Verdict } from './decide.ts'
import type { Valid } from './validate.ts'

const cut: unique symbol = Symbol('projected')

/** What may be shown, printed once: the line that travels and the manifest that names it. */
export interface Projected {
  readonly [cut]: true
  readonly id: string
  readonly to: AgencyId
  readonly lane: string
  readonly line: string
  readonly digest: Digest
  readonly manifest: string
  readonly tally: Tally
  readonly expiresAt: number
}

/** A lane's name tells the receiver nothing: the ordering key may be withheld from it. */
function laneOf(key: KeyObject, to: AgencyId, resource: string, orderedBy: Json | undefined): string {
  const named = typeof orderedBy === 'string' || typeof orderedBy === 'number'
  const tag = createHmac('sha256', key).update(`${to}\u0000${resource}\u0000${named ? orderedBy : ''}`)
  return tag.digest('base64url').slice(0, 22)
}

/**
 * Room *project*. In: a verdict and the document it is about. Out: a Projected. Refuses nothing: what may not be shown is
 * simply not there.
 */
export function makeProject(parts: {
  readonly clock: Clock
  readonly laneKey: KeyObject
  readonly timeToLiveMs: number
}): (id: string, valid: Valid, verdict: Verdict) => Projected {
  return (id, { order, schema, label }, { agreement, release }) => {
    const { document, tally } = agreement.project(release)
    const line = printLine(makeSalt(), JSON.stringify(document))
    const bytes = Buffer.byteLength(line)
    const digest = digestOf(line)
    const { orderedBy } = schema.namesIn(order.document)
    const lane = laneOf(parts.laneKey, order.to, order.resource, orderedBy)
    const expiresAt = parts.clock.now() + parts.timeToLiveMs
    const { purpose, resource, precedence, inReplyTo } = order
    const { version } = schema
    const manifest = printManifest({
      id,
      lane,
      agreement: agreement.digest,
      purpose,
      resource,
      version,
      label,
      precedence,
      bytes,
      sha256: digest,
      expiresAt,
      inReplyTo,
    })
    return { [cut]: true, id, to: order.to, lane, line, digest, manifest, tally, expiresAt }
  }
}
