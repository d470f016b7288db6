import { diffAgreements } from '../diff.ts'
import type { Change } from '../diff-change.ts'
import type { Place } from '../findings.ts'
import type { Check } from './check.ts'
import { cellsOf, type Found, placeAt, type Subject } from './subject.ts'
import { replayedTraffic } from './traffic.ts'

/** Checks 48 to 50: what changes, and what only time or the other side can tell. */
export const CHANGE = {
  48: {
    title: 'everything looser than in the revision in force is acknowledged',
    level: 'ask',
    needs: 'meaning',
    codes: [],
    run: subject => looserChanges(subject).map(one => foundOf(subject, one)),
  },
  49: {
    title: 'which messages of the past would have come out otherwise',
    level: 'note',
    needs: 'meaning',
    codes: [],
    run: replayedTraffic,
  },
  50: {
    title: 'both gateways come to the same outcomes',
    level: 'stop',
    needs: 'more',
    codes: [],
    leftOut: 'it takes the other gateway; both sign the digest of the outcomes of the worked examples',
  },
} satisfies Record<number, Check>

/** Red lines have a check of their own, so have id and parties; conditions and treatments count where they are used. */
const ELSEWHERE: ReadonlySet<Change['kind']> = new Set([
  'red-line',
  'parties',
  'condition',
  'treatment',
  'derived',
])

/** What lets more through than the revision in force, or cannot be compared with it. */
export function looserChanges({ reading, previous }: Subject): readonly Change[] {
  if (!previous) return []
  return diffAgreements(previous, { reading }).filter(({ direction, kind }) => {
    return (direction === 'looser' || direction === 'not-comparable') && !ELSEWHERE.has(kind)
  })
}

function foundOf(subject: Subject, one: Change): Found {
  const { direction, kind, resource, purpose, subject: about, before, after, because } = one
  const place = placeOf(subject, one)
  const where = [resource, purpose].flatMap(name =>
    name === undefined || name === about ? [] : [`\`${name}\``],
  )
  const said = `${before ?? 'nothing'} becomes ${after ?? 'nothing'}`
  const says = [`${kind} \`${about}\` is ${direction.replace('-', ' ')}`, ...where].join(', ')
  const found = { place, says: `${says}: ${said}${because === undefined ? '' : ` (${because})`}` }
  return kind === 'cell' ? { ...found, row: about } : found
}

/** Where a change stands in the file. */
export function placeOf({ tree, resolved }: Subject, { kind, resource, purpose, subject }: Change): Place {
  const inResource = (...names: readonly string[]) => placeAt(tree, 'resources', resource ?? '', ...names)
  switch (kind) {
    case 'cell': {
      const cell = cellsOf(resolved).find(one => {
        return (
          one.item.leaf.path === subject &&
          one.purpose === purpose &&
          one.resource.catalogue.resource === resource
        )
      })
      return cell?.place ?? inResource('fields')
    }
    case 'red-line':
      return redLinePlace({ resolved }, resource ?? '', subject) ?? inResource('redLines')
    case 'include':
      return inResource('include', subject)
    case 'resource':
      return inResource()
    case 'gate':
      return resolved.draft.gates.find(({ id }) => id === subject)?.place ?? placeAt(tree, 'gates')
    case 'window':
    case 'requesters':
    case 'purpose':
      return placeAt(tree, 'purposes', purpose ?? '', subject)
    case 'obligation':
      return placeAt(tree, 'obligations', purpose ?? '')
    case 'derived':
      return inResource('derived', subject)
    case 'notice':
      return placeAt(tree, subject)
    case 'dates':
    case 'marking':
      return placeAt(tree, kind, subject)
    case 'paper':
      return placeAt(tree, 'agreement', subject)
    case 'condition':
      return placeAt(tree, 'conditions', subject)
    case 'treatment':
      return placeAt(tree, 'treatments', subject)
    case 'parties':
      return placeAt(tree, 'parties')
  }
}

function redLinePlace(
  { resolved }: Pick<Subject, 'resolved'>,
  resource: string,
  id: string,
): Place | undefined {
  return resolved.draft.resources.get(resource)?.redLines.find(one => one.id === id)?.place
}
