import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { endProcesses, startProcess } from '../operations/server-process.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { metricNames, metricsToken, scrape, type Scraped } from './scrape.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const root = path.resolve(import.meta.dirname, '../..');
const file = (name: string): string => readFileSync(path.join(root, name), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}
interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}

const rules: Rule[] = parse(file('deploy/prometheus/alerts.yml')).groups.flatMap(
  (group: { rules: Rule[] }) => group.rules,
);
const panels: Panel[] = JSON.parse(file('deploy/grafana/orders.json')).panels;
const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** The metrics that expressions look at; what stands in braces or after `by` are labels. */
function metricsIn(text: string): string[] {
  const bare = text.replaceAll(/\{[^}]*\}|\bby \([^)]*\)|"[^"]*"/g, ' ');
  return [...bare.matchAll(/\b(?:orders|nodejs|process)_\w+|\bup\b/g)].map(([name]) => name);
}

let database: TestDatabase;
let scraped: Scraped;
beforeAll(async () => {
  database = await createTestDatabase();
  const server = await startProcess({ DATABASE_URL: database.url, METRICS_TOKEN: metricsToken });
  await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ viewer { id } }' }),
  });
  scraped = await scrape(server.url, metricsToken);
});
afterAll(async () => {
  await endProcesses();
  await database?.drop();
});

/** What can be asked for: a histogram has three names beside its own. */
function exposed(): Set<string> {
  const histograms = [...scraped.text.matchAll(/^# TYPE (\S+) histogram$/gm)].map(([, name]) => name!);
  const parts = histograms.flatMap((name) => ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`));
  // Prometheus makes this one itself.
  return new Set([...metricNames(scraped.text).filter((name) => !histograms.includes(name)), ...parts, 'up']);
}

describe('what the dashboard and the alerts look at', () => {
  test('is told by a server', () => {
    const used = [...expressions, ...rules.map(({ expr }) => expr)].flatMap(metricsIn);
    expect(used.length).toBeGreaterThan(60);
    const names = exposed();
    expect([...new Set(used)].filter((name) => !names.has(name))).toEqual([]);
  });

  test('is everything: each metric of ours has a panel', () => {
    const shown = new Set(
      expressions.flatMap(metricsIn).map((name) => name.replace(/_(bucket|sum|count)$/, '')),
    );
    const ours = metricNames(scraped.text).filter((name) => name.startsWith('orders_'));
    expect(ours.length).toBeGreaterThan(30);
    expect(ours.filter((name) => !shown.has(name))).toEqual([]);
  });
});

describe('the dashboard', () => {
  test('leaves the data source to whoever imports it', () => {
    const sources = panels
      .flatMap((panel) => [panel, ...(panel.targets ?? [])])
      .map((each) => each.datasource?.uid);
    expect(new Set(sources.filter((uid) => uid !== undefined))).toEqual(new Set(['${datasource}']));
  });

  test('has panels with ids of their own that do not overlap', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)}/${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });
});

describe('each alert', () => {
  const document = file('docs/metrics.md');
  const cases = parse(file('deploy/prometheus/alerts.test.yml')).tests.flatMap(
    (each: { alert_rule_test: unknown[] }) => each.alert_rule_test,
  ) as { alertname: string; exp_alerts?: unknown[] }[];

  test.each(rules)('$alert says what to do, and is tested both ways', ({ alert, labels, annotations }) => {
    expect(document).toContain(`### ${alert}\n`);
    expect(annotations.runbook).toBe(`docs/metrics.md#${alert.toLowerCase()}`);
    expect(['critical', 'warning']).toContain(labels.severity);
    const ofAlert = cases.filter(({ alertname }) => alertname === alert);
    expect(ofAlert.some(({ exp_alerts: fires = [] }) => fires.length > 0)).toBe(true);
    expect(ofAlert.some(({ exp_alerts: fires = [] }) => fires.length === 0)).toBe(true);
  });
});

const canSkip = spawnSync('promtool', ['--version']).status !== 0 && process.env['REQUIRE_PROMTOOL'] !== '1';

/** Debian has it in the package `prometheus`; .ci/run installs it. */
describe.skipIf(canSkip)('promtool', () => {
  const promtool = (command: readonly string[], input?: string): string => {
    const run = spawnSync('promtool', command, {
      cwd: path.join(root, 'deploy/prometheus'),
      encoding: 'utf8',
      ...(input !== undefined && { input }),
    });
    if (run.error) throw run.error;
    return run.status === 0 ? 'fine' : `${run.stdout}${run.stderr}`;
  };

  test('understands the rules and the configuration', () => {
    expect(promtool(['check', 'rules', 'alerts.yml'])).toBe('fine');
    expect(promtool(['check', 'config', 'prometheus.yml'])).toBe('fine');
  });

  test('sees the alerts fire when they should, and only then', () => {
    expect(promtool(['test', 'rules', 'alerts.test.yml'])).toBe('fine');
  });

  test('finds nothing to say about the metrics', () => {
    const ours = scraped.text.split('\n').filter((line) => /^(# (HELP|TYPE) )?orders_/.test(line));
    expect(promtool(['check', 'metrics'], `${ours.join('\n')}\n`)).toBe('fine');
    // Of Node's own it may say something, but not that it cannot read them.
    expect(promtool(['check', 'metrics'], scraped.text)).not.toContain('error while linting');
  });

  test('understands what the panels ask for', () => {
    const asked = expressions.map((expr, index) => ({
      record: `panel:${index}`,
      expr: expr.replaceAll('$instance', '.*').replaceAll(/\$__(rate_interval|range)/g, '5m'),
    }));
    const folder = mkdtempSync(path.join(os.tmpdir(), 'orders-panels-'));
    const panelRules = path.join(folder, 'panels.yml');
    try {
      writeFileSync(panelRules, JSON.stringify({ groups: [{ name: 'panels', rules: asked }] }));
      expect(promtool(['check', 'rules', panelRules])).toBe('fine');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
