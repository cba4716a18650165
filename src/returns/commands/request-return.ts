import { eq } from 'drizzle-orm';
import { orderItems } from '../../db/tables/orders.ts';
import { returnItems, returns } from '../../db/tables/returns.ts';
import { orderSubject } from '../../orders/order.subject.ts';
import { Refusal, UserError } from '../../shared/errors.ts';
import { defineSubjectCommand, type CommandInput, type Scope } from '../../write/command.ts';
import { refundForUnits } from '../refund.ts';

export interface RequestReturnInput extends CommandInput {
  orderId: string;
  lines: readonly { orderItemId: string; quantity: number }[];
  reason: string;
}

/**
 * The customer wants to give goods back. One return of an order is open at a time, which the order's status says:
 * so what may come back is what was fulfilled and has not come back yet. The reason stays on the return and out
 * of the history: people write names into it.
 */
export const requestReturn = defineSubjectCommand(
  'requestReturn',
  orderSubject,
  async ({ target: order, ...scope }, input: RequestReturnInput) => {
    const lines = await checkLines(scope, order.id, input);
    const [created] = await scope.transaction
      .insert(returns)
      .values({
        orderId: order.id,
        reason: input.reason,
        orderStatusBefore: order.status,
        createdAt: scope.now,
      })
      .returning({ id: returns.id });
    const returnId = created!.id;
    await scope.transaction.insert(returnItems).values(
      lines.map(({ item, quantity }) => ({
        returnId,
        orderItemId: item.id,
        quantity,
        refundMinor: refundForUnits(item, item.quantityReturned, quantity),
        createdAt: scope.now,
      })),
    );
    const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
    return {
      result: { returnId, orderId: order.id },
      description: `A return of ${units} units was requested.`,
      additionalData: {
        returnId,
        units,
        lines: lines.map(({ item, quantity }) => ({ orderItemId: item.id, quantity })),
      },
    };
  },
);

type Item = typeof orderItems.$inferSelect;

async function checkLines(
  { transaction }: Scope,
  orderId: string,
  input: RequestReturnInput,
): Promise<{ item: Item; quantity: number }[]> {
  const rows = await transaction.select().from(orderItems).where(eq(orderItems.orderId, orderId));
  const items = new Map(rows.map((item) => [item.id, item]));
  const named = new Set<string>();
  const problems: UserError[] = [];
  const lines = input.lines.flatMap(({ orderItemId, quantity }, index) => {
    const refuse = (code: 'NOT_FOUND' | 'VALIDATION', message: string, field: string): [] => {
      problems.push(new UserError(code, message, ['lines', String(index), field]));
      return [];
    };
    const item = items.get(orderItemId.toLowerCase());
    if (!item) return refuse('NOT_FOUND', `Line ${orderItemId} is not of this order.`, 'orderItemId');
    if (named.has(item.id)) return refuse('VALIDATION', `${item.sku} is named already.`, 'orderItemId');
    named.add(item.id);
    const left = item.quantityFulfilled - item.quantityReturned;
    if (quantity > left) {
      return refuse('VALIDATION', `Only ${left} of ${item.sku} can be returned.`, 'quantity');
    }
    return [{ item, quantity }];
  });
  const [first, ...others] = problems;
  if (first) throw new Refusal(first, ...others);
  return lines;
}
