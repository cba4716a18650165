import net from 'node:net';
import postgres from 'postgres';
import { makeTransparent, toParameter } from './values.ts';
import { DatabaseUnavailableError } from './errors.ts';
import type { DatabaseObserver } from './observer.ts';

export interface WireOptions {
  readonly url: string;
  /** Sent when the connection is opened, as settings of the session. */
  readonly settings: Readonly<Record<string, string>>;
  readonly prepare: boolean;
  readonly openTimeoutMs: number;
  readonly onNotification?: (payload: string) => void;
  readonly observer?: DatabaseObserver | undefined;
}

export type Rows = postgres.RowList<postgres.Row[]>;
export type Shape = 'objects' | 'arrays';

const goodbyeTimeoutSeconds = 1;
const { PostgresError } = postgres;

/**
 * One connection: one socket, one backend, and when it is lost, it stays lost. The library underneath would dial
 * again and go on in a session that knows nothing of our transaction, so its socket can be had only once.
 */
export class Wire {
  readonly openedAt = performance.now();
  /** Set for ever at the first sign of trouble; nothing is sent after that. */
  failure: Error | undefined;
  readonly #client: postgres.Sql;
  readonly #prepare: boolean;
  readonly #observer: DatabaseObserver | undefined;
  readonly #texts = new Set<string>();
  readonly #failureHandlers = new Set<(error: Error) => void>();
  #socket: net.Socket | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #busy = false;

  private constructor(options: WireOptions) {
    this.#prepare = options.prepare;
    this.#observer = options.observer;
    const settings: postgres.Options<Record<string, never>> = {
      max: 1,
      fetch_types: false,
      prepare: options.prepare,
      // Time limits of the library are off: it would close the connection between two statements of a transaction.
      idle_timeout: 0,
      max_lifetime: 0,
      connect_timeout: 0,
      connection: { ...options.settings },
      onnotice: () => {},
      onclose: () => this.fail(new DatabaseUnavailableError('lost')),
    };
    const hidden = {
      socket: (parsed: postgres.ParsedOptions) => this.#dial(parsed),
      onnotify: (_channel: string, payload: string) => options.onNotification?.(payload),
    };
    this.#client = postgres(options.url, Object.assign(settings, hidden));
    makeTransparent(this.#client.options);
  }

  static async open(options: WireOptions): Promise<Wire> {
    const wire = new Wire(options);
    const cancelLimit = wire.failAfter(options.openTimeoutMs, () => new DatabaseUnavailableError('refused'));
    try {
      await wire.#assertReadOnly();
      return wire;
    } catch (error) {
      if (!wire.failure) {
        void wire.end();
        throw error;
      }
      throw new DatabaseUnavailableError('refused', error);
    } finally {
      cancelLimit();
    }
  }

  /** How many statements the server keeps prepared for this connection. */
  get preparedCount(): number {
    return this.#texts.size;
  }

  /** Waits until everything that was given earlier is done, so that one statement at a time is on the wire. */
  inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(task);
    this.#turn = result.catch(() => {});
    return result;
  }

  /** Sends a statement. Rejects with PostgreSQL's error, which leaves the wire usable, or with the wire's failure. */
  async run(text: string, parameters: readonly unknown[] = [], shape: Shape = 'objects'): Promise<Rows> {
    if (this.failure) throw this.failure;
    if (this.#busy) throw new Error('A wire carries one statement at a time.');
    const values = parameters.map(toParameter);
    if (this.#prepare) this.#texts.add(text);
    this.#busy = true;
    const answer = this.#send(text, values, shape).finally(() => {
      this.#busy = false;
    });
    return this.whileAlive(answer);
  }

  async #send(text: string, values: postgres.ParameterOrJSON<never>[], shape: Shape): Promise<Rows> {
    // Not the simple protocol, which takes several statements in one string.
    const query = this.#client.unsafe(text, values, { prepare: this.#prepare, simple: false } as object);
    // The library would keep an entry for ever, per failed statement, in a map of where statements come from.
    void Object.defineProperty(query, 'origin', { value: '' });
    const startedAt = performance.now();
    try {
      const rows = shape === 'arrays' ? ((await query.values()) as unknown as Rows) : await query;
      this.#observer?.statement(performance.now() - startedAt);
      return rows;
    } catch (error) {
      this.#observer?.statement(performance.now() - startedAt, error);
      throw this.#judge(error);
    }
  }

  /** The settings asked for may have been overruled by the address, or dropped by a pooler. */
  async #assertReadOnly(): Promise<void> {
    const [row] = await this.run(`select current_setting('default_transaction_read_only') as setting`);
    if (row?.['setting'] === 'on') return;
    throw new Error(
      'Sessions must be read-only by default. Behind a pooler the role has to have that setting, and the pooler to have connected since: see docs/pgbouncer.md.',
    );
  }

  /** After anything but an ordinary error of the server nobody knows what is still under way on the socket. */
  #judge(error: unknown): unknown {
    if (error instanceof PostgresError && isOrdinary(error)) return error;
    const failure = isMistake(error) ? error : new DatabaseUnavailableError('lost', error);
    this.fail(failure);
    return this.failure;
  }

  /** Settles as the promise does, or rejects as soon as the wire fails. */
  whileAlive<Result>(promise: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const forget = this.onFailure(reject);
      promise.then(resolve, reject).finally(forget);
    });
  }

  onFailure(handler: (error: Error) => void): () => void {
    if (this.failure) handler(this.failure);
    else this.#failureHandlers.add(handler);
    return () => this.#failureHandlers.delete(handler);
  }

  failAfter(limitMs: number, makeError: () => Error): () => void {
    const timer = setTimeout(() => this.fail(makeError()), limitMs);
    return () => clearTimeout(timer);
  }

  /** Cuts the connection at once, and rejects what waits on it. The server rolls back what was not committed. */
  fail(error: Error): void {
    if (this.failure) return;
    this.failure = error;
    this.#socket?.destroy();
    for (const handler of this.#failureHandlers) handler(error);
    this.#failureHandlers.clear();
  }

  /** Takes leave of the server. Only for a wire on which nothing is under way. */
  async end(): Promise<void> {
    this.failure ??= new DatabaseUnavailableError('closed');
    await this.#client.end({ timeout: goodbyeTimeoutSeconds });
    this.#socket?.destroy();
  }

  async #dial(parsed: postgres.ParsedOptions): Promise<net.Socket> {
    if (this.failure || this.#socket) throw new DatabaseUnavailableError('closed');
    const [host, port] = [parsed.host[0] ?? '', parsed.port[0] ?? 0];
    const address = parsed.path ? { path: parsed.path } : { host, port, noDelay: true };
    const socket = net.connect(address);
    this.#socket = socket;
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new DatabaseUnavailableError('refused')));
    });
    // The library takes the name for the check of the server's certificate from here.
    return Object.assign(socket, { host });
  }
}

/** A FATAL or PANIC is the last thing that a backend says. */
function isOrdinary(error: postgres.PostgresError): boolean {
  return error.severity === 'ERROR' || error.severity_local === 'ERROR';
}

/** Values that cannot be sent are the fault of the caller; another attempt would not help. */
function isMistake(error: unknown): error is Error {
  if (error instanceof TypeError || error instanceof RangeError) return true;
  return (error as { code?: string }).code === 'MAX_PARAMETERS_EXCEEDED';
}
