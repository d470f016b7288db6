import { closedList } from './plan.ts'
import { isWithheld, type Resolved } from './resolved.ts'

/** Whether the recipient is told which items a purpose never carries. */
export const NOTICES = ['none', 'by-policy'] as const
export type WithheldNotice = (typeof NOTICES)[number]

/**
 * The items that a purpose never carries, as the agreement says it: the same for every document, so that it does not tell whether
 * there was anything to withhold. Empty where the agreement gives no such notice.
 *
 * @returns paths of the catalogue, in its order
 */
export function withheldItems(
  { draft, resources }: Resolved,
  resource: string,
  purpose: string,
): readonly string[] {
  const found = resources.get(resource)
  if (draft.withheldNotice === 'none' || !found || !draft.purposes.has(purpose)) return []
  return found.items.flatMap(({ leaf: { path }, cells }) => {
    const cell = cells.get(purpose)
    const stays = !cell || isWithheld(cell) || closedList(found, purpose, path) !== undefined
    return stays ? [path] : []
  })
}
