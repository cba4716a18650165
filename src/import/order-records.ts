import type { fulfillmentItems, orderFulfillments } from '../db/tables/fulfillments.ts';
import type { inventoryReservations } from '../db/tables/inventory-reservations.ts';
import type { orderNotes } from '../db/tables/order-notes.ts';
import type { orderItems, orders } from '../db/tables/orders.ts';
import type { payments } from '../db/tables/payments.ts';
import type { returnItems, returns } from '../db/tables/returns.ts';
import type { stockMovements } from '../db/tables/stock.ts';
import type { HistoryEntry } from '../history/record-history.ts';

export interface DatedEntry extends HistoryEntry {
  occurredAt: string;
  /** Nobody, unless a user did it. */
  performedById?: string | null;
}

type Unnumbered<Row> = Omit<Row, 'number'>;
export type OrderRow = Unnumbered<typeof orders.$inferInsert> & { id: string; createdAt: string };
export type FulfillmentRow = Unnumbered<typeof orderFulfillments.$inferInsert> & {
  id: string;
  createdAt: string;
};
export type MovementRow = typeof stockMovements.$inferInsert & { id: string; createdAt: string };

/** What comes with an order or is added to it. The rows of one kind all have the same keys. */
export interface RecordsUnderOrders {
  readonly payments: (typeof payments.$inferInsert)[];
  readonly returns: (typeof returns.$inferInsert)[];
  readonly returnItems: (typeof returnItems.$inferInsert)[];
  readonly movements: MovementRow[];
  readonly history: DatedEntry[];
}

/** Whole orders with everything under them, ready to be written. */
export interface OrderRecords extends RecordsUnderOrders {
  readonly orders: OrderRow[];
  readonly items: (typeof orderItems.$inferInsert)[];
  readonly fulfillments: FulfillmentRow[];
  readonly fulfillmentItems: (typeof fulfillmentItems.$inferInsert)[];
  readonly reservations: (typeof inventoryReservations.$inferInsert)[];
  readonly notes: (typeof orderNotes.$inferInsert)[];
}

export function emptyRecords(): OrderRecords {
  return {
    orders: [],
    items: [],
    fulfillments: [],
    fulfillmentItems: [],
    reservations: [],
    notes: [],
    payments: [],
    returns: [],
    returnItems: [],
    movements: [],
    history: [],
  };
}
