import { unreachable } from '../kit/kit.ts'
import { roomOf } from './bounds.ts'
import { type Builder, buildList, type ListParts, makeAnswer } from './builder.ts'
import type { Converter } from './converter.ts'
import { converterNamed } from './converters.ts'
import { coverAll, isList, type Linking, linkSlot, noteRule, type Scope, targetAt } from './lookup.ts'
import type { Manner } from './mapping.ts'
import { getterOf, joinPath, namesOf } from './paths.ts'
import type { Reader } from './reader.ts'
import { shortcutOf } from './shortcut.ts'
import type { FixedSource, ListSource, RuleSource, StepSource } from './source.ts'
import { builderOf, buildObject, type Maker, plant, type TargetMembers } from './target-tree.ts'

/** Looks up every path and converter of the rules and joins them to one builder of the whole target. */
export function linkRules(linking: Linking): Builder {
  return linkScope(linking, linking.mapping.rules, { scope: { source: '', target: '' } })
}

/** With `list`, the steps make its entries. */
function linkScope(
  linking: Linking,
  steps: readonly StepSource[],
  { scope, list }: { scope: Scope; list?: ListParts },
): Builder {
  const { reader, sayings } = linking
  const [only] = steps
  if (only && steps.length === 1 && only.to.value === '.') {
    const whole = builderOf(linkStep(linking, only, scope), sayings)
    return list ? buildList(list, whole) : whole
  }
  const members: TargetMembers = new Map()
  for (const step of steps) {
    const maker = linkStep(linking, step, scope)
    if (!plant(members, namesOf(step.to.value), maker))
      reader.complain(step.to.place, 'target-twice', `\`${step.to.value}\` already has a rule`)
  }
  return buildObject(members, sayings, list)
}

function linkStep(linking: Linking, step: StepSource, scope: Scope): Maker {
  switch (step.kind) {
    case 'rule':
      return linkRule(linking, step, scope)
    case 'fixed':
      return linkFixed(linking, step, scope)
    case 'list':
      return { kind: 'built', build: linkList(linking, step, scope) }
    default:
      return unreachable(step)
  }
}

function linkRule(linking: Linking, rule: RuleSource, scope: Scope): Maker {
  const { reader, mapping, sayings } = linking
  noteRule(linking, rule.id)
  const target = targetAt(linking, rule.to, scope)
  const converter = converterNamed(rule.convert.value)
  if (!converter) {
    reader.complain(
      rule.convert.place,
      'converter-unknown',
      `there is no converter \`${rule.convert.value}\``,
    )
    for (const written of rule.from.values()) coverAll(linking, written, scope)
    return { kind: 'built', build: () => undefined }
  }
  checkParameters(reader, rule, converter)
  const slots = converter.slots.map(slot => linkSlot(linking, { rule, slot, scope }))
  checkSlotNames(reader, rule, converter)
  if (target && !converter.gives.includes(target.type))
    reader.complain(
      rule.to.place,
      'type-mismatch',
      `\`${rule.convert.value}\` does not make what \`${target.path}\` holds (${target.type})`,
    )
  const convert = converter.compile({
    rule: rule.id.value,
    sources: slots.map(slot => slot?.spot),
    target: target ?? { path: rule.to.value, type: 'text', values: undefined },
    room: roomOf(linking, { written: converter.slots.map(({ name }) => rule.from.get(name)), target, scope }),
    parameters: new Map([...rule.with].map(([name, { value }]) => [name, value])),
    tables: mapping.tables,
    complain: (code, says) => reader.complain(rule.convert.place, code, says),
  })
  const pointer = pointerOf(rule.to.value)
  return {
    kind: 'rule',
    slots,
    answer: makeAnswer(convert, { sayings, pointer }),
    shortcut: shortcutOf(convert.knows, { pointer, sources: slots.map(slot => slot?.spot) }),
  }
}

function checkParameters(reader: Reader, rule: RuleSource, converter: Converter): void {
  for (const [name, { place }] of rule.with)
    if (!converter.parameters.includes(name))
      reader.complain(place, 'parameter-unknown', `\`${rule.convert.value}\` has no parameter \`${name}\``)
}

function checkSlotNames(reader: Reader, rule: RuleSource, converter: Converter): void {
  for (const [name, { place }] of rule.from)
    if (!converter.slots.some(slot => slot.name === name))
      reader.complain(place, 'slot-unknown', `\`${rule.convert.value}\` reads no \`${name}\``)
}

function linkFixed(linking: Linking, rule: FixedSource, scope: Scope): Maker {
  noteRule(linking, rule.id)
  const target = targetAt(linking, rule.to, scope)
  const leaf = target && linking.to.leaves.get(target.path)
  if (target && !leaf?.valid(rule.value.value))
    linking.reader.complain(
      rule.value.place,
      'value-unfit',
      `\`${rule.value.value}\` is not a value of \`${target.path}\``,
    )
  const manner: Manner = { outcome: 'DEFAULTED', rule: rule.id.value }
  return { kind: 'fixed', value: rule.value.value, saying: { pointer: pointerOf(rule.to.value), manner } }
}

function linkList(linking: Linking, list: ListSource, scope: Scope): Builder {
  const { reader, sayings } = linking
  const own = list.each.value === '.'
  const source = own ? scope.source : joinPath(scope.source, list.each.value)
  const target = joinPath(scope.target, list.to.value)
  if (!own && !isList(linking.from, source))
    reader.complain(list.each.place, 'source-unknown', `the source has no list \`${source}\``)
  if (!isList(linking.to, target))
    reader.complain(list.to.place, 'target-unknown', `the target has no list \`${target}\``)
  checkEntries(linking, list, { source: own ? undefined : source, target })
  const beyond: Manner = {
    outcome: 'UNMAPPED',
    rule: `long.${target}`,
    note: 'more entries than there is room for',
  }
  const parts: ListParts = {
    get: own ? undefined : getterOf(list.each.value),
    begins: sayings.addList(pointerOf(list.to.value)),
    most: (list.cut ? linking.to.lengths.get(target) : undefined) ?? Number.POSITIVE_INFINITY,
    beyond: sayings.add('', beyond),
  }
  return linkScope(linking, list.rules, { scope: { source, target }, list: parts })
}

/** Complains of a list that can have more entries than the target takes. */
function checkEntries(
  { reader, from, to }: Linking,
  { to: written, cut }: ListSource,
  { source, target }: { source: string | undefined; target: string },
): void {
  const most = to.lengths.get(target)
  const come = source === undefined ? 1 : from.lengths.get(source)
  if (most === undefined || cut || (come !== undefined && come <= most)) return
  const says = `a list of ${come ?? 'any number of'} entries can come, and \`${target}\` takes ${most}`
  reader.complain(written.place, 'list-too-long', says)
}

/** `officer.name` → `/officer/name`; the names of a schema hold no `~` and no `/`. */
function pointerOf(path: string): string {
  return path === '.' ? '' : `/${path.replace(/\[\]$/, '').replaceAll('.', '/')}`
}
