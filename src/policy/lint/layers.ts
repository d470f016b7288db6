import type { Label } from '../../terms/terms.ts'
import { diffAgreements } from '../diff.ts'
import { PERSONAL } from '../resolve.ts'
import { listAround, type Outcome } from '../resolved.ts'
import { compareOutcomes, type Strictness } from '../strictness.ts'
import { covers } from '../table.ts'
import { PLAIN } from '../treatments/treatments.ts'
import { placeOf } from './change.ts'
import type { Check } from './check.ts'
import { duties } from './obligations.ts'
import type { Effect } from './rules.ts'
import { type Found, grouped, listed, openCells, placeAt, type Subject } from './subject.ts'

/** Checks 36 to 41: what lies above and around the table. */
export const LAYERS = {
  36: {
    title: 'lists and red lines are about something',
    level: 'stop',
    needs: 'meaning',
    codes: ['include-missing', 'red-line-form'],
    run: idleIncludes,
  },
  37: {
    title: 'nothing is looser than the baseline',
    level: 'stop',
    needs: 'meaning',
    codes: [],
    leftOut: 'what the recipient is willing to accept, unless its lines stand in the baseline',
    run: subject => againstBaseline(subject, 'looser'),
  },
  38: {
    title: 'what meets across documents can be compared',
    level: 'stop',
    needs: 'meaning',
    codes: [],
    run: subject => againstBaseline(subject, 'not-comparable'),
  },
  39: {
    title: 'no red line is lost unseen',
    level: 'ask',
    needs: 'meaning',
    codes: [],
    run: lostRedLines,
  },
  40: {
    title: 'obligations can be carried out and do not contradict each other',
    level: 'stop',
    needs: 'meaning',
    codes: [
      'obligation-form',
      'unknown-obligation',
      'not-a-period',
      'obligations/unknown-path',
      'obligations/not-a-leaf',
      'obligations/unknown-purpose',
      'obligations/unknown-resource',
      'obligations/missing-key',
    ],
    run: duties,
  },
  41: {
    title: 'the marking fits what goes and the link it goes over',
    level: 'stop',
    needs: 'meaning',
    codes: [],
    run: marking,
  },
} satisfies Record<number, Check>

function idleIncludes({ tree, resolved }: Subject): readonly Found[] {
  const open = openCells(resolved)
  return [...resolved.resources].flatMap(([name, { include }]) => {
    const written = resolved.draft.resources.get(name)?.include
    return [...(written?.keys() ?? [])].flatMap(list => {
      const gives = [...(include.get(list)?.values() ?? [])].some(({ kind }) => kind !== 'none')
      const shares = open.some(({ resource, item }) => {
        return resource.catalogue.resource === name && (listAround(item.leaf.path) ?? '').startsWith(list)
      })
      if (!gives || shares) return []
      const says = `entries of \`${list}\` are let through, and no item of them goes`
      return [
        {
          place: placeAt(tree, 'resources', name, 'include', list),
          says,
          fix: 'write `none`, or leave it out',
        },
      ]
    })
  })
}

/** An effect as the outcome of a cell, so that both are compared in the same way. */
function outcomeOf({ kind, terms }: Effect): Outcome {
  return { name: kind, says: '', kind, prepared: { ...PLAIN.withhold, terms } }
}

function againstBaseline({ resolved, rules }: Subject, wanted: Strictness): readonly Found[] {
  const beyond = openCells(resolved).flatMap(cell => {
    const { resource, item } = cell
    const lines = rules.baseline.filter(line => {
      return line.resource === resource.catalogue.resource && covers(line.path, item.leaf.path)
    })
    return lines.flatMap(line => {
      const orders = cell.cell.map(({ outcome }) => compareOutcomes(outcomeOf(line.most), outcome))
      return orders.includes(wanted) ? [{ ...cell, line }] : []
    })
  })
  return grouped(beyond, ({ line, row }) => `${line.id} ${row}`).map(group => {
    const { item, line, row, place } = group[0]
    const purposes = listed([...new Set(group.map(({ purpose }) => purpose))])
    const how = wanted === 'looser' ? 'is looser than' : 'cannot be compared with'
    const says = `\`${item.leaf.path}\` for ${purposes} ${how} line \`${line.id}\` of the baseline, which says \`${line.most.kind}\``
    return {
      place,
      row,
      says,
      fix: `write \`${line.most.kind === 'withhold' ? 'withhold' : 'what the line says'}\``,
    }
  })
}

/** The senior approver has to agree to these. */
function lostRedLines(subject: Subject): readonly Found[] {
  const { reading, previous } = subject
  if (!previous) return []
  const changes = diffAgreements(previous, { reading }).filter(({ kind, direction }) => {
    return kind === 'red-line' && (direction === 'looser' || direction === 'not-comparable')
  })
  return changes.map(change => {
    const how = change.after === undefined ? 'is gone' : 'keeps back less than before'
    const says = `red line \`${change.subject}\` of \`${change.resource ?? ''}\` ${how}: ${change.before ?? ''}`
    return { place: placeOf(subject, change), says, fix: 'bring it back, or have the senior approver agree' }
  })
}

/** The classifications of a marking policy, lowest first. */
const ORDER: ReadonlyMap<string, readonly string[]> = new Map([
  ['UK-GSC', ['OFFICIAL', 'SECRET', 'TOP SECRET']],
  ['NATO', ['NATO UNCLASSIFIED', 'NATO RESTRICTED', 'NATO CONFIDENTIAL', 'NATO SECRET', 'COSMIC TOP SECRET']],
])

function marking({ tree, resolved, rules }: Subject): readonly Found[] {
  const { marking: label } = resolved.draft
  const found: Found[] = []
  const personal = openCells(resolved).find(({ item }) => PERSONAL.has(item.leaf.sensitivity))
  if (
    personal &&
    label.policy === 'UK-GSC' &&
    label.classification === 'OFFICIAL' &&
    label.sensitive !== true
  ) {
    const says = `\`${personal.item.leaf.path}\` is ${personal.item.leaf.sensitivity} and would go without the SENSITIVE marking`
    found.push({ place: placeAt(tree, 'marking'), says, fix: 'add `sensitive: true`' })
  }
  const { ceiling } = rules
  if (ceiling && !isWithin(label, ceiling)) {
    const says = `the marking lies above what the link carries, or cannot be compared with it: ${ceiling.policy} ${ceiling.classification}`
    found.push({ place: placeAt(tree, 'marking'), says, fix: 'lower the marking, or use another link' })
  }
  return found
}

function isWithin(label: Label, ceiling: Label): boolean {
  const order = ORDER.get(ceiling.policy) ?? [ceiling.classification]
  const [at, most] = [order.indexOf(label.classification), order.indexOf(ceiling.classification)]
  if (label.policy !== ceiling.policy || at < 0 || most < 0) return false
  return at < most || (at === most && (label.sensitive !== true || ceiling.sensitive === true))
}
