/** Writes `src/contract/openapi-types.ts` from `openapi.yaml`: `npm run types`. */
import { writeFileSync } from 'node:fs'
import { generateTypes, typesFile } from './openapi-types.ts'

writeFileSync(typesFile, await generateTypes())
