import { unreachable } from '../kit/kit.ts'
import { roomOf } from './bounds.ts'
import {
  type Builder,
  buildFixed,
  buildList,
  buildObject,
  buildRule,
  type Source,
  type TargetNode,
} from './builder.ts'
import type { Converter } from './converter.ts'
import { converterNamed } from './converters.ts'
import { coverAll, isList, type Linking, linkSlot, noteRule, type Scope, targetAt } from './lookup.ts'
import type { Manner } from './mapping.ts'
import { getterOf, joinPath } from './paths.ts'
import type { Reader } from './reader.ts'
import { Report } from './report.ts'
import type { FixedSource, ListSource, RuleSource, StepSource } from './source.ts'

/** Looks up every path and converter of the rules and joins them to one builder of the whole target. */
export function linkRules(linking: Linking): Builder {
  return linkScope(linking, linking.mapping.rules, { source: '', target: '' })
}

function linkScope(linking: Linking, steps: readonly StepSource[], scope: Scope): Builder {
  const [only] = steps
  if (only && steps.length === 1 && only.to.value === '.') return linkStep(linking, only, scope)
  const members = new Map<string, TargetNode>()
  for (const step of steps) {
    const builder = linkStep(linking, step, scope)
    if (!plant(members, step.to.value.replace(/\[\]$/, '').split('.'), builder))
      linking.reader.complain(step.to.place, 'target-twice', `\`${step.to.value}\` already has a rule`)
  }
  return buildObject(members)
}

/** Puts a builder at its place in the tree of the target; false where something is there. */
function plant(members: Map<string, TargetNode>, names: readonly string[], builder: Builder): boolean {
  const [name = '', ...rest] = names
  const found = members.get(name)
  if (rest.length === 0) {
    members.set(name, { kind: 'made', builder })
    return found === undefined
  }
  if (found?.kind === 'made') return false
  const object = found ?? { kind: 'object' as const, members: new Map<string, TargetNode>() }
  members.set(name, object)
  return plant(object.members, rest, builder)
}

function linkStep(linking: Linking, step: StepSource, scope: Scope): Builder {
  switch (step.kind) {
    case 'rule':
      return linkRule(linking, step, scope)
    case 'fixed':
      return linkFixed(linking, step, scope)
    case 'list':
      return linkList(linking, step, scope)
    default:
      return unreachable(step)
  }
}

function linkRule(linking: Linking, rule: RuleSource, scope: Scope): Builder {
  const { reader, mapping } = linking
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
    return () => undefined
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
  const sources = slots.map((slot): Source => slot?.source ?? (() => undefined))
  return buildRule({ sources, convert, pointer: pointerOf(rule.to.value) })
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

function linkFixed(linking: Linking, rule: FixedSource, scope: Scope): Builder {
  noteRule(linking, rule.id)
  const target = targetAt(linking, rule.to, scope)
  const leaf = target && linking.to.leaves.get(target.path)
  if (target && !leaf?.valid(rule.value.value))
    linking.reader.complain(
      rule.value.place,
      'value-unfit',
      `\`${rule.value.value}\` is not a value of \`${target.path}\``,
    )
  return buildFixed(rule.value.value, { pointer: pointerOf(rule.to.value), id: rule.id.value })
}

function linkList(linking: Linking, list: ListSource, scope: Scope): Builder {
  const { reader } = linking
  const own = list.each.value === '.'
  const source = own ? scope.source : joinPath(scope.source, list.each.value)
  const target = joinPath(scope.target, list.to.value)
  if (!own && !isList(linking.from, source))
    reader.complain(list.each.place, 'source-unknown', `the source has no list \`${source}\``)
  if (!isList(linking.to, target))
    reader.complain(list.to.place, 'target-unknown', `the target has no list \`${target}\``)
  checkEntries(linking, list, { source: own ? undefined : source, target })
  const entry = linkScope(linking, list.rules, { source, target })
  return buildList({
    get: own ? undefined : getterOf(list.each.value),
    entry: list.cut
      ? cutAt(linking.to.lengths.get(target) ?? Number.POSITIVE_INFINITY, entry, target)
      : entry,
    pointer: pointerOf(list.to.value),
  })
}

/** The entries for which there is room; what stops the translation does so in all of them. */
function cutAt(most: number, entry: Builder, target: string): Builder {
  const left: Manner = {
    outcome: 'UNMAPPED',
    rule: `long.${target}`,
    note: 'more entries than there is room for',
  }
  return (scope, run, place) => {
    if (Number(place.slice(place.lastIndexOf('/') + 1)) < most) return entry(scope, run, place)
    const trial = { ...run, report: new Report() }
    if (entry(scope, trial, place) !== undefined) run.report.add(place, '', left)
    run.stopped ??= trial.stopped
    return undefined
  }
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
