import { createHmac, type KeyObject } from 'node:crypto'
import type { LeafType } from '../../terms/terms.ts'
import type { Findings } from '../findings.ts'
import { readList, readOptionalText, readRecord, readText } from '../read.ts'
import type { Source } from '../source.ts'
import type {
  PreparedTreatment,
  PseudonymScope,
  TreatedLeaf,
  Treatment,
  TreatmentFamily,
  Workshop,
} from './treatment.ts'

const FITS: ReadonlySet<LeafType> = new Set(['text', 'id', 'phone'])
const BYTES = 16
/** How many code names of one item and scope are kept; the oldest is forgotten first. */
const MOST_KEPT = 256
/** Values with more characters are no numbers or names that come again. */
const LONGEST_KEPT = 64

/**
 * A code name that stays the same inside its scope and means nothing outside it: HMAC-SHA-256 over the item's path and the
 * normalised value, 128 bits kept. Keyed, because a list of all collar numbers would break a plain hash in seconds.
 */
export const pseudonymise: TreatmentFamily = {
  prepare(findings: Findings, source: Source): PreparedTreatment {
    const keys = { key: 'required', scope: 'required', prefix: 'optional' } as const
    const written = readRecord(findings, source, { what: '`pseudonymise`', keys })
    const key = readText(findings, written.key, '`key`')
    const scope = readList(findings, written.scope, {
      what: '`scope`',
      each: one => readText(findings, one, 'a scope'),
    })
    const prefix = readOptionalText(findings, written.prefix, '`prefix`') ?? ''
    if (!scope.includes('agreement')) {
      findings.note((written.scope ?? source).place, 'pseudonym-scope', '`scope` has to name `agreement`')
    }
    if (!/^[A-Za-z0-9]{0,8}-?$/.test(prefix)) {
      findings.note(
        (written.prefix ?? source).place,
        'treatment-terms',
        '`prefix` has to be up to eight letters or digits and a hyphen',
      )
    }
    return {
      terms: { key, scope, prefix },
      reads: scope.filter(one => one !== 'agreement' && one !== 'purpose'),
      fits: type => FITS.has(type),
      forLeaf: (leaf, workshop) => makePseudonym({ key, scope }, prefix, leaf, workshop),
    }
  },
}

function makePseudonym(
  terms: PseudonymScope,
  prefix: string,
  leaf: TreatedLeaf,
  workshop: Workshop,
): Treatment {
  const keyFor = workshop.pseudonymKey(terms)
  const nameOf = remembering((key, value) => {
    const mac = createHmac('sha256', key)
      .update(`${leaf.path}\0${normalise(value)}`)
      .digest('hex')
    return prefix + mac.slice(0, BYTES * 2)
  })
  return {
    apply: (value, scene) => {
      if (typeof value !== 'string') return undefined
      const key = keyFor(scene)
      return key && nameOf(key, value)
    },
    accepts: value =>
      typeof value === 'string' && value.startsWith(prefix) && isHex(value.slice(prefix.length)),
  }
}

type Naming = (key: KeyObject, value: string) => string

/**
 * Keeps the code names made lately, because the same posts and units come again with every update. Only in memory, only as many
 * as said above, and no longer than their key.
 */
function remembering(name: Naming): Naming {
  const byKey = new WeakMap<KeyObject, Map<string, string>>()
  return (key, value) => {
    if (value.length > LONGEST_KEPT) return name(key, value)
    let names = byKey.get(key)
    if (!names) {
      names = new Map()
      byKey.set(key, names)
    }
    const known = names.get(value)
    if (known !== undefined) return known
    const made = name(key, value)
    if (names.size >= MOST_KEPT) names.delete(names.keys().next().value ?? '')
    names.set(value, made)
    return made
  }
}

/** `ns 2201 ` and `NS 2201` are one officer. */
function normalise(value: string): string {
  return value.normalize('NFKC').trim().replace(/\s+/g, ' ').toUpperCase()
}

function isHex(text: string): boolean {
  return text.length === BYTES * 2 && /^[0-9a-f]+$/.test(text)
}
