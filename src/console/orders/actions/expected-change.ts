import type { Order } from '../order.operations.ts';

/** What the page shows of an action until the server has answered. */
export type ExpectedChange = Partial<
  Pick<
    Order,
    | 'status'
    | 'heldAt'
    | 'holdReason'
    | 'cancelReason'
    | 'priority'
    | 'tags'
    | 'promisedShipAt'
    | 'assignedTo'
    | 'allowedActions'
  >
>;

const statusAfter: Readonly<Record<string, string>> = {
  confirmOrder: 'CONFIRMED',
  startProcessing: 'PROCESSING',
  deliverOrder: 'DELIVERED',
  completeOrder: 'COMPLETED',
  cancelOrder: 'CANCELLED',
};

/**
 * How the order will look if the action is done to it. Of amounts and parcels nothing is foretold: what they become is
 * the server's to reckon.
 */
export function expectedChange(
  action: string,
  values: Readonly<Record<string, string>>,
  viewerName: string,
): ExpectedChange {
  const status = statusAfter[action];
  return {
    ...(status !== undefined && { status }),
    ...(action === 'cancelOrder' && { cancelReason: values['reason'] ?? null }),
    ...(action === 'holdOrder' && { heldAt: new Date().toISOString(), holdReason: values['reason'] ?? null }),
    ...(action === 'releaseHold' && { heldAt: null, holdReason: null }),
    ...(action === 'assignOrder' && { assignedTo: { displayName: viewerName } }),
  };
}
