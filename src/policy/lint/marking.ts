import type { Label, Sensitivity } from '../../terms/terms.ts'
import { heightOf, type Marking, TLP, type Tlp } from '../marking.ts'
import { PERSONAL } from '../resolve.ts'
import { labelWords } from '../words.ts'
import { type Found, openCells, placeAt, type Subject } from './subject.ts'

/** What is wrong with the marking: the member that says it, what would happen, and what helps. */
interface Fault {
  readonly member?: keyof Marking
  readonly says: string
  readonly fix: string
  readonly level?: 'ask'
}

/** A marking too low for what goes, too high for the link, or in contradiction to itself (check 41). */
export function markings({ tree, resolved, rules }: Subject): readonly Found[] {
  const { marking } = resolved.draft
  const open = openCells(resolved).map(({ item }) => item.leaf)
  const faults = [
    ...withoutSensitive(marking, open),
    ...passedOnTooFar(marking, open),
    ...otherHeight(marking),
    ...aboveCeiling(marking, rules.ceiling),
  ]
  return faults.map(({ member, ...fault }) => {
    return { place: placeAt(tree, 'marking', ...(member === undefined ? [] : [member])), ...fault }
  })
}

interface Open {
  readonly path: string
  readonly sensitivity: Sensitivity
}

function withoutSensitive(
  { policy, classification, sensitive }: Marking,
  open: readonly Open[],
): readonly Fault[] {
  const personal = open.find(({ sensitivity }) => PERSONAL.has(sensitivity))
  if (!personal || policy !== 'UK-GSC' || classification !== 'OFFICIAL' || sensitive === true) return []
  const says = `\`${personal.path}\` is ${personal.sensitivity} and would go without the SENSITIVE marking`
  return [{ says, fix: 'add `sensitive: true`' }]
}

/** The widest traffic light under which an item of each kind may go. */
function widestFor(sensitivity: Sensitivity): Tlp {
  if (sensitivity === 'public') return 'CLEAR'
  return sensitivity === 'operational' ? 'GREEN' : 'AMBER'
}

function passedOnTooFar({ tlp }: Marking, open: readonly Open[]): readonly Fault[] {
  if (tlp === undefined) return []
  if (tlp === 'RED') {
    const says = 'TLP:RED is for the persons who are told, and a gateway tells everybody who has the role'
    return [{ member: 'tlp', says, fix: 'write `AMBER+STRICT`', level: 'ask' }]
  }
  const narrow = open.find(({ sensitivity }) => TLP.indexOf(tlp) < TLP.indexOf(widestFor(sensitivity)))
  if (!narrow) return []
  const widest = widestFor(narrow.sensitivity)
  const says = `\`${narrow.path}\` is ${narrow.sensitivity} and would go as TLP:${tlp}, to be passed on further than TLP:${widest}`
  return [{ member: 'tlp', says, fix: `write \`${widest}\`` }]
}

function otherHeight(marking: Marking): readonly Fault[] {
  const { stanag4774 } = marking
  if (!stanag4774) return []
  const [own, label] = [heightOf(marking), heightOf(stanag4774)]
  const member = 'stanag4774'
  const both = `${labelWords(stanag4774)} and the marking ${labelWords(marking)}`
  if (own === undefined || label === undefined)
    return [
      { member, says: `nobody can tell whether ${both} are as high`, fix: 'say why they are', level: 'ask' },
    ]
  if (own === label) return []
  const says = `${both} are not as high: the recipient would handle it by the one that it reads`
  return [{ member, says, fix: 'make them one height' }]
}

function aboveCeiling(marking: Marking, ceiling: Label | undefined): readonly Fault[] {
  if (!ceiling) return []
  const most = heightOf(ceiling)
  const same = marking.policy === ceiling.policy && marking.classification === ceiling.classification
  const within = (label: Label): boolean => {
    const height = heightOf(label)
    return label.policy === ceiling.policy && height !== undefined && most !== undefined && height <= most
  }
  const alike = same && (marking.sensitive !== true || ceiling.sensitive === true)
  if (alike || within(marking)) return []
  const says = `the marking lies above what the link carries, or cannot be compared with it: ${ceiling.policy} ${ceiling.classification}`
  return [{ says, fix: 'lower the marking, or use another link' }]
}
