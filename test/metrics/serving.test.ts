import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Metrics } from '../../src/metrics/metrics.ts';
import { startMetricsServer, type MetricsServer } from '../../src/metrics/metrics-server.ts';
import { endProcesses, startProcess } from '../operations/server-process.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { serve } from '../setup/server.ts';
import { metricNames, metricsToken, scrape } from './scrape.ts';

vi.setConfig({ testTimeout: 120_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await endProcesses();
  await database?.drop();
});

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.stop();
});

const status = async (address: string, options: RequestInit = {}): Promise<number> =>
  (await fetch(address, options)).status;
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe('on a port of their own', () => {
  async function start(token?: string): Promise<MetricsServer> {
    const server = await startMetricsServer(new Metrics(), { host: '127.0.0.1', port: 0, token });
    open.push(server);
    return server;
  }

  test('the metrics and a sign of life, and nothing else', async () => {
    const { url } = await start();
    const answer = await fetch(`${url}/metrics?whatever`);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(metricNames(await answer.text())).toContain('orders_graphql_requests_total');
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
    expect(await status(`${url}/`)).toBe(404);
    expect(await status(`${url}/graphql`)).toBe(404);
    expect(await status(`${url}/metrics`, { method: 'POST' })).toBe(405);
  });

  test('with a token only to whoever sends it; the sign of life to everybody', async () => {
    const { url } = await start(metricsToken);
    expect(await status(`${url}/metrics`)).toBe(401);
    expect(await status(`${url}/metrics`, bearer(`${metricsToken}x`))).toBe(401);
    expect(await status(`${url}/metrics`, bearer(metricsToken))).toBe(200);
    expect(await status(`${url}/healthz`)).toBe(200);
  });

  test('a port that is taken is an error that says so', async () => {
    const { url } = await start();
    const options = { host: '127.0.0.1', port: Number(new URL(url).port) };
    await expect(startMetricsServer(new Metrics(), options)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('on the main port', () => {
  test('without a token there are none', async () => {
    const server = await serve(database.url);
    open.push(server);
    expect(await status(`${server.url}/metrics`)).toBe(404);
    expect(await status(`${server.url}/metrics`, bearer(metricsToken))).toBe(404);
  });

  test('with one, whoever sends it gets them; an access token is none', async () => {
    const server = await serve(database.url, 0, { metricsToken });
    open.push(server);
    expect(await status(`${server.url}/metrics`)).toBe(401);
    expect(await status(`${server.url}/metrics`, bearer('another'))).toBe(401);
    const { text, series } = await scrape(server.url, metricsToken);
    expect(series.get('orders_database_up')).toBe(1);
    expect(text).not.toMatch(/postgres(ql)?:\/\//);
  });
});

describe('the program', () => {
  const metricsUrl = (output: string): string =>
    /"url":"(http:\/\/127\.0\.0\.1:\d+)\/metrics"/.exec(output)![1]!;

  test('with METRICS_PORT: there, and not on the main port; it goes when the server goes', async () => {
    const server = await startProcess({
      DATABASE_URL: database.url,
      METRICS_PORT: '0',
      METRICS_TOKEN: metricsToken,
    });
    const url = metricsUrl(server.output());
    const { series } = await scrape(url, metricsToken);
    expect(await status(`${url}/metrics`)).toBe(401);
    expect(await status(`${server.url}/metrics`, bearer(metricsToken))).toBe(404);
    const version = [...series.keys()].filter((name) => name.startsWith('orders_build_info'));
    expect(version).toEqual([`orders_build_info{version="0.1.0",node="${process.version}"}`]);
    expect(series.get('process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(series.get('orders_sql_statement_duration_seconds_count')).toBeGreaterThan(0);
    expect(await server.end('SIGTERM')).toBe(0);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  test('with METRICS_TOKEN alone: on the main port', async () => {
    const server = await startProcess({ DATABASE_URL: database.url, METRICS_TOKEN: metricsToken });
    expect((await scrape(server.url, metricsToken)).series.get('orders_database_up')).toBe(1);
    expect(await server.end('SIGTERM')).toBe(0);
  });
});
