import { sql } from 'drizzle-orm';
import type { Database, Executor } from '../../db/driver/database.ts';
import { fromMinorUnits, toMinorUnits } from '../exact-amount.ts';
import { takeImportTurn } from '../import-units.ts';
import type { RecordsUnderOrders } from '../order-records.ts';
import { sourceIdentifier } from '../source-identifier.ts';
import { writeUnderOrders } from '../write-records.ts';
import { moreThanSold, type CreditLine } from './match-credits.ts';
import { currency } from './order-unit.ts';

/** An item of an order that an earlier file had brought, with units that nobody has taken back. */
interface EarlierItem {
  customer: string;
  reference: string;
  order_id: string;
  item_id: string;
  variant_id: string;
  tracks_stock: boolean;
  sku: string;
  quantity: number;
  total_minor: number;
  left: number;
}

interface Recorded {
  reference: string;
  credit_note: string;
  sku: string;
  quantity: number;
}

const linesPerTransaction = 250;

/**
 * Looks for what the file's own orders could not answer among the orders of files imported before. A credit note
 * that had found something in an earlier run finds the same again, and nothing is written for it.
 *
 * Returns the references of what was there already.
 */
export async function matchEarlierOrders(
  database: Database,
  creditLines: readonly CreditLine[],
  locationId: string,
  ordersOfFile: readonly string[],
): Promise<Set<string>> {
  const open = creditLines.filter((each) => each.left > 0 && each.invoice.customer !== null);
  const alreadyThere = new Set<string>();
  for (const lines of inChunks(open)) {
    await database
      .transaction(async (transaction) => {
        await takeImportTurn(transaction);
        const recorded = await findRecorded(transaction, lines, ordersOfFile);
        const earlier = await lockEarlierItems(transaction, lines, ordersOfFile);
        // Worked out on copies, because the transaction may be repeated.
        const returns = new EarlierReturns(locationId, recorded, earlier);
        const results = lines.map((line) => returns.match({ ...line, takes: [...line.takes] }));
        await returns.write(transaction);
        return { results, recorded };
      })
      .then(({ results, recorded }) => {
        lines.forEach((line, at) => Object.assign(line, results[at]));
        for (const each of recorded) alreadyThere.add(referenceOf(each.reference, each.credit_note));
      });
  }
  return alreadyThere;
}

/** A credit note's lines stay together: its return of an order is written once. */
function inChunks(lines: readonly CreditLine[]): CreditLine[][] {
  const chunks: CreditLine[][] = [];
  for (const line of lines) {
    const chunk = chunks.at(-1);
    const belongs = chunk?.at(-1)?.invoice === line.invoice;
    if (chunk && (belongs || chunk.length < linesPerTransaction)) chunk.push(line);
    else chunks.push([line]);
  }
  return chunks;
}

function referenceOf(order: string, creditNote: string): string {
  return `${order}+${creditNote}`;
}

async function findRecorded(
  transaction: Executor,
  lines: readonly CreditLine[],
  ordersOfFile: readonly string[],
): Promise<Recorded[]> {
  const creditNotes = JSON.stringify(lines.map((line) => line.invoice.number));
  return transaction.execute<Recorded & Record<string, unknown>>(sql`
    select orders.external_reference as reference, returns.external_reference as credit_note, order_items.sku,
      return_items.quantity
    from returns
    join orders on orders.id = returns.order_id
    join return_items on return_items.return_id = returns.id
    join order_items on order_items.id = return_items.order_item_id
    where returns.external_reference in (select jsonb_array_elements_text(${creditNotes}::text::jsonb))
      and orders.channel = 'ecommerce' and orders.external_reference like 'online-retail:%'
      and orders.external_reference not in (
        select jsonb_array_elements_text(${JSON.stringify(ordersOfFile)}::text::jsonb))
    order by return_items.id`);
}

/** Newest order first. */
async function lockEarlierItems(
  transaction: Executor,
  lines: readonly CreditLine[],
  ordersOfFile: readonly string[],
): Promise<EarlierItem[]> {
  const wanted = lines.map((each) => ({
    customer: `online-retail:${each.invoice.customer}`,
    sku: each.line.sku,
    before: each.invoice.at,
  }));
  const candidates = sql`
    with wanted as (
      select customer, sku, max(before) as before
      from jsonb_to_recordset(${JSON.stringify(wanted)}::text::jsonb) as line (
        customer text, sku text, before timestamptz)
      group by customer, sku
    )
    select wanted.customer, orders.external_reference as reference, orders.id as order_id, orders.created_at,
      order_items.id as item_id, order_items.variant_id, order_items.sku, order_items.quantity
    from wanted
    join customers on customers.external_reference = wanted.customer
    join orders on orders.customer_id = customers.id and orders.channel = 'ecommerce'
      and orders.created_at <= wanted.before and orders.status = 'completed'
      and orders.external_reference like 'online-retail:%'
      and orders.external_reference not in (
        select jsonb_array_elements_text(${JSON.stringify(ordersOfFile)}::text::jsonb))
    join order_items on order_items.order_id = orders.id and order_items.sku = wanted.sku`;
  await transaction.execute(sql`
    select id from orders where id in (select order_id from (${candidates}) as candidate)
    order by id for update`);
  return transaction.execute<EarlierItem & Record<string, unknown>>(sql`
    select candidate.*, order_items.total_minor::float8 as total_minor, product_variants.tracks_stock,
      order_items.quantity_fulfilled - order_items.quantity_returned as left
    from (${candidates}) as candidate
    join order_items on order_items.id = candidate.item_id
    join product_variants on product_variants.id = candidate.variant_id
    order by candidate.created_at desc, candidate.item_id`);
}

class EarlierReturns {
  private readonly records: RecordsUnderOrders = {
    payments: [],
    returns: [],
    returnItems: [],
    movements: [],
    history: [],
  };
  private readonly refunds = new Map<
    string,
    { orderId: string; creditNote: string; at: string; amount: number }
  >();
  private readonly recorded: Recorded[];

  constructor(
    private readonly locationId: string,
    recorded: readonly Recorded[],
    private readonly earlier: EarlierItem[],
  ) {
    this.recorded = recorded.map((each) => ({ ...each }));
  }

  match(credit: CreditLine): CreditLine {
    const creditNote = credit.invoice.number;
    for (const each of this.recorded) {
      if (each.credit_note === creditNote && each.sku === credit.line.sku)
        this.take(credit, each, each.reference);
    }
    const done = new Set(
      this.recorded.filter((each) => each.credit_note === creditNote).map((each) => each.reference),
    );
    for (const item of this.earlier) {
      if (!done.has(item.reference) && fits(credit, item)) {
        const left = { quantity: item.left };
        const quantity = this.take(credit, left, item.reference);
        item.left = left.quantity;
        if (quantity > 0) this.addItem(credit, item, quantity);
      }
    }
    if (credit.left > 0 && credit.takes.length > 0) credit.reason = moreThanSold;
    return credit;
  }

  /** Takes as many as there are of what is wanted. */
  private take(credit: CreditLine, from: { quantity: number }, order: string): number {
    const quantity = Math.min(credit.left, from.quantity);
    if (quantity === 0) return 0;
    from.quantity -= quantity;
    credit.left -= quantity;
    credit.takes.push({ reference: referenceOf(order, credit.invoice.number), quantity });
    return quantity;
  }

  private addItem(credit: CreditLine, item: EarlierItem, quantity: number): void {
    const { number: creditNote, at } = credit.invoice;
    const key = referenceOf(item.reference, creditNote);
    const returnId = sourceIdentifier(at, `return:${key}`);
    const amount = toMinorUnits(BigInt(quantity) * credit.line.price);
    const refund = this.refunds.get(key) ?? this.startReturn(credit, item, returnId);
    refund.amount += amount;
    this.refunds.set(key, refund);
    const row = this.records.returnItems.find(
      (each) => each.returnId === returnId && each.orderItemId === item.item_id,
    );
    if (row) {
      row.quantity += quantity;
      row.refundMinor = (row.refundMinor ?? 0) + amount;
    } else {
      this.records.returnItems.push({
        id: sourceIdentifier(at, `return:${key}:${item.item_id}`),
        returnId,
        orderItemId: item.item_id,
        quantity,
        refundMinor: amount,
        disposition: item.tracks_stock ? 'restock' : null,
        createdAt: at,
      });
    }
    if (item.tracks_stock) this.restock(credit, item, quantity);
  }

  private startReturn(credit: CreditLine, item: EarlierItem, returnId: string) {
    const { number: creditNote, at } = credit.invoice;
    this.records.returns.push({
      id: returnId,
      orderId: item.order_id,
      externalReference: creditNote,
      status: 'refunded',
      reason: `Credit note ${creditNote}`,
      orderStatusBefore: 'completed',
      receivedAt: at,
      createdAt: at,
    });
    return { orderId: item.order_id, creditNote, at, amount: 0 };
  }

  private restock(credit: CreditLine, item: EarlierItem, quantity: number): void {
    const { at } = credit.invoice;
    this.records.movements.push({
      id: sourceIdentifier(at, `returned:${credit.invoice.number}:${credit.line.line}:${item.item_id}`),
      variantId: item.variant_id,
      locationId: this.locationId,
      onHandChange: quantity,
      reservedChange: 0,
      reason: 'returned',
      orderId: item.order_id,
      performedById: null,
      createdAt: at,
    });
  }

  async write(transaction: Executor): Promise<void> {
    if (this.refunds.size === 0) return;
    const whollyReturned = await this.updateOrders(transaction);
    for (const refund of this.refunds.values()) this.tell(refund, whollyReturned);
    await writeUnderOrders(transaction, this.records);
  }

  /** Returns the orders of which everything has come back. */
  private async updateOrders(transaction: Executor): Promise<Set<string>> {
    await transaction.execute(sql`
      update order_items set quantity_returned = quantity_returned + taken.quantity
      from (
        select "orderItemId" as id, sum(quantity) as quantity
        from jsonb_to_recordset(${JSON.stringify(this.records.returnItems)}::text::jsonb) as row (
          "orderItemId" uuid, quantity integer)
        group by "orderItemId"
      ) as taken
      where order_items.id = taken.id`);
    const orders = await transaction.execute<{ id: string; status: string }>(sql`
      update orders set refunded_minor = refunded_minor + refund.amount, version = version + 1,
        status = case when exists (
          select from order_items
          where order_id = orders.id and quantity > quantity_cancelled + quantity_returned
        ) then orders.status else 'returned' end
      from (
        select "orderId" as id, sum(amount) as amount
        from jsonb_to_recordset(${JSON.stringify([...this.refunds.values()])}::text::jsonb) as row (
          "orderId" uuid, amount bigint)
        group by "orderId"
      ) as refund
      where orders.id = refund.id
      returning orders.id, orders.status`);
    return new Set(orders.filter((order) => order.status === 'returned').map((order) => order.id));
  }

  private tell(
    refund: { orderId: string; creditNote: string; at: string; amount: number },
    whollyReturned: ReadonlySet<string>,
  ): void {
    const { orderId, creditNote, at, amount } = refund;
    const newStatus = whollyReturned.has(orderId) ? 'returned' : 'completed';
    const data = { source: 'online-retail', creditNote };
    this.records.history.push({
      orderId,
      action: 'returned',
      oldStatus: 'completed',
      newStatus,
      description: `Goods taken back by credit note ${creditNote}.`,
      additionalData: data,
      occurredAt: at,
    });
    if (amount === 0) return;
    this.records.payments.push({
      id: sourceIdentifier(at, `refund:${orderId}:${creditNote}`),
      orderId,
      kind: 'refund',
      method: 'card',
      state: 'succeeded',
      amountMinor: amount,
      currency,
      createdAt: at,
    });
    this.records.history.push({
      orderId,
      action: 'refunded',
      oldStatus: newStatus,
      newStatus,
      description: `Refunded by credit note ${creditNote}.`,
      additionalData: { ...data, amountMinor: amount, currency },
      occurredAt: at,
    });
  }
}

/** The same customer and code, and no more money back than the goods had cost. */
function fits(credit: CreditLine, item: EarlierItem): boolean {
  return (
    item.customer === `online-retail:${credit.invoice.customer}` &&
    item.sku === credit.line.sku &&
    BigInt(item.quantity) * credit.line.price <= fromMinorUnits(item.total_minor)
  );
}
