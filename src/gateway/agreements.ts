import type { GatewayConfig } from '../config.ts'
import type { Api } from '../contract/contract.ts'
import type { ExchangeStore } from '../delivery/delivery.ts'
import {
  type Book,
  type Governance,
  makeBook,
  makeGovernance,
  newestAgreed,
  openRegister,
  pathOf,
  type Register,
  type RegisterParts,
  type Revision,
  toAcknowledge,
} from '../governance/governance.ts'
import { type Clock, type Log, timestamp, uuidv7 } from '../kit/kit.ts'
import type { LeafWriter, Vault } from '../ledger/ledger.ts'
import {
  type Agreement,
  compileAgreement,
  type Finding,
  lintAgreement,
  OUR_ABILITIES,
} from '../policy/policy.ts'
import type { Store } from '../stores/stores.ts'
import { type Problem, ProblemsError, Refusal } from '../terms/terms.ts'
import type { Examiner } from './examiner.ts'
import type { GatewayKeys } from './keys.ts'
import { type AgreementFile, type Knowledge, missingKeys, verifyEd25519 } from './knowledge.ts'
import type { PeerKeys } from './peers.ts'

/** The agreements of a running gateway: their life, and what of it counts at this moment. */
export interface Agreements {
  readonly register: Register
  readonly acts: RegisterParts
  readonly book: Book
  readonly governance: Governance
}

export interface AgreementsParts {
  readonly config: GatewayConfig
  readonly clock: Clock
  readonly log: Log
  readonly keys: GatewayKeys
  readonly knowledge: Knowledge
  readonly peerKeys: PeerKeys
  readonly store: Store
  readonly leaves: LeafWriter
  readonly vault: Vault
  readonly api: Api
  readonly examiner: Examiner
}

/**
 * Reads the acts again, takes over what has come as files, and makes sure that nothing older than what was in force counts.
 *
 * @throws ProblemsError agreement-rolled-back, agreement-conflict
 */
export async function openAgreements(parts: AgreementsParts): Promise<Agreements> {
  const { config, clock, knowledge, peerKeys, store, api, examiner } = parts
  const compile = compiler(parts)
  const before = await store.revisions()
  const acts: RegisterParts = {
    ...parts,
    agency: config.agency,
    signatures: { officers: knowledge.officers, verify: verifyEd25519 },
    compile,
    inForceOnce: agreement => before.get(agreement),
    pathOf,
    toAcknowledge,
    signer: parts.keys.batch,
    keyOf: peer => kid => peerKeys.get(peer)?.get(kid),
    check: (name, value) => api.check(name, value),
  }
  const register = await openRegister(acts)
  for (const file of knowledge.files) await adoptFile(parts, register, file)
  await remember(register, store)
  register.onChange(() => {
    remember(register, store).catch((fault: unknown) => parts.log.error('agreement-unremembered', fault))
  })
  const { policyParts, rules } = knowledge
  const objections = ({ source, previous }: Revision) => {
    const about = { source, file: 'draft', parts: policyParts, previous, agency: rules, now: clock.now() }
    return lintAgreement({ ...about, only: OBJECTIONS }).filter(isObjection)
  }
  const governance = makeGovernance({
    ...acts,
    register,
    store,
    study: source => examiner.study(source),
    lint: (source, previous) => examiner.lint(source, previous, clock.now()),
    objections,
    abilities: [...OUR_ABILITIES],
  })
  return { register, acts, book: makeBook(() => register.lives, clock), governance }
}

/** Stops that are the recipient's own business: what it may hold, and what it can carry out. The others are the provider's. */
const OBJECTIONS: ReadonlySet<number> = new Set([37, 38, 40])

function isObjection({ check, level }: Finding): boolean {
  return level === 'stop' && OBJECTIONS.has(check)
}

/** One text is compiled once: it is looked at when it is saved, proposed, approved and read again. */
function compiler({ config, keys, knowledge }: AgreementsParts): (source: string) => Agreement {
  const known = new Map(knowledge.files.map(({ source, agreement }) => [source, agreement]))
  return source => {
    const found = known.get(source)
    if (found !== undefined) return found
    const agreement = compileAgreement(source, 'agreement', knowledge.policyParts)
    const missing = missingKeys(agreement, 'agreement', config.agency, keys.pseudonyms)
    if (missing.length > 0) throw new ProblemsError(missing)
    if (known.size >= REMEMBERED) known.clear()
    known.set(source, agreement)
    return agreement
  }
}

const REMEMBERED = 256

/**
 * Takes over a revision that came as a file. What was proposed and agreed between the gateways since then goes before an older
 * file; a file that is older than one before it is somebody's mistake, or worse.
 */
async function adoptFile(parts: AgreementsParts, register: Register, file: AgreementFile): Promise<void> {
  const { agreement, source, approvals } = file
  const { id, revision, digest } = agreement
  const newest = newestAgreed(register.lives.get(id))
  if (newest?.agreement.digest === digest) return
  if (newest?.origin === 'link' && revision < newest.agreement.revision) {
    parts.log.warn('agreement-file-older', {
      agreement: id,
      file: revision,
      counts: newest.agreement.revision,
    })
    return
  }
  const known = await parts.store.revision(id)
  if (known && (revision < known.revision || (revision === known.revision && digest !== known.digest)))
    throw rolledBack(file.file, revision, known.revision)
  try {
    await register.record({
      act: uuidv7(parts.clock),
      kind: 'adopted',
      from: parts.config.agency,
      agreement: id,
      at: timestamp(parts.clock.now()),
      digest,
      source,
      approvals: approvals.map(one => ({ ...one })),
    })
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown
    const says = `${thrown.message.toLowerCase().replace(/\.$/, '')}${thrown.rule ? `: \`${thrown.rule}\`` : ''}`
    throw new ProblemsError([problem(file.file, thrown.code, says)])
  }
}

/** A revision that counted here once is never replaced by an older one, also where its acts are gone or no longer count. */
async function remember(register: Register, store: Pick<ExchangeStore, 'revision' | 'rememberRevision'>) {
  for (const life of register.lives.values()) {
    const newest = newestAgreed(life)?.agreement
    if (newest === undefined) continue
    const known = await store.revision(life.id)
    if (known && known.revision > newest.revision) throw rolledBack(life.id, newest.revision, known.revision)
    await store.rememberRevision(life.id, newest.revision, newest.digest)
  }
}

function rolledBack(file: string, revision: number, known: number): ProblemsError {
  const says =
    revision === known
      ? `revision ${revision} has changed since it was in force`
      : `is revision ${revision}; revision ${known} was in force here`
  return new ProblemsError([problem(file, 'agreement-rolled-back', says)])
}

function problem(file: string, code: string, says: string): Problem {
  return { file, line: 0, column: 0, code, says }
}
