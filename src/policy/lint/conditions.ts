import type { Expression } from '../expression.ts'
import { parseInstant } from '../read.ts'
import type { Check } from './check.ts'
import { boundUses, casesFor, deadBranches, fixedConditions } from './reach.ts'
import { type Found, grouped, listed, placeAt, type Subject } from './subject.ts'
import { testPlace, usesOf } from './uses.ts'

/** Checks 27 to 35: conditions. */
export const CONDITIONS = {
  27: {
    title: 'conditions are written in our part of CEL, over what is there',
    level: 'stop',
    needs: 'compiler',
    codes: [
      'condition-syntax',
      'condition-outside-subset',
      'condition-type',
      'condition-scope',
      'unknown-condition',
      'conditions/unknown-path',
      'conditions/not-a-leaf',
      'purposes/unknown-path',
      'gates/unknown-path',
    ],
  },
  28: {
    title: 'conditions read control items only',
    level: 'stop',
    needs: 'compiler',
    codes: ['not-control'],
  },
  29: {
    title: 'conditions name values that there are',
    level: 'stop',
    needs: 'compiler',
    codes: ['value-not-in-enumeration'],
  },
  30: {
    title: 'every condition and every branch can come out either way',
    level: 'stop',
    needs: 'meaning',
    codes: ['cell-without-else', 'cell-else-early', 'branch-form'],
    run: subject => [...fixedConditions(subject), ...deadBranches(subject)],
  },
  31: {
    title: 'the sentence says what the expression tests',
    level: 'stop',
    needs: 'meaning',
    codes: ['conditions/missing-key', 'conditions/not-a-text'],
    run: unsaidChanges,
  },
  32: {
    title: 'nothing opens because something is missing',
    level: 'stop',
    needs: 'meaning',
    codes: ['opens-when-absent'],
    run: statedOpenings,
  },
  33: {
    title: 'no condition both loosens and tightens',
    level: 'ask',
    needs: 'meaning',
    codes: [],
    run: doubleUses,
  },
  34: {
    title: 'conditions can be read at a glance',
    level: 'ask',
    needs: 'meaning',
    codes: [],
    run: hardToRead,
  },
  35: {
    title: 'what is lost where the source of a condition is missing',
    level: 'note',
    needs: 'meaning',
    codes: [],
    run: failureImpact,
  },
} satisfies Record<number, Check>

function unsaidChanges({ tree, resolved, previous }: Subject): readonly Found[] {
  const before = previous?.reading.resolved.draft.conditions
  return [...resolved.draft.conditions].flatMap(([name, { says, written }]) => {
    const old = before?.get(name)
    if (!old || old.says !== says || old.written.trim() === written.trim()) return []
    const found = `condition \`${name}\` tests something else than before, and still says “${says}”`
    return [
      {
        place: placeAt(tree, 'conditions', name),
        says: found,
        fix: 'say what it tests now, or give it another name',
      },
    ]
  })
}

/** Where a gate or the like may open because something is missing, the reason is shown; one that is not needed is asked about. */
function statedOpenings(subject: Subject): readonly Found[] {
  const { draft } = subject.resolved
  const stated = boundUses(subject).flatMap((use): readonly Found[] => {
    const reason = draft.conditions.get(use.condition.name)?.opensWhenAbsent
    const cases = reason === undefined ? undefined : casesFor(subject, use)
    if (reason === undefined || !cases) return []
    const absent = cases.filter(({ scene }) => !use.condition.present(scene))
    const opening = absent.find(({ scene }) => use.opens.some(truth => use.condition.test(scene) === truth))
    const place = placeAt(subject.tree, 'conditions', use.condition.name, 'opensWhenAbsent')
    if (opening) {
      const says = `\`${use.resource}\` may go although ${opening.says}: ${reason}`
      return [{ place, says, level: 'note' }]
    }
    const says = `condition \`${use.condition.name}\` does not open where something is absent in \`${use.resource}\``
    return [{ place, says, level: 'ask', fix: 'leave `opensWhenAbsent` out' }]
  })
  return stated
}

function doubleUses({ resolved }: Subject): readonly Found[] {
  return grouped(usesOf(resolved), ({ condition }) => condition.name).flatMap(group => {
    const loosens = group.find(({ opens }) => opens.includes(true))
    const tightens = group.find(({ opens }) => opens.includes(false))
    if (!loosens || !tightens) return []
    const { name } = loosens.condition
    const says = `condition \`${name}\` lets more through in one place and less in another; where its source is missing, it cannot be safe for both`
    return [{ place: testPlace(resolved.draft, name), says, fix: 'write two conditions' }]
  })
}

const MOST_PARTS = 3

function hardToRead({ resolved, now }: Subject): readonly Found[] {
  return [...resolved.draft.conditions].flatMap(([name, { expression, testPlace: place }]) => {
    if (!expression) return []
    const found: Found[] = []
    const say = (says: string, fix: string) =>
      found.push({ place, says: `condition \`${name}\` ${says}`, fix })
    if (isNegated(expression)) say('says what is not', 'say what is')
    const parts = partsOf(expression)
    if (parts > MOST_PARTS) say(`has ${parts} parts`, 'write several conditions')
    const past = literalsIn(expression).find(
      text => (parseInstant(text) ?? Date.parse(`${text}T00:00:00Z`)) < now,
    )
    if (past !== undefined) say(`names \`${past}\`, which is past`, 'use the dates of the agreement')
    return found
  })
}

/** `!has(x)` is how a missing mark is told, and no negation to stumble over. */
function isNegated(expression: Expression): boolean {
  switch (expression.kind) {
    case 'not':
      return expression.operand.kind !== 'has'
    case 'both':
    case 'either':
      return isNegated(expression.left) || isNegated(expression.right)
    default:
      return false
  }
}

function partsOf(expression: Expression): number {
  if (expression.kind !== 'both' && expression.kind !== 'either') return 1
  return partsOf(expression.left) + partsOf(expression.right)
}

function literalsIn(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case 'literal':
      return typeof expression.value === 'string' ? [expression.value] : []
    case 'not':
      return literalsIn(expression.operand)
    case 'in':
      return expression.among.filter(one => typeof one === 'string')
    case 'both':
    case 'either':
    case 'compare':
      return [...literalsIn(expression.left), ...literalsIn(expression.right)]
    default:
      return []
  }
}

/** Where a condition states that it opens, check 32 shows that. */
function failureImpact({ resolved }: Subject): readonly Found[] {
  const closing = usesOf(resolved).filter(({ condition }) => {
    return resolved.draft.conditions.get(condition.name)?.opensWhenAbsent === undefined
  })
  return grouped(closing, ({ condition }) => condition.name).map(group => {
    const { condition } = group[0]
    const inputs = [...new Set(group.flatMap(one => one.condition.inputs.map(({ path }) => path)))]
    const losses = [...new Set(group.map(({ loses }) => loses))]
    const more = losses.length > 4 ? `, and ${losses.length - 4} more` : ''
    const says = `without ${listed(inputs)}, \`${condition.name}\` cannot be told: ${losses.slice(0, 4).join(', ')}${more}`
    return { place: testPlace(resolved.draft, condition.name), says }
  })
}
