import { digestOf, type JsonObject } from '../kit/kit.ts'
import type { Violation } from '../terms/terms.ts'
import { makeJoin } from './chain-report.ts'
import type { CompiledMapping, Mapping } from './mapping.ts'

/** The vocabulary that all agencies share, and through which the vocabularies of two agencies meet. */
const HUB = 'joint'

/** Two mappings fused to one: from the vocabulary of one agency to the hub, and on to that of another one. */
export interface Chain {
  readonly first: CompiledMapping
  readonly second: CompiledMapping
  readonly mapping: Mapping
}

/** Where a chain finds the schemas of the hub, by which it judges what nobody else ever sees. */
export interface HubSchemas {
  get(resource: string, version: string): { check(document: JsonObject): Violation | undefined } | undefined
}

/** Two mappings that would be a chain if they spoke of one version of the schema between them. */
export type Gap = Omit<Chain, 'mapping'>

/** True for a resource of the shared vocabulary, which means the same on both sides. */
export function isShared(resource: string): boolean {
  return vocabularyOf(resource) === HUB
}

/**
 * All chains through the hub, of exactly two mappings each: `police.X → joint.Y → army.Z`, never back into the vocabulary that it
 * came from. Every mapping can be a step, whether it delivers or not; its versions count.
 *
 * A chain stops with the rule `<hub resource>.invalid` where its first step makes a document that the schema of the hub refuses: the
 * second one was written for documents that meet it, and would make something of any other one too.
 */
export function chainsOf(
  mappings: readonly CompiledMapping[],
  schemas: HubSchemas,
): {
  readonly chains: readonly Chain[]
  readonly gaps: readonly Gap[]
} {
  const pairs = mappings.flatMap(first =>
    mappings.filter(second => isPassage(first, second)).map(second => ({ first, second })),
  )
  const chains = pairs.filter(meet).map(pair => ({ ...pair, mapping: fuse(pair, schemas) }))
  return { chains, gaps: pairs.filter(pair => !meet(pair)) }
}

function isPassage({ from, to }: Mapping, next: Mapping): boolean {
  const [start, end] = [vocabularyOf(from.resource), vocabularyOf(next.to.resource)]
  return (
    isShared(to.resource) &&
    to.resource === next.from.resource &&
    start !== end &&
    ![start, end].includes(HUB)
  )
}

function meet({ first, second }: Gap): boolean {
  return first.to.version === second.from.version
}

/** Everything that can be known before a document comes is worked out here; a translation runs both and joins their reports. */
function fuse({ first, second }: Gap, schemas: HubSchemas): Mapping {
  const { resource, version } = first.to
  const schema = schemas.get(resource, version)
  const invalid = { kind: 'blocked', rule: `${resource}.invalid`, path: '' } as const
  const join = makeJoin(first.origins, second.origins)
  return {
    id: `${first.id}+${second.id}`,
    digest: digestOf(`${first.digest}\n${second.digest}`),
    from: first.from,
    to: second.to,
    delivers: true,
    translate: (document, context) => {
      const hub = first.translate(document, context)
      // Its path points into the hub document, which nobody sees
      if (hub.kind === 'blocked') return { ...hub, path: '' }
      if (schema === undefined || schema.check(hub.document) !== undefined) return invalid
      const target = second.translate(hub.document, context)
      if (target.kind === 'blocked') return target
      return { kind: 'translated', document: target.document, report: join(hub, target) }
    },
  }
}

function vocabularyOf(resource: string): string {
  return resource.slice(0, resource.indexOf('.'))
}
