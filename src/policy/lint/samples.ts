import type { Place } from '../findings.ts'
import { textsIn } from './form.ts'
import type { Found, Text } from './subject.ts'

interface Pattern {
  readonly what: string
  /** Finds one, and in its first group what decides whether it is one of those nobody has. */
  readonly pattern: RegExp
  readonly invented: (found: string) => boolean
  readonly fix: string
}

/** What looks like a real person's, with the part of it that is set aside for examples. */
const PATTERNS: readonly Pattern[] = [
  {
    what: 'a telephone number',
    pattern: /(?<![\w.-])(?:\+44|0044|0)\s?\d(?:[\s-]?\d){8,9}(?![\w-])/g,
    invented: found => isDramaNumber(found.replace(/[\s-]/g, '').replace(/^(?:\+44|0044)/, '0')),
    fix: 'use a number that Ofcom sets aside for drama, such as 07700 900123',
  },
  {
    what: 'an e-mail address',
    pattern: /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g,
    invented: found => /(?:\.(?:example|test|invalid)|@example\.(?:com|org|net))$/i.test(found),
    fix: 'use an address under `.example`',
  },
  {
    what: 'a national insurance number',
    pattern: /\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\s?\d\d\s?\d\d\s?\d\d\s?[A-D]\b/g,
    invented: () => false,
    fix: 'use one that is never issued, such as QQ 12 34 56 C',
  },
  {
    what: 'an NHS number',
    pattern: /(?<!\d)\d{3}[ -]\d{3}[ -]\d{4}(?!\d)/g,
    invented: found => found.startsWith('999'),
    fix: 'use one that begins with 999',
  },
  {
    what: 'a postcode',
    pattern: /\b[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}\b/g,
    invented: found => /^(?:ZZ|XX|QQ)/.test(found),
    fix: 'use one that begins with ZZ',
  },
  {
    what: 'a number plate',
    pattern: /\b[A-Z]{2}\d{2} ?[A-Z]{3}\b/g,
    invented: found => /^[IQZ]|^.[IQZ]|[IQ]/.test(found),
    fix: 'use letters that plates never have, such as QQ26 QQQ',
  },
]

/** The ranges that Ofcom sets aside for drama; their last three digits are free. */
const DRAMA = [
  '07700900',
  '08081570',
  '09098790',
  '03069990',
  '02079460',
  '01134960',
  '01144960',
  '01154960',
  '01164960',
  '01174960',
  '01184960',
  '01214960',
  '01314960',
  '01414960',
  '01514960',
  '01614960',
  '01914980',
  '01632960',
  '02896496',
  '02920180',
]

function isDramaNumber(digits: string): boolean {
  return DRAMA.some(range => digits.startsWith(range))
}

/** Numbers and addresses in samples and worked examples that somebody could have (check 47). */
export function realPeople({ tree }: Text): readonly Found[] {
  if (tree.kind !== 'map') return []
  const written = ['samples', 'tests'].flatMap(section => {
    const member = tree.members.get(section)
    return member ? textsIn(member.value) : []
  })
  return written.flatMap(({ text, place }) => PATTERNS.flatMap(pattern => findIn(text, place, pattern)))
}

/** What is found is not repeated: it may be real. */
function findIn(text: string, place: Place, { what, pattern, invented, fix }: Pattern): readonly Found[] {
  const real = [...text.matchAll(pattern)].some(([found]) => !invented(found))
  return real ? [{ place, says: `this looks like ${what} that somebody has`, fix }] : []
}
