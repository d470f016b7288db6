import type { JsonObject } from '../../kit/kit.ts'
import type { Label, RefusalCode } from '../../terms/terms.ts'
import type { Agreement } from '../compile.ts'
import type { Tally } from '../projector.ts'
import { MAY_NOT_FIT } from './fate.ts'
import { keyOf, startRun } from './key.ts'
import { makeOutline } from './outline.ts'
import { printFacts } from './print-facts.ts'

/** One decided document, as the walk that decided it knows it. */
export interface Decided {
  readonly resource: string
  readonly purpose: string
  readonly role: string
  readonly document: JsonObject
  readonly label: Label
  readonly request: JsonObject
  /** Whether an urgent use was open. */
  readonly urgent: boolean
  /** The code with which the document was refused; undefined where it was released. */
  readonly refused: RefusalCode | undefined
  /** What `project` counted; undefined where that is not known, and then it is not known either which values fitted. */
  readonly tally: Tally | undefined
}

/** Tells shapes of the documents that one agreement decides about. */
export interface Shaper {
  /** A text that is equal only for documents of equal shape. Undefined for a resource that the agreement does not cover. */
  key(decided: Decided): string | undefined
  /** The shape in its JSON form, as `readShape` reads it. */
  print(decided: Decided): JsonObject | undefined
}

type Described = Pick<Agreement, 'digest' | 'reading' | 'unfit'>

/** Prepares everything that shapes under one agreement need, so that telling one costs little. */
export function makeShaper(agreement: Described): Shaper {
  const { digest, reading } = agreement
  const { draft, resources } = reading.resolved
  const outlines = new Map(
    [...resources].map(([name, { catalogue }]) => [name, makeOutline(catalogue, draft)]),
  )
  const unfitOf = ({ resource, purpose, tally, refused }: Decided) => {
    if (refused !== undefined) return []
    return tally ? agreement.unfit(resource, purpose, tally) : mayBeUnfit(reading, resource, purpose)
  }
  return {
    key(decided) {
      const outline = outlines.get(decided.resource)
      if (!outline) return undefined
      const { purpose, role, resource, urgent, refused = 'released', label } = decided
      const head = JSON.stringify([
        resource,
        purpose,
        role,
        urgent,
        refused,
        label.sensitive,
        unfitOf(decided),
      ])
      return `${head}${keyOf(outline, startRun(decided))}`
    },
    print(decided) {
      const outline = outlines.get(decided.resource)
      if (!outline) return undefined
      const { purpose, role, resource, refused: ending = 'released', label, document, request } = decided
      const unfit = unfitOf(decided)
      return {
        ...{ shape: 1, agreement: digest, resource, purpose, role, ending },
        ...(decided.urgent ? { urgent: true } : {}),
        ...(label.sensitive === undefined ? {} : { sensitive: label.sensitive }),
        ...(unfit.length === 0 ? {} : { unfit }),
        whole: printFacts(outline, document, startRun({ document, label, request })),
      }
    },
  }
}

/** The shape of one document in its JSON form; undefined for a resource that the agreement does not cover. */
export function shapeOf(agreement: Described, decided: Decided): JsonObject | undefined {
  return makeShaper(agreement).print(decided)
}

/** The items whose treatment may fail. */
function mayBeUnfit(
  { practice }: Described['reading'],
  resource: string,
  purpose: string,
): readonly string[] {
  const leaves = practice.plan(resource, purpose)?.leaves.values() ?? []
  return [...leaves].flatMap(({ path, branches }) => {
    return branches.some(({ outcome }) => MAY_NOT_FIT.has(outcome.kind)) ? [path] : []
  })
}
