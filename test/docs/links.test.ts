import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...['docs', 'bench', 'deploy']
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        path.join(folder, name),
      ),
    )
    .filter((name) => name.endsWith('.md')),
];

const withoutCode = (text: string): string =>
  text.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ''));

/** What GitHub makes of a heading. */
const anchorsOf = (file: string): Set<string> =>
  new Set(
    Array.from(readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm), ([, heading]) =>
      heading!
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );

test.each(pages)('every link in %s leads somewhere, down to the heading', (page) => {
  const text = withoutCode(readFileSync(path.join(root, page), 'utf8'));
  const links = Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, link]) => link!).filter(
    (link) => !/^[a-z]+:/.test(link),
  );
  const broken = links.filter((link) => {
    const [file, anchor] = link.split('#');
    const target = file === '' ? path.join(root, page) : path.resolve(root, path.dirname(page), file!);
    if (!existsSync(target)) return true;
    return anchor !== undefined && !anchorsOf(target).has(anchor);
  });
  expect(broken).toEqual([]);
});

test('every alert is in the operator’s guide, with a link to what to do', () => {
  const rules = readFileSync(path.join(root, 'deploy/prometheus/alerts.yml'), 'utf8');
  const alerts = Array.from(rules.matchAll(/- alert: (\w+)/g), ([, name]) => name!.toLowerCase());
  const guide = readFileSync(path.join(root, 'docs/operators-guide.md'), 'utf8');
  expect(alerts.length).toBeGreaterThan(10);
  expect(alerts.filter((name) => !guide.includes(`(metrics.md#${name})`))).toEqual([]);
});

test('every figure of the operator’s guide is one of the bench’s results', () => {
  const results = readFileSync(path.join(root, 'bench/RESULTS.md'), 'utf8');
  const guide = readFileSync(path.join(root, 'docs/operators-guide.md'), 'utf8');
  const sizing = /## Sizing\n([\s\S]*?)\n## /.exec(guide)![1]!;
  const measured = sizing
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split('|')[2]!);
  const figures = measured.flatMap((cell) => cell.match(/\d+\.\d+/g) ?? []);
  expect(figures.length).toBeGreaterThan(4);
  expect(figures.filter((figure) => !results.includes(figure))).toEqual([]);
});
