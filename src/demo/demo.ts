import type { Clock } from '../kit/kit.ts'
import { pasteable } from './pasteable.ts'
import type { FieldPlaces } from './practice-field.ts'
import { type Stage, setStage } from './stage.ts'
import { story } from './story.ts'
import { makeTeller } from './teller.ts'

export { runSystem, type SystemName, systemNames } from './systems.ts'

export interface DemoParts {
  readonly places: FieldPlaces
  /** The folder of the certificates as the user wrote it, for commands that are shown. */
  readonly certificatesAsGiven: string
  readonly clock: Clock
  /** Begin with empty stores. */
  readonly fresh: boolean
  /** End after the story. */
  readonly once: boolean
  readonly execPath: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly colour: boolean
  readonly out: (line: string) => void
  readonly stop: AbortSignal
}

/**
 * Runs two gateways with a system at each, tells what passes between them, and checks every statement it makes.
 *
 * @returns whether all of them held
 */
export async function runDemo(parts: DemoParts): Promise<boolean> {
  const teller = makeTeller(parts.out, parts.colour)
  teller.say(
    'Two agencies, two gateways, one agreement. Certificates, keys and signatures are made as needed …',
  )
  await using stage: Stage = await setStage(parts)
  await story(stage, teller)
  parts.out('')
  parts.out(`${teller.held} statements held, ${teller.failed.length} did not.`)
  for (const says of teller.failed) parts.out(`  did not hold: ${says}`)
  if (!parts.once) {
    for (const line of pasteable(stage.field, parts.certificatesAsGiven)) teller.command(line)
    await until(parts.stop, stage.broken)
  }
  return teller.failed.length === 0
}

function until(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise(done => {
    const any = AbortSignal.any([...signals])
    if (any.aborted) done()
    else any.addEventListener('abort', () => done(), { once: true })
  })
}
