import type { FastifyRequest } from 'fastify';

const longestUserAgent = 300;

/** Where a request comes from; kept in the history for managers. */
export function clientAddress(request: FastifyRequest): string {
  return request.ip;
}

export function userAgentOf(request: FastifyRequest): string | null {
  return request.headers['user-agent']?.slice(0, longestUserAgent) ?? null;
}
