import {
  bearerToken,
  type Register,
  type Caller as TokenCaller,
  type TokenKeeper,
} from '../identity/identity.ts'
import { type CertificateFacts, Refusal } from '../terms/terms.ts'

const proven: unique symbol = Symbol('caller')

/** A system of ours that has proved itself by its certificate, and the person it acts for by a token bound to it. */
export interface Caller extends TokenCaller {
  readonly [proven]: true
}

/** Who knocks at the inner door, before anything of the body is read. */
export interface Knock {
  readonly certificate: CertificateFacts
  /** The `Authorization` header. */
  readonly authorization: string | undefined
}

/**
 * Room *authenticate*. In: certificate and bearer token. Out: a Caller.
 * Refuses: certificate-unknown, certificate-unfit, certificate-revoked, token-missing, token-invalid, token-expired, token-unbound.
 */
export function makeAuthenticate(parts: {
  readonly register: Pick<Register, 'identifySystem'>
  readonly tokens: TokenKeeper
}): (knock: Knock) => Promise<Caller> {
  return async knock => {
    const system = parts.register.identifySystem(knock.certificate)
    if (system instanceof Refusal) throw system
    const caller = await parts.tokens.accept(bearerToken(knock.authorization), system)
    return { [proven]: true, ...caller }
  }
}
