import type { LeafType } from '../../terms/terms.ts'
import type { Findings } from '../findings.ts'
import { readInteger, readList, readRecord } from '../read.ts'
import type { Source } from '../source.ts'
import type { PreparedTreatment, Treatment, TreatmentFamily } from './treatment.ts'

const FITS: ReadonlySet<LeafType> = new Set(['count', 'number'])
const SMALLEST_HIDDEN = 5
const MOST = 1_000_000_000

interface Bands {
  readonly edges: readonly number[]
  readonly hideBelow: number
}

/** A size band instead of a number: `50-99`, `5000 or more`, and `below 10` for what is too small to be told. */
export const band: TreatmentFamily = {
  prepare(findings: Findings, source: Source): PreparedTreatment {
    const { edges, hideBelow } = readBands(findings, source)
    return {
      terms: { edges, hideBelow },
      reads: [],
      fits: type => FITS.has(type),
      forLeaf: () => makeBand({ edges, hideBelow }),
    }
  },
}

function readBands(findings: Findings, source: Source): Bands {
  const keys = { edges: 'required', hideBelow: 'optional' } as const
  const written = readRecord(findings, source, { what: '`band`', keys })
  const each = (edge: Source) => readInteger(findings, edge, { what: 'an edge', least: 1, most: MOST })
  const edges = readList(findings, written.edges, { what: '`edges`', each })
  const hideBelow = written.hideBelow
    ? readInteger(findings, written.hideBelow, { what: '`hideBelow`', least: SMALLEST_HIDDEN, most: MOST })
    : 10
  const place = (written.edges ?? source).place
  if (edges.length === 0) findings.note(place, 'band-edges', '`edges` needs at least one number')
  if (edges.some((edge, index) => index > 0 && edge <= (edges[index - 1] ?? 0))) {
    findings.note(place, 'band-edges', '`edges` have to rise')
  }
  if ((edges[0] ?? hideBelow) < hideBelow) {
    findings.note(place, 'band-edges', `the first edge lies below \`hideBelow\`, which is ${hideBelow}`)
  }
  return { edges, hideBelow }
}

function makeBand({ edges, hideBelow }: Bands): Treatment {
  const starts = edges[0] === hideBelow ? edges : [hideBelow, ...edges]
  const names = starts.map((start, index) => {
    const next = starts[index + 1]
    return next === undefined ? `${start} or more` : `${start}-${next - 1}`
  })
  const hidden = `below ${hideBelow}`
  const known: ReadonlySet<unknown> = new Set([hidden, ...names])
  return {
    apply: value => {
      if (typeof value !== 'number' || Number.isNaN(value)) return undefined
      return names[starts.findLastIndex(start => start <= value)] ?? hidden
    },
    accepts: value => known.has(value),
  }
}
