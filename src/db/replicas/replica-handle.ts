import type { Database, Executor } from '../driver/database.ts';
import { readHandle } from '../driver/database.ts';
import { postgresFailure } from '../pg-errors.ts';
import { DatabaseUnavailableError } from '../driver/errors.ts';
import type { Rows, Shape } from '../driver/wire.ts';

/** By `statement_timeout`: the primary would take as long. */
const queryCancelled = '57014';

/**
 * Reads from a replica until one read fails; that read and all later ones go to the primary, so that a request does
 * not go back to older rows. Every failure is repeated there, whatever it is: what the replica only cannot do (a
 * conflict with its recovery, a table that it does not have yet) succeeds, and what is wrong is wrong there too.
 */
export class ReplicaHandle {
  readonly read: Executor;
  readonly #replica: Database;
  readonly #primary: Database;
  readonly #onFailure: (error: unknown) => void;
  readonly #underWay = new Set<(reason: Error) => void>();
  #isAbandoned = false;

  constructor(replica: Database, primary: Database, onFailure: (error: unknown) => void) {
    this.#replica = replica;
    this.#primary = primary;
    this.#onFailure = onFailure;
    this.read = readHandle((text, parameters, shape) => this.#run(text, parameters, shape));
  }

  /** From now on the primary answers, also what the replica has been asked and has not answered. */
  abandon(): void {
    this.#isAbandoned = true;
    for (const reject of this.#underWay) reject(new DatabaseUnavailableError('lost'));
    this.#underWay.clear();
  }

  async #run(text: string, parameters: readonly unknown[], shape: Shape): Promise<Rows> {
    if (this.#isAbandoned) return this.#primary.run(text, parameters, shape);
    try {
      return await this.#whileInUse(this.#replica.run(text, parameters, shape));
    } catch (error) {
      if (postgresFailure(error)?.code === queryCancelled) throw error;
      this.#onFailure(error);
      return this.#primary.run(text, parameters, shape);
    }
  }

  #whileInUse(answer: Promise<Rows>): Promise<Rows> {
    return new Promise((resolve, reject) => {
      this.#underWay.add(reject);
      answer.then(resolve, reject).finally(() => this.#underWay.delete(reject));
    });
  }
}
