import fastifyJwt from '@fastify/jwt'
import Fastify, { type FastifyRequest } from 'fastify'
import type { TokenKeeperParts, TokenKey } from '../identity/identity.ts'

/**
 * Verifies the signatures of bearer tokens by @fastify/jwt. Each key has its one algorithm; what the token says of its own
 * algorithm decides nothing. Times and claims are identity's business.
 *
 * @returns the function that identity's token keeper asks for, and how to let go of it
 */
export async function makeTokenVerifier(): Promise<{
  readonly verify: TokenKeeperParts['verify']
  readonly close: () => Promise<void>
}> {
  const app = Fastify({ logger: false })
  await app.register(fastifyJwt, { secret: noCommonSecret })
  const printed = new WeakMap<TokenKey, string>()
  const pemOf = (key: TokenKey): string => {
    const pem = printed.get(key) ?? key.key.export({ type: 'spki', format: 'pem' }).toString()
    printed.set(key, pem)
    return pem
  }
  return {
    verify: async (compact, key) =>
      app.jwt.verify(compact, {
        key: pemOf(key),
        algorithms: [key.alg],
        ignoreExpiration: true,
        ignoreNotBefore: true,
      }),
    close: () => app.close(),
  }
}

function noCommonSecret(
  _request: FastifyRequest,
  _token: unknown,
  done: (error: Error | null, secret: undefined) => void,
): void {
  done(new Error('a key must be named'), undefined)
}
