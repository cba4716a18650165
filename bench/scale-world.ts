import { existsSync } from 'node:fs';
import { Agent } from 'node:http';
import { randomBytes, randomUUID } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import postgres from 'postgres';
import { createTokenSigner } from '../src/auth/token.ts';
import { startEmbeddedPostgres } from '../src/db/embedded/start.ts';
import { migrate } from '../src/db/migrate.ts';
import { BenchError } from './arguments.ts';
import { startChildServer } from './child-server.ts';
import { send } from './load.ts';
import type { SeedSample } from './scale-queries.ts';

const signingKey = { id: 'default', secret: randomBytes(36).toString('base64') };

export interface ScaleWorld {
  readonly databaseUrl: string;
  readonly client: postgres.Sql;
  readonly sample: SeedSample;
  readonly postgresVersion: string;
  /** Sends one operation as an order manager; a fault ends the run. */
  ask(query: string, variables: object): Promise<{ data: any; ms: number }>;
}

/** An embedded server that `bench:seed:scale` has filled, and the API on it, for as long as the work takes. */
export async function withScaleWorld<Outcome>(
  dataDirectory: string,
  main: string | undefined,
  work: (world: ScaleWorld) => Promise<Outcome>,
): Promise<Outcome> {
  if (!existsSync(dataDirectory))
    throw new BenchError(`${dataDirectory} is not seeded: npm run bench:seed:scale.`);
  const log = (message: string): void => void process.stderr.write(`${message}\n`);
  const database = await startEmbeddedPostgres({ dataDirectory, log, durable: false });
  const client = postgres(database.url, {
    max: 1,
    onnotice: () => {},
    fetch_types: false,
    connection: { TimeZone: 'UTC' },
  });
  try {
    await requireFilled(client, dataDirectory);
    await migrate(database.url);
    await client`insert into stock_locations (code, name) values ('EMPTY', 'A new place') on conflict do nothing`;
    const sample = await readSample(client);
    const [row] = await client<{ version: string }[]>`select current_setting('server_version') as version`;
    const world = { databaseUrl: database.url, client, sample, postgresVersion: row!.version.split(' ')[0]! };
    if (main === undefined)
      return await work({ ...world, ask: () => Promise.reject(new Error('There is no server.')) });
    const server = await startChildServer(
      'scale',
      [main, '--role', 'api'],
      {
        DATABASE_URL: database.url,
        DATABASE_POOL_SIZE: '8',
        NODE_ENV: 'production',
        JWT_SECRET: signingKey.secret,
      },
      path.join(os.tmpdir(), `orders-bench-${process.pid}-scale.log`),
    );
    try {
      return await work({ ...world, ask: await asker(server.url, client) });
    } finally {
      await server.stop();
    }
  } finally {
    await client.end();
    await database.stop();
  }
}

/** The last thing that the seed does is to remove its block. */
async function requireFilled(client: postgres.Sql, dataDirectory: string): Promise<void> {
  const [row] = await client<{ isOver: boolean }[]>`
    select to_regnamespace('block') is null and to_regclass('public.orders') is not null as "isOver"`;
  if (!row!.isOver) throw new BenchError(`The seed in ${dataDirectory} is not complete: start it again.`);
}

async function asker(url: string, client: postgres.Sql): Promise<ScaleWorld['ask']> {
  const [manager] = await client<
    { id: string }[]
  >`select id from users where role = 'order_manager' order by id limit 1`;
  const user = { id: manager!.id, role: 'order_manager', customerId: null } as const;
  const { accessToken } = await createTokenSigner([signingKey]).sign(user, randomUUID());
  const agent = new Agent({ keepAlive: true });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` };
  return async (query, variables) => {
    const startedAt = performance.now();
    const body = JSON.stringify({ query, variables });
    const answer = JSON.parse(
      (await send(agent, { url: `${url}/graphql`, method: 'POST', headers, body })).toString(),
    );
    const ms = performance.now() - startedAt;
    if (answer.errors)
      throw new BenchError(`${query}\n${JSON.stringify(variables)}\n${JSON.stringify(answer.errors)}`);
    return { data: answer.data, ms };
  };
}

type MomentName = 'middle' | 'lastWeek' | 'lastMonth' | 'now';
type SoldName = 'sku' | 'variantId' | 'middlingSku';

async function readSample(client: postgres.Sql): Promise<SeedSample> {
  const [moment] = await client<Pick<SeedSample, MomentName>[]>`
    select to_json(min(created_at) + (max(created_at) - min(created_at)) / 2) #>> '{}' as middle,
      to_json(max(created_at) - interval '7 days') #>> '{}' as "lastWeek",
      to_json(max(created_at) - interval '30 days') #>> '{}' as "lastMonth",
      to_json(max(created_at)) #>> '{}' as now
    from orders`;
  // The one that most orders have is the hardest: there are too many to gather and too few to come upon.
  const [sold] = await client<Pick<SeedSample, SoldName>[]>`
    with sold as (select variant_id, count(*) as orders from order_items group by 1 order by 2 desc, 1 limit 1000)
    select most.sku, most.id as "variantId", middling.sku as "middlingSku"
    from product_variants as most, product_variants as middling
    where most.id = (select variant_id from sold limit 1) and middling.id = (
      select variant_id from sold offset (select count(*) / 2 from sold) limit 1)`;
  const [one] = await client<Omit<SeedSample, MomentName | SoldName>[]>`
    select orders.id as "orderId", orders.number, orders.external_reference as "externalReference",
      customers.id as "customerId", customers.name as "customerName", parcel.id as "fulfillmentId",
      parcel.tracking_number as "trackingNumber",
      (select sku from product_variants order by sku desc limit 1) as "rareSku",
      (select id from users where role = 'customer_service' order by id limit 1) as "assigneeId",
      (select id from users where role = 'warehouse_staff' order by id limit 1) as "performerId"
    from orders join customers on customers.id = customer_id
      join order_fulfillments as parcel on parcel.order_id = orders.id and tracking_number is not null
    where orders.created_at > ${moment!.now}::timestamptz - interval '60 days'
    order by orders.created_at, orders.id limit 1`;
  return { ...moment!, ...sold!, ...one! };
}
