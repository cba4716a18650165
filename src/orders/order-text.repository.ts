import { sql, type SQL } from 'drizzle-orm';
import { may } from '../auth/actor.ts';
import { visibleOrders } from '../auth/visibility.ts';
import { contains } from '../db/contains.ts';
import { uuidArray } from '../db/prepared.ts';
import type { OrderFilterValues, TextConditions } from './order-filter.repository.ts';
import { filtersIn } from './order-filter.repository.ts';
import { haveVariants, isOneOf, isThere, tableIn, type SearchSource } from './order-lookup.repository.ts';
import { nearlyEqualTexts } from './nearly-equal.ts';

/** Up to so many are found first; one more tells that there are more. */
const candidatesAtMost = 5_000;
const candidatesLimit = sql`limit ${candidatesAtMost + 1}`;
/** A part of these tells whether a text is common. */
const latestLookedAt = 500;
/** Of those that only resemble the text. */
const similarAtMost = 200;
/** An index of groups of three letters has nothing to say about fewer. */
const indexedLength = 3;
/** Below this, nearly every word resembles every other. */
const similarLength = 4;

/** The expressions are those of the indexes, letter by letter. */
const identifiers = sql`lower(orders.number || ' ' || coalesce(orders.external_reference, ''))`;
const guest = sql`lower(coalesce(orders.contact_name, '') || ' ' || coalesce(orders.contact_email, '') || ' ' || coalesce(orders.contact_phone, ''))`;
const customer = sql`lower(customers.name || ' ' || coalesce(customers.company, '') || ' ' || coalesce(customers.email, '') || ' ' || coalesce(customers.phone, ''))`;
const variant = sql`lower(product_variants.sku || ' ' || coalesce(product_variants.barcode, '') || ' ' || product_variants.name)`;

const sku = sql`lower(product_variants.sku)`;
const trackingNumber = sql`lower(tracking_number)`;

/** Where a text can stand. */
interface Place {
  /** The ids of the orders that have it there; of a customer or a variant, those of the customers or variants. */
  readonly candidates: SQL;
  readonly isOneOf: (ids: readonly string[]) => SQL | Promise<SQL>;
  /** Whether this order has it there. A subquery of its own, so that it is asked for this order only. */
  readonly ofOrder: SQL;
  /** The candidates are orders, which the viewer may see or not. */
  readonly areOrders: boolean;
}

/**
 * What each text in the filter means for this viewer, place by place. Where few have it, it becomes the list of these,
 * found through the place's index; where many have it, a condition, looked at order by order in the sequence of the
 * sort, which soon fills a page. Both find the same orders.
 */
export async function resolveTexts(source: SearchSource, filter: OrderFilterValues): Promise<TextConditions> {
  const texts = new Set(filtersIn(filter).flatMap(({ text }) => (typeof text === 'string' ? [text] : [])));
  const resolved = await Promise.all(
    [...texts].map(async (text) => [text, await resolve(source, text)] as const),
  );
  return new Map(resolved);
}

async function resolve(source: SearchSource, text: string): Promise<SQL> {
  const { actor } = source;
  const seesContact = may(actor, 'customers.view');
  const places = placesOf(source, text, seesContact);
  const everywhere = anyOf(places.map(({ ofOrder }) => ofOrder));
  // A customer has few orders, and those of others must not stand in the way of theirs.
  if (actor.role === 'customer' || text.trim().length < indexedLength) return everywhere;
  const exact = await visibleAmong(source, await findExactly(source, text));
  if (exact.length > 0) return isOneOf(exact);
  if (await isCommon(source, text)) return everywhere;
  const found = await findContaining(source, places);
  if (found.length > 0) return anyOf(found);
  if (text.trim().length < similarLength) return sql`false`;
  return isOneOf(await findSimilar(source, text, seesContact));
}

const anyOf = (conditions: readonly SQL[]): SQL => sql`(${sql.join([...conditions], sql` or `)})`;

/**
 * The orders whose number, reference or tracking number this is. All numbers have most of their letters in common, so
 * that to look for one by its groups of three letters takes the longer the more orders there are.
 */
async function findExactly(source: SearchSource, text: string): Promise<string[]> {
  const orders = tableIn(source, 'orders');
  const written = sql`in (${text.trim()}, ${text.trim().toUpperCase()})`;
  const rows = await source.read.execute<{ id: string }>(sql`
    select id from ${orders} where number ${written}
    union select id from ${orders} where channel = any(enum_range(null::channel)) and external_reference ${written}
    union select order_id from ${tableIn(source, 'order_fulfillments')} where tracking_number ${written}
    limit ${candidatesAtMost}`);
  return rows.map(({ id }) => id);
}

/**
 * Those that the viewer may see. What resembles a text is found where nothing has it: not to go on to that for an order
 * which they may not see would tell them that there is one.
 */
async function visibleAmong(source: SearchSource, ids: readonly string[]): Promise<readonly string[]> {
  const visible = visibleOrders(source.actor.role);
  if (!visible || ids.length === 0) return ids;
  const rows = await source.read.execute<{ id: string }>(
    sql`select id from ${tableIn(source, 'orders')} where ${isOneOf(ids)} and ${visible}`,
  );
  return rows.map(({ id }) => id);
}

/** Whether many of the latest orders have it in their number or reference: their index would find all before the first. */
async function isCommon(source: SearchSource, text: string): Promise<boolean> {
  const [row] = await source.read.execute<{ isCommon: boolean }>(sql`
    select count(*) > ${latestLookedAt / 10} as "isCommon"
    from (
      select number, external_reference from ${tableIn(source, 'orders')} order by created_at desc, id desc limit ${latestLookedAt}
    ) as orders
    where ${contains(identifiers, text)}`);
  return row!.isCommon;
}

function placesOf(source: SearchSource, text: string, seesContact: boolean): Place[] {
  const orders = tableIn(source, 'orders');
  const fulfillments = tableIn(source, 'order_fulfillments');
  const inIdentifiers = contains(identifiers, text);
  const inGuest = sql`(orders.customer_id is null and ${contains(guest, text)})`;
  return [
    {
      candidates: sql`select id from ${orders} where ${inIdentifiers}`,
      isOneOf,
      ofOrder: inIdentifiers,
      areOrders: true,
    },
    {
      candidates: sql`select id from product_variants where ${contains(variant, text)} and ${contains(sku, text)}`,
      isOneOf: (ids) => haveVariants(source, ids),
      ofOrder: isThere(sql`select true from ${tableIn(source, 'order_items')}
        join product_variants on product_variants.id = order_items.variant_id
        where order_items.order_id = orders.id and ${contains(sku, text)}`),
      areOrders: false,
    },
    {
      candidates: sql`select order_id from ${fulfillments} where ${contains(trackingNumber, text)}`,
      isOneOf,
      ofOrder: isThere(sql`select true from ${fulfillments}
        where order_fulfillments.order_id = orders.id and ${contains(trackingNumber, text)}`),
      areOrders: true,
    },
    ...(seesContact
      ? [
          {
            candidates: sql`select id from ${orders} where ${inGuest}`,
            isOneOf,
            ofOrder: inGuest,
            areOrders: true,
          },
          {
            candidates: sql`select id from customers where ${contains(customer, text)}`,
            isOneOf: (ids: readonly string[]) => sql`orders.customer_id = any(${uuidArray(ids)}::uuid[])`,
            ofOrder: isThere(
              sql`select true from customers where customers.id = orders.customer_id and ${contains(customer, text)}`,
            ),
            areOrders: false,
          },
        ]
      : []),
  ];
}

/** What it is to have the text somewhere, of each place where anything has it. */
async function findContaining(source: SearchSource, places: readonly Place[]): Promise<SQL[]> {
  const each = places.map(
    ({ candidates }, index) =>
      sql`(select ${index}::integer as place, id from (${candidates} ${candidatesLimit}) as found (id))`,
  );
  const rows = await source.read.execute<{ place: number; id: string }>(sql.join(each, sql` union all `));
  const found = places.map(async (place, index) => {
    const ids = rows.filter((row) => row.place === index).map(({ id }) => id);
    if (ids.length > candidatesAtMost) return [place.ofOrder];
    const shown = place.areOrders ? await visibleAmong(source, ids) : ids;
    return shown.length === 0 ? [] : [await place.isOneOf(shown)];
  });
  return (await Promise.all(found)).flat();
}

/**
 * Where nothing has the text: identifiers that differ from it by one letter or by two that were swapped, and names
 * that resemble it. The most similar customers come first.
 */
async function findSimilar({ read }: SearchSource, text: string, seesContact: boolean): Promise<string[]> {
  const near = sql`any(array(select jsonb_array_elements_text(${JSON.stringify(nearlyEqualTexts(text))}::text::jsonb)))`;
  const limit = sql`limit ${similarAtMost}`;
  const places = [
    sql`select id from orders where number = ${near}`,
    sql`select id from orders where channel = any(enum_range(null::channel)) and external_reference = ${near}`,
    sql`select order_id from order_items where variant_id = any(array(
      select id from product_variants where sku = ${near}))`,
    sql`select order_id from order_fulfillments where tracking_number = ${near}`,
    ...(seesContact
      ? [
          sql`select orders.id from customers_similar_to(${text.trim().toLowerCase()}, ${similarAtMost}) as similar_customer
            join orders on orders.customer_id = similar_customer.id order by similar_customer.place, orders.created_at desc`,
          sql`select guest_order.id from guest_orders_similar_to(${text.trim().toLowerCase()}, ${similarAtMost}) as guest_order`,
        ]
      : []),
  ];
  const each = places.map((place) => sql`(${place} ${limit})`);
  const rows = await read.execute<{ id: string }>(
    sql`select id from (${sql.join(each, sql` union `)}) as found (id) ${limit}`,
  );
  return rows.map(({ id }) => id);
}
