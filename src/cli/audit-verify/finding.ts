/** One thing that is not as it should be. */
export interface Finding {
  /** `tampered`: something is not what was signed, or contradicts itself. `missing`: it cannot be told. */
  readonly kind: 'tampered' | 'missing'
  readonly code: string
  /** The number of the leaf, counted from 0, where the finding is about one. */
  readonly leaf: number | undefined
  readonly says: string
}

export type Report = (kind: Finding['kind'], code: string, says: string, leaf?: number) => void

export type Verdict = 'good' | 'tampered' | 'incomplete'

/** Reports at most this many findings; more would tell nothing new. */
const MAX_FINDINGS = 100

/** Gathers findings, and remembers the first leaf that any of them is about. */
export function gatherFindings() {
  const findings: Finding[] = []
  let tampered = false
  let firstBadLeaf: number | undefined
  const report: Report = (kind, code, says, leaf) => {
    if (kind === 'tampered') tampered = true
    if (leaf !== undefined) firstBadLeaf = Math.min(leaf, firstBadLeaf ?? leaf)
    if (findings.length < MAX_FINDINGS) findings.push({ kind, code, says, leaf })
  }
  return {
    findings,
    report,
    firstBadLeaf: () => firstBadLeaf,
    verdict: (): Verdict => (tampered ? 'tampered' : findings.length > 0 ? 'incomplete' : 'good'),
  }
}
