import t from 'tap'
import { makeMemoryStore } from '../../src/stores/stores.ts'
import { agreementStoreSuite } from './agreement-store.suite.ts'
import { anchorStoreSuite } from './anchor-store.suite.ts'
import { exchangeStoreSuite } from './exchange-store.suite.ts'
import { shapeStoreSuite } from './shape-store.suite.ts'
import { vaultStoreSuite } from './vault-store.suite.ts'
import { witnessStoreSuite } from './witness-store.suite.ts'

agreementStoreSuite(t, 'memory', async clock => makeMemoryStore({ clock }))
exchangeStoreSuite(t, 'memory', async clock => makeMemoryStore({ clock }))
shapeStoreSuite(t, 'memory', async clock => makeMemoryStore({ clock }))
witnessStoreSuite(t, 'memory', async clock => makeMemoryStore({ clock }))
anchorStoreSuite(t, 'memory', async clock => makeMemoryStore({ clock }))
vaultStoreSuite(t, 'memory', async clock => makeMemoryStore({ clock }))
