import {
  MOST_SHAPES,
  oldestShapeDay,
  type ShapeEntry,
  type ShapeQuery,
  type ShapeRow,
} from '../../delivery/delivery.ts'
import { type Database, numberOf, type Row, textOf } from './database.ts'

/** What the writing thread is asked to do about shapes. */
export interface ShapeCommand {
  readonly kind: 'shapes'
  readonly entries: readonly ShapeEntry[]
}

export interface ShapeTable {
  add(entries: readonly ShapeEntry[]): void
  /** Erases what was not seen for long, and what is too much. */
  forget(now: number): void
}

export function openShapeTable(db: Database): ShapeTable {
  const add = db.prepare(
    `INSERT INTO shape (digest, agreement, revision, resource, purpose, count, first_day, last_day, text)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (digest) DO UPDATE SET count = count + excluded.count,
       first_day = min(first_day, excluded.first_day), last_day = max(last_day, excluded.last_day)`,
  )
  const forget = db.prepare('DELETE FROM shape WHERE last_day < ?')
  const shorten = db.prepare(
    'DELETE FROM shape WHERE digest IN (SELECT digest FROM shape ORDER BY last_day DESC, digest LIMIT -1 OFFSET ?)',
  )
  return {
    add(entries) {
      for (const { digest, agreement, revision, resource, purpose, count, day, text } of entries)
        add.run(digest, agreement, revision, resource, purpose, count, day, day, text)
    },
    forget(now) {
      forget.run(oldestShapeDay(now))
      shorten.run(MOST_SHAPES)
    },
  }
}

/** Reads of shapes, on the reading connection. */
export function openShapeReader(db: Database) {
  const shapes = db.prepare(
    `SELECT digest, agreement, revision, resource, purpose, count, first_day, last_day, text FROM shape
     WHERE agreement = ? AND last_day >= ? ORDER BY last_day DESC, digest LIMIT ?`,
  )
  return {
    shapes: ({ agreement, since, limit }: ShapeQuery) =>
      shapes.all(agreement, since, limit).map(readShapeRow),
  }
}

function readShapeRow(row: Row): ShapeRow {
  return {
    digest: textOf(row, 'digest'),
    agreement: textOf(row, 'agreement'),
    revision: numberOf(row, 'revision'),
    resource: textOf(row, 'resource'),
    purpose: textOf(row, 'purpose'),
    count: numberOf(row, 'count'),
    firstDay: textOf(row, 'first_day'),
    lastDay: textOf(row, 'last_day'),
    text: textOf(row, 'text'),
  }
}
