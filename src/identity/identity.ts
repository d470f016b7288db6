/** Who speaks: certificates to systems and peers, tokens to callers. It verifies no signature itself; that is handed in. */

export {
  makeRegister,
  type Peer,
  type Recognition,
  type Register,
  type RegisteredPeer,
  type RegisteredSystem,
  type RegisterParts,
  type System,
} from './peers.ts'
export { requirePurpose } from './purpose.ts'
export { bearerToken, type TokenAlgorithm } from './token-form.ts'
export {
  type Caller,
  makeTokenKeeper,
  type TokenKeeper,
  type TokenKeeperParts,
  type TokenKey,
} from './tokens.ts'
