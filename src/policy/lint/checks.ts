import { CHANGE } from './change.ts'
import type { Check, CheckNumber } from './check.ts'
import { CONDITIONS } from './conditions.ts'
import { EXERCISE } from './exercise.ts'
import { FORM } from './form.ts'
import { LAW } from './law.ts'
import { LAYERS } from './layers.ts'
import { PRIVACY } from './privacy.ts'
import { ROWS } from './rows.ts'
import { UNUSED } from './unused.ts'

/** Every check by its number. */
export const CHECKS: Readonly<Record<CheckNumber, Check>> = {
  ...FORM,
  ...LAW,
  ...UNUSED,
  ...ROWS,
  ...PRIVACY,
  ...CONDITIONS,
  ...LAYERS,
  ...EXERCISE,
  ...CHANGE,
} satisfies Record<CheckNumber, Check>
