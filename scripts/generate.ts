import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { printSchema } from 'graphql';
import prettier from 'prettier';
import { resolvers } from '../src/app.ts';
import { buildSchema } from '../src/graphql/build-schema.ts';
import { errorCatalogue } from '../src/shared/error-catalogue.ts';
import { licenceDocument } from './licence-document.ts';
import { metricsDocument } from './metrics-document.ts';
import { permissionDocument } from './permission-document.ts';

/** Writes the generated files; with --check, says which of them are not as they would be written. The schema first: building it is what the document of permissions reads. */
const files: Record<string, () => string> = {
  'schema.graphql': () => `${printSchema(buildSchema(resolvers))}\n`,
  'docs/errors.md': errorDocument,
  'docs/permissions.md': permissionDocument,
  'docs/metrics.md': metricsDocument,
  'docs/licences.md': licenceDocument,
};

function errorDocument(): string {
  const rows = (kind: string) =>
    Object.entries(errorCatalogue)
      .filter(([, entry]) => entry.kind === kind)
      .map(
        ([code, entry]) =>
          `| \`${code}\` | ${'type' in entry ? `\`${entry.type}\` | ` : ''}${entry.meaning} | ${entry.remedy} |`,
      )
      .join('\n');
  return `# Errors

Generated from \`src/shared/errors.ts\` by \`npm run generate\`.

## In \`userErrors\` of a mutation's payload

Nothing was changed. \`path\` names the place in \`input\`.

| code | type | meaning | what to do |
| --- | --- | --- | --- |
${rows('userError')}

## In \`errors\` of the response, under \`extensions.code\`

| code | meaning | what to do |
| --- | --- | --- |
${rows('topLevel')}
`;
}

const checking = process.argv.includes('--check');
let stale = 0;
for (const [path, make] of Object.entries(files)) {
  const text = path.endsWith('.md')
    ? await prettier.format(make(), { parser: 'markdown', printWidth: 110 })
    : make();
  if (!checking) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    console.error(`${path} is out of date: run \`npm run generate\` and commit it.`);
    stale += 1;
  }
}
if (checking) stale += migrationsDrift();
process.exitCode = stale > 0 ? 1 : 0;

/** A table that was changed without a migration. */
function migrationsDrift(): number {
  const run = spawnSync('npx', ['drizzle-kit', 'generate', '--name=drift'], { encoding: 'utf8' });
  if (run.status === 0 && run.stdout.includes('No schema changes')) return 0;
  console.error(
    'The migrations do not match src/db/tables: see the new file in drizzle/, name it and commit it.',
  );
  return 1;
}
