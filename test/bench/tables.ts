import type { PathFigures, PathReport, Round } from './path.ts'
import type { PolicyFigure } from './policy.ts'
import type { RegisterFigure } from './register.ts'
import type { StepFigures } from './steps.ts'
import type { StoreFigure } from './store.ts'
import { median } from './timing.ts'
import type { TranslationFigure } from './translation.ts'

export interface Figures {
  readonly path: PathReport | undefined
  readonly steps: readonly StepFigures[] | undefined
  readonly policy: readonly PolicyFigure[] | undefined
  readonly translation: readonly TranslationFigure[] | undefined
  readonly store: readonly StoreFigure[] | undefined
  readonly register: readonly RegisterFigure[] | undefined
}

/** What was measured, for people. Ratios first: they hold on other machines too. */
export function printTables({ path, steps, policy, translation, store, register }: Figures): string {
  const parts = [
    path && printPath(path),
    steps?.map(printSteps).join('\n\n'),
    policy && printPolicy(policy),
    translation && printTranslation(translation),
    store && printStore(store),
    register && printRegister(register),
  ]
  return parts.filter(part => part !== undefined).join('\n\n')
}

function printPath({ figures, exchanges, missing }: PathReport): string {
  const rows = figures.flatMap(({ connections, gateways, proxies, ratio }: PathFigures) => [
    [`${connections}`, 'two gateways', ...cells(gateways), ratio.toFixed(2)],
    ['', 'two proxy hops', ...cells(proxies), ''],
  ])
  const head = [
    'connections',
    '3 kB operation',
    'CPU µs each',
    'per second',
    'p50 ms',
    'p99 ms',
    'ours/proxies (≤ 0.5)',
  ]
  const end = `${exchanges} exchanges were answered; ${missing === 0 ? 'all are delivered and receipted' : `${missing} ARE MISSING`}.`
  return `${layOut([head, ...rows])}\n${end}`
}

function cells(rounds: readonly Round[]): string[] {
  const of = (pick: (round: Round) => number) => median(rounds.map(pick))
  return [
    of(round => round.cpuEach).toFixed(0),
    of(round => round.perSecond).toFixed(0),
    of(round => round.p50).toFixed(1),
    of(round => round.p99).toFixed(1),
  ]
}

function printSteps({ bytes, parseAndPrint, steps }: StepFigures): string {
  const rows = steps.map(({ step, ratio, microseconds }) => [step, ratio.toFixed(2), microseconds.toFixed(1)])
  const head = [`${(bytes / 1_000).toFixed(1)} kB operation`, 'by parse and print', 'µs']
  const base = ['JSON.parse and JSON.stringify', '1.00', parseAndPrint.toFixed(1)]
  return layOut([head, base, ...rows])
}

function printPolicy(figures: readonly PolicyFigure[]): string {
  const rows = figures.map(({ purpose, ours, ratio, ratioOfStrangers, cedar, cedarRatio }) => [
    purpose,
    ours.toFixed(1),
    ratio.toFixed(2),
    ratioOfStrangers.toFixed(2),
    cedar.toFixed(0),
    cedarRatio.toFixed(0),
  ])
  const [first] = figures
  const head = [
    `policy, ${((first?.bytes ?? 0) / 1_000).toFixed(1)} kB operation`,
    'µs',
    'by parse and print (≤ 1)',
    'all code names new',
    `Cedar, ${first?.items ?? 0} items, µs`,
    'Cedar/ours (≥ 20)',
  ]
  return layOut([head, ...rows])
}

function printTranslation(figures: readonly TranslationFigure[]): string {
  const rows = figures.map(figure => [
    `${(figure.bytes / 1_000).toFixed(1)} kB operation, as received`,
    figure.ours.toFixed(1),
    figure.ratio.toFixed(3),
    figure.ratioOfStrangers.toFixed(3),
    figure.ratioOfOdd.toFixed(3),
    figure.jsonata.toFixed(0),
    figure.jsonataRatio.toFixed(0),
  ])
  const head = [
    'translation',
    'µs',
    'by parse and print (≤ 0.2 at 62 kB)',
    'all places new',
    'after all cases',
    'JSONata, µs',
    'JSONata/ours (≥ 100 at 62 kB)',
  ]
  return layOut([head, ...rows])
}

function printRegister(figures: readonly RegisterFigure[]): string {
  const rows = figures.map(({ asked, found, median: usual, worst }) => [
    asked,
    `${found}`,
    usual.toFixed(1),
    worst.toFixed(1),
  ])
  return layOut([['register of disclosures, asked for', 'found', 'ms (≤ 1000)', 'worst ms'], ...rows])
}

function printStore(figures: readonly StoreFigure[]): string {
  const rows = figures.map(({ write, together, cpuEach, perSecond }) => {
    return [write, `${together}`, cpuEach.toFixed(0), perSecond.toFixed(0)]
  })
  return layOut([['store', 'in one commit', 'CPU µs each', 'per second'], ...rows])
}

/** Columns side by side, numbers to the right. */
function layOut(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map(row => (row[at] ?? '').length)))
  return rows
    .map(row =>
      row.map((cell, at) =>
        /^[\d.]+$/.test(cell) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
      ),
    )
    .map(row => row.join('  ').trimEnd())
    .join('\n')
}
