import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { build, project } from './api-server.ts';
import { BenchError } from './arguments.ts';

const folder = path.join(project, '.data/bench-previous');

export interface Previous {
  readonly commit: string;
  /** Where its build is; undefined when it cannot run on the present schema. */
  readonly folder?: string;
  readonly remark?: string;
}

/**
 * A build of another commit of ours, with the present node_modules, to be measured beside the present one. Both work
 * on one database, so their migrations have to be equal.
 */
export function buildPrevious(name: string | undefined): Previous | undefined {
  if (name === undefined) return undefined;
  const commit = resolve(name);
  removePrevious();
  git('worktree', 'add', '--detach', '--force', folder, commit);
  if (migrationsOf(folder) !== migrationsOf(project)) {
    removePrevious();
    return { commit, remark: 'the schema differs, so it was not measured' };
  }
  symlinkSync(path.join(project, 'node_modules'), path.join(folder, 'node_modules'));
  build(folder);
  return { commit, folder };
}

export function removePrevious(): void {
  if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
  git('worktree', 'prune');
}

export function describePrevious(previous: Previous | undefined): string[] {
  if (previous === undefined) return [];
  return [
    `- previous commit: ${previous.commit}${previous.remark === undefined ? '' : `: ${previous.remark}`}`,
  ];
}

function resolve(name: string): string {
  try {
    return git('rev-parse', '--short', '--verify', `${name}^{commit}`);
  } catch {
    throw new BenchError(`There is no commit "${name}".`);
  }
}

function migrationsOf(root: string): string {
  const migrations = path.join(root, 'drizzle');
  return readdirSync(migrations)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
    .map((name) => `${name}\n${readFileSync(path.join(migrations, name), 'utf8')}`)
    .join('\n');
}

function git(...words: string[]): string {
  return execFileSync('git', words, {
    cwd: project,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}
