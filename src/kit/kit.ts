/** Floor 0: what every room may use and none owns. It knows nothing of agencies, documents or policies. */
export { type Digest, digestOf, isDigest, readBase64url, sha256 } from './bytes.ts'
export { canonicalJson } from './canonical.ts'
export { type Clock, systemClock, timestamp } from './clock.ts'
export { isUuidv7, makeSalt, randomKey, timeOfUuid, uuidv7 } from './ids.ts'
export {
  isJsonObject,
  type Json,
  type JsonFault,
  type JsonObject,
  type JsonReading,
  readJson,
  readJsonText,
} from './json.ts'
export type { Log, LogFacts } from './log.ts'
export { mapInPieces } from './pieces.ts'
export { unreachable } from './unreachable.ts'
export { type Element, readXml, type XmlFault, type XmlReading, type XmlReadingParts } from './xml.ts'
