/** The engines behind the ports of delivery and ledger. Every engine passes the shared suites in `test/stores`. */
export { makeMemoryStore } from './memory/memory-store.ts'
export { openSqliteLedger, openSqliteStore, type SqliteStoreParts } from './sqlite/sqlite-store.ts'
