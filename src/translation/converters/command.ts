import { checkResults } from '../bounds.ts'
import {
  alsoTelling,
  blocked,
  type Converted,
  type Converter,
  choiceOf,
  made,
  ofValues,
  type Site,
  unmapped,
} from '../converter.ts'
import type { LossOutcome, Manner } from '../mapping.ts'
import { REALMS, type Realm, realmTold, untoldIn } from '../realm.ts'
import { digitsOf, type UnitSymbol } from '../unit-symbols.ts'

interface Post {
  readonly role: string | undefined
  /** In military order: strategic, operational, tactical. Police write operational for the lowest, so their adjective is never read. */
  readonly level: string | undefined
  readonly symbol: Pick<UnitSymbol, 'hq' | 'echelon' | 'entity'> | undefined
  readonly outcome: LossOutcome
  readonly note?: string
}

const HQ = { hq: '2', echelon: '00', entity: '200700' } as const
const NO_ECHELON = 'no army echelon implied'

/** Police command roles as posts that an army knows. Primacy stays with police: none of them is an army commander. */
const POSTS = {
  GOLD: {
    role: 'SUPPORTED_AUTHORITY',
    level: 'STRATEGIC',
    symbol: HQ,
    outcome: 'NARROWED',
    note: NO_ECHELON,
  },
  SILVER: {
    role: 'SUPPORTED_COMMANDER',
    level: 'OPERATIONAL',
    symbol: HQ,
    outcome: 'NARROWED',
    note: NO_ECHELON,
  },
  BRONZE: { role: 'SECTOR_COMMANDER', level: 'TACTICAL', symbol: HQ, outcome: 'NARROWED', note: NO_ECHELON },
  SUB_BRONZE: {
    role: 'SECTOR_COMMANDER',
    level: 'TACTICAL',
    symbol: HQ,
    outcome: 'WIDENED',
    note: 'part of a sector',
  },
  PSU_COMMANDER: {
    role: 'SUB_UNIT_COMMANDER',
    level: 'TACTICAL',
    symbol: { hq: '0', echelon: '14', entity: '200700' },
    outcome: 'EXACT',
  },
  TACTICAL_ADVISER: { role: 'STAFF_ADVISER', level: undefined, symbol: undefined, outcome: 'DEFAULTED' },
  MEDICAL_ADVISER: { role: 'STAFF_ADVISER', level: undefined, symbol: undefined, outcome: 'DEFAULTED' },
  LOGGIST: { role: 'WATCHKEEPER', level: undefined, symbol: undefined, outcome: 'DEFAULTED' },
  LIAISON_OFFICER: {
    role: 'LNO',
    level: undefined,
    symbol: { hq: '0', echelon: '00', entity: '110500' },
    outcome: 'EXACT',
  },
  SIO: { role: undefined, level: undefined, symbol: undefined, outcome: 'UNMAPPED' },
} satisfies Record<string, Post>

const TABLE: ReadonlyMap<string, Post> = new Map(Object.entries(POSTS))

/**
 * A police command role → what the post is to an army. GOLD, SILVER and BRONZE are translated, never the words strategic,
 * tactical, operational, whose order differs between the two services.
 *
 * Slots: `value` (enum), `realm` (enum, optional: only a symbol tells it). Parameter `as`: `role`, `level` or `symbol` (20 digits).
 * Gives: enum, text. Loss: by the post; DEFAULTED for every symbol, which has to say that the post is present, and real where no
 * realm is stated; UNMAPPED. Refuses: `realm`, a word that no list has.
 */
export const command: Converter = {
  slots: [
    { name: 'value', types: ['enum'] },
    { name: 'realm', types: ['enum'], optional: true },
  ],
  gives: ['enum', 'text'],
  parameters: ['as'],
  compile(site: Site) {
    const as = choiceOf(site, 'as', ['role', 'level', 'symbol'])
    checkRoles(site)
    const answers = as === 'symbol' ? undefined : wordsOf(site.rule, as)
    const symbols = as === 'symbol' ? symbolsOf(site.rule) : undefined
    for (const told of answers ? [answers] : (symbols?.values() ?? [])) checkResults(site, wordsIn(told))
    const refusal = blocked(`${site.rule}.realm`)
    const unknown = unmapped(site.rule, 'no such role')
    const without = as === 'role' ? unmapped(site.rule, 'an army has no such post') : undefined
    return ofValues(([value, said]) => {
      if (value === undefined) return undefined
      if (typeof value !== 'string' || !TABLE.has(value)) return unknown
      if (answers) return answers.get(value) ?? without
      const realm = realmTold(said)
      if (realm === undefined) return refusal
      return symbols?.get(said === undefined ? 'unstated' : realm)?.get(value)
    })
  },
}

type Answers = ReadonlyMap<string, Converted | undefined>

function wordsIn(answers: Answers): readonly string[] {
  return [...answers.values()].flatMap(answer =>
    answer?.kind === 'value' && typeof answer.value === 'string' ? [answer.value] : [],
  )
}

function wordsOf(rule: string, as: 'role' | 'level'): Answers {
  return new Map(
    mannered(rule).map(({ role, post, manner }) => [
      role,
      post[as] === undefined ? undefined : made(post[as], manner),
    ]),
  )
}

/** The symbols of all posts, for each realm and for where none is stated. */
function symbolsOf(rule: string): ReadonlyMap<Realm | 'unstated', Answers> {
  return new Map((['unstated', ...REALMS] as const).map(said => [said, drawnIn(said, rule)] as const))
}

function drawnIn(said: Realm | 'unstated', rule: string): Answers {
  const realm = said === 'unstated' ? 'real' : said
  const untold = untoldIn('sidc', realm)
  const taken = said === 'unstated' ? 'taken as real and present' : 'taken as present'
  const note = untold === undefined ? taken : `${taken}; ${untold}`
  return new Map(
    mannered(rule).map(({ role, post, manner }) => {
      const told = alsoTelling(manner, 'DEFAULTED', note)
      return [role, post.symbol && made(symbolOf(post.symbol, realm), told)] as const
    }),
  )
}

/** Each role with how it is told; roles that are told alike share one manner. */
function mannered(rule: string): readonly { role: string; post: Post; manner: Manner }[] {
  const manners = new Map<string, Manner>()
  return [...TABLE].map(([role, post]) => {
    const { outcome, note } = post
    const key = `${outcome} ${note}`
    const manner = manners.get(key) ?? (note === undefined ? { outcome, rule } : { outcome, rule, note })
    manners.set(key, manner)
    return { role, post, manner }
  })
}

function symbolOf(symbol: Pick<UnitSymbol, 'hq' | 'echelon' | 'entity'>, realm: Realm): string {
  return digitsOf({ ...symbol, modifier: '00', old: '', outcome: 'EXACT' }, false, realm)
}

function checkRoles(site: Site): void {
  for (const role of site.sources[0]?.values ?? [])
    if (!TABLE.has(role)) site.complain('enum-unmapped', `nothing is known of the role \`${role}\``)
}

/** Posts of an army as police name them. None is ever Gold, Silver or Bronze: those come back only to the post that had them. */
const POLICE_ROLES: ReadonlyMap<string, { role: string; outcome: LossOutcome; note?: string }> = new Map([
  ['SUPPORTED_AUTHORITY', { role: 'GOLD', outcome: 'EXACT' }],
  ['SUPPORTED_COMMANDER', { role: 'SILVER', outcome: 'EXACT' }],
  ['SECTOR_COMMANDER', { role: 'BRONZE', outcome: 'APPROXIMATED', note: 'or part of a sector' }],
  ['SUB_UNIT_COMMANDER', { role: 'PSU_COMMANDER', outcome: 'APPROXIMATED', note: 'or another sub-unit' }],
  ['STAFF_ADVISER', { role: 'TACTICAL_ADVISER', outcome: 'APPROXIMATED', note: 'or another adviser' }],
  ['WATCHKEEPER', { role: 'LOGGIST', outcome: 'DEFAULTED' }],
  ['LNO', { role: 'LIAISON_OFFICER', outcome: 'EXACT' }],
])

/**
 * A post of the supported side, as an army lists it → the police command role. Other posts of an army have no police role: its
 * commander in support is a liaison post, which the mapping says by a table of its own; police keep primacy.
 *
 * Slots: `value` (enum), `policeRole` (text or enum, optional: the role as it came, which wins). Gives: enum, text. Loss: EXACT,
 * APPROXIMATED, DEFAULTED; UNMAPPED.
 */
export const policeRole: Converter = {
  slots: [
    { name: 'value', types: ['enum', 'text'] },
    { name: 'policeRole', types: ['enum', 'text'], optional: true },
  ],
  gives: ['enum', 'text'],
  parameters: [],
  compile(site: Site) {
    const { rule, target } = site
    const known = new Set(target.values ?? TABLE.keys())
    checkResults(site, [...POLICE_ROLES.values()].map(({ role }) => role).concat([...known]))
    const answers = new Map(
      [...POLICE_ROLES].map(([post, { role, outcome, note }]) => [
        post,
        made(role, note === undefined ? { outcome, rule } : { outcome, rule, note }),
      ]),
    )
    const exact: Manner = { outcome: 'EXACT', rule: `${rule}.kept` }
    const no = unmapped(rule, 'police have no such post')
    return ([value, kept]) => {
      if (typeof kept === 'string' && known.has(kept) && POSTS_OF.get(kept) === value)
        return made(kept, exact)
      return typeof value === 'string' ? (answers.get(value) ?? no) : undefined
    }
  },
}

/** The army post of each police role: what came back has to be what left. */
const POSTS_OF: ReadonlyMap<string, string | undefined> = new Map(
  [...TABLE].map(([role, post]) => [role, post.role]),
)
