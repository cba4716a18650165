import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import type postgres from 'postgres';
import type { Rows, Shape } from './wire.ts';

/** What repositories take: a read handle or a transaction. */
export type Executor = PostgresJsDatabase;

export type RunStatement = (text: string, parameters: readonly unknown[], shape: Shape) => Promise<Rows>;
export type RunNested = <Result>(work: (client: DrizzleClient) => Promise<Result>) => Promise<Result>;

/** As much of the library's client as Drizzle uses. */
export interface DrizzleClient {
  readonly options: object;
  unsafe(text: string, parameters?: readonly unknown[]): PendingRows;
  readonly begin: RunNested;
  readonly savepoint: RunNested;
}

/** Nothing is sent before it is awaited, because only then is it known in which shape the rows are wanted. */
interface PendingRows extends PromiseLike<Rows> {
  values(): Promise<Rows>;
}

const transactionControl = /^\s*(begin|start|commit|end|rollback|abort|savepoint|release|prepare)\b/i;
const sessionSetting = /^\s*((set\s+(?!(local|transaction|constraints)\b))|(reset|discard)\b)/i;

export function makeClient(run: RunStatement, nested: RunNested): DrizzleClient {
  const guarded: RunStatement = async (text, parameters, shape) => {
    // Such a statement would outlive its unit of work, and reach the next user of the connection.
    if (transactionControl.test(text) || sessionSetting.test(text)) {
      throw new Error('Transactions and settings of the session belong to the driver.');
    }
    return run(text, parameters, shape);
  };
  return {
    // Drizzle writes its own conversions here; the wires have the same.
    options: { parsers: {}, serializers: {} },
    unsafe: (text, parameters = []) => ({
      values: () => guarded(text, parameters, 'arrays'),
      // oxlint-disable-next-line unicorn/no-thenable -- Drizzle awaits what it gets here, or calls values().
      then: (resolve, reject) => guarded(text, parameters, 'objects').then(resolve, reject),
    }),
    begin: nested,
    savepoint: nested,
  };
}

export function makeExecutor(client: DrizzleClient): Executor {
  return drizzle({ client: client as unknown as postgres.Sql });
}
