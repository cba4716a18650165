import postgres from 'postgres';
import type { Kind, Wish } from './kinds.ts';

/** A place of the log, in the order of the log. */
export interface Place {
  readonly transactionId: bigint;
  readonly position: bigint;
}

export interface Entry {
  readonly place: Place;
  /** The place and what happened there. */
  readonly text: string;
}

export function isUpTo(left: Place, right: Place): boolean {
  if (left.transactionId !== right.transactionId) return left.transactionId < right.transactionId;
  return left.position <= right.position;
}

/** What is written in a cursor before its signature. */
export function placeOf(cursor: string): Place {
  const [transactionId, position] = Buffer.from(cursor, 'base64url').toString().split('.');
  return { transactionId: BigInt(transactionId!), position: BigInt(position!) };
}

export function makeEntry(place: Place, content: string): Entry {
  return { place, text: `${place.transactionId}.${place.position} ${content}` };
}

export async function clockOf(url: string): Promise<string> {
  const client = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    const [row] = await client<{ now: string }[]>`select clock_timestamp()::text as now`;
    return row!.now;
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** The database as it is, read without any of the code that is tested. */
export class Stored {
  private readonly client: postgres.Sql;

  constructor(url: string) {
    this.client = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  }

  /** What somebody with this wish must have been told since a place, in the order of the log. */
  async wishedSince(
    after: Place,
    { kind, condition }: { kind: Kind; condition: Wish['condition'] },
  ): Promise<Entry[]> {
    const rows = await this.client.unsafe<{ transaction_id: string; position: string; content: string }[]>(
      `select history.transaction_id::text, history.position::text, ${kind.content} as content
       from order_history as history
         join orders on orders.id = history.order_id
         left join order_fulfillments as fulfillments on fulfillments.id = history.fulfillment_id
         left join stock_locations as locations on locations.id = fulfillments.location_id
       where (history.transaction_id, history.position) > ($1::text::xid8, $2::text::bigint)
         and (${kind.rows}) and (${condition})
       order by history.transaction_id, history.position`,
      [after.transactionId.toString(), after.position.toString()],
    );
    return rows.map((row) =>
      makeEntry({ transactionId: BigInt(row.transaction_id), position: BigInt(row.position) }, row.content),
    );
  }

  orders(): Promise<string[]> {
    return this.texts('select id::text as text from orders');
  }

  notes(): Promise<string[]> {
    return this.texts('select id::text as text from order_notes');
  }

  fulfillmentChanges(): Promise<string[]> {
    return this.texts(`select fulfillment_id || ' ' || upper(new_status) as text from order_history
      where fulfillment_id is not null and new_status is not null and old_status is distinct from new_status`);
  }

  async eventCount(): Promise<number> {
    const [row] = await this.client.unsafe<{ count: number }[]>(
      'select count(*)::integer from order_history',
    );
    return row!.count;
  }

  private async texts(statement: string): Promise<string[]> {
    const rows = await this.client.unsafe<{ text: string }[]>(statement);
    return rows.map(({ text }) => text);
  }

  close(): Promise<void> {
    return this.client.end({ timeout: 5 });
  }
}
