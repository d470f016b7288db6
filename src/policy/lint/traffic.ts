import { simulateShapes } from '../shapes/replay.ts'
import { type ReplayedDifference, summaryNumber } from '../shapes/report.ts'
import { plainName } from '../words.ts'
import { type Found, placeAt, type Subject } from './subject.ts'

/** Check 49: what the revision would have made of past documents otherwise, one finding for each resource and purpose. */
export function replayedTraffic({ reading, previous, traffic, tree }: Subject): readonly Found[] {
  if (!previous || !traffic) return []
  // Only the table is of interest: a draft that is not compiled has no digest under which anything was recorded.
  const draft = { id: reading.resolved.draft.id, digest: reading.sourceDigest, reading }
  return simulateShapes(previous, draft, traffic).map(difference => {
    return { place: placeAt(tree, 'purposes', difference.purpose), says: replayWords(difference) }
  })
}

function replayWords({ resource, purpose, documents, released, items }: ReplayedDifference): string {
  const { seen, differing, untold } = documents
  const parts = [
    `of the last ${summaryNumber(seen)} documents of \`${resource}\` for ${plainName(purpose)}, ${summaryNumber(differing)} would have come out otherwise`,
    ...(untold > 0 ? [`of ${summaryNumber(untold)} that cannot be told`] : []),
    ...(released.newly.length > 0 ? ['some would go that were refused'] : []),
    ...(released.noLonger.length > 0 ? ['some would be refused that went'] : []),
    ...itemWords('more of', items, 'more'),
    ...itemWords('less of', items, 'fewer'),
    ...itemWords('another form of', items, 'changed'),
  ]
  return parts.join('; ')
}

function itemWords(
  words: string,
  items: ReplayedDifference['items'],
  kind: 'more' | 'fewer' | 'changed',
): readonly string[] {
  const paths = items.filter(item => item[kind] > 0).map(({ path }) => `\`${path}\``)
  if (paths.length === 0) return []
  const shown = paths.slice(0, 4).join(', ')
  return [`${words} ${shown}${paths.length > 4 ? ` and ${paths.length - 4} items more` : ''}`]
}
