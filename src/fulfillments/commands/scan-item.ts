import { eq, or, sql } from 'drizzle-orm';
import { productVariants } from '../../db/tables/catalog.ts';
import { fulfillmentItems } from '../../db/tables/fulfillments.ts';
import { orderItems } from '../../db/tables/orders.ts';
import { defineSubjectCommand, type Scope } from '../../write/command.ts';
import { fulfillmentSubject } from '../fulfillment.subject.ts';
import type { FulfillmentInput } from './fulfillment-input.ts';

export interface ScanItemInput extends FulfillmentInput {
  /** A barcode, or an SKU typed by hand. */
  barcode: string;
  quantity: number;
}

export type ScanVerdict = 'match' | 'wrong_item' | 'over_pick' | 'unknown';

interface PickLine {
  readonly id: string;
  readonly variantId: string;
  readonly left: number;
}

/**
 * A picker scans what is in the hand. The verdict is data, not an error: a wrong scan is part of the work, and
 * is counted, since picking accuracy comes from here.
 */
export const scanItem = defineSubjectCommand(
  'scanItem',
  fulfillmentSubject,
  async ({ target, ...scope }, input: ScanItemInput) => {
    const variantId = await findVariant(scope, input.barcode);
    const lines = variantId === null ? [] : await linesOf(scope, target.id, variantId);
    const verdict = judge(variantId, lines, input.quantity);
    if (verdict === 'match') await pick(scope, lines, input.quantity);
    if (verdict === 'over_pick') await countOverPick(scope, lines[0]!);
    const missed = verdict === 'wrong_item' || verdict === 'unknown';
    return {
      result: { fulfillmentId: target.id, verdict, quantity: input.quantity },
      description: `A scan of ${input.quantity} for ${target.number}: ${verdict.replace('_', ' ')}.`,
      additionalData: { verdict, quantity: input.quantity, variantId },
      changes: missed ? { misScanCount: target.misScanCount + 1 } : {},
    };
  },
);

async function findVariant({ transaction }: Scope, code: string): Promise<string | null> {
  const found = await transaction
    .select({ id: productVariants.id })
    .from(productVariants)
    .where(or(eq(productVariants.barcode, code), eq(productVariants.sku, code)))
    // A code that is one variant's barcode and another's SKU is read as the barcode.
    .orderBy(sql`${productVariants.barcode} = ${code} desc nulls last`)
    .limit(1);
  return found[0]?.id ?? null;
}

function linesOf({ transaction }: Scope, fulfillmentId: string, variantId: string): Promise<PickLine[]> {
  return transaction
    .select({
      id: fulfillmentItems.id,
      variantId: orderItems.variantId,
      left: sql<number>`${fulfillmentItems.quantity} - quantity_picked - quantity_short`,
    })
    .from(fulfillmentItems)
    .innerJoin(orderItems, eq(orderItems.id, fulfillmentItems.orderItemId))
    .where(
      sql`${fulfillmentItems.fulfillmentId} = ${fulfillmentId} and ${orderItems.variantId} = ${variantId}`,
    )
    .orderBy(orderItems.position);
}

function judge(variantId: string | null, lines: readonly PickLine[], quantity: number): ScanVerdict {
  if (variantId === null) return 'unknown';
  if (lines.length === 0) return 'wrong_item';
  const left = lines.reduce((sum, line) => sum + line.left, 0);
  return quantity > left ? 'over_pick' : 'match';
}

/** The same variant may stand on several lines: they are filled one after the other. */
async function pick({ transaction }: Scope, lines: readonly PickLine[], quantity: number): Promise<void> {
  let remaining = quantity;
  for (const line of lines) {
    const picked = Math.min(line.left, remaining);
    if (picked === 0) continue;
    await transaction
      .update(fulfillmentItems)
      .set({ quantityPicked: sql`${fulfillmentItems.quantityPicked} + ${picked}` })
      .where(eq(fulfillmentItems.id, line.id));
    remaining -= picked;
  }
}

async function countOverPick({ transaction }: Scope, line: PickLine): Promise<void> {
  await transaction
    .update(fulfillmentItems)
    .set({ quantityMisScanned: sql`${fulfillmentItems.quantityMisScanned} + 1` })
    .where(eq(fulfillmentItems.id, line.id));
}
