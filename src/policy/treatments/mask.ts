import type { LeafType } from '../../terms/terms.ts'
import type { Findings } from '../findings.ts'
import { readInteger, readRecord, readText } from '../read.ts'
import type { Source } from '../source.ts'
import type { PreparedTreatment, Treatment, TreatmentFamily } from './treatment.ts'

const FITS: ReadonlySet<LeafType> = new Set(['text', 'id', 'phone'])

interface MaskTerms {
  readonly keep: number
  readonly end: 'first' | 'last'
  readonly cover: string
}

/**
 * Keeps a few characters at one end. The cover has a fixed length, because a cover as long as what it hides gives the length
 * away; a value shorter than twice what is kept stays.
 */
export const mask: TreatmentFamily = {
  prepare(findings: Findings, source: Source): PreparedTreatment {
    const terms = readTerms(findings, source)
    const { keep, end, cover } = terms
    return {
      terms: { [end === 'last' ? 'keepLast' : 'keepFirst']: keep, with: cover },
      reads: [],
      fits: type => FITS.has(type),
      forLeaf: () => makeMask(terms),
    }
  },
}

function readTerms(findings: Findings, source: Source): MaskTerms {
  const keys = { keepLast: 'optional', keepFirst: 'optional', with: 'optional' } as const
  const { keepLast, keepFirst, with: cover } = readRecord(findings, source, { what: '`mask`', keys })
  if ((keepLast === undefined) === (keepFirst === undefined)) {
    findings.note(source.place, 'treatment-terms', '`mask` keeps either `keepLast` or `keepFirst`')
  }
  const character = cover ? readText(findings, cover, '`with`') : '*'
  if (Array.from(character).length !== 1)
    findings.note(source.place, 'treatment-terms', '`with` has to be one character')
  return {
    keep: readInteger(findings, keepLast ?? keepFirst, {
      what: 'the number of characters kept',
      least: 1,
      most: 8,
    }),
    end: keepLast ? 'last' : 'first',
    cover: character,
  }
}

function makeMask({ keep, end, cover }: MaskTerms): Treatment {
  const covered = cover.repeat(3)
  return {
    apply: value => {
      if (typeof value !== 'string') return undefined
      const characters = charactersOf(value)
      if (characters.length < keep * 2) return undefined
      return end === 'last'
        ? covered + textOf(characters.slice(-keep))
        : textOf(characters.slice(0, keep)) + covered
    },
    accepts: value => {
      if (typeof value !== 'string') return false
      const fits = end === 'last' ? value.startsWith(covered) : value.endsWith(covered)
      return fits && Array.from(value).length === keep + 3
    },
  }
}

/** A text is its own list of characters, unless one of them takes two UTF-16 units. */
function charactersOf(value: string): string | readonly string[] {
  return /[\ud800-\udfff]/.test(value) ? Array.from(value) : value
}

function textOf(characters: string | readonly string[]): string {
  return typeof characters === 'string' ? characters : characters.join('')
}
