import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startEmbeddedPostgres, type EmbeddedServer } from '../../src/db/embedded/start.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openMailer, type Mailer } from '../../src/mail/mailer.ts';
import { startMailServer, type MailServer } from '../mail/mail-server.ts';
import { makeFastFolder } from '../setup/fast-folder.ts';
import { confirmedOrder, stockedVariant } from '../setup/fixtures.ts';
import { startTestServerOn, startTestWorker, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

/** A PostgreSQL of its own, so that it can be taken away. */
let folder: string;
let postgresServer: EmbeddedServer;
let mailServer: MailServer;
let mailer: Mailer;
let server: TestServer;

const startPostgres = () => startEmbeddedPostgres({ dataDirectory: path.join(folder, 'data') });

beforeAll(async () => {
  folder = await makeFastFolder();
  postgresServer = await startPostgres();
  await migrate(postgresServer.url);
  mailServer = await startMailServer();
  mailer = openMailer({ url: mailServer.url, from: 'orders@shop.example', log: { info() {} } });
  const worker = { mailer };
  server = await startTestServerOn({ url: postgresServer.url, drop: async () => {} }, { worker });
});
afterAll(async () => {
  await server?.stop();
  mailer?.close();
  await mailServer?.stop();
  await postgresServer?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('a worker outlives the database, works on when it is back, and stops without it', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 10 });
  const told = async (): Promise<void> => {
    const { number } = await confirmedOrder(server, [{ sku, quantity: 1 }]);
    const isTold = () => mailServer.received.some(({ headers }) => headers['subject']![0]!.includes(number));
    await waitUntil(isTold, 'the mail is sent', 60_000);
  };
  await told();
  for (let round = 1; round <= 2; round += 1) {
    await postgresServer.stop();
    postgresServer = await startPostgres();
    await waitUntil(
      async () =>
        server.database.ping().then(
          () => true,
          () => false,
        ),
      'the database is back',
    );
    await waitUntil(
      async () => (await server.as.order_manager('{ viewer { id } }')).errors === undefined,
      'the server answers',
    );
    await told();
  }
  const another = startTestWorker({ databaseUrl: postgresServer.url, database: server.database, mailer });
  await postgresServer.stop();
  await another.stop();
  postgresServer = await startPostgres();
  expect(mailServer.received).toHaveLength(3);
});
