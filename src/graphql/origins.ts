import type { IncomingHttpHeaders } from 'node:http';

/** Apollo's explorer, hosted and embedded. */
const apolloOrigins = ['https://studio.apollographql.com', 'https://sandbox.embed.apollographql.com'];
const localOrigin = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * Which pages may call the API, over HTTP and over sockets: our own, Apollo's explorer, those that the operator
 * names and, outside production, whatever runs on this machine. Programs send no Origin and are not asked.
 */
export function originChecker(
  allowedOrigins: readonly string[],
  production: boolean,
): (headers: IncomingHttpHeaders) => boolean {
  const allowed = new Set([...apolloOrigins, ...allowedOrigins]);
  return ({ origin, host }) =>
    origin === undefined ||
    allowed.has(origin) ||
    origin === `http://${host}` ||
    origin === `https://${host}` ||
    (!production && localOrigin.test(origin));
}
