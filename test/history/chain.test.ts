import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordHistory } from '../../src/history/record-history.ts';
import { verifyHistories } from '../../src/history/verify-history.repository.ts';
import { confirmedOrder, mutate, placeOrder, stockedVariant, work } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';

let server: TestServer;
/** Whoever has the database, and may do everything in it. */
let intruder: postgres.Sql;
let sku: string;
beforeAll(async () => {
  server = await startTestServer();
  intruder = postgres(server.databaseUrl, { max: 1, onnotice: () => {} });
  ({ sku } = await stockedVariant(server, { LONDON: 1_000 }));
});
afterAll(async () => {
  await intruder.end();
  await server.stop();
});

/** An order with at least six entries: by the manager, by the warehouse, with and without a fulfillment. */
async function arrange(): Promise<string> {
  const order = await confirmedOrder(server, [{ sku, quantity: 1, locationCode: 'LONDON' }]);
  await work(server, order.fulfillments[0]!.id, 'shipFulfillment');
  return order.id;
}

const nobody = { userId: null, ipAddress: null, userAgent: null };
const verify = (orderId: string) => verifyHistories(server.database.read, { orderId }, 1, null);

/** Changes rows with every trigger off, the foreign keys' included. */
async function tamper(change: (sql: postgres.TransactionSql) => Promise<unknown>): Promise<void> {
  await intruder.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await change(sql);
  });
}

async function placesOf(orderId: string): Promise<{ id: string; place: number }[]> {
  return intruder`select id, chain_place as place from order_history where order_id = ${orderId} order by chain_place`;
}

describe('an untouched history', () => {
  test('verifies, entry by entry, with one chain in the order of the log', async () => {
    const orderId = await arrange();
    const entries = await intruder`
      select chain_place, row_number() over (order by transaction_id, position)::integer as in_log
      from order_history where order_id = ${orderId} order by chain_place`;
    expect(entries.length).toBeGreaterThan(6);
    expect(entries.map(({ chain_place }) => chain_place)).toEqual(entries.map((_, index) => index + 1));
    expect(entries.map(({ in_log }) => in_log)).toEqual(entries.map((_, index) => index + 1));
    expect(await verify(orderId)).toMatchObject({
      ordersChecked: 1,
      entriesChecked: entries.length,
      breaks: [],
      hasMore: false,
    });
  });

  test('of the same content twice has other hashes: the place and the entry before are in them', async () => {
    const { id } = await placeOrder(server, [{ sku, quantity: 1 }]);
    const entry = {
      orderId: id,
      action: 'edited' as const,
      description: 'x',
      occurredAt: '2026-01-02T03:04:05Z',
    };
    await intruder`select ensure_history_partitions('2026-01-01', '2026-01-31')`;
    await server.database.transaction((transaction) =>
      recordHistory(transaction, nobody, [entry, entry, entry]),
    );
    const hashes =
      await intruder`select distinct hash from order_history where order_id = ${id} and action = 'edited'`;
    expect(hashes).toHaveLength(3);
    expect((await verify(id)).breaks).toEqual([]);
  });

  test('does not fork when two write at once without the lock of the order', async () => {
    const { id } = await placeOrder(server, [{ sku, quantity: 1 }]);
    const entries = Array.from({ length: 5 }, (_, index) => ({
      orderId: id,
      action: 'edited' as const,
      description: `Entry ${index}.`,
      occurredAt: new Date().toISOString(),
    }));
    await Promise.all(
      Array.from({ length: 4 }, () =>
        server.database.transaction((transaction) => recordHistory(transaction, nobody, entries)),
      ),
    );
    expect(await verify(id)).toMatchObject({ entriesChecked: 22, breaks: [] });
  });

  test('does not depend on the settings of the session that wrote it', async () => {
    const orderId = await arrange();
    await intruder.unsafe(
      `set timezone = 'Asia/Kolkata'; set datestyle = 'German'; set bytea_output = 'escape'`,
    );
    await intruder`
      insert into order_history (order_id, action, description, additional_data, ip_address)
      values (${orderId}, 'edited', 'From a session of another kind.', '{"b": 1.50, "a": {"ü": null}}', '::1')`;
    await intruder.unsafe('reset timezone; reset datestyle; reset bytea_output');
    expect((await verify(orderId)).breaks).toEqual([]);
  });
});

describe('a change behind the API’s back is found, though every trigger was off', () => {
  const columns: Record<string, string> = {
    id: `gen_random_uuid()`,
    fulfillment_id: `case when fulfillment_id is null then (select id from order_fulfillments limit 1) end`,
    action: `'edited'`,
    old_status: `coalesce(old_status, '') || 'x'`,
    new_status: `coalesce(new_status, '') || 'x'`,
    description: `description || ' '`,
    performed_by_id: `case when performed_by_id is null then (select id from users limit 1) end`,
    additional_data: `coalesce(additional_data, '{}') || '{"amountMinor": 1}'`,
    transaction_id: `(transaction_id::text::bigint + 1)::text::xid8`,
    position: `position + 1000000`,
    created_at: `created_at + interval '1 microsecond'`,
    chain_place: `chain_place + 1000`,
    hash: `sha256(hash)`,
    origin_digest: `sha256('other')`,
    ip_address: `'10.0.0.1'`,
    user_agent: `'somebody else'`,
    origin_salt: `gen_random_uuid()`,
  };

  test('every column of the history is tampered with below', async () => {
    const found = await intruder`
      select column_name as name from information_schema.columns
      where table_schema = 'public' and table_name = 'order_history'`;
    expect(found.map(({ name }) => name).toSorted()).toEqual(
      [...Object.keys(columns), 'order_id'].toSorted(),
    );
  });

  test.each(Object.entries(columns))('%s of an entry in the middle', async (column, value) => {
    const orderId = await arrange();
    const { id } = (await placesOf(orderId))[2]!;
    await tamper((sql) => sql.unsafe(`update order_history set ${column} = ${value} where id = '${id}'`));
    const { breaks } = await verify(orderId);
    expect(breaks).toHaveLength(1);
    const origin = ['ip_address', 'user_agent', 'origin_salt'].includes(column);
    const reason = origin ? 'origin_changed' : column === 'chain_place' ? 'entry_missing' : 'entry_changed';
    expect(breaks[0]).toMatchObject({ orderId, reason, place: column === 'chain_place' ? 4 : 3 });
  });

  test('order_id: the entry is missing from one order and turns up in another', async () => {
    const [from, to] = [await arrange(), await arrange()];
    const { id } = (await placesOf(from))[2]!;
    await tamper((sql) => sql`update order_history set order_id = ${to} where id = ${id}`);
    expect((await verify(from)).breaks).toMatchObject([{ place: 4, reason: 'entry_missing' }]);
    expect((await verify(to)).breaks).toMatchObject([{ orderId: to }]);
  });

  test('an entry removed from the beginning, from the middle, and its places closed up', async () => {
    const orderId = await arrange();
    const entries = await placesOf(orderId);
    await tamper((sql) => sql`delete from order_history where id = ${entries[2]!.id}`);
    expect((await verify(orderId)).breaks).toEqual([
      { orderId, entryId: entries[3]!.id, place: 4, reason: 'entry_missing' },
    ]);
    await tamper(
      (sql) => sql`
        update order_history set chain_place = chain_place - 1 where order_id = ${orderId} and chain_place > 3`,
    );
    expect((await verify(orderId)).breaks).toEqual([
      { orderId, entryId: entries[3]!.id, place: 3, reason: 'entry_changed' },
    ]);
    const other = await arrange();
    const [first, second] = await placesOf(other);
    await tamper((sql) => sql`delete from order_history where id = ${first!.id}`);
    expect((await verify(other)).breaks).toEqual([
      { orderId: other, entryId: second!.id, place: 2, reason: 'entry_missing' },
    ]);
  });

  test('entries removed from the end, one and all', async () => {
    const orderId = await arrange();
    const last = (await placesOf(orderId)).at(-1)!;
    await tamper((sql) => sql`delete from order_history where id = ${last.id}`);
    expect((await verify(orderId)).breaks).toEqual([
      { orderId, entryId: null, place: last.place, reason: 'end_missing' },
    ]);
    await tamper((sql) => sql`delete from order_history where order_id = ${orderId}`);
    expect(await verify(orderId)).toMatchObject({
      entriesChecked: 0,
      breaks: [{ orderId, entryId: null, place: 1, reason: 'end_missing' }],
    });
    await tamper((sql) => sql`delete from order_history_heads where order_id = ${orderId}`);
    expect((await verify(orderId)).breaks).toMatchObject([{ reason: 'head_missing' }]);
  });

  test('an entry inserted in the middle, and one put at the end', async () => {
    const copy = (orderId: string, place: number, at: number) =>
      tamper(
        (sql) => sql`
          insert into order_history (order_id, action, description, created_at, chain_place, hash)
          select order_id, action, 'Planted.', created_at, ${at}, hash from order_history
          where order_id = ${orderId} and chain_place = ${place}`,
      );
    const inMiddle = await arrange();
    await copy(inMiddle, 3, 3);
    expect((await verify(inMiddle)).breaks).toMatchObject([{ orderId: inMiddle, place: 3 }]);
    const atEnd = await arrange();
    const { length } = await placesOf(atEnd);
    await copy(atEnd, length, length + 1);
    expect((await verify(atEnd)).breaks).toMatchObject([
      { orderId: atEnd, place: length + 1, reason: 'entry_changed' },
    ]);
  });

  test('two entries swapped: their places, or all that they say', async () => {
    const places = await arrange();
    await tamper(
      (sql) => sql`
        update order_history set chain_place = 7 - chain_place where order_id = ${places} and chain_place in (3, 4)`,
    );
    expect((await verify(places)).breaks).toMatchObject([{ place: 3, reason: 'entry_changed' }]);
    const words = await arrange();
    await tamper(
      (sql) => sql`
        update order_history as entry set description = other.description, hash = other.hash
        from order_history as other
        where entry.order_id = ${words} and other.order_id = ${words}
          and entry.chain_place in (3, 4) and other.chain_place = 7 - entry.chain_place`,
    );
    expect((await verify(words)).breaks).toMatchObject([{ place: 3, reason: 'entry_changed' }]);
  });

  test('a chain computed anew from some entry on, by somebody who forgot its head', async () => {
    const orderId = await arrange();
    const { length } = await placesOf(orderId);
    const rebuilt = await intruder`select length, hash from order_history_heads where order_id = ${orderId}`;
    // The trigger itself is put to work: the last entry again, with other words, on the chain without it.
    await intruder.begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await sql`
        update order_history_heads set length = length - 1, hash = previous.hash from order_history as previous
        where order_history_heads.order_id = ${orderId} and previous.order_id = ${orderId}
          and previous.chain_place = ${length - 1}`;
      const [last] = await sql`
        delete from order_history where order_id = ${orderId} and chain_place = ${length} returning *`;
      await sql`set local session_replication_role = origin`;
      await sql`insert into order_history (order_id, action, description) values (${orderId}, ${last!['action']}, 'Better.')`;
      await sql`set local session_replication_role = replica`;
      await sql`update order_history_heads set hash = ${rebuilt[0]!['hash']} where order_id = ${orderId}`;
    });
    expect((await verify(orderId)).breaks).toEqual([
      { orderId, entryId: null, place: null, reason: 'end_changed' },
    ]);
  });
});

describe('the database refuses, while its triggers are on', () => {
  test.each([
    `update order_history set description = 'x' where order_id = $1`,
    `update order_history set ip_address = null, user_agent = null where order_id = $1`,
    `update order_history set ip_address = '10.0.0.1', user_agent = null, origin_salt = null where order_id = $1`,
    `update order_history set ip_address = null, user_agent = null, origin_salt = null, description = 'x' where order_id = $1`,
    `update order_history set ip_address = null, user_agent = null, origin_salt = null, hash = sha256(hash) where order_id = $1`,
    `update order_history set ip_address = null, user_agent = null, origin_salt = null, origin_digest = null where order_id = $1`,
    `delete from order_history where order_id = $1`,
    `update order_history_heads set length = 1 where order_id = $1`,
    `delete from order_history_heads where order_id = $1`,
    `insert into order_history_heads values (gen_random_uuid(), 1, '')`,
    `truncate order_history_heads`,
  ])('%s', async (statement) => {
    const { id } = await placeOrder(server, [{ sku, quantity: 1 }]);
    const parameters = statement.includes('$1') ? [id] : [];
    await expect(intruder.unsafe(statement, parameters)).rejects.toMatchObject({
      code: '23000',
      message: expect.stringContaining('append-only'),
    });
    expect((await verify(id)).breaks).toEqual([]);
  });
});

test('writing history changes neither the version nor the time of the order', async () => {
  const { id } = await placeOrder(server, [{ sku, quantity: 1 }]);
  const order = () => intruder`select version, updated_at::text, ctid from orders where id = ${id}`;
  const before = await order();
  await mutate(
    server.as.order_manager,
    'addNote',
    { orderId: id, note: 'x', isInternal: true },
    'note { id }',
  );
  expect(await order()).toEqual(before);
});
