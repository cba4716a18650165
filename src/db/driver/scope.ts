import { TransactionOverError } from './errors.ts';
import { makeClient, type DrizzleClient } from './executor.ts';
import type { Rows, Shape, Wire } from './wire.ts';

/** What may be said on a wire by one transaction, or by one savepoint in it, from its beginning to its end. */
export class Scope {
  readonly client: DrizzleClient;
  /** The first error of a statement; after it the server refuses everything until a rollback. */
  firstError: unknown;
  readonly #wire: Wire;
  readonly #depth: number;
  #over = false;
  #underWay = 0;
  #savepoint: Scope | undefined;

  constructor(wire: Wire, depth = 0) {
    this.#wire = wire;
    this.#depth = depth;
    this.client = makeClient(
      (text, parameters, shape) => this.#run(text, parameters, shape),
      (work) => this.#nested(work),
    );
  }

  /** Nothing more is taken from the callback, nor from a branch of it that is still running. */
  finish(): void {
    this.#over = true;
    this.#savepoint?.finish();
  }

  /** A callback that does not await all of its statements cannot know what it commits. */
  assertNothingUnderWay(): void {
    if (this.#underWay === 0) return;
    throw new TransactionOverError('The work ended before its statements did.');
  }

  async #run(text: string, parameters: readonly unknown[], shape: Shape): Promise<Rows> {
    this.#assertMaySpeak();
    this.#underWay += 1;
    try {
      return await this.#wire.inTurn(() => {
        this.#assertNotOver();
        return this.#wire.run(text, parameters, shape);
      });
    } catch (error) {
      this.firstError ??= error;
      throw error;
    } finally {
      this.#underWay -= 1;
    }
  }

  async #nested<Result>(work: (client: DrizzleClient) => Promise<Result>): Promise<Result> {
    this.#assertMaySpeak();
    this.#underWay += 1;
    const savepoint = new Scope(this.#wire, this.#depth + 1);
    this.#savepoint = savepoint;
    try {
      return await this.#runSavepoint(savepoint, work);
    } finally {
      savepoint.finish();
      this.#savepoint = undefined;
      this.#underWay -= 1;
    }
  }

  async #runSavepoint<Result>(
    savepoint: Scope,
    work: (client: DrizzleClient) => Promise<Result>,
  ): Promise<Result> {
    const name = `savepoint_${this.#depth + 1}`;
    await this.#control(`savepoint ${name}`);
    try {
      const result = await this.#wire.whileAlive(work(savepoint.client));
      savepoint.assertNothingUnderWay();
      savepoint.finish();
      await this.#control(`release savepoint ${name}`);
      return result;
    } catch (error) {
      savepoint.finish();
      // Where this fails too, the whole transaction cannot be committed any more; the first error says why.
      await this.#control(`rollback to savepoint ${name}`).catch(() => {});
      throw error;
    }
  }

  #control(text: string): Promise<Rows> {
    return this.#wire.inTurn(() => {
      this.#assertNotOver();
      return this.#wire.run(text);
    });
  }

  #assertMaySpeak(): void {
    this.#assertNotOver();
    // What runs beside a savepoint would be undone with it, after having been reported as done.
    if (this.#savepoint) throw new TransactionOverError('Statements must go to the savepoint that is open.');
  }

  #assertNotOver(): void {
    if (this.#over) throw new TransactionOverError('The transaction is over.');
  }
}
