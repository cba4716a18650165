import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql } from 'drizzle-orm';
import { projectNextEvents } from '../../src/figures/project-figures.ts';
import { importNorthwind } from '../../src/import/northwind/import-northwind.ts';
import { hasSources, northwindFolder, silent } from '../import/sources.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';

describe.skipIf(!hasSources)('Northwind', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    await importNorthwind(server.database, northwindFolder, silent);
    while ((await projectNextEvents(server.database)) > 0);
  });
  afterAll(() => server.stop());

  test('try', async () => {
    console.log(
      await server.database.read.execute(
        sql`select measure, label, sum(amount) from figures.daily group by 1,2 order by 1,2`,
      ),
    );
  });
});
