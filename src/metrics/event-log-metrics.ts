import type { Registry } from 'prom-client';
import type { EventLogStatistics } from '../history/event-log.ts';
import { counterOf, gaugeOf } from './read-at-scrape.ts';

/** The live end of the history, as its one reader in this process sees it. */
export function watchEventLog(registry: Registry, statistics: () => EventLogStatistics): void {
  gaugeOf(
    registry,
    'orders_event_log_subscribers',
    'Subscribers of the event log in this process.',
    () => statistics().subscribers,
  );
  counterOf(
    registry,
    'orders_event_log_events_read_total',
    'Events that the reader of the log has read.',
    () => statistics().eventsRead,
  );
  counterOf(
    registry,
    'orders_event_log_failed_reads_total',
    'Reads of the log that failed; each is tried again.',
    () => statistics().failedReads,
  );
  counterOf(
    registry,
    'orders_slow_readers_dropped_total',
    'Subscribers that were cut off with 4503 because they had stopped reading.',
    () => statistics().cutOff,
  );
}
