/**
 * Proof: keys, signed batches and receipts, certificates and their revocation, and the example PKI. It says what was
 * signed and by which key; who that is, identity says.
 */
export {
  BATCH_LIMITS,
  type BatchHead,
  countThatFit,
  type OpenedBatch,
  openBatch,
  type SealedBatch,
  sealBatch,
  type WaitingExchange,
} from './batch.ts'
export { checkProfile, factsOf, type ProfileExpectations, thumbprint } from './certificate.ts'
export { type Crl, type CrlEntry, type CrlFinding, checkCrl, readCrl } from './crl.ts'
export { makeExampleCrl } from './example-crl.ts'
export {
  type ExampleAgency,
  exampleAgencies,
  makeExamplePki,
  PkiExistsError,
} from './example-files.ts'
export {
  type CertificateRequest,
  type Issued,
  issueExample,
  makeCsr,
  makeExampleCa,
  makePkcs12,
} from './example-pki.ts'
export { type ReissuedCrl, reissueExampleCrl, serialOf } from './example-revocation.ts'
export {
  algorithmOf,
  type JwksReading,
  type KeyHolder,
  type PublishedKey,
  printJwks,
  readJwks,
  type SignatureAlgorithm,
} from './jwks.ts'
export { type JwsReading, type JwsType, type KeyOf, signJws, verifyJws } from './jws.ts'
export {
  keyThumbprint,
  makePostQuantumSigner,
  makeSigner,
  type PostQuantumSigner,
  type PrivateKeyReading,
  readPrivateKey,
  type Signer,
} from './keys.ts'
export { type DocumentLine, printLine, readLine } from './line.ts'
export { digestMatches, type Manifest, printManifest, readManifest } from './manifest.ts'
export { type OpenedReceipts, openReceipts, printReceipt, type Receipt, sealReceipts } from './receipts.ts'
export { type Installation, makeRevocations, type Revocations } from './revocations.ts'
export {
  checkTimestamp,
  makeTimestampQuery,
  readAuthority,
  type TimestampExpectations,
  type TimestampFault,
  type TimestampReading,
} from './timestamp.ts'
export {
  serverIdentityCheck,
  type TlsMaterial,
  type TlsProfile,
  type TlsSettings,
  tlsOptions,
} from './tls.ts'
export { mintToken, type TokenGrant } from './token.ts'
