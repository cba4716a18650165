/** Told how long things take, for the metrics. It is called for every statement: it is quick, and never throws. */
export interface DatabaseObserver {
  /** One statement, `begin` and `commit` included, from when it was sent until it was answered. */
  statement(durationMs: number, error?: unknown): void;
  /** One transaction with all of its repetitions. */
  transaction(durationMs: number, isCommitted: boolean): void;
  /** How long a unit of work waited for its connection. */
  connectionWait(durationMs: number): void;
}
