import { type Clock, uuidv7 } from '../../src/kit/kit.ts'
import { growTree, type Head, leafHash, type VaultRow } from '../../src/ledger/ledger.ts'
import type { Command, CommandKind } from '../../src/stores/sqlite/command.ts'
import { acceptEntry, agency, handClock, inboxEntry, releaseEntry } from './exchange-store.suite.ts'

/** One kind of durable write: what has to be there before it, and the commands that are committed together. */
export interface DurableWrite {
  readonly says: string
  readonly before: readonly Command[]
  commands(head: Head): readonly Command[]
  /** Whether asking for it once more changes nothing: its caller may not know that it happened. */
  readonly repeatable: boolean
}

const clock: Clock = handClock()
const now = clock.now()
const POLICE = agency('northshire-police')
const ROOT = new Uint8Array(32).fill(7)

function vaultRow(id = uuidv7(clock)): VaultRow {
  const tags = [new Uint8Array(16).fill(3)]
  return { id, kind: 'disclosure', key: new Uint8Array(32), sealed: new Uint8Array(60), expiresAt: now, tags }
}

function note(...leaves: readonly string[]): Command {
  return { kind: 'note', leaves, vault: [] }
}

function accept(
  change: Partial<Parameters<typeof acceptEntry>[1]> = {},
): Extract<Command, { kind: 'accept' }> {
  const entry = acceptEntry(clock, change)
  const vault = vaultRow(entry.id)
  const batch = { peer: POLICE, id: uuidv7(clock), issuedAt: now }
  return { kind: 'accept', batch, entries: [{ ...entry, vault }] }
}

function release(): Extract<Command, { kind: 'release' }> {
  const entry = releaseEntry(clock)
  const once = { scope: 's', key: entry.id, fingerprint: 'f', answer: '{}', expiresAt: now + 1_000_000 }
  return { kind: 'release', entries: [{ ...entry, vault: vaultRow(entry.id) }], once }
}

function settle(id: string, state: 'accepted' | 'expired'): Command {
  const receipt = state === 'expired' ? undefined : '{"receipt":1}'
  return { kind: 'settle', entries: [{ id, state, receipt, leaf: `{"${state}":"${id}"}` }] }
}

function act(): Extract<Command, { kind: 'acts' }> {
  const id = uuidv7(clock)
  const vault = vaultRow(id)
  return {
    kind: 'acts',
    entries: [{ id, to: POLICE, text: '{}', recordedAt: now, leaf: `{"act":"${id}"}`, vault }],
  }
}

function draft(leaf: string): Command {
  const row = { agreement: 'a', source: leaf, savedBy: 'p-1', savedAt: now }
  return { kind: 'draft', draft: row, leaf, vault: vaultRow() }
}

function advance(size: number, from: Head | undefined): Command {
  const to = { origin: 'peer.example/2026', peer: POLICE, size, root: ROOT, note: `note ${size}`, at: now }
  return { kind: 'advance', step: { from, to, leaf: `{"cosigned":${size}}` } }
}

function anchor(): Command {
  const token = Buffer.from('token')
  return { kind: 'anchor', anchor: { size: 3, kind: 'rfc3161', token, at: now }, leaf: '{"anchored":3}' }
}

function conflict(): Command {
  const seen = { origin: 'peer.example/2026', peer: POLICE, size: 9, note: 'one', was: 'other', at: now }
  return { kind: 'conflict', conflict: { ...seen, why: 'same-size' }, leaf: '{"conflict":9}' }
}

function write(
  says: string,
  commands: readonly Command[] | ((head: Head) => readonly Command[]),
  {
    before = [],
    repeatable = true,
  }: { readonly before?: readonly Command[]; readonly repeatable?: boolean } = {},
): DurableWrite {
  return {
    says,
    before,
    repeatable,
    commands: typeof commands === 'function' ? commands : () => commands,
  }
}

/** Every kind of command; whoever adds one is led here. */
export const COMMAND_KINDS = Object.keys({
  note: 1,
  release: 1,
  accept: 1,
  settle: 1,
  erase: 1,
  forget: 1,
  remember: 1,
  acts: 1,
  told: 1,
  draft: 1,
  'drop-draft': 1,
  shapes: 1,
  advance: 1,
  conflict: 1,
  'settle-conflicts': 1,
  cosignature: 1,
  anchor: 1,
  'drop-log': 1,
  'open-log': 1,
  'turn-log': 1,
  checkpoint: 1,
  head: 1,
} satisfies Record<CommandKind, 1>)

/** Every kind of write that the store acknowledges. */
export function durableWrites(): readonly DurableWrite[] {
  const [sent, late, wrong, old] = [release(), release(), accept(), accept({ inbox: dueEntry() })]
  const [kept, seven] = [vaultRow(), Array.from({ length: 248 }, (_, at) => `{"n":${at}}`)]
  const wrongId = wrong.entries[0]?.id
  const open = act()
  const cosignature = { size: 3, witness: 'w', line: 'l', at: now }
  return [
    write('a refusal: leaf and vault', [{ kind: 'note', leaves: ['r'], vault: [vaultRow()] }], once()),
    write('a leaf that completes a tile', [note(...seven)], {
      before: [note(...Array(8).fill('x'))],
      repeatable: false,
    }),
    write('a release: outbox, lane, leaf, vault, idempotency key', [release()]),
    write('an acceptance: inbox, answer, lane, leaf, vault', [accept()]),
    write('a correction', [accept({ seq: 2, prev: 1, inbox: { ...inboxEntry(clock), corrects: wrongId } })], {
      before: [wrong],
    }),
    write('a receipt', [settle(sent.entries[0]?.id ?? '', 'accepted')], { before: [sent] }),
    write('an expiry', [settle(late.entries[0]?.id ?? '', 'expired')], { before: [late] }),
    write('an erasure', [{ kind: 'erase', due: now, count: 1, leaf: '{"erased":1}' }], { before: [old] }),
    write('rows of the vault forgotten', [{ kind: 'forget', ids: [kept.id], leaf: '{"forgotten":1}' }], {
      before: [{ kind: 'note', leaves: ['k'], vault: [kept] }],
      repeatable: false,
    }),
    write('a time stamp of a checkpoint', [anchor()], { repeatable: false }),
    write(
      'a checkpoint',
      head => [{ kind: 'checkpoint', checkpoint: { ...head, note: 'n', vkey: 'v', at: now } }],
      {
        before: [note('one', 'two')],
      },
    ),
    write('an act of an agreement', [act()]),
    write('a draft', [draft('d')], once()),
    write('a draft dropped', [{ kind: 'drop-draft', agreement: 'a' }], { before: [draft('e')] }),
    write('a revision remembered', [{ kind: 'remember', agreement: 'a', revision: 2, digest: 'd' }]),
    write('shapes of traffic', [{ kind: 'shapes', entries: [shape()] }], once()),
    write('the first head of a peer that we cosign', [advance(5, undefined)]),
    write('a later head of a peer', [advance(9, { size: 5, root: ROOT })], {
      before: [advance(5, undefined)],
    }),
    write('two heads that contradict each other', [conflict()]),
    write('what a witness has said of our head', [{ kind: 'cosignature', cosignature }]),
    write('a contradiction settled', [{ kind: 'settle-conflicts', peer: POLICE, at: now, leaf: 's' }], {
      before: [conflict()],
    }),
    write('a peer told of an act', [{ kind: 'told', ids: [open.entries[0]?.id ?? ''], at: now }], {
      before: [open],
    }),
    write('a new log', [{ kind: 'open-log', leaves: ['{"opened":2}'] }], {
      before: [note('x')],
      repeatable: false,
    }),
    write('the turn of a year: closing leaf, last checkpoint, new log', [turn('x', 'y')], {
      before: [note('x', 'y')],
    }),
    write('a log dropped', [{ kind: 'drop-log', order: { log: 1, why: 'w', at: now, leaf: '{"gone":1}' } }], {
      before: closedLog(),
    }),
    write(
      'many at once',
      [note('a'), release(), accept(), act(), draft('f'), advance(5, undefined), note('z')],
      once(),
    ),
  ]
}

/** The end of a log that has these leaves. */
function turn(...before: readonly string[]): Command {
  const closing = '{"closed":1}'
  const tree = growTree(0, [], () => {})
  for (const leaf of [...before, closing]) tree.append(leafHash(leaf))
  const checkpoint = { size: tree.size, root: tree.root(), note: 'n', vkey: 'v', at: now }
  return { kind: 'turn-log', closing, checkpoint, leaves: ['{"opened":2}', '{"keys":1}'] }
}

/** Longer than a tile, signed, and with a row of the vault whose time is over. */
function closedLog(): readonly Command[] {
  const leaves = Array.from({ length: 260 }, (_, at) => `{"n":${at}}`)
  const tree = growTree(0, [], () => {})
  for (const leaf of leaves) tree.append(leafHash(leaf))
  const checkpoint = { size: tree.size, root: tree.root(), note: 'n', vkey: 'v', at: now }
  return [
    { kind: 'note', leaves, vault: [vaultRow()] },
    { kind: 'checkpoint', checkpoint },
    { kind: 'open-log', leaves: ['{"opened":2}'] },
  ]
}

function once(): { readonly repeatable: false } {
  return { repeatable: false }
}

function dueEntry() {
  return inboxEntry(clock, { deleteAt: now })
}

function shape() {
  const of = { agreement: 'a', revision: 1, resource: 'r', purpose: 'p' }
  return { digest: 'd', ...of, text: '{}', count: 2, day: '2026-03-01' }
}
