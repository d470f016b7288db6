import type { DutyDraft } from './draft-duties.ts'

/**
 * Everything that a recipient may have to be able to do with what it gets. The first five are carried out by its gateway; the
 * others are duties of people, whom the gateway shows them together with the document.
 */
export const ABILITIES = {
  'delete-after': 'erases a document when its term ends',
  correct: 'puts a correction in the place of the document that it corrects',
  'log-system': 'records which system read a document',
  'log-role': 'records in which role it was read',
  'log-person': 'records for which person it was read',
  caveat: 'shows the caveat with the document',
  onward: 'shows with the document whether it may be passed on',
  feedback: 'shows with the document what the other side wants to be told',
  notify: 'shows with the document what has to be notified, and how soon',
} as const

/** One thing that a gateway declares it can do. */
export type Ability = keyof typeof ABILITIES

/**
 * What this program does. Terms of deletion are swept once a minute; a correction is applied when it is accepted; who read what
 * is committed to in the ledger; obligations and caveats are part of every shared document.
 */
export const OUR_ABILITIES: ReadonlySet<Ability> = new Set<Ability>([
  'delete-after',
  'correct',
  'log-system',
  'log-role',
  'log-person',
  'caveat',
  'onward',
  'feedback',
  'notify',
])

/** Whether a word that a peer declares is an ability known here. */
export function isAbility(word: string): word is Ability {
  return Object.hasOwn(ABILITIES, word)
}

/** What it takes to carry out one duty. */
export function abilityFor(duty: DutyDraft): Ability {
  switch (duty.kind) {
    case 'deleteAfter':
      return 'delete-after'
    case 'log':
      return `log-${duty.who}`
    default:
      return duty.kind
  }
}
