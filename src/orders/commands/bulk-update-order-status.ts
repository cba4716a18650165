import type { OrderStatus } from '../../db/tables/enumerations.ts';
import { invalid } from '../../shared/errors.ts';
import { lockLevelsOfOrders } from '../../stock/release.repository.ts';
import type { BulkCommand, BulkInput } from '../../write/bulk-command.ts';
import { carryOut } from '../../write/carry-out.ts';
import { orderSubject } from '../order.subject.ts';
import { orderWorkflow } from '../order.workflow.ts';
import type { OrderRow } from '../order.repository.ts';
import { cancelOrder, type CancelOrderInput } from './cancel-order.ts';
import { completeOrder } from './complete-order.ts';
import { confirmOrder } from './confirm-order.ts';
import { deliverOrder } from './deliver-order.ts';
import { startProcessing } from './start-processing.ts';

export interface BulkUpdateOrderStatusInput extends BulkInput {
  status: OrderStatus;
  reason?: string | null;
}

/** The commands that change the status and need nothing but the order. */
const commands = [confirmOrder, startProcessing, deliverOrder, completeOrder, cancelOrder];

/** Which of them leads to a status, by the table. */
const commandTo = new Map<OrderStatus, (typeof commands)[number]>(
  commands.flatMap((command) =>
    orderWorkflow[command.name as keyof typeof orderWorkflow].flatMap((step) =>
      'to' in step ? [[step.to, command] as const] : [],
    ),
  ),
);

/** Takes many orders to a status, each by the command that leads there. */
export const bulkUpdateOrderStatus: BulkCommand<BulkUpdateOrderStatusInput, OrderRow> = {
  name: 'bulkUpdateOrderStatus',
  permissions: ['orders.bulk'],
  subject: orderSubject,
  plan({ status, reason }) {
    const command = commandTo.get(status);
    if (!command) {
      const possible = [...commandTo.keys()].map((each) => each.toUpperCase()).join(', ');
      throw invalid(
        `No mutation leads to ${status.toUpperCase()} without further input: ${possible} are possible.`,
        ['status'],
      );
    }
    const isCancelling = command === cancelOrder;
    if (reason && !isCancelling) throw invalid('Only cancelling keeps a reason.', ['reason']);
    return {
      carryOut(scope, order) {
        const row: CancelOrderInput = { orderId: order.id, reason: reason ?? null };
        return carryOut(scope, command, order, row);
      },
      ...(isCancelling && { lockShared: lockLevelsOfOrders }),
    };
  },
};
