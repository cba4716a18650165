import type { BulkCommand, BulkInput } from '../../write/bulk-command.ts';
import { carryOut } from '../../write/carry-out.ts';
import { orderSubject } from '../order.subject.ts';
import type { OrderRow } from '../order.repository.ts';
import { assignOrder } from './assign-order.ts';

export interface BulkAssignOrdersInput extends BulkInput {
  /** Null: nobody. */
  userId: string | null;
}

/** Puts somebody in charge of many orders, or nobody. */
export const bulkAssignOrders: BulkCommand<BulkAssignOrdersInput, OrderRow> = {
  name: 'bulkAssignOrders',
  permissions: ['orders.bulk'],
  subject: orderSubject,
  plan: ({ userId }) => ({
    carryOut: (scope, order) => carryOut(scope, assignOrder, order, { orderId: order.id, userId }),
  }),
};
