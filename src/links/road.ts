import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../kit/kit.ts'
import type { AgencyId } from '../terms/terms.ts'
import { Health, type HealthRules } from './health.ts'
import { Link, LinkFault, type LinkTls, type Reply } from './link.ts'

export interface LinkStatus {
  readonly name: string
  readonly up: boolean
  readonly carrying: boolean
  readonly roundTripMs: number | undefined
}

/** A link went down, came back, or traffic moved to another one. */
export interface LinkChange {
  readonly peer: AgencyId
  readonly link: string
  readonly change: 'down' | 'up' | 'carrying'
}

/** All links to one peer, in order of preference. The first that is up carries; a request that a link drops goes on over the next. */
export interface Road extends AsyncDisposable {
  /**
   * @param path of the peer's outer door
   * @param body undefined asks for what is there (GET)
   * @throws LinkFault when no link carried it
   */
  send(path: string, body: Buffer | undefined, contentType: string): Promise<Reply>
  status(): readonly LinkStatus[]
  /** Ends every connection, so that the peer's certificate is looked at again: after a revocation. */
  renew(): Promise<void>
}

export interface RoadParts {
  readonly peer: AgencyId
  readonly links: readonly {
    readonly name: string
    readonly url: string
    readonly localAddress: string | undefined
  }[]
  readonly tls: LinkTls
  readonly clock: Clock
  readonly rules: HealthRules
  readonly canaryPath: string
  /** Told of every change; must not throw. */
  readonly onChange: (change: LinkChange) => void
}

/** A link with what is known of it. */
interface Way {
  readonly link: Link
  readonly health: Health
  /** Aborted when the link goes down, so that what it carries fails at once. */
  inFlight: AbortController
}

/** Opens the links to a peer and keeps probing them until the road is disposed of. */
export function makeRoad(parts: RoadParts): Road {
  const ways: Way[] = parts.links.map(({ name, url, localAddress }) => ({
    link: new Link(name, url, localAddress, parts.tls),
    health: new Health(parts.clock, parts.rules),
    inFlight: new AbortController(),
  }))
  const closing = new AbortController()
  let carrying = ways[0]
  const probes = ways.map(way => probe(way, ways, parts, closing.signal))

  function choose(tried: ReadonlySet<Way>): Way | undefined {
    const untried = ways.filter(way => !tried.has(way))
    const chosen = untried.find(way => way.health.up) ?? (tried.size === 0 ? untried[0] : undefined)
    if (chosen !== undefined && chosen !== carrying) {
      carrying = chosen
      parts.onChange({ peer: parts.peer, link: chosen.link.name, change: 'carrying' })
    }
    return chosen
  }

  return {
    async send(path, body, contentType) {
      const tried = new Set<Way>()
      let fault = new LinkFault('none', new Error('no link is up'))
      for (let way = choose(tried); way !== undefined; way = choose(tried)) {
        tried.add(way)
        try {
          return await way.link.send(path, body, contentType, way.inFlight.signal)
        } catch (caught) {
          if (!(caught instanceof LinkFault)) throw caught
          fault = caught
          if (way.health.bad()) goneDown(way, ways, parts)
        }
      }
      throw fault
    },
    status: () =>
      ways.map(way => ({
        name: way.link.name,
        up: way.health.up,
        carrying: way === carrying,
        roundTripMs: way.health.roundTripMs,
      })),
    async renew() {
      await Promise.allSettled(ways.map(way => way.link.renew()))
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await Promise.allSettled(probes)
      await Promise.allSettled(ways.map(way => way.link[Symbol.asyncDispose]()))
    },
  }
}

async function probe(way: Way, ways: readonly Way[], parts: RoadParts, closing: AbortSignal): Promise<void> {
  while (!closing.aborted) {
    const begun = performance.now()
    try {
      const deadline = AbortSignal.any([AbortSignal.timeout(parts.rules.deadlineMs), closing])
      const reply = await way.link.send(parts.canaryPath, undefined, '', deadline)
      if (reply.status >= 500) throw new LinkFault(way.link.name, new Error('the canary was not answered'))
      if (way.health.good(performance.now() - begun))
        parts.onChange({ peer: parts.peer, link: way.link.name, change: 'up' })
    } catch {
      if (!closing.aborted && way.health.bad()) goneDown(way, ways, parts)
    }
    await sleep(parts.rules.heartbeatMs, undefined, { signal: closing }).catch(() => undefined)
  }
}

/** What the link carries is given up only where another link can take it over: a slow answer beats none. */
function goneDown(way: Way, ways: readonly Way[], parts: RoadParts): void {
  parts.onChange({ peer: parts.peer, link: way.link.name, change: 'down' })
  if (!ways.some(other => other.health.up)) return
  way.inFlight.abort(new Error('the link went down'))
  way.inFlight = new AbortController()
}
