import { basename } from 'node:path'
import type { Clock } from '../kit/kit.ts'
import { isAgencyId } from '../terms/terms.ts'
import { armyPortal } from './army-portal.ts'
import { makeSystemClient, type SystemClient } from './client.ts'
import { type Acts, obey } from './conversation.ts'
import { policeSystem } from './police-system.ts'

const SYSTEMS = {
  'public-order-system': policeSystem,
  'army-portal': armyPortal,
} as const satisfies Record<string, (client: SystemClient, clock: Clock) => Acts>

export type SystemName = keyof typeof SYSTEMS

export const systemNames = Object.keys(SYSTEMS) as readonly SystemName[]

/** Runs one system until its input ends. */
export async function runSystem(
  name: SystemName,
  { certificates, url }: { readonly certificates: string; readonly url: string },
  edge: {
    readonly clock: Clock
    readonly lines: () => AsyncIterable<string>
    readonly say: (line: string) => void
  },
): Promise<void> {
  const agency = basename(certificates)
  if (!isAgencyId(agency)) throw new Error('the folder of the certificates is named like the agency')
  using client = await makeSystemClient({ agency, system: name, certificates, url }, edge.clock)
  await obey(edge.lines(), edge.say, SYSTEMS[name](client, edge.clock))
}
