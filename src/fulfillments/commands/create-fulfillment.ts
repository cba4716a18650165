import type { HistoryEntry } from '../../history/record-history.ts';
import { createFulfillmentOfLines } from '../../orders/fulfillment-creation.repository.ts';
import { orderSubject } from '../../orders/order.subject.ts';
import { findUnplannedUnits, type UnplannedUnits } from '../../orders/unplanned.repository.ts';
import { invalid, notFound, Refusal, UserError } from '../../shared/errors.ts';
import { findLocationsByCode, type StockLocationRow } from '../../stock/stock.repository.ts';
import { defineSubjectCommand, type CommandInput, type Scope } from '../../write/command.ts';

interface FulfillmentLine {
  readonly orderItemId: string;
  readonly quantity: number;
}

export interface CreateFulfillmentInput extends CommandInput {
  orderId: string;
  locationCode: string;
  /** Left out: all that is kept there without a fulfillment. */
  lines?: readonly FulfillmentLine[] | null;
}

/** A new fulfillment for reservations that no open one will take: kept from a cancelled one, or made by hand. */
export const createFulfillment = defineSubjectCommand(
  'createFulfillment',
  orderSubject,
  async ({ target: order, transaction, now }, input: CreateFulfillmentInput) => {
    const { locationCode } = input;
    const [location] = await findLocationsByCode(transaction, [locationCode]);
    if (!location) throw notFound(`Location ${locationCode}`, ['locationCode']);
    const kept = (await findUnplannedUnits(transaction, order.id)).filter(
      ({ locationId }) => locationId === location.id,
    );
    if (kept.length === 0) {
      throw invalid(`Nothing is kept at ${locationCode} that has no fulfillment yet.`, ['locationCode']);
    }
    const lines = input.lines ? chosen(input.lines, kept) : kept;
    const created = await createAt({ transaction, now }, order.id, location, lines);
    return {
      result: { orderId: order.id, fulfillmentId: created.id },
      description: created.history.description,
      additionalData: { fulfillments: [created.number] },
      changes: {},
      also: [created.history],
    };
  },
);

/** One fulfillment of these lines, and what the history says of it. */
export async function createAt(
  { transaction, now }: Pick<Scope, 'transaction' | 'now'>,
  orderId: string,
  location: Pick<StockLocationRow, 'id' | 'code'>,
  lines: readonly FulfillmentLine[],
): Promise<{ id: string; number: string; history: HistoryEntry }> {
  const created = await createFulfillmentOfLines(
    transaction,
    { orderId, locationId: location.id, now },
    lines.map(({ orderItemId, quantity }) => ({ orderItemId, quantity })),
  );
  const history: HistoryEntry = {
    orderId,
    fulfillmentId: created.id,
    action: 'status_changed',
    oldStatus: null,
    newStatus: 'pending',
    description: `Fulfillment ${created.number} was created at ${location.code}.`,
  };
  return { ...created, history };
}

function chosen(
  lines: readonly FulfillmentLine[],
  kept: readonly UnplannedUnits[],
): readonly FulfillmentLine[] {
  const problems = lines.flatMap(({ orderItemId, quantity }, index) => {
    const path = ['lines', String(index)];
    const id = orderItemId.toLowerCase();
    const units = kept.find((each) => each.orderItemId === id);
    if (lines.findIndex((each) => each.orderItemId.toLowerCase() === id) < index) {
      return [new UserError('VALIDATION', 'This line is named twice.', [...path, 'orderItemId'])];
    }
    if (!units) {
      const message = 'Nothing of this line is kept there without a fulfillment.';
      return [new UserError('NOT_FOUND', message, [...path, 'orderItemId'])];
    }
    if (quantity <= units.quantity) return [];
    const message = `Only ${units.quantity} units are kept there without a fulfillment.`;
    return [new UserError('VALIDATION', message, [...path, 'quantity'])];
  });
  const [first, ...others] = problems;
  if (first) throw new Refusal(first, ...others);
  return lines;
}
