import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPages } from '../../scripts/build-pages.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';

/** All that a hand-held loads before it can be worked with. */
const limitBytes = 100_000;

let server: TestServer;
beforeAll(async () => {
  await buildPages();
  server = await startTestServer();
});
afterAll(() => server?.stop());

const get = (address: string) => fetch(`${server.url}${address}`);
const filesOf = (page: string): string[] =>
  Array.from(page.matchAll(/(?:src|href)="(\/console\/assets\/[^"]+)"/g), ([, address]) => address!);

test('every address of the console is its page, which is asked for anew each time', async () => {
  for (const address of ['/console', '/console/orders?status=PENDING', '/console/warehouse/LEEDS']) {
    const answer = await get(address);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=0');
    expect(await answer.text()).toContain('<div id="page">');
  }
});

test('what the page loads is from here, never changes, and is small', async () => {
  const files = filesOf(await (await get('/console')).text());
  expect(files.length).toBeGreaterThan(2);
  let size = 0;
  for (const file of files) {
    const answer = await get(file);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    size += gzipSync(Buffer.from(await answer.arrayBuffer())).length;
  }
  expect(size).toBeLessThan(limitBytes);
});

test('nothing is written into the pages that a content policy would have to allow', async () => {
  for (const address of ['/console', '/explorer']) {
    const page = await (await get(address)).text();
    expect(page).not.toMatch(/<script(?![^>]*src=)[^>]*>|<style|\son[a-z]+=|style=/);
    expect(page).not.toMatch(/https?:\/\//);
  }
});

test.each([
  ['nothing.js', 404],
  ['..%2f.sources', 403],
  ['..%2findex.html', 403],
  ['..%2f..%2fmain.js', 403],
])('a file that is not there, or lies elsewhere, is not sent: %s', async (name, status) => {
  expect((await get(`/console/assets/${name}`)).status).toBe(status);
});

test('the page is told whether there are sample logins', async () => {
  expect(await (await get('/console/settings.json')).json()).toEqual({ sampleData: false });
});
