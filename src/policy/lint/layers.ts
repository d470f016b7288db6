import { diffAgreements } from '../diff.ts'
import { listAround } from '../resolved.ts'
import { type BaselineLine, speaksOf } from '../restrict.ts'
import { compareOutcomes, type Strictness } from '../strictness.ts'
import { placeOf } from './change.ts'
import type { Check } from './check.ts'
import { markings } from './marking.ts'
import { duties } from './obligations.ts'
import { linesOf } from './rules.ts'
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
    title: 'nothing is looser than the baseline or the acceptance',
    level: 'stop',
    needs: 'meaning',
    codes: [],
    run: subject => againstLines(subject, 'looser'),
  },
  38: {
    title: 'what meets across documents can be compared',
    level: 'stop',
    needs: 'meaning',
    codes: [],
    run: subject => againstLines(subject, 'not-comparable'),
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
    run: markings,
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

/** The agency's own documents: its baseline where it provides, its acceptance where it receives. */
function againstLines({ resolved, rules }: Subject, wanted: Strictness): readonly Found[] {
  const { provider, recipient } = resolved.draft
  const lines = linesOf(rules, { provider: provider.id, recipient: recipient.id })
  const beyond = openCells(resolved).flatMap(cell => {
    const { resource, item, purpose } = cell
    const about = lines.filter(line => {
      return line.resource === resource.catalogue.resource && speaksOf(line, item.leaf.path, purpose)
    })
    return about.flatMap(line => {
      const orders = cell.cell.map(({ outcome }) => compareOutcomes(line.most, outcome))
      return orders.includes(wanted) ? [{ ...cell, line }] : []
    })
  })
  return grouped(beyond, ({ line, row }) => `${line.kind} ${line.id} ${row}`).map(group => {
    const { item, line, row, place } = group[0]
    const purposes = listed([...new Set(group.map(({ purpose }) => purpose))])
    const how = wanted === 'looser' ? 'is looser than' : 'cannot be compared with'
    const says = `\`${item.leaf.path}\` for ${purposes} ${how} line \`${line.id}\` of the ${line.kind}: ${mostWords(line)}`
    return { place, row, says, fix: fixFor(line) }
  })
}

function mostWords({ says, most }: BaselineLine): string {
  return `${says} (${most.kind === 'withhold' ? 'withheld' : `at most ${most.says}`})`
}

function fixFor({ most }: BaselineLine): string {
  return most.kind === 'withhold' ? 'write `withhold`' : `write \`withhold\`, or a \`${most.kind}\` as strict`
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
