import type { Database } from '../db/driver/database.ts';

/**
 * How the processes on one database tell each other that the log has grown. A wake-up carries nothing, may be lost,
 * and is never trusted: whoever hears it looks into the database, and whoever hears none looks there every second.
 */
export interface WakeUps {
  /** Tells every process. Never throws, never waits. */
  send(): void;
  close(): Promise<void>;
}

/** Begins to listen; `onWake` is called for each wake-up, and when some may have been missed. */
export type OpenWakeUps = (onWake: () => void) => WakeUps;

const channel = 'order_history';

/** Through PostgreSQL itself, on a connection of its own. Never sent inside a transaction: decision 0003. */
export function wakeUpsOfDatabase(database: Database): OpenWakeUps {
  return (onWake) => {
    const listener = database.listen(channel, { onNotification: onWake, onReady: onWake });
    return {
      send: () => void database.notify(channel).catch(() => {}),
      close: () => listener.close(),
    };
  };
}
