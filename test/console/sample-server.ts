import { openDatabase } from '../../src/db/driver/database.ts';
import { startFiguresProjector } from '../../src/figures/figures-projector.ts';
import { loadSample } from '../../src/sample/load-sample.ts';
import { createTestDatabase } from '../setup/database.ts';
import { startTestServerOn, type TestServer } from '../setup/server.ts';

/** A server with the sample data, whose figures follow what happens. */
export async function startSampleServer(): Promise<TestServer> {
  const testDatabase = await createTestDatabase();
  const database = openDatabase({ url: testDatabase.url, poolSize: 4 });
  await loadSample(database);
  await database.close();
  const server = await startTestServerOn(testDatabase, { sampleData: true });
  const projector = startFiguresProjector({ database: server.database, log: { warn: () => {} } });
  return {
    ...server,
    async stop() {
      await projector.stop();
      await server.stop();
    },
  };
}
