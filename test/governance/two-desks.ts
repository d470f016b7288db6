/** The desks of two gateways with everything real but the network: policies, signatures, ledgers, couriers. */
import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { loadApi, loadSchemas } from '../../src/contract/contract.ts'
import {
  type AgreementStore,
  type Book,
  type Courier,
  type Governance,
  makeBook,
  makeGovernance,
  openRegister,
  pathOf,
  type Register,
  type RegisterParts,
  startCourier,
  toAcknowledge,
} from '../../src/governance/governance.ts'
import { type Json, type JsonObject, type Log, timestamp, uuidv7 } from '../../src/kit/kit.ts'
import { makeLeafWriter } from '../../src/ledger/ledger.ts'
import {
  type Agreement,
  APPROVAL_TYPE,
  compileAgreement,
  type Finding,
  lintAgreement,
  type Officer,
  type OfficerSignature,
  type PolicyParts,
  signAs,
  statementOf,
} from '../../src/policy/policy.ts'
import { makeSigner } from '../../src/seal/seal.ts'
import { makeMemoryStore } from '../../src/stores/stores.ts'
import { type AgencyId, type Problem, ProblemsError } from '../../src/terms/terms.ts'
import { squareOf } from '../../src/translation/translation.ts'
import { agency, type HandClock } from '../stores/exchange-store.suite.ts'
import { until } from '../support/until.ts'
import { practiceVault } from '../support/vault.ts'

export const POLICE = agency('northshire-police')
export const ARMY = agency('army-1div')

const file = (path: string) => new URL(`../../${path}`, import.meta.url)
const schemas = loadSchemas(file('schemas').pathname)
const api = loadApi(file('openapi.yaml'))

const policyParts: PolicyParts = {
  catalogueOf: resource => schemas.get(resource)?.catalogue,
  squareOf,
  pseudonymKey: () => undefined,
}

const LIVE = 'requesters: [ops-room, liaison-officer]'
const URGENT = 'urgent: { allowed: true, people: 2, lasts: PT1H, tell: [provider-dpo, recipient-dpo] }'

/** The shipped police agreement, with urgent use of one purpose. */
export const firstSource = readFileSync(
  file('policies/northshire-police.to.army-1div.public-order.yaml'),
  'utf8',
).replace(LIVE, `${LIVE}\n    ${URGENT}`)

/** Texts that do not compile any more, as after a change of the schema that they were written against. */
export const outgrown = new Set<string>()

const compiled = new Map<string, Agreement>()

export function compile(source: string): Agreement {
  if (outgrown.has(source))
    throw new ProblemsError([
      { file: 'agreement', line: 1, column: 1, code: 'catalogue-other', says: 'has changed' },
    ])
  const known = compiled.get(source) ?? compileAgreement(source, 'agreement', policyParts)
  compiled.set(source, known)
  return known
}

function problemsIn(source: string): readonly Problem[] {
  try {
    compile(source)
    return []
  } catch (thrown) {
    if (thrown instanceof ProblemsError) return thrown.problems
    throw thrown
  }
}

/** The next revision of a text, with other requesters for live coordination; fewer are tighter, more are looser. */
export function revise(
  source: string,
  requesters: readonly string[],
  { revision, from }: { readonly revision?: number; readonly from?: string } = {},
): string {
  const before = compile(source)
  return source
    .replace(/^replaces: .*\n/m, '')
    .replace(/^revision: \d+$/m, `revision: ${revision ?? before.revision + 1}\nreplaces: ${before.digest}`)
    .replace(/requesters: \[ops-room[^\]]*\]/, `requesters: [${requesters.join(', ')}]`)
    .replace(/effectiveFrom: .*/, match => (from === undefined ? match : `effectiveFrom: ${from}`))
}

/** Somebody who signs. */
export interface Person {
  readonly officer: Officer
  sign(type: string, statement: JsonObject, role?: string): OfficerSignature
}

function person(clock: HandClock, of: AgencyId, name: string, role: string): Person {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const officer = { agency: of, person: name, roles: [role], kid: `key of ${name}`, key: publicKey }
  return {
    officer,
    sign(type, statement, as = role) {
      const who = { party: of, role: as, person: name, kid: officer.kid, at: clock.now() }
      return signAs(type, statement, who, bytes => sign(null, bytes, privateKey))
    },
  }
}

export type People = ReturnType<typeof makePeople>

function makePeople(clock: HandClock) {
  return {
    author: person(clock, POLICE, 'p-118', 'author'),
    approver: person(clock, POLICE, 'p-204', 'approver'),
    operator: person(clock, POLICE, 'p-311', 'operator'),
    dpo: person(clock, POLICE, 'p-402', 'dpo'),
    armyApprover: person(clock, ARMY, 'a-031', 'approver'),
    armyDpo: person(clock, ARMY, 'a-066', 'dpo'),
  }
}

/** One gateway's part in the life of agreements. */
export class Desk {
  readonly agency: AgencyId
  readonly rules: RegisterParts
  readonly register: Register
  readonly governance: Governance
  readonly book: Book
  readonly store: ReturnType<typeof makeMemoryStore>

  constructor(
    rules: RegisterParts,
    register: Register,
    store: ReturnType<typeof makeMemoryStore>,
    objections: () => readonly Finding[],
  ) {
    this.agency = rules.agency
    this.rules = rules
    this.register = register
    this.store = store
    this.book = makeBook(() => register.lives, rules.clock)
    this.governance = makeGovernance({
      ...rules,
      store,
      register,
      study: async source => problemsIn(source),
      lint: async (source, previous) => this.#lint(source, previous),
      objections,
      abilities: ['delete-after'],
    })
  }

  #lint(source: string, previous: string | undefined): readonly Finding[] {
    return lintAgreement({
      source,
      file: 'draft',
      parts: policyParts,
      previous: previous === undefined ? undefined : compile(previous),
      now: this.rules.clock.now(),
    })
  }

  state(source: string): string | undefined {
    const { digest } = compile(source)
    return this.governance
      .list()
      .agreements.flatMap(({ revisions }) => revisions)
      .find(one => one.digest === digest)?.state
  }

  async kinds(): Promise<readonly Json[]> {
    const leaves = await this.store.leaves(0, await this.store.size())
    return leaves.flatMap(leaf => /"act":"([^"]+)"/.exec(leaf)?.[1] ?? [])
  }
}

export const ID = 'northshire-police.to.army-1div.public-order'

export class TwoDesks implements AsyncDisposable {
  readonly clock: HandClock
  readonly people: People
  /** What keeps the army from holding what would be shared. */
  objections: readonly Finding[] = []
  /** What the stores remember of agreements that cannot be read any more. */
  readonly inForceOnce = new Map<string, { readonly revision: number; readonly digest: string }>()
  /** Whose gateway has changed its key since. */
  readonly withoutKeysOf = new Set<AgencyId>()
  /** Whether the couriers reach the other side. */
  connected = true
  police!: Desk
  army!: Desk
  readonly #signers = {
    [POLICE]: makeSigner(generateKeyPairSync('ed25519').privateKey),
    [ARMY]: makeSigner(generateKeyPairSync('ed25519').privateKey),
  }
  #couriers: Courier[] = []

  private constructor(clock: HandClock) {
    this.clock = clock
    this.people = makePeople(clock)
  }

  /** Both have adopted the first revision from a file. */
  static async open(clock: HandClock): Promise<TwoDesks> {
    const desks = new TwoDesks(clock)
    const stores = [makeMemoryStore({ clock }), makeMemoryStore({ clock })] as const
    await desks.start(stores[0], stores[1])
    const approvals = desks.approvals(firstSource)
    for (const { register, agency: from } of [desks.police, desks.army]) {
      const { id, digest } = compile(firstSource)
      const about = { act: uuidv7(clock), from, agreement: id, at: timestamp(clock.now()), digest }
      await register.record({ ...about, kind: 'adopted', source: firstSource, approvals: [...approvals] })
    }
    return desks
  }

  /** Opens both desks over what their stores hold, as after a restart. */
  async start(policeStore: Desk['store'], armyStore: Desk['store'], without?: string): Promise<void> {
    await this[Symbol.asyncDispose]()
    this.police = await this.#desk(POLICE, policeStore, without)
    this.army = await this.#desk(ARMY, armyStore, without)
    this.#couriers = [
      this.#courier(this.police, () => this.army),
      this.#courier(this.army, () => this.police),
    ]
  }

  hurry(): void {
    for (const courier of this.#couriers) courier.hurry()
  }

  /** Waits until both sides have all that the other has to tell, and all that follows from it. */
  async allTold(): Promise<void> {
    const left = () => this.police.register.untold.length + this.army.register.untold.length
    await until(() => left() === 0, 'nothing is left to be told')
  }

  /** Everybody who has to sign a first revision. */
  approvals(source: string): readonly OfficerSignature[] {
    const { author, approver, armyApprover } = this.people
    const statement = statementOf(compile(source))
    return [author, approver, armyApprover].map(one => one.sign(APPROVAL_TYPE, statement))
  }

  /** Proposes as the author, with an answer to whatever is asked. */
  async propose(source: string): Promise<string> {
    const { author } = this.people
    const who = { person: author.officer.person, role: 'author' }
    const { findings } = await this.police.governance.saveDraft(who, source)
    const answers = findings.map(({ key }) => ({ finding: key, reason: 'looked at' }))
    const approval = author.sign(APPROVAL_TYPE, statementOf(compile(source)))
    const { summary } = await this.police.governance.propose(who, source, approval, answers)
    return summary.digest
  }

  /** Approves at the approver's own desk, every change acknowledged. */
  async approve(approver: Person, source: string): Promise<void> {
    const desk = approver.officer.agency === POLICE ? this.police : this.army
    const { digest } = compile(source)
    const keys = desk.governance.read(digest).changes.map(({ key }) => key)
    const approval = approver.sign(APPROVAL_TYPE, statementOf(compile(source)))
    await desk.governance.approve(
      { person: approver.officer.person, role: 'approver' },
      digest,
      approval,
      keys,
    )
  }

  async #desk(of: AgencyId, store: Desk['store'], without: string | undefined): Promise<Desk> {
    const log: Log = { info() {}, warn() {}, error() {} }
    const officers = Object.values(this.people).map(({ officer }) => officer)
    const rules: RegisterParts = {
      agency: of,
      clock: this.clock,
      log,
      store: store satisfies AgreementStore,
      leaves: makeLeafWriter({ clock: this.clock, agency: of }),
      vault: practiceVault({ clock: this.clock }),
      signatures: {
        officers: officers.filter(one => one.person !== without),
        verify: (key: KeyObject, bytes, signature) => verify(null, bytes, key, signature),
      },
      compile,
      inForceOnce: agreement => this.inForceOnce.get(agreement),
      pathOf,
      toAcknowledge,
      signer: this.signerOf(of),
      keyOf: peer => kid => {
        const { kid: known, publicKey } = this.signerOf(peer)
        return kid === known && !this.withoutKeysOf.has(peer) ? publicKey : undefined
      },
      check: (name, value) => api.check(name, value),
    }
    const register = await openRegister(rules)
    return new Desk(rules, register, store, () => (of === ARMY ? this.objections : []))
  }

  signerOf(of: AgencyId) {
    return this.#signers[of] ?? makeSigner(generateKeyPairSync('ed25519').privateKey)
  }

  #courier(from: Desk, to: () => Desk): Courier {
    return startCourier({
      ...from.rules,
      rules: from.rules,
      register: from.register,
      peer: from.agency === POLICE ? ARMY : POLICE,
      send: async body => {
        if (!this.connected) throw new Error('cut')
        const results = await to().governance.receive(from.agency, body)
        return { status: 200, body: Buffer.from(JSON.stringify(results)) }
      },
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#couriers.splice(0).map(courier => courier[Symbol.asyncDispose]()))
  }
}
