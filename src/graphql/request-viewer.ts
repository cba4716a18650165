import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Viewer } from '../auth/actor.ts';
import type { Authentication } from '../auth/authentication.ts';
import { bearerToken } from '../auth/token.ts';

const retryAfterSeconds = 5;

/** Who asks, read once from the token; null for nobody and for a token that is not valid. */
export function knowViewer(authentication: Authentication) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const token = bearerToken(request.headers.authorization);
    if (token === null) return;
    if (authentication.isCurrent) {
      request.viewer = await authentication.viewerOf(token);
      return;
    }
    // A token must not outlive its session because we could not ask; neither is it said to be wrong.
    const message = 'The database is away, so it is not known who is signed in.';
    await reply
      .code(503)
      .header('retry-after', retryAfterSeconds)
      .send({ errors: [{ message, extensions: { code: 'SERVICE_UNAVAILABLE' } }] });
  };
}

declare module 'fastify' {
  interface FastifyRequest {
    viewer: Viewer | null;
  }
}
