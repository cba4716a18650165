import { orderSubject } from '../../orders/order.subject.ts';
import type { OrderRow } from '../../orders/order.repository.ts';
import { findUnplannedUnits } from '../../orders/unplanned.repository.ts';
import { invalid } from '../../shared/errors.ts';
import { findLocationsById } from '../../stock/stock.repository.ts';
import type { BulkCommand, BulkInput } from '../../write/bulk-command.ts';
import { carryOut } from '../../write/carry-out.ts';
import { defineSubjectCommand, type CommandInput } from '../../write/command.ts';
import { createAt, createFulfillment } from './create-fulfillment.ts';

export interface BulkCreateFulfillmentsInput extends BulkInput {
  /** Left out: at every location that keeps something. */
  locationCode?: string | null;
}

interface CreateFulfillmentsInput extends CommandInput {
  orderId: string;
}

/** `createFulfillment` without chosen lines, at each location that keeps something for the order. */
const createFulfillmentsEverywhere = defineSubjectCommand(
  'createFulfillment',
  orderSubject,
  async ({ target: order, transaction, now }, _input: CreateFulfillmentsInput) => {
    const kept = await findUnplannedUnits(transaction, order.id);
    if (kept.length === 0) throw invalid('Nothing is kept that has no fulfillment yet.', ['orderId']);
    const created = [];
    for (const location of await findLocationsById(
      transaction,
      kept.map(({ locationId }) => locationId),
    )) {
      const lines = kept.filter((units) => units.locationId === location.id);
      created.push(await createAt({ transaction, now }, order.id, location, lines));
    }
    const numbers = created.map(({ number }) => number);
    return {
      result: { orderId: order.id },
      description: `${numbers.length} fulfillments were created.`,
      additionalData: { fulfillments: numbers },
      changes: {},
      also: created.map(({ history }) => history),
    };
  },
);

/** Plans what is kept for many orders. */
export const bulkCreateFulfillments: BulkCommand<BulkCreateFulfillmentsInput, OrderRow> = {
  name: 'bulkCreateFulfillments',
  permissions: ['orders.bulk'],
  subject: orderSubject,
  plan: ({ locationCode }) => ({
    carryOut: (scope, order) =>
      locationCode
        ? carryOut(scope, createFulfillment, order, { orderId: order.id, locationCode })
        : carryOut(scope, createFulfillmentsEverywhere, order, { orderId: order.id }),
  }),
};
