import { rmSync } from 'node:fs';
import postgres from 'postgres';
import { openDatabase, type Database } from '../../src/db/driver/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { logFile, mutation, startApi, tokenFor } from '../api-server.ts';
import { BenchError } from '../arguments.ts';
import type { ChildServer } from '../child-server.ts';
import { sendMany, type BenchRequest } from '../load.ts';
import { postmasterOf } from '../processor-time.ts';
import { Listeners } from './listeners.ts';
import type { WorkedFulfillment } from './writer.ts';

const ordersPerLocation = 20;
export const locations = Array.from({ length: 10 }, (_, index) => `WAREHOUSE-${index}`);

/** What every scenario works with. */
export interface World {
  readonly database: Database;
  readonly databaseUrl: string;
  readonly postmaster: number;
  readonly fulfillments: readonly WorkedFulfillment[];
  readonly tokens: { readonly manager: string; readonly staff: string };
  readonly listeners: Listeners;
  server: ChildServer;
  startServer(): Promise<ChildServer>;
  stop(): Promise<void>;
}

export async function makeWorld(databaseUrl: string): Promise<World> {
  await migrate(databaseUrl);
  const startServer = () => startApi('live', { databaseUrl, poolSize: 8 });
  const server = await startServer();
  const database = openDatabase({ url: databaseUrl, poolSize: 8, acquireTimeoutMs: 30_000 });
  const client = postgres(databaseUrl, { max: 1, fetch_types: false, onnotice: () => {} });
  const listeners = Listeners.start();
  try {
    const { tokens, backend } = await addUsers(client);
    await client`
      insert into stock_locations (code, name)
      select code, code from jsonb_array_elements_text(${JSON.stringify(locations)}::text::jsonb) as code`;
    const fulfillments = await placeOrders(server.url, tokens.manager, client);
    const world: World = {
      database,
      databaseUrl,
      postmaster: postmasterOf(backend),
      fulfillments,
      tokens,
      listeners,
      server,
      startServer,
      async stop() {
        listeners.stop();
        await world.server.stop();
        await database.close();
        rmSync(logFile('live'), { force: true });
      },
    };
    return world;
  } catch (error) {
    listeners.stop();
    await server.stop();
    await database.close();
    throw error;
  } finally {
    await client.end({ timeout: 5 });
  }
}

async function addUsers(client: postgres.Sql) {
  const rows = await client<{ id: string; role: 'order_manager' | 'warehouse_staff'; backend: number }[]>`
    insert into users (id, email, display_name, role, password_hash)
    select gen_random_uuid(), role || '@bench.example', role, role, '-'
    from unnest(array['order_manager', 'warehouse_staff']::role[]) as role
    returning id, role, pg_backend_pid() as backend`;
  const tokenOf = (name: string): Promise<string> => {
    const { id, role } = rows.find((each) => each.role === name)!;
    return tokenFor(id, role);
  };
  return {
    tokens: { manager: await tokenOf('order_manager'), staff: await tokenOf('warehouse_staff') },
    backend: rows[0]!.backend,
  };
}

/** Confirmed orders of three lines, whose fulfillments are spread evenly over the locations. */
async function placeOrders(url: string, token: string, client: postgres.Sql): Promise<WorkedFulfillment[]> {
  const skus = ['SKU-A', 'SKU-B', 'SKU-C'];
  const price = { amountMinor: 100, currency: 'GBP' };
  const variants = skus.map((sku) => ({ sku, barcode: sku, name: sku, price }));
  const setUp = [
    mutation(
      url,
      token,
      'createProduct',
      'CreateProductInput',
      { name: 'Bench', variants },
      'product { id }',
    ),
    ...locations.map((locationCode) => {
      const lines = skus.map((sku) => ({ sku, quantity: 1_000_000 }));
      return mutation(
        url,
        token,
        'receiveStock',
        'ReceiveStockInput',
        { locationCode, lines },
        'stockLevels { onHand }',
      );
    }),
    ...Array.from({ length: ordersPerLocation }, () => locations)
      .flat()
      .map((code) => orderAt(url, token, code)),
  ];
  await sendMany(setUp, setUp.length, 1);
  const orders = await client<{ id: string }[]>`select id from orders order by id`;
  const confirming = orders.map(({ id }) =>
    mutation(url, token, 'confirmOrder', 'ConfirmOrderInput', { orderId: id }, 'order { id }'),
  );
  await sendMany(confirming, confirming.length, 4);
  const fulfillments = await client<WorkedFulfillment[]>`
    select order_fulfillments.id, order_id as "orderId", stock_locations.code as "locationCode"
    from order_fulfillments join stock_locations on stock_locations.id = location_id
    order by order_fulfillments.created_at, order_fulfillments.id`;
  if (fulfillments.length !== ordersPerLocation * locations.length) {
    throw new BenchError(`There are ${fulfillments.length} fulfillments.`);
  }
  return fulfillments;
}

export function orderAt(url: string, token: string, locationCode: string): BenchRequest {
  const lines = ['SKU-A', 'SKU-B', 'SKU-C'].map((sku) => ({ sku, quantity: 1, locationCode }));
  const input = { channel: 'ECOMMERCE', currency: 'GBP', lines };
  return mutation(url, token, 'createOrder', 'CreateOrderInput', input, 'order { id }');
}
