/**
 * The walks of two gateways with everything real but the network: schemas, agreements, mappings, signatures, ledgers. A
 * batch goes from one to the other as bytes in memory.
 */
import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { loadSchemas, type SchemaRegistry } from '../../src/contract/contract.ts'
import type { WaitingRow } from '../../src/delivery/delivery.ts'
import {
  type AgreementBook,
  type Caller,
  type Exchange,
  makeExchange,
  makeShapeCollector,
  type ShapeCollector,
} from '../../src/exchange/exchange.ts'
import {
  isJsonObject,
  type Json,
  type JsonObject,
  type Log,
  type LogFacts,
  readJsonText,
  systemClock,
} from '../../src/kit/kit.ts'
import { makeLeafWriter } from '../../src/ledger/ledger.ts'
import { type Ability, type Acceptance, type Agreement, compileAgreement } from '../../src/policy/policy.ts'
import {
  makeSigner,
  openReceipts,
  type Receipt,
  type Signer,
  sealBatch,
  sealReceipts,
} from '../../src/seal/seal.ts'
import { makeMemoryStore } from '../../src/stores/stores.ts'
import { type AgencyId, isAgencyId } from '../../src/terms/terms.ts'
import {
  compileMapping,
  type MappingBook,
  makeMappingBook,
  squareOf,
} from '../../src/translation/translation.ts'
import { monthlyKeys, practiceVault } from '../support/vault.ts'

export const POLICE = agency('northshire-police')
export const ARMY = agency('army-1div')

function agency(text: string): AgencyId {
  if (!isAgencyId(text)) throw new TypeError('not an agency id')
  return text
}

const file = (path: string) => new URL(`../../${path}`, import.meta.url)
const schemas = loadSchemas(file('schemas').pathname)
export const { catalogueOf } = schemas
const pseudonyms = createSecretKey(randomBytes(32))

function agreementOf(provider: string, recipient: string): Agreement {
  const path = `policies/${provider}.to.${recipient}.public-order.yaml`
  const parts = { catalogueOf, squareOf, pseudonymKey: () => pseudonyms }
  return compileAgreement(readFileSync(file(path), 'utf8'), path, parts)
}

export const policeToArmy = agreementOf(POLICE, ARMY)
const armyToPolice = agreementOf(ARMY, POLICE)

/** Agreements that simply hold: no suspension, no urgent use, no other revision. */
function shelf(agreements: readonly Agreement[], abilities: ReadonlySet<Ability> | undefined): AgreementBook {
  return {
    find: (provider, recipient, resource) =>
      agreements.find(
        one => one.provider === provider && one.recipient === recipient && one.resources.has(resource),
      ),
    byDigest: digest => agreements.find(one => one.digest === digest),
    barrier: () => undefined,
    isUrgent: () => false,
    abilitiesOf: () => abilities,
    all: agreements,
  }
}

function loadMappings() {
  const names = readdirSync(file('schemas/mappings')).filter(name => name.endsWith('.yaml'))
  return names.map(name => ({
    file: name,
    mapping: compileMapping(readFileSync(file(`schemas/mappings/${name}`), 'utf8'), name, { catalogueOf }),
  }))
}

const mappings = loadMappings()

function mappingsBut(left: string | undefined): MappingBook {
  return makeMappingBook(
    mappings.filter(({ mapping }) => mapping.from.resource !== left),
    schemas,
  ).book
}

/** What is otherwise than usual: other schemas, agreements and mappings, a mapping the receiver lacks, the abilities it has declared. */
interface Given {
  readonly schemas?: SchemaRegistry
  readonly agreements?: readonly Agreement[]
  readonly mappings?: MappingBook
  readonly peers?: readonly AgencyId[]
  readonly mapping?: string
  readonly abilities?: ReadonlySet<Ability>
  readonly acceptance?: Acceptance
}

/** One gateway's walks over a store in memory, with what it would have sent. */
export class House {
  readonly agency: AgencyId
  readonly store = makeMemoryStore({ clock: systemClock })
  readonly exchange: Exchange
  readonly signer: Signer
  readonly vaultKey = createSecretKey(randomBytes(32))
  /** Rows that became durable and wait to be sent. */
  readonly outgoing: WaitingRow[] = []
  readonly faults: unknown[] = []
  /** Every line of the log. */
  readonly logged: string[] = []
  readonly shapes: ShapeCollector
  readonly searchKeys = monthlyKeys()

  constructor(agency: AgencyId, peer: AgencyId, keys: ReadonlyMap<AgencyId, Signer>, given: Given = {}) {
    this.agency = agency
    this.signer = keyFor(keys, agency)
    const write = (event: string, facts: LogFacts = {}) =>
      this.logged.push(`${event} ${JSON.stringify(facts)}`)
    const log: Log = {
      info: write,
      warn: write,
      error: (event, fault, facts) => {
        this.faults.push(fault)
        write(event, facts)
      },
    }
    const clock = systemClock
    const secret = () => createSecretKey(randomBytes(32))
    const leaves = makeLeafWriter({ clock, agency })
    this.shapes = makeShapeCollector({ store: this.store, clock, log })
    this.exchange = makeExchange({
      agency,
      clock,
      log,
      meter: { room() {}, ending: { refused() {}, failed() {} } },
      schemas: given.schemas ?? schemas,
      agreements: shelf(given.agreements ?? [policeToArmy, armyToPolice], given.abilities),
      acceptanceOf: () => given.acceptance,
      mappings: given.mappings ?? mappingsBut(given.mapping),
      store: this.store,
      leaves,
      vault: practiceVault({ clock, leaves, sealKey: this.vaultKey, searchKeys: this.searchKeys }),
      searchKeys: this.searchKeys,
      register: { identifySystem: unused, identifyPeer: unused },
      tokens: { accept: unused, revoke: unused },
      isPeer: known => (given.peers ?? [peer]).includes(known),
      keyOf: from => kid => {
        const { publicKey, kid: known } = keyFor(keys, from)
        return known === kid ? publicKey : undefined
      },
      sealReceipts: (to, batch, receipts) =>
        sealReceipts({ signer: this.signer, clock }, { batch, from: agency, to, receipts }),
      noteShape: this.shapes.note,
      onDelivered() {},
      forward: (_to, rows) => this.outgoing.push(...rows),
      timeToLiveMs: 60_000,
      keys: { lane: secret(), once: secret() },
    })
  }

  /** Everything in the ledger, oldest first. */
  async leaves(): Promise<readonly JsonObject[]> {
    const texts = await this.store.leaves(0, await this.store.size())
    return texts.map(text => asObject(parse(text)))
  }

  /** Seals rows and hands them to the other house; its receipts. */
  async sendTo(
    other: House,
    rows: readonly Partial<WaitingRow>[] = this.outgoing.splice(0),
  ): Promise<readonly Receipt[]> {
    const exchanges = rows.map(({ manifest = '', line = '', seq = 1 }) => ({
      manifest,
      line,
      seq,
      prev: seq - 1,
    }))
    const { bytes } = sealBatch(
      { signer: this.signer, clock: systemClock },
      { from: this.agency, to: other.agency, exchanges },
    )
    const answer = await other.exchange.accept(this.agency, bytes)
    const opened = openReceipts(Buffer.from(answer), {
      keyOf: kid => (kid === other.signer.kid ? other.signer.publicKey : undefined),
    })
    return opened.receipts
  }
}

export function twoHouses(given: Given = {}): {
  readonly police: House
  readonly army: House
} {
  const keys = new Map(
    [POLICE, ARMY].map(agency => [agency, makeSigner(generateKeyPairSync('ed25519').privateKey)]),
  )
  return { police: new House(POLICE, ARMY, keys, given), army: new House(ARMY, POLICE, keys, given) }
}

function keyFor(keys: ReadonlyMap<AgencyId, Signer>, agency: AgencyId): Signer {
  const signer = keys.get(agency)
  if (signer === undefined) throw new TypeError('no key for that agency')
  return signer
}

function unused(): never {
  throw new Error('the doors are not part of this test')
}

/** A caller as the room *authenticate* would make it. */
export function callerWith(role: string, ...purposes: string[]): Caller {
  const caller = {
    person: 'p-118',
    role,
    purposes,
    system: 'public-order-system',
    tokenId: 't',
    expiresAt: Number.MAX_SAFE_INTEGER,
  }
  return caller as unknown as Caller
}

export function record(name: 'operations' | 'deployments', index: number): JsonObject {
  const records = parse(readFileSync(file(`src/demo/records/${name}.json`), 'utf8'))
  return asObject(Array.isArray(records) ? (records[index] ?? null) : null)
}

export function parse(text: string): Json {
  const reading = readJsonText(text)
  if (!reading.ok) throw new Error(reading.fault.says)
  return reading.value
}

export function asObject(value: Json): JsonObject {
  if (!isJsonObject(value)) throw new TypeError('not an object')
  return value
}
