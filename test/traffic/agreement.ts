import type { SchemaRegistry } from '../../src/contract/contract.ts'
import type { JsonObject } from '../../src/kit/kit.ts'
import type { Catalogue, Leaf } from '../../src/terms/terms.ts'
import { mixOf, type Sender } from './mix.ts'

/** What police share with nobody in this event: no agreement names it. */
export const KEPT_BACK = 'police.intelligenceReport'

const PARTIES = {
  police: { id: 'northshire-police', controller: 'Chief Constable of Northshire Police' },
  army: { id: 'army-1div', controller: 'Ministry of Defence (Army), HQ 1st (UK) Division' },
} as const satisfies Record<Sender, object>

const REQUESTERS = {
  'joint-planning': ['planner'],
  'live-coordination': ['ops-room', 'watchkeeper'],
} as const

/**
 * A sharing policy for the whole event, in one direction: everything that is public or operational is shared for both purposes, and
 * nothing else is. A document that is not real, or marked higher than OFFICIAL, is stopped by a gate.
 *
 * @returns the text of a policy file; JSON is YAML
 */
export function eventAgreement(schemas: SchemaRegistry, provider: Sender): string {
  const recipient = provider === 'police' ? 'army' : 'police'
  const resources = [
    ...new Set(mixOf(1, 1).flatMap(kind => (kind.sender === provider ? [kind.resource] : []))),
  ]
  const catalogues = resources.flatMap(resource => {
    const catalogue = resource === KEPT_BACK ? undefined : schemas.catalogueOf(resource)
    return catalogue === undefined ? [] : [catalogue]
  })
  const realms = catalogues.flatMap(realmGate)
  const agreement: JsonObject = {
    format: 'sharing-policy/1',
    id: `${PARTIES[provider].id}.to.${PARTIES[recipient].id}.public-order`,
    revision: 1,
    title: 'Sharing for a mutual-aid event',
    agreement: { reference: 'DSA-2021-0042', dpia: 'DPIA-2021-0042' },
    parties: { provider: party(provider), recipient: party(recipient) },
    ...TERMS,
    conditions: {
      'within-ceiling': { says: 'the label is at most OFFICIAL', test: "label.classification == 'OFFICIAL'" },
      ...Object.fromEntries(realms.map(({ name, test }) => [name, { says: 'the document is real', test }])),
    },
    gates: [
      { id: 'G1', says: 'Within the ceiling of the link', require: 'within-ceiling' },
      ...realms.map(({ name, resource }, at) => {
        return { id: `G${at + 2}`, says: 'Only what is real', require: name, for: [resource] }
      }),
    ],
    resources: Object.fromEntries(catalogues.map(one => [one.resource, resourceOf(one)])),
    marking: { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true },
    ...EXAMPLE[provider],
  }
  return JSON.stringify(agreement, null, 2)
}

function party(side: Sender): JsonObject {
  return { ...PARTIES[side], contact: `information@${PARTIES[side].id}.example` }
}

const TERMS: JsonObject = {
  dates: {
    effectiveFrom: '2021-01-01T00:00:00Z',
    expiresAt: '2100-01-01T00:00:00Z',
    reviewBy: '2099-12-01',
    reviewOwner: 'Head of Information Governance',
  },
  legalBases: { task: { regime: 'UK-DPA-2018-Part-3', basis: 's35(2)(b) task of a competent authority' } },
  purposes: Object.fromEntries(
    Object.entries(REQUESTERS).map(([purpose, requesters]) => {
      const basis = { provider: 'task', recipient: 'task' }
      const dpv = ['ProtectionOfPublicSecurity']
      return [purpose, { says: `Share for ${purpose}`, dpv, basis, requesters, whilst: 'always' }]
    }),
  ),
}

/** The gate that only what is real passes; none for a resource that does not say whether it is. */
function realmGate({ resource, leaves }: Catalogue): { name: string; test: string; resource: string }[] {
  const word = resource.slice(resource.lastIndexOf('.') + 1)
  const name = `${word.toLowerCase()}-is-real`
  if (leaves.has('realm')) return [{ name, resource, test: `${word}.realm == 'REAL'` }]
  if (!leaves.has('exerciseOrOperation.kind')) return []
  return [{ name, resource, test: `${word}.exerciseOrOperation.kind == 'OPERATION'` }]
}

function resourceOf({ version, digest, leaves, items }: Catalogue): JsonObject {
  const rows = [...leaves.values()].filter(({ derived }) => !derived)
  return {
    schema: { version, digest },
    include: Object.fromEntries([...items.keys()].map(list => [list, { all: 'every' }])),
    fields: Object.fromEntries(rows.map(leaf => [leaf.path, { all: cellOf(leaf) }])),
  }
}

function cellOf({ sensitivity }: Leaf): 'share' | 'withhold' {
  return sensitivity === 'public' || sensitivity === 'operational' ? 'share' : 'withhold'
}

const LABEL = { policy: 'UK-GSC', classification: 'OFFICIAL' }

const EXAMPLE = {
  police: example('joint.resourceStatus', { requestRef: 'MA-1', realm: 'REAL', status: 'Requested' }),
  army: example('army.positionReport', { track: '1DIV.TPTPL.1', unit: 'TPTPL' }),
} as const satisfies Record<Sender, JsonObject>

function example(resource: string, facts: JsonObject): JsonObject {
  const document = { ...facts, label: LABEL }
  const asked = { purpose: 'joint-planning', sample: 'short', as: 'planner' }
  return {
    samples: { short: { resource, label: LABEL, document } },
    tests: [
      { name: 'What is operational is shared', ...asked, exactly: document },
      { name: 'Nothing above the ceiling', ...asked, label: { classification: 'SECRET' }, refused: 'G1' },
    ],
  }
}
