import { isSignedBy, type Key, type Note, readKey } from './note.ts'

/** Whom we trust (C2SP tlog-policy): the keys of logs, and how many of which witnesses must have seen a checkpoint. */
export interface Policy {
  readonly logs: readonly Key[]
  readonly witnesses: ReadonlyMap<string, Key>
  /** The name after `quorum`; `none` asks for no witness. */
  readonly quorum: string
  /** Whether these witnesses, by their names in the policy, are enough. */
  suffices(seenBy: ReadonlySet<string>): boolean
}

export type PolicyReading =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly line: number; readonly says: string }

/** How a checkpoint stands under a policy: witnesses whose line is right, and those whose line is wrong. */
export interface Witnessed {
  readonly seenBy: ReadonlySet<string>
  readonly wrong: readonly string[]
}

export function witnessesOf(note: Note, policy: Policy): Witnessed {
  const judged = [...policy.witnesses].map(([name, key]) => ({ name, says: isSignedBy(note, key) }))
  return {
    seenBy: new Set(judged.filter(({ says }) => says === 'yes').map(({ name }) => name)),
    wrong: judged.filter(({ says }) => says === 'wrong').map(({ name }) => name),
  }
}

type Rule = (seenBy: ReadonlySet<string>) => boolean

interface Draft {
  readonly logs: Key[]
  readonly witnesses: Map<string, Key>
  readonly rules: Map<string, Rule>
  readonly members: Set<string>
  readonly keys: Set<string>
  quorum: string | undefined
}

/** Reads a policy file. Anything that is not exactly as the format has it is a fault: a policy that is misread protects nobody. */
export function readPolicy(bytes: Buffer): PolicyReading {
  const draft: Draft = {
    logs: [],
    witnesses: new Map(),
    rules: new Map(),
    members: new Set(),
    keys: new Set(),
    quorum: undefined,
  }
  const text = bytes.toString('latin1')
  if (!/^[\t\n\x20-\x7e\x80-\xff]*$/.test(text))
    return { ok: false, line: 0, says: 'holds a control character' }
  for (const [index, line] of text.split('\n').entries()) {
    const says = readLine(draft, line.split(/[ \t]+/).filter(Boolean))
    if (says !== undefined) return { ok: false, line: index + 1, says }
  }
  const { logs, witnesses, quorum } = draft
  if (quorum === undefined) return { ok: false, line: 0, says: 'has no line `quorum`' }
  const suffices = quorum === 'none' ? () => true : (draft.rules.get(quorum) ?? (() => false))
  return { ok: true, policy: { logs, witnesses, quorum, suffices } }
}

/** What is wrong with a line; undefined where it is right. */
function readLine(draft: Draft, [word, ...items]: readonly string[]): string | undefined {
  if (word === undefined || word.startsWith('#')) return undefined
  if (word === 'log') return addLog(draft, items)
  if (word === 'witness') return addWitness(draft, items)
  if (word === 'group') return addGroup(draft, items)
  if (word === 'quorum') return setQuorum(draft, items)
  return 'begins with none of `log`, `witness`, `group`, `quorum`'
}

function addLog(draft: Draft, [vkey = '', _url, ...rest]: readonly string[]): string | undefined {
  const key = newKey(draft, vkey, 'log')
  if (rest.length > 0 || key?.kind === 'ed25519-cosignature') return 'is not `log <vkey> [<url>]`'
  if (key === undefined) return 'has no verifier key, or one that stands in another line too'
  draft.logs.push(key)
  return undefined
}

function addWitness(
  draft: Draft,
  [name = '', vkey = '', _url, ...rest]: readonly string[],
): string | undefined {
  if (rest.length > 0) return 'is not `witness <name> <vkey> [<url>]`'
  const key = newKey(draft, vkey, 'witness')
  if (key === undefined || key.kind === 'ed25519')
    return 'has no key for cosignatures, or one that stands in another line too'
  if (!isNew(draft, name)) return 'gives a name a second time'
  draft.witnesses.set(name, key)
  draft.rules.set(name, seenBy => seenBy.has(name))
  return undefined
}

/** Names in the file are octets; a key name in it is UTF-8. */
function newKey(draft: Draft, vkey: string, use: 'log' | 'witness'): Key | undefined {
  const key = readKey(Buffer.from(vkey, 'latin1').toString('utf8'))
  const mark = `${use} ${key?.material}`
  if (key === undefined || draft.keys.has(mark)) return undefined
  draft.keys.add(mark)
  return key
}

function addGroup(draft: Draft, [name = '', count = '', ...members]: readonly string[]): string | undefined {
  const needed = count === 'all' ? members.length : count === 'any' ? 1 : Number(count)
  if (!/^(all|any|[1-9]\d{0,3})$/.test(count) || members.length === 0 || needed > members.length)
    return 'is not `group <name> <all|any|k> <name>...`'
  if (!isNew(draft, name)) return 'gives a name a second time'
  const rules = members.map(member => draft.rules.get(member))
  for (const [index, member] of members.entries()) {
    if (rules[index] === undefined) return 'names a member that stands in no line above'
    if (draft.members.has(member)) return 'names a member that is in a group already'
    draft.members.add(member)
  }
  draft.rules.set(name, seenBy => rules.filter(rule => rule?.(seenBy)).length >= needed)
  return undefined
}

function setQuorum(draft: Draft, [name = '', ...rest]: readonly string[]): string | undefined {
  if (draft.quorum !== undefined) return 'is a second line `quorum`'
  if (rest.length > 0 || (name !== 'none' && !draft.rules.has(name)))
    return 'names no witness and no group of the lines above'
  draft.quorum = name
  return undefined
}

function isNew(draft: Draft, name: string): boolean {
  return name !== '' && name !== 'none' && !draft.rules.has(name)
}
