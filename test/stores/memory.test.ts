import t from 'tap'
import { makeMemoryStore } from '../../src/stores/stores.ts'
import { exchangeStoreSuite } from './exchange-store.suite.ts'

exchangeStoreSuite(t, 'memory', async clock => makeMemoryStore({ clock }))
