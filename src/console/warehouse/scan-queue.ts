import { AskFailed, newKey } from '../api/client.ts';

export interface Scan {
  readonly code: string;
  readonly quantity: number;
  /** The same at every attempt: however often it is sent, it picks once. */
  readonly idempotencyKey: string;
}

const retryMs = 1_500;

/**
 * Scans in the order in which they were made, one at a time. A scanner is faster than a network, and a network may be
 * away: what has no answer is sent again until it has one.
 */
export class ScanQueue {
  private readonly waiting: Scan[] = [];
  private isRunning = false;
  private isClosed = false;

  constructor(
    private readonly send: (scan: Scan) => Promise<void>,
    private readonly tell: (state: { waiting: number; isStuck: boolean; failure?: string }) => void,
  ) {}

  add(code: string, quantity: number): void {
    this.waiting.push({ code, quantity, idempotencyKey: newKey() });
    void this.run();
  }

  close(): void {
    this.isClosed = true;
  }

  private async run(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    let scan: Scan | undefined;
    while (!this.isClosed && (scan = this.waiting[0])) {
      try {
        await this.send(scan);
        this.waiting.shift();
        this.tell({ waiting: this.waiting.length, isStuck: false });
      } catch (error) {
        const isNetwork = error instanceof AskFailed && error.isNetwork;
        if (!isNetwork) this.waiting.shift();
        const failure = isNetwork ? {} : { failure: (error as Error).message };
        this.tell({ waiting: this.waiting.length, isStuck: isNetwork, ...failure });
        if (isNetwork) await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
    this.isRunning = false;
  }
}
