import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const sourceRoot = resolve(import.meta.dirname, '../../src');

interface SourceFile {
  /** Relative to src, such as `orders/order.resolver.ts`. */
  readonly path: string;
  readonly text: string;
  /** The modules that it imports: ours relative to src, others by name. */
  readonly imports: readonly string[];
  /** Those of ours that are there when the program runs. */
  readonly valueImports: readonly string[];
}

const allFiles: SourceFile[] = readdirSync(sourceRoot, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => {
    const text = readFileSync(join(sourceRoot, path), 'utf8');
    const specifiers = [
      ...text.matchAll(/^(?:import|export)[^;]*?from '([^']+)'|^import '([^']+)'|import\('([^']+)'\)/gm),
    ];
    const imports = specifiers.map(([, from, bare, dynamic]) => {
      const specifier = (from ?? bare ?? dynamic)!;
      if (!specifier.startsWith('.')) return specifier;
      return relative(sourceRoot, resolve(sourceRoot, dirname(path), specifier));
    });
    const types = new Set([...text.matchAll(/^import type [^;]*?from '([^']+)'/gm)].map(([, from]) => from!));
    const valueImports = specifiers
      .map(([, from, bare]) => (from ?? bare)!)
      .filter((specifier) => specifier?.startsWith('.') && !types.has(specifier))
      .map((specifier) => relative(sourceRoot, resolve(sourceRoot, dirname(path), specifier)));
    return { path, text, imports, valueImports };
  });
/** The pages run in a browser: they know the server only by its API, and the server knows them only as built files. */
const isPage = ({ path }: SourceFile): boolean => path.startsWith('console/');
const files = allFiles.filter((file) => !isPage(file));
const pageFiles = allFiles.filter(isPage);

const features = [
  'orders',
  'fulfillments',
  'reservations',
  'stock',
  'notes',
  'payments',
  'returns',
  'customers',
  'catalog',
  'users',
  'quotes',
  'pricing',
  'failed-jobs',
  'webhooks',
  'figures',
];
/** The layers from the bottom up. A file imports from its own layer and those below. */
const layers = [
  'shared',
  'db',
  'auth',
  'history',
  // What servers share beside the database: it is told of the log, and the API counts with it.
  'redis',
  'write',
  'graphql',
  'features',
  // E-mails tell of the data below. Jobs are callers like the resolvers of the app, and so stand above the features.
  'mail',
  // Papers of the data below, for the server alone.
  'documents',
  // Queries written as files: callers of the schema.
  'exports',
  'jobs',
  // Looks at all of the above, which knows nothing of it.
  'metrics',
  'import',
  'sample',
  'app',
  // The pages as files: known to the server that sends them.
  'pages',
  'server',
  'main',
];

/** The layer of a file, by the folder it lies in. */
function layerOf(path: string): number {
  const folder = path.includes('/') ? path.slice(0, path.indexOf('/')) : path.replace(/\.ts$/, '');
  const layer = features.includes(folder) ? 'features' : (topLevelFiles[folder] ?? folder);
  const place = layers.indexOf(layer);
  if (place === -1) throw new Error(`${path} lies in no known layer`);
  return place;
}

/** Files directly in src: environment and command line are read and the greeting is written at the very top. */
const topLevelFiles: Record<string, string> = {
  config: 'main',
  'config-error': 'main',
  'config-identity-provider': 'main',
  'config-transport': 'main',
  'in-flight': 'server',
  'server-probes': 'server',
  'server-tls': 'server',
  banner: 'main',
  'command-line': 'main',
};

function offences(rule: (file: SourceFile) => (string | false)[]): string[] {
  return files.flatMap((file) => rule(file).filter((offence) => offence !== false));
}

const isOurs = (specifier: string): boolean => /\.tsx?$/.test(specifier);

test('dependencies point downward: shared <- db <- auth <- history <- write <- graphql <- features <- mail <- jobs <- metrics <- app <- server <- main', () => {
  expect(
    offences(({ path, imports }) =>
      imports
        .filter(isOurs)
        .map(
          (imported) =>
            layerOf(imported) > layerOf(path) &&
            !isImporterReadingConfig(path, imported) &&
            `${path} -> ${imported}`,
        ),
    ),
  ).toEqual([]);
});

/** The command line of the importer reads the environment by the same rules as the server. */
function isImporterReadingConfig(path: string, imported: string): boolean {
  return path === 'import/main.ts' && imported === 'config.ts';
}

test('between features, imports go to orders and stock, or to the types and loaders of a neighbour', () => {
  expect(
    offences(({ path, imports }) => {
      const feature = path.split('/')[0]!;
      if (!features.includes(feature)) return [];
      return imports.map((imported) => {
        const other = imported.split('/')[0]!;
        const free = !features.includes(other) || [feature, 'orders', 'stock'].includes(other);
        return !free && !/\.(type|loaders)\.ts$/.test(imported) && `${path} -> ${imported}`;
      });
    }),
  ).toEqual([]);
});

test('no import leads back to where it came from', () => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] => {
    if (trail.includes(path)) return [[...trail.slice(trail.indexOf(path)), path].join(' -> ')];
    if (done.has(path)) return [];
    const found = (byPath.get(path)?.valueImports ?? []).flatMap((imported) =>
      visit(imported, [...trail, path]),
    );
    done.add(path);
    return found;
  };
  expect(files.flatMap(({ path }) => visit(path, []))).toEqual([]);
});

test('only main.ts and the importer read the environment', () => {
  const readers = files.filter(({ text }) => text.includes('process.env')).map(({ path }) => path);
  expect(
    readers.filter(
      (path) =>
        !['main.ts', 'import/main.ts', 'config.ts'].includes(path) && !path.startsWith('db/embedded/'),
    ),
  ).toEqual([]);
});

test('the PostgreSQL driver is imported only where a plain client is needed and named so', () => {
  const allowed = /^db\/(driver\/|embedded\/|(migrate|pooler)\.ts)/;
  expect(
    offences(({ path, imports }) => [imports.includes('postgres') && !allowed.test(path) && path]),
  ).toEqual([]);
});

test('the job queue is known to the worker and the migration, the mail library to the mailer', () => {
  const importersOf = (library: string): string[] =>
    files.filter(({ imports }) => imports.includes(library)).map(({ path }) => path);
  expect(importersOf('graphile-worker').filter((path) => !path.startsWith('jobs/'))).toEqual([
    'db/migrate.ts',
  ]);
  expect(importersOf('nodemailer')).toEqual(['mail/mailer.ts']);
});

test('statements are written only in db, repositories, subjects, commands, record-history, auth, import and sample', () => {
  const allowed =
    /^(db|write|auth|import|sample)\/|\.repository\.ts$|\.subject\.ts$|\.loaders\.ts$|\/commands\/|record-history\.ts$/;
  expect(
    offences(({ path, imports }) => [
      imports.some((imported) => imported === 'drizzle-orm' || imported.startsWith('drizzle-orm/')) &&
        !allowed.test(path) &&
        path !== 'graphql/loading.ts' &&
        path,
    ]),
  ).toEqual([]);
});

test('decorators live in resolvers, subscriptions, types, inputs and graphql', () => {
  const allowed = /^graphql\/|\.(resolver|subscription|type|input)\.ts$/;
  expect(
    offences(({ path, imports }) => [
      imports.includes('type-graphql') && !allowed.test(path) && path !== 'app.ts' && path,
    ]),
  ).toEqual([]);
});

test('commands know neither GraphQL nor HTTP', () => {
  expect(
    offences(({ path, imports }) =>
      path.includes('/commands/')
        ? imports.map(
            (imported) =>
              /graphql|fastify|apollo|\.(type|input|resolver)\.ts$/.test(imported) &&
              `${path} -> ${imported}`,
          )
        : [],
    ),
  ).toEqual([]);
});

test('the history is written only by recordHistory', () => {
  expect(
    offences(({ path, text }) => [/insert into order_history|insert\(orderHistory\)/.test(text) && path]),
  ).toEqual(['history/record-history.ts']);
});

test('resolvers do not write', () => {
  expect(
    offences(({ path, text }) => [
      /\.(resolver|subscription)\.ts$/.test(path) && /\.transaction\(|runCommand\(/.test(text) && path,
    ]),
  ).toEqual([]);
});

test('every root operation names its permission, but for the public ones', () => {
  const publicOperations = ['login', 'refreshToken'];
  const unguarded = offences(({ path, text }) => {
    if (!/\.(resolver|subscription)\.ts$/.test(path)) return [];
    const operations = text.matchAll(
      /@(?:Query|Mutation|Subscription)\([\s\S]*?\n {2}(@Authorized\([^\n]*\)\n {2})?(?:async )?(\w+)\(/g,
    );
    return [...operations].map(
      ([, guard, name]) => guard === undefined && !publicOperations.includes(name!) && name!,
    );
  });
  expect(unguarded).toEqual([]);
});

test('the pages and the server import nothing from each other', () => {
  const libraries =
    /^(graphiql|graphiql\/.*|@graphiql\/toolkit|react|react-dom\/client|preact|preact\/hooks|@urql\/core|graphql-ws|uplot|uplot\/dist\/uPlot\.min\.css)$/;
  const crossing = (file: SourceFile): string[] =>
    file.imports
      .filter((imported) =>
        imported.endsWith('.css') || isOurs(imported)
          ? imported.startsWith('console/') !== isPage(file) && !libraries.test(imported)
          : isPage(file) && !libraries.test(imported),
      )
      .map((imported) => `${file.path} -> ${imported}`);
  expect(allFiles.flatMap(crossing)).toEqual([]);
  expect(pageFiles.length).toBeGreaterThan(0);
});

test('every word that the pages show stands among their texts', () => {
  const between = /[^=]>\s*([A-Z][a-z][^<>{}=;]*)</g;
  expect(
    pageFiles
      .filter(({ path }) => path.endsWith('.tsx'))
      .flatMap(({ path, text }) => [...text.matchAll(between)].map(([, words]) => `${path}: ${words}`)),
  ).toEqual([]);
});

test('no barrels and no file past 300 lines', () => {
  expect(allFiles.filter(({ path }) => path.endsWith('index.ts')).map(({ path }) => path)).toEqual([]);
  expect(allFiles.filter(({ text }) => text.split('\n').length > 301).map(({ path }) => path)).toEqual([]);
});
