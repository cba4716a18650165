import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { get, request, type RequestOptions } from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import type { RunningServer } from '../../src/server.ts';
import type { TlsFiles } from '../../src/shared/tls-files.ts';
import { historyOf } from '../setup/command-rules.ts';
import { placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { serve, startTestServer, type ServeOptions, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';

let server: TestServer;
let folder: string;
const running: RunningServer[] = [];
beforeAll(async () => {
  server = await startTestServer();
  folder = mkdtempSync(path.join(os.tmpdir(), 'orders-tls-'));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: ServeOptions): Promise<string> {
  const started = await serve(server.databaseUrl, 0, options);
  running.push(started);
  return started.url;
}

/** A certificate for this machine, signed by itself. */
function makeCertificate(name: string): TlsFiles {
  const files = {
    certificateFile: path.join(folder, `${name}.pem`),
    keyFile: path.join(folder, `${name}.key`),
  };
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', files.keyFile];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, ...subject, '-out', files.certificateFile], {
    stdio: 'pipe',
  });
  return files;
}

describe('over TLS', () => {
  const trusting = (files: TlsFiles): RequestOptions => ({
    ca: readFileSync(files.certificateFile),
    agent: false,
  });

  function ask(url: string, options: RequestOptions): Promise<any> {
    return new Promise((resolve, reject) => {
      const headers = {
        'content-type': 'application/json',
        authorization: `Bearer ${server.tokens.customer}`,
      };
      const sent = request(`${url}/graphql`, { method: 'POST', headers, ...options }, (response) => {
        let body = '';
        response.on('data', (part: Buffer) => (body += part.toString()));
        response.on('end', () => resolve(JSON.parse(body)));
      });
      sent.on('error', reject);
      sent.end(JSON.stringify({ query: '{ viewer { role } }' }));
    });
  }

  const certificateName = (url: string): Promise<string> =>
    new Promise((resolve, reject) => {
      get(`${url}/healthz`, { rejectUnauthorized: false, agent: false }, (response) => {
        resolve(String((response.socket as TLSSocket).getPeerCertificate().subject.CN));
        response.resume();
      }).on('error', reject);
    });

  test('requests and sockets are served by the certificate, and plain HTTP is not', async () => {
    const tls = makeCertificate('first');
    const url = await start({ tls });
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(await ask(url, trusting(tls))).toEqual({ data: { viewer: { role: 'CUSTOMER' } } });
    await expect(ask(url, { agent: false })).rejects.toThrow(/self-signed/);
    await expect(fetch(url.replace('https', 'http'))).rejects.toThrow();

    const socket = new WebSocket(`${url}/graphql`.replace('https', 'wss'), 'graphql-transport-ws', {
      ca: readFileSync(tls.certificateFile),
    });
    const message = new Promise((resolve, reject) => {
      socket.once('message', (data: Buffer) => resolve(JSON.parse(data.toString())));
      socket.once('error', reject);
    });
    socket.once('open', () =>
      socket.send(
        JSON.stringify({
          type: 'connection_init',
          payload: { authorization: `Bearer ${server.tokens.customer}` },
        }),
      ),
    );
    expect(await message).toEqual({ type: 'connection_ack' });
    socket.terminate();
  });

  test('nothing older than TLS 1.2 is spoken', async () => {
    const url = new URL(await start({ tls: makeCertificate('old') }));
    const failure = new Promise<Error>((resolve) => {
      const options = { host: url.hostname, port: Number(url.port), rejectUnauthorized: false };
      connect({ ...options, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })
        .once('error', resolve)
        .once('secureConnect', () => resolve(new Error('it was accepted')));
    });
    expect((await failure).message).toMatch(/alert|version|protocol/i);
  });

  test('a renewed certificate is taken into use without a restart, and one without its key is not', async () => {
    const tls = makeCertificate('renewed');
    const next = makeCertificate('next');
    const url = await start({ tls });
    expect(await certificateName(url)).toBe('renewed');
    renameSync(next.certificateFile, tls.certificateFile);
    // Looked at by now or not: the key is still that of before.
    expect(await certificateName(url)).toBe('renewed');
    renameSync(next.keyFile, tls.keyFile);
    await waitUntil(async () => (await certificateName(url)) === 'next', 'the new certificate is served');
    expect(await ask(url, trusting(tls))).toMatchObject({ data: { viewer: { role: 'CUSTOMER' } } });
  });

  test.each<[string, (good: TlsFiles, other: TlsFiles) => object, RegExp]>([
    [
      'a key of another certificate',
      (good, other) => ({ ...good, keyFile: other.keyFile }),
      /not that of the/,
    ],
    ['a certificate that is not there', (good) => ({ ...good, certificateFile: '/nowhere' }), /ENOENT/],
    [
      'what is no certificate',
      (good) => ({ ...good, certificateFile: good.keyFile }),
      /certificate is no PEM/,
    ],
    ['what is no key', (good) => ({ ...good, keyFile: good.certificateFile }), /key is no PEM/],
  ])('%s is refused at the start', (_name, change, message) => {
    const files = change(makeCertificate('good'), makeCertificate('other')) as TlsFiles;
    const environment = { TLS_CERTIFICATE_FILE: files.certificateFile, TLS_KEY_FILE: files.keyFile };
    expect(() => readConfig(environment)).toThrow(message);
    expect(() => readConfig(environment)).not.toThrow(/PRIVATE KEY/);
  });

  test('right files are read', () => {
    const files = makeCertificate('right');
    const { tls } = readConfig({ TLS_CERTIFICATE_FILE: files.certificateFile, TLS_KEY_FILE: files.keyFile });
    expect(tls).toEqual(files);
  });
});

describe('where a request comes from', () => {
  async function noteFrom(url: string, forwardedFor: string): Promise<string> {
    const { sku } = await stockedVariant(server, { LONDON: 1 });
    const { id } = await placeOrder(server, [{ sku, quantity: 1 }]);
    const query = `mutation { addNote(input: { orderId: "${id}", note: "x", isInternal: true }) { userErrors { code } } }`;
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${server.tokens.order_manager}`,
      'x-forwarded-for': forwardedFor,
    };
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query }),
    });
    expect(await answer.json()).toEqual({ data: { addNote: { userErrors: [] } } });
    return (await historyOf(server, id)).at(-1).ipAddress;
  }

  test('a balancer that is trusted says it, and what the client itself has written does not count', async () => {
    const url = await start({ trustProxy: ['127.0.0.1', '10.0.0.0/8'] });
    expect(await noteFrom(url, '203.0.113.7')).toBe('203.0.113.7');
    expect(await noteFrom(url, '198.51.100.1, 203.0.113.7, 10.0.0.3')).toBe('203.0.113.7');
  });

  test('nobody else does', async () => {
    expect(await noteFrom(await start({ trustProxy: ['10.0.0.0/8'] }), '203.0.113.7')).toBe('127.0.0.1');
    expect(await noteFrom(await start({}), '203.0.113.7')).toBe('127.0.0.1');
  });

  test('the limit of requests is each client’s own behind a balancer', async () => {
    const url = await start({ trustProxy: ['loopback'], rateLimitPerMinute: 3 });
    const statusFrom = async (address: string): Promise<number> => {
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': address };
      const body = '{"query": "{ __typename }"}';
      return (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).status;
    };
    for (const status of [200, 200, 200, 429]) expect(await statusFrom('203.0.113.1')).toBe(status);
    expect(await statusFrom('203.0.113.2')).toBe(200);
  });
});
