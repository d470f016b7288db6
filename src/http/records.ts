import type { FastifyRequest } from 'fastify'
import type { components } from '../contract/contract.ts'
import type {
  Direction,
  DisclosureRegister,
  Page,
  RecordOfficer,
  RecordQuery,
  ToForget,
} from '../exchange/exchange.ts'
import { Refusal } from '../terms/terms.ts'
import type { Operation } from './door.ts'

type Schemas = components['schemas']

export interface RecordsParts {
  readonly records: DisclosureRegister
  /** The officer in whose session a request came. @throws Refusal token-missing */
  readonly officerOf: (request: FastifyRequest) => RecordOfficer
}

/** What auditors and data-protection officers ask of the ledger, at the console door. */
export function recordsOperations({ records, officerOf }: RecordsParts): Record<string, Operation> {
  return {
    listDisclosures: {
      handler: async request => {
        const { asked, why } = queryOf(request)
        const page = await records.disclosures(officerOf(request), asked, why)
        return { disclosures: page.entries, ...endOf(page) }
      },
    },
    searchRecords: {
      handler: async request => {
        const { asked, why } = queryOf(request)
        const page = await records.search(officerOf(request), asked, why)
        return { records: page.entries, ...endOf(page) }
      },
    },
    eraseRecords: {
      handler: request => {
        const { why, ...named } = request.body as Schemas['ErasureInput']
        return records.erase(officerOf(request), forgetting(named), why)
      },
    },
  }
}

/** As the contract has checked it. */
interface Asked {
  readonly why: string
  readonly reference?: string
  readonly person?: string
  readonly exchange?: string
  readonly direction?: Direction
  readonly peer?: string
  readonly purpose?: string
  readonly since?: string
  readonly until?: string
  readonly after?: string
  readonly limit?: number
}

const USUAL_LIMIT = 50

function queryOf(request: FastifyRequest): { readonly asked: RecordQuery; readonly why: string } {
  const { why, since, until, after, limit = USUAL_LIMIT, ...named } = request.query as Asked
  const asked = {
    ...named,
    ...(since === undefined ? {} : { since: instantOf('since', since) }),
    ...(until === undefined ? {} : { until: instantOf('until', until) }),
    ...(after === undefined ? {} : { below: Number(after) }),
    limit: Number(limit),
  }
  return { asked, why }
}

/** @throws Refusal request-invalid where there is no such day: the form alone does not tell */
function instantOf(name: string, text: string): number {
  const at = Date.parse(text)
  if (!Number.isNaN(at)) return at
  const violations = [{ pointer: `/${name}`, says: 'is not an instant (RFC 3339)' }]
  throw new Refusal('request-invalid', { rule: name, violations })
}

function forgetting({ exchange, reference, before }: Omit<Schemas['ErasureInput'], 'why'>): ToForget {
  if (exchange !== undefined) return { kind: 'exchange', exchange }
  if (reference !== undefined) return { kind: 'reference', reference }
  if (before !== undefined) return { kind: 'before', at: instantOf('before', before) }
  throw new Refusal('request-invalid')
}

function endOf({ next, recordedAs }: Page<unknown>): { readonly next?: string; readonly recordedAs: string } {
  return { ...(next === undefined ? {} : { next: String(next) }), recordedAs }
}
