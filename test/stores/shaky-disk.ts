import { basename } from 'node:path'
import { DatabaseSync, type DatabaseSyncOptions, type StatementSync } from 'node:sqlite'
import type { Driver } from '../../src/stores/sqlite/database.ts'

/** What a connection is about to do or has done: the file, and the beginning of the statement. */
export interface Step {
  readonly when: 'before' | 'after'
  readonly what: string
}

/**
 * SQLite itself, on real files, that lets somebody in before and after each call that it gets. Whoever throws there makes the
 * call fail: before it has begun, or after it has taken effect.
 */
export function shakyDriver(onStep: (step: Step) => void): Driver {
  function around<Result>(what: string, call: () => Result): Result {
    onStep({ when: 'before', what })
    const result = call()
    onStep({ when: 'after', what })
    return result
  }

  return class extends DatabaseSync {
    readonly #file: string

    constructor(path: string | Buffer | URL, options: DatabaseSyncOptions = {}) {
      super(path, options)
      this.#file = basename(String(path))
    }

    override exec(sql: string): void {
      around(this.#name(sql), () => super.exec(sql))
    }

    override prepare(sql: string): StatementSync {
      const statement = super.prepare(sql)
      for (const method of ['run', 'get', 'all'] as const) {
        const inner = statement[method].bind(statement)
        const value = (...values: never[]) => around(this.#name(sql), () => inner(...values))
        Object.defineProperty(statement, method, { value })
      }
      return statement
    }

    #name(sql: string): string {
      return `${this.#file}: ${sql.trim().slice(0, 40)}`
    }
  }
}

/** An error as the driver throws it, by SQLite's primary result code. */
export function driverFault(errcode: number, says: string): Error {
  return Object.assign(new Error(says), { code: 'ERR_SQLITE_ERROR', errcode })
}
