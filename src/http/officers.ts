import type { FastifyReply, FastifyRequest } from 'fastify'
import { type components, OFFICER_WAITS_MS } from '../contract/contract.ts'
import type { Governance, Officeholder } from '../governance/governance.ts'
import type { Operation } from './door.ts'

type Schemas = components['schemas']

export interface OfficersParts {
  readonly governance: Governance
  /** The officer in whose session a request came. @throws Refusal token-missing */
  readonly officerOf: (request: FastifyRequest) => Officeholder
}

/** A sharing policy with its answers; the text alone may have 400,000 characters. */
const POLICY_BYTES = 2_097_152
const ACKNOWLEDGED_BYTES = 524_288
const SIGNED_BYTES = 32_768

/** What officers do about agreements, at the console door. */
export function officersOperations({ governance, officerOf }: OfficersParts): Record<string, Operation> {
  const digestIn = (request: FastifyRequest) => (request.params as { digest: string }).digest
  const idIn = (request: FastifyRequest) => (request.params as { id: string }).id
  const end = (kind: 'rejected' | 'withdrawn') => (request: FastifyRequest) => {
    const { reason } = request.body as Schemas['ReasonInput']
    return governance.end(officerOf(request), kind, digestIn(request), reason)
  }
  /** Reading is for every officer, and for nobody else. */
  const read = (answer: (request: FastifyRequest) => unknown) => async (request: FastifyRequest) => {
    officerOf(request)
    return answer(request)
  }
  const created = async (reply: FastifyReply, product: Promise<unknown>) => {
    const made = await product
    reply.status(201)
    return made
  }
  /** A connection that is silent while a text is examined must not look like one that hangs. */
  const keepOpen = (request: FastifyRequest) => request.raw.socket.setTimeout(OFFICER_WAITS_MS)
  return {
    listAgreements: { handler: read(() => governance.list()) },
    readAgreement: { handler: read(request => governance.read(digestIn(request))) },
    listDrafts: { handler: read(() => governance.drafts()) },
    saveDraft: {
      bodyLimit: POLICY_BYTES,
      handler: request => {
        const { source } = request.body as Schemas['DraftInput']
        keepOpen(request)
        return governance.saveDraft(officerOf(request), source)
      },
    },
    proposeAgreement: {
      bodyLimit: POLICY_BYTES,
      handler: (request, reply) => {
        const { source, approval, answers = [] } = request.body as Schemas['ProposalInput']
        keepOpen(request)
        return created(reply, governance.propose(officerOf(request), source, approval, answers))
      },
    },
    approveAgreement: {
      bodyLimit: ACKNOWLEDGED_BYTES,
      handler: request => {
        const { approval, acknowledged = [] } = request.body as Schemas['ApprovalInput']
        keepOpen(request)
        return governance.approve(officerOf(request), digestIn(request), approval, acknowledged)
      },
    },
    rejectAgreement: { bodyLimit: SIGNED_BYTES, handler: end('rejected') },
    withdrawAgreement: { bodyLimit: SIGNED_BYTES, handler: end('withdrawn') },
    ...interruptions({ governance, officerOf }, idIn, created),
    listNotices: { handler: read(() => governance.notices()) },
  }
}

function interruptions(
  { governance, officerOf }: OfficersParts,
  idIn: (request: FastifyRequest) => string,
  created: (reply: FastifyReply, product: Promise<unknown>) => Promise<unknown>,
): Record<string, Operation> {
  return {
    suspendAgreement: {
      bodyLimit: SIGNED_BYTES,
      handler: (request, reply) => {
        const input = request.body as Schemas['SuspensionInput']
        return created(reply, governance.suspend(officerOf(request), input))
      },
    },
    resumeAgreement: {
      bodyLimit: SIGNED_BYTES,
      handler: request => {
        const { signature } = request.body as Schemas['SignatureInput']
        return governance.resume(officerOf(request), idIn(request), signature)
      },
    },
    openUrgentUse: {
      bodyLimit: SIGNED_BYTES,
      handler: (request, reply) => {
        const { statement, signatures } = request.body as Schemas['UrgentUseInput']
        return created(reply, governance.openUrgentUse(officerOf(request), statement, signatures))
      },
    },
    listUrgentUses: {
      handler: async request => {
        officerOf(request)
        return governance.urgentUses()
      },
    },
    reviewUrgentUse: {
      bodyLimit: SIGNED_BYTES,
      handler: request => {
        const { finding, signature } = request.body as Schemas['ReviewInput']
        return governance.reviewUrgentUse(officerOf(request), idIn(request), finding, signature)
      },
    },
  }
}
