import { sql } from 'drizzle-orm';
import { mutate, confirmedOrder, placeOrder, stockedVariant, work } from '../setup/fixtures.ts';
import { asker, testPassword, type TestServer } from '../setup/server.ts';
import { inSeconds, ownToken } from '../setup/tokens.ts';
import type { ExistingValues } from './hostile-values.ts';

/** Where the ids of a name are; the names of all others take whatever there is. */
const tablesByName: Readonly<Record<string, string>> = {
  orderId: 'orders',
  orderItemId: 'order_items',
  fulfillmentId: 'order_fulfillments',
  fulfillmentItemId: 'fulfillment_items',
  reservationId: 'inventory_reservations',
  noteId: 'order_notes',
  paymentId: 'payments',
  productId: 'products',
  variantId: 'product_variants',
  customerId: 'customers',
  returnId: 'returns',
  quoteId: 'quotes',
  endpointId: 'webhook_endpoints',
  userId: 'users',
  assignedToId: 'users',
};
/** With these one can be locked out: they are given the ids of people who are there for it. */
const dangerous = new Set(['eraseCustomer', 'updateUser', 'deactivateUser', 'reactivateUser']);
const longerThanAnyRun = 12 * 3_600;
const newest = 20;
const steps = ['startPicking', 'completePicking', 'shipFulfillment', 'deliverFulfillment'] as const;

/** What there is for the operations to get hold of, and who sends them. */
export class FuzzWorld {
  private existing: ExistingValues = { ids: [], byName: {} };
  private spared: ReadonlySet<string> = new Set();
  private expendable: { readonly userIds: string[]; readonly customerIds: string[] } = {
    userIds: [],
    customerIds: [],
  };
  private turn = 0;

  private constructor(
    readonly server: TestServer,
    /** Nobody among them. */
    readonly people: readonly (string | null)[],
    /** Of those who may be locked out. */
    readonly expendableTokens: ReadonlySet<string>,
  ) {}

  /** Tokens that outlive the run: those of a sign-in hold for a quarter of an hour. */
  static async open(signedIn: TestServer): Promise<FuzzWorld> {
    const { userIds, customerId, url } = signedIn;
    const token = (userId: string, role: string, customer: string | null): Promise<string> =>
      ownToken({ sub: userId, role, customer, exp: inSeconds(longerThanAnyRun) });
    const entries = await Promise.all(
      Object.entries(userIds).map(
        async ([role, id]) => [role, await token(id, role, role === 'customer' ? customerId : null)] as const,
      ),
    );
    const tokens = Object.fromEntries(entries) as TestServer['tokens'];
    const as = Object.fromEntries(
      entries.map(([role, each]) => [role, asker(url, each)]),
    ) as TestServer['as'];
    const server = { ...signedIn, tokens, as };
    const expendable = await addExpendable(server);
    const first = await token(expendable.userIds[0]!, 'customer_service', null);
    const world = new FuzzWorld(server, [...Object.values(tokens), first, null], new Set([first]));
    world.expendable = expendable;
    world.spared = new Set([...Object.values(userIds), customerId]);
    await world.renew();
    return world;
  }

  /** The values for the arguments of a root field. */
  valuesFor(field: string): ExistingValues {
    if (!dangerous.has(field)) return this.existing;
    const { ids, byName } = this.existing;
    const { userIds: userId, customerIds: customerId } = this.expendable;
    return { ids: ids.filter((id) => !this.spared.has(id)), byName: { ...byName, userId, customerId } };
  }

  /** New orders in every status, because the old ones come to an end; and what was made meanwhile. */
  async renew(): Promise<void> {
    const { server } = this;
    const { sku, barcode } = await stockedVariant(server, { LONDON: 1_000, LEEDS: 1_000 });
    for (const until of [undefined, ...steps]) {
      await placeOrder(server, [{ sku, quantity: 2 }]);
      const { fulfillments } = await confirmedOrder(server, [{ sku, quantity: 2, locationCode: 'LONDON' }]);
      const done = until && work(server, fulfillments[0]!.id, until);
      // Later on one of the hostile operations may be faster, such as `claimNextFulfillment`.
      await (this.turn === 0 ? done : done?.catch(() => {}));
    }
    this.turn += 1;
    const idsByTable = await this.newestIds();
    const byName = Object.fromEntries(
      Object.entries(tablesByName).map(([name, table]) => [name, idsByTable.get(table) ?? []]),
    );
    const cursors = await this.cursors();
    this.existing = {
      ids: [...idsByTable.values()].flat(),
      byName: {
        ...withoutEmpty(byName),
        sku: [sku],
        barcode: [barcode, sku],
        locationCode: ['LONDON', 'LEEDS'],
        currency: ['GBP'],
        first: [0, 1, 2, 100, 101, -1],
        confirm: ['yes'],
        after: cursors.flatMap(mutilated),
        // Few enough to meet again, with another command or another input.
        idempotencyKey: Array.from({ length: 150 }, (_, index) => `key ${this.turn}-${index}`),
        email: [
          ...Object.keys(server.userIds).map((role) => `${role}@test.example`),
          'expendable-1@test.example',
        ],
        password: [testPassword, 'a-password-of-nobody'],
      },
    };
  }

  private async newestIds(): Promise<Map<string, string[]>> {
    const tables = [...new Set(Object.values(tablesByName)), 'stock_locations'];
    const rows = await this.server.database.read.execute<{ table: string; id: string }>(
      sql.raw(
        tables
          .map((table) => `(select '${table}' as "table", id from ${table} order by id desc limit ${newest})`)
          .join(' union all '),
      ),
    );
    const ids = new Map<string, string[]>();
    for (const { table, id } of rows) ids.set(table, [...(ids.get(table) ?? []), id]);
    return ids;
  }

  private async cursors(): Promise<string[]> {
    const { data } = await this.server.as.order_manager(`{ eventCursor
      orders(first: 3) { pageInfo { endCursor } }
      products(first: 1) { pageInfo { endCursor } }
      fulfillments(first: 2) { pageInfo { endCursor } } }`);
    const { eventCursor, ...pages } = data;
    return [
      eventCursor,
      ...Object.values(pages as Record<string, any>).map(({ pageInfo }) => pageInfo.endCursor),
    ];
  }
}

const withoutEmpty = (byName: Record<string, readonly unknown[]>): Record<string, readonly unknown[]> =>
  Object.fromEntries(Object.entries(byName).filter(([, values]) => values.length > 0));

/** A cursor, and what a client that looked into it could make of it. */
function mutilated(cursor: string): string[] {
  const text = Buffer.from(cursor, 'base64url').toString();
  const again = (changed: string): string => Buffer.from(changed).toString('base64url');
  return [
    cursor,
    cursor,
    cursor.slice(0, -3),
    `${cursor}A`,
    cursor.split('').toReversed().join(''),
    again(text.replaceAll(/\d/g, '9')),
    again(text.replaceAll(/\d+/g, '9223372036854775808')),
    again(text.replaceAll('"', '')),
    again(text.replace(/\d{4}-/, '275760-')),
    again(`${text}\0`),
    again('null'),
    again('[]'),
    again('{"__proto__":1}'),
    again("['x']; drop table orders"),
  ];
}

/** Users and customers to be changed, deactivated and erased. */
async function addExpendable(server: TestServer): Promise<{ userIds: string[]; customerIds: string[] }> {
  const manager = server.as.order_manager;
  const userIds: string[] = [];
  const customerIds: string[] = [];
  for (let each = 0; each < 5; each += 1) {
    const person = { name: `Expendable ${each}`, email: `expendable-${each}@buyer.example`, kind: 'ONLINE' };
    const { customer } = await mutate(manager, 'createCustomer', person, 'customer { id }');
    customerIds.push(customer.id as string);
    const input = {
      email: `expendable-${each}@test.example`,
      displayName: `Expendable ${each}`,
      role: each % 2 === 0 ? 'CUSTOMER_SERVICE' : 'CUSTOMER',
      password: testPassword,
      ...(each % 2 === 1 && { customerId: customer.id }),
    };
    const { user } = await mutate(manager, 'createUser', input, 'user { id }');
    userIds.push(user.id as string);
  }
  return { userIds, customerIds };
}
