import { agreementChanges } from './chapters/agreement.ts'
import { liveStream } from './chapters/live.ts'
import { bothRemember } from './chapters/memory.ts'
import { missionCrosses } from './chapters/mission.ts'
import { otherWay } from './chapters/other-way.ts'
import { purposeDecides } from './chapters/purposes.ts'
import { noIsNo } from './chapters/refusals.ts'
import type { Stage } from './stage.ts'
import type { Teller } from './teller.ts'

/** What happens between the two agencies on one day, told and checked. */
export async function story(stage: Stage, teller: Teller): Promise<void> {
  await missionCrosses(stage, teller)
  await purposeDecides(stage, teller)
  await noIsNo(stage, teller)
  await liveStream(stage, teller)
  await otherWay(stage, teller)
  await agreementChanges(stage, teller)
  await bothRemember(stage, teller)
}
