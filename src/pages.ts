import { existsSync } from 'node:fs';
import path from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** Where `npm run build` puts the pages: the same place seen from src and from dist. */
const builtPages = path.resolve(import.meta.dirname, '../dist/console');
const notBuilt = 'The pages are not built: run `npm run build`.\n';

/**
 * The pages that people look at, at /console. What has a hash in its name never changes; every other address under
 * /console is the one page, which knows by itself what to show there.
 */
export async function servePages(server: FastifyInstance, options: { sampleData: boolean }): Promise<void> {
  // What the pages cannot know themselves: whether to offer the sample logins.
  server.get('/console/settings.json', (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ sampleData: options.sampleData }),
  );
  if (!existsSync(builtPages)) {
    for (const address of ['/console', '/explorer']) {
      server.get(address, (_request, reply) => reply.code(503).type('text/plain').send(notBuilt));
    }
    return;
  }
  await server.register(staticFiles, { root: builtPages, serve: false });
  const sendPage = (reply: FastifyReply, name: string) =>
    reply.sendFile(name, { maxAge: 0, cacheControl: true, immutable: false });
  server.get('/console', (_request, reply) => sendPage(reply, 'index.html'));
  server.get('/console/*', (_request, reply) => sendPage(reply, 'index.html'));
  server.get('/explorer', (_request, reply) => sendPage(reply, 'explorer.html'));
  server.get<{ Params: { '*': string } }>('/console/assets/*', ({ params }, reply) =>
    reply.sendFile(params['*'], path.join(builtPages, 'assets'), { maxAge: '1y', immutable: true }),
  );
}
