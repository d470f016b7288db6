import { MOST_SHAPES, oldestShapeDay, type ShapeRow, type ShapeStore } from '../../delivery/delivery.ts'

/** Shapes in a map, with how they are forgotten. */
export function makeMemoryShapes(): { readonly port: ShapeStore; forget(now: number): void } {
  const rows = new Map<string, ShapeRow>()
  const newestFirst = () =>
    [...rows.values()].toSorted((a, b) => {
      return a.lastDay === b.lastDay ? (a.digest < b.digest ? -1 : 1) : a.lastDay < b.lastDay ? 1 : -1
    })
  return {
    port: {
      async addShapes(entries) {
        for (const { day, ...entry } of entries) {
          const known = rows.get(entry.digest)
          const count = (known?.count ?? 0) + entry.count
          const firstDay = known && known.firstDay < day ? known.firstDay : day
          const lastDay = known && known.lastDay > day ? known.lastDay : day
          rows.set(entry.digest, { ...(known ?? entry), count, firstDay, lastDay })
        }
      },
      shapes: async ({ agreement, since, limit }) =>
        newestFirst()
          .filter(row => row.agreement === agreement && row.lastDay >= since)
          .slice(0, limit),
    },
    forget(now) {
      const oldest = oldestShapeDay(now)
      for (const { digest, lastDay } of [...rows.values()]) if (lastDay < oldest) rows.delete(digest)
      for (const { digest } of newestFirst().slice(MOST_SHAPES)) rows.delete(digest)
    },
  }
}
