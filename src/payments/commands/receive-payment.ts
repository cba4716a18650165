import type { HistoryEntry } from '../../history/record-history.ts';
import { prepareConfirmation } from '../../orders/commands/confirm-order.ts';
import type { OrderRow } from '../../orders/order.repository.ts';
import { findUnreservedLines } from '../../orders/unreserved.repository.ts';
import { saveOrder } from '../../orders/order.subject.ts';
import { orderWorkflow } from '../../orders/order.workflow.ts';
import type { Scope } from '../../write/command.ts';
import { findTransition, statusAfter } from '../../write/workflow.ts';

/**
 * Counts what came in on the locked order, and confirms the order where that was asked for, the order is paid by
 * it, and the workflow lets this actor confirm it now. Returns the history of the confirmation.
 */
export async function receivePayment(
  scope: Scope,
  order: OrderRow,
  amountMinor: number,
  autoConfirm: boolean,
): Promise<HistoryEntry[]> {
  const paidMinor = order.paidMinor + amountMinor;
  const changes = { paidMinor, lastPaymentFailed: false };
  const isPaid = paidMinor - order.refundedMinor >= order.totalMinor;
  const standing = { status: order.status, isHeld: order.heldAt !== null };
  // The money is here all the same; an order whose stock was released waits for somebody to reserve it.
  const isReady =
    autoConfirm && isPaid && (await findUnreservedLines(scope.transaction, order.id)).length === 0;
  const step = isReady ? findTransition(orderWorkflow, 'confirmOrder', standing, scope.actor) : undefined;
  if (!step) {
    await saveOrder(scope, order, order.status, changes);
    return [];
  }
  const status = statusAfter(step, order.status, undefined);
  await saveOrder(scope, order, status, changes);
  const { also, ...told } = await prepareConfirmation(scope, order.id);
  const confirmed = { orderId: order.id, action: step.action, oldStatus: order.status, newStatus: status };
  return [{ ...confirmed, ...told }, ...also];
}
