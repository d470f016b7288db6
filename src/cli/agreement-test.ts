import { Command } from 'commander'
import { type ExampleOutcome, tryExamples } from '../policy/policy.ts'
import { printProblem } from '../terms/terms.ts'
import { counted, houseSchemas, openDesk } from './agreement-desk.ts'
import type { Terminal } from './terminal.ts'

interface TestOptions {
  readonly schemas: string
  readonly json: boolean
}

/** `concordat agreement test`: the worked examples, one by one. */
export function testCommand(terminal: Terminal): Command {
  return new Command('test')
    .description('run the worked examples of a sharing policy one by one')
    .argument('<file>', 'the sharing policy (YAML)')
    .option('--schemas <directory>', 'document schemas it is written against', houseSchemas)
    .option('--json', 'print the outcomes as JSON', false)
    .addHelpText('after', '\nEnds with 1 if an example fails; what it names is the first place that differs.')
    .action(async (file: string, { schemas, json }: TestOptions) => {
      const outcomes = tryExamples(await openDesk(terminal, schemas).read(file), file)
      const failed = outcomes.filter(({ problems }) => problems.length > 0).length
      if (json)
        terminal.out(
          JSON.stringify({ file, passed: outcomes.length - failed, failed, examples: outcomes }, null, 2),
        )
      else tell(terminal, outcomes, failed)
      if (failed > 0) terminal.end(1)
    })
}

function tell(terminal: Terminal, outcomes: readonly ExampleOutcome[], failed: number): void {
  for (const { name, purpose, role, problems } of outcomes) {
    terminal.out(`${problems.length === 0 ? 'pass' : 'FAIL'}  ${name} (${purpose}, ${role})`)
    for (const problem of problems) terminal.out(`      ${printProblem(problem)}`)
  }
  terminal.out(`${counted(outcomes.length, 'example')}: ${outcomes.length - failed} passed, ${failed} failed`)
}
