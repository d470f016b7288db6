/** The engines behind the ports of delivery and ledger. Every engine passes the shared suites in `test/stores`. */
export { makeMemoryStore } from './memory/memory-store.ts'
export {
  openSqliteLedger,
  openSqliteShapes,
  openSqliteStore,
  openSqliteVault,
  type Shortage,
  type SqliteLedger,
  type SqliteStoreParts,
  type Store,
} from './sqlite/sqlite-store.ts'
