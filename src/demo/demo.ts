import type { Clock } from '../kit/kit.ts'
import type { FieldPlaces } from './practice-field.ts'

export interface DemoParts {
  readonly places: FieldPlaces
  readonly certificatesAsGiven: string
  readonly clock: Clock
  readonly once: boolean
  readonly execPath: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly colour: boolean
  readonly out: (line: string) => void
  readonly stop: AbortSignal
}

export async function runDemo(parts: DemoParts): Promise<boolean> {
  parts.out('')
  return false
}
