import { createHash } from 'node:crypto';
import { ServerResponse, type IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';

type Directives = Readonly<Record<string, readonly string[]>>;
type Headers = Readonly<Record<string, string>>;

const yearSeconds = 31_536_000;

/** Nothing from anywhere but this server, and nothing that is written into the page itself. */
const ownPages: Directives = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  scriptSrcAttr: ["'none'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
  manifestSrc: ["'self'"],
  workerSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};

/** GraphiQL's editor writes styles into the page and carries its fonts in them; its scripts are ours, and nobody else's. */
export const explorerPolicy: Directives = {
  ...ownPages,
  styleSrc: ["'self'", "'unsafe-inline'"],
  fontSrc: ["'self'", 'data:'],
};

/** What the page of Apollo Sandbox loads and embeds, as Apollo Server's own page has it, and what is written into ours. */
export function sandboxPolicy(page: string): Directives {
  const hosts = ['https://embeddable-sandbox.cdn.apollographql.com'];
  return {
    ...ownPages,
    scriptSrc: ["'self'", ...hashesOf(page, 'script'), ...hosts],
    styleSrc: ["'self'", ...hashesOf(page, 'style'), ...hosts],
    frameSrc: ['https://sandbox.embed.apollographql.com'],
  };
}

/** So that exactly these texts are run, and none that somebody has brought into the page. */
function hashesOf(page: string, element: 'script' | 'style'): string[] {
  const texts = page.matchAll(new RegExp(`<${element}>([\\s\\S]*?)</${element}>`, 'g'));
  return Array.from(texts, ([, text]) => `'sha256-${createHash('sha256').update(text!).digest('base64')}'`);
}

/**
 * Helmet's headers on every answer, with a policy for each page. What helmet would work out for each request anew is
 * worked out once here.
 */
export function addSecurityHeaders(
  server: FastifyInstance,
  options: {
    /** Policies of pages that need another than that of our own, by their path. */
    readonly policies: Readonly<Record<string, Directives>>;
    /** Browsers that were here once come by TLS alone from then on. */
    readonly strictTransport: boolean;
  },
): void {
  const { policies, strictTransport } = options;
  const usual = headersOf(ownPages, strictTransport);
  const byPath = new Map(
    Object.entries(policies).map(([path, policy]) => [path, headersOf(policy, strictTransport)] as const),
  );
  server.addHook('onRequest', async (request, reply) => {
    void reply.headers(byPath.get(request.routeOptions.url ?? '') ?? usual);
  });
}

function headersOf(directives: Directives, strictTransport: boolean): Headers {
  const request = { headers: {} } as IncomingMessage;
  const response = new ServerResponse(request);
  const setHeaders = helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    // Other services under the same name are not ours to speak for.
    strictTransportSecurity: strictTransport && { maxAge: yearSeconds, includeSubDomains: false },
    frameguard: { action: 'deny' },
    // The sign-in of Apollo's explorer opens a window.
    crossOriginOpenerPolicy: { policy: 'same-origin-allow-popups' },
  });
  setHeaders(request, response, () => {});
  return response.getHeaders() as Headers;
}
