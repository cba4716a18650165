import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseCrontab } from 'graphile-worker';
import {
  makeHistoryPartitions,
  pruneIdempotencyKeys,
  pruneRefreshTokens,
} from '../../src/jobs/maintenance.repository.ts';
import { crontab, makeTasks } from '../../src/jobs/tasks.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const change = (statement: ReturnType<typeof sql>) =>
  server.database.transaction((transaction) => transaction.execute(statement));
const column = async (statement: ReturnType<typeof sql>): Promise<unknown[]> =>
  (await server.database.read.execute<{ value: unknown }>(statement)).map(({ value }) => value);

test('idempotency keys go after 30 days, however many there are', async () => {
  const userId = server.userIds.order_manager;
  await change(sql`
    insert into idempotency_keys (user_id, key, command, input_hash, result, created_at)
    select ${userId}::uuid, 'old' || number, 'x', 'x', '{}'::jsonb, now() - interval '31 days'
    from generate_series(1, 5001) as number
    union all select ${userId}::uuid, 'young', 'x', 'x', '{}'::jsonb, now() - interval '29 days'`);
  expect(await pruneIdempotencyKeys(server.database)).toBe(5_001);
  expect(await column(sql`select key as value from idempotency_keys`)).toEqual(['young']);
  expect(await pruneIdempotencyKeys(server.database)).toBe(0);
});

test('refresh tokens go when they are past their time; a spent one stays until then', async () => {
  await change(sql`delete from refresh_tokens`);
  const userId = server.userIds.order_manager;
  await change(sql`
    insert into refresh_tokens (user_id, family_id, token_hash, expires_at, used_at)
    values (${userId}::uuid, gen_random_uuid(), 'past', now() - interval '1 second', null),
      (${userId}::uuid, gen_random_uuid(), 'spent', now() + interval '1 day', now()),
      (${userId}::uuid, gen_random_uuid(), 'valid', now() + interval '1 day', null)`);
  expect(await pruneRefreshTokens(server.database)).toBe(1);
  expect(await column(sql`select token_hash as value from refresh_tokens order by 1`)).toEqual([
    'spent',
    'valid',
  ]);
});

test('partitions of the history for the next three months are there', async () => {
  const month = sql`to_char(now() + interval '3 months', 'YYYY_MM')`;
  const [last] = await column(sql`select 'order_history_' || ${month} as value`);
  await change(sql`drop table ${sql.identifier(String(last))}`);
  expect(await makeHistoryPartitions(server.database)).toBe(1);
  expect(await column(sql`select to_regclass(${last}::text)::text as value`)).toEqual([last]);
  expect(await makeHistoryPartitions(server.database)).toBe(0);
});

test('everything in the crontab is a task', () => {
  const names = Object.keys(makeTasks({ write: {} } as never));
  const scheduled = parseCrontab(crontab).map(({ task }) => task);
  expect(scheduled).toEqual(
    names
      .filter((name) => !name.startsWith('send'))
      .toSorted((a, b) => scheduled.indexOf(a) - scheduled.indexOf(b)),
  );
});
