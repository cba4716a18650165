import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseUnavailableError } from './errors.ts';
import { Wire, type WireOptions } from './wire.ts';

export interface ListenHandlers {
  /** A wake-up. It may be lost, so nothing may depend on it alone. */
  onNotification(payload: string): void;
  /** Listening has begun, for the first time or again: whatever happened before must be caught up with. */
  onReady(): void;
}

export interface Subscription {
  close(): Promise<void>;
}

export interface ListenerOptions {
  readonly wire: WireOptions;
  readonly heartbeatMs: number;
}

const firstPauseMs = 100;
const longestPauseMs = 5_000;

/** Listens on a wire of its own, and opens another one for ever whenever that is lost. */
export function listen(options: ListenerOptions, channel: string, handlers: ListenHandlers): Subscription {
  const stop = new AbortController();
  const stopped = keepListening(options, channel, handlers, stop.signal);
  return {
    close: () => {
      stop.abort();
      return stopped;
    },
  };
}

async function keepListening(
  options: ListenerOptions,
  channel: string,
  handlers: ListenHandlers,
  signal: AbortSignal,
): Promise<void> {
  const onNotification = (payload: string): void => call(() => handlers.onNotification(payload), signal);
  const wireOptions = { ...options.wire, onNotification };
  let failures = 0;
  while (!signal.aborted) {
    const wire = await Wire.open(wireOptions).catch(() => undefined);
    if (wire) {
      const onReady = (): void => {
        failures = 0;
        call(() => handlers.onReady(), signal);
      };
      await stayListening(wire, channel, options.heartbeatMs, onReady, signal);
    }
    failures += 1;
    await pause(jittered(Math.min(firstPauseMs * 2 ** failures, longestPauseMs)), signal);
  }
}

/** Returns when the wire has failed or the signal says stop. A dead connection gives no sign, so it is asked. */
async function stayListening(
  wire: Wire,
  channel: string,
  heartbeatMs: number,
  onReady: () => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    await runWithin(wire, heartbeatMs, `listen "${channel.replaceAll('"', '""')}"`);
    onReady();
    while (!signal.aborted) {
      await wire.whileAlive(pause(heartbeatMs, signal));
      await runWithin(wire, heartbeatMs, 'select 1');
    }
    await wire.end();
  } catch {
    wire.fail(new DatabaseUnavailableError('lost'));
  }
}

async function runWithin(wire: Wire, limitMs: number, text: string): Promise<void> {
  const cancelLimit = wire.failAfter(limitMs, () => new DatabaseUnavailableError('lost'));
  try {
    await wire.run(text);
  } finally {
    cancelLimit();
  }
}

/** An exception of a handler must reach the process, not the parser of the connection that called it. */
function call(handler: () => void, signal: AbortSignal): void {
  queueMicrotask(() => {
    if (!signal.aborted) handler();
  });
}

async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  await sleep(durationMs, undefined, { signal }).catch(() => {});
}

function jittered(durationMs: number): number {
  return durationMs * (0.5 + Math.random() / 2);
}
