import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '..');
const target = path.join(root, 'dist/console');
const mark = path.join(target, '.sources');

/** Builds the pages into dist/console, unless what is there was built from the same sources. */
export async function buildPages(): Promise<'built' | 'unchanged'> {
  const sources = fingerprint();
  if (existsSync(mark) && readFileSync(mark, 'utf8') === sources) return 'unchanged';
  const { build } = await import('vite');
  // Beside its place, and moved there when it is whole: who serves the pages meanwhile has the old ones.
  const fresh = `${target}.${process.pid}`;
  const options = {
    build: { outDir: fresh },
    logLevel: 'warn',
    configFile: path.join(root, 'vite.config.ts'),
  };
  await build(options as Parameters<typeof build>[0]);
  writeFileSync(path.join(fresh, '.sources'), sources);
  rmSync(target, { recursive: true, force: true });
  renameSync(fresh, target);
  return 'built';
}

function fingerprint(): string {
  const hash = createHash('sha256');
  const pages = path.join(root, 'src/console');
  const files = readdirSync(pages, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((file) => path.join(pages, file))
    .filter((file) => statSync(file).isFile());
  for (const file of [...files, path.join(root, 'vite.config.ts'), path.join(root, 'package-lock.json')]) {
    hash.update(path.relative(root, file)).update(readFileSync(file));
  }
  return hash.digest('hex');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildPages();
