import { postgresFailure } from '../../db/pg-errors.ts';
import { invalid, Refusal, UserError } from '../../shared/errors.ts';
import { restockGoods } from '../../stock/restock.repository.ts';
import { findLocationsByCode, type StockLocationRow } from '../../stock/stock.repository.ts';
import { defineSubjectCommand, type Scope } from '../../write/command.ts';
import { refundForUnits } from '../refund.ts';
import {
  findLinesToReceive,
  writeReceivedLines,
  type LineToReceive,
  type ReceivedLine,
} from '../return.repository.ts';
import { returnSubject, type LockedReturn } from '../return.subject.ts';
import type { ReturnInput } from './return-input.ts';

export interface ReceiveReturnLine {
  returnItemId: string;
  quantity: number;
  disposition: 'restock' | 'write_off';
  locationCode?: string | null;
}

export interface ReceiveReturnInput extends ReturnInput {
  lines: readonly ReceiveReturnLine[];
}

/** PostgreSQL's "numeric value out of range". */
const outOfRange = '22003';

/**
 * The parcel is here. What is restocked is on hand again; what is written off changes no stock, since it left it
 * when it was shipped. Of lines that are not named nothing has come, and it may be returned later.
 */
export const receiveReturn = defineSubjectCommand(
  'receiveReturn',
  returnSubject,
  async ({ target, ...scope }, input: ReceiveReturnInput) => {
    const lines = await findLinesToReceive(scope.transaction, target.id);
    const arrived = await checkLines(scope, lines, input.lines);
    const received = lines.map((line) => receivedLine(line, arrived.get(line.id)));
    await writeReceivedLines(scope.transaction, received);
    await restock(scope, target, lines, received);
    const unitsOf = (disposition: string): number =>
      received.reduce((sum, line) => sum + (line.disposition === disposition ? line.quantityReceived : 0), 0);
    const [restocked, writtenOff] = [unitsOf('restock'), unitsOf('write_off')];
    return {
      result: { returnId: target.id, orderId: target.orderId },
      description: `${restocked + writtenOff} units came back: ${restocked} restocked, ${writtenOff} written off.`,
      additionalData: {
        returnId: target.id,
        returnStatus: 'received',
        returnStatusBefore: target.status,
        unitsRestocked: restocked,
        unitsWrittenOff: writtenOff,
      },
      changes: { receivedAt: scope.now },
    };
  },
);

interface Arrived {
  readonly quantity: number;
  readonly disposition: 'restock' | 'write_off';
  readonly locationId: string | null;
}

/** What has arrived by the line's id, or every reason why it cannot be so. */
async function checkLines(
  { transaction }: Scope,
  lines: readonly LineToReceive[],
  given: readonly ReceiveReturnLine[],
): Promise<Map<string, Arrived>> {
  const codes = [...new Set(given.flatMap(({ locationCode }) => locationCode ?? []))];
  const found = await findLocationsByCode(transaction, codes);
  const locations = new Map(found.map((location) => [location.code, location]));
  const arrived = new Map<string, Arrived>();
  const problems: UserError[] = [];
  for (const [index, named] of given.entries()) {
    const line = lines.find(({ id }) => id === named.returnItemId.toLowerCase());
    const location = named.locationCode ? locations.get(named.locationCode) : undefined;
    const problem = problemOf(named, line, location, arrived);
    if (problem)
      problems.push(new UserError(problem.code, problem.message, ['lines', String(index), problem.field]));
    else {
      const { quantity, disposition } = named;
      arrived.set(line!.id, { quantity, disposition, locationId: location?.id ?? null });
    }
  }
  const [first, ...others] = problems;
  if (first) throw new Refusal(first, ...others);
  return arrived;
}

interface Problem {
  readonly code: 'NOT_FOUND' | 'VALIDATION';
  readonly message: string;
  readonly field: keyof ReceiveReturnLine;
}

function problemOf(
  { returnItemId, quantity, disposition, locationCode }: ReceiveReturnLine,
  line: LineToReceive | undefined,
  location: StockLocationRow | undefined,
  arrived: ReadonlyMap<string, Arrived>,
): Problem | undefined {
  const refuse = (
    field: Problem['field'],
    message: string,
    code: Problem['code'] = 'VALIDATION',
  ): Problem => ({
    code,
    message,
    field,
  });
  if (!line) return refuse('returnItemId', `Line ${returnItemId} is not of this return.`, 'NOT_FOUND');
  const { sku } = line;
  if (arrived.has(line.id)) return refuse('returnItemId', `${sku} is named already.`);
  if (quantity > line.quantity) {
    return refuse('quantity', `Only ${line.quantity} of ${sku} were to come back.`);
  }
  if (disposition === 'write_off') {
    return locationCode ? refuse('locationCode', 'What is written off goes to no location.') : undefined;
  }
  if (!line.tracksStock) return refuse('disposition', `SKU ${sku} has no stock to keep: write it off.`);
  if (!locationCode) return refuse('locationCode', `Say where ${sku} is put.`);
  if (!location) return refuse('locationCode', `Location ${locationCode} does not exist.`, 'NOT_FOUND');
  return location.active ? undefined : refuse('locationCode', `Location ${locationCode} is closed.`);
}

function receivedLine(line: LineToReceive, arrived: Arrived | undefined): ReceivedLine {
  const quantity = arrived?.quantity ?? 0;
  return {
    id: line.id,
    quantityReceived: quantity,
    refundMinor: refundForUnits(line.ordered, line.returnedBefore, quantity),
    disposition: arrived?.disposition ?? null,
    locationId: arrived?.locationId ?? null,
  };
}

async function restock(
  { transaction, actor }: Scope,
  target: LockedReturn,
  lines: readonly LineToReceive[],
  received: readonly ReceivedLine[],
): Promise<void> {
  const goods = received.flatMap(({ locationId, quantityReceived: quantity }, index) =>
    locationId === null ? [] : [{ variantId: lines[index]!.variantId, locationId, quantity }],
  );
  if (goods.length === 0) return;
  try {
    await restockGoods(transaction, { orderId: target.orderId, performedById: actor.userId }, goods);
  } catch (error) {
    if (postgresFailure(error)?.code !== outOfRange) throw error;
    throw invalid('A location can have 2,147,483,647 units of a SKU and no more.', ['lines']);
  }
}
