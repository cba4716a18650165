import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../db/driver/database.ts';
import { isAfter, type LogPlace } from '../history/log-place.ts';
import type { LogEvent } from '../history/log.repository.ts';
import { dashboardsOf } from './dashboard-cache.ts';
import type { DashboardFigures } from './dashboard.ts';
import type { FiguresScope } from './figures.repository.ts';

/** Between two events of one subscription. */
const intervalMs = 1_000;
/** How often it is looked whether the figures have an event. */
const progressIntervalMs = 100;
/** After a failure: the database may be away for long. */
const failurePauseMs = 1_000;

export interface DashboardUpdate {
  /** The last change that is surely counted. */
  readonly event: LogEvent;
  readonly dashboard: DashboardFigures;
}

export interface LiveDashboardOptions {
  readonly scope: FiguresScope;
  readonly days: number;
  /** What the viewer is shown, without the moment: only when this changes is there something to tell. */
  readonly shown: (dashboard: DashboardFigures) => unknown;
  /** Whether the first event is told whatever it changed: where the viewer was before is not known. */
  readonly tellFirst: boolean;
}

/**
 * The dashboard as it changes, at most once a second. Of the events that come meanwhile only the newest is kept, so that
 * a slow reader gets the newest state when it asks, and never a backlog.
 */
export async function followDashboard(
  database: Database,
  events: AsyncIterableIterator<readonly LogEvent[]>,
  options: LiveDashboardOptions,
): Promise<AsyncIterableIterator<DashboardUpdate>> {
  const source = dashboardsOf(database.read);
  const describe = (dashboard: DashboardFigures): string => JSON.stringify(options.shown(dashboard));
  const load = async () => source.dashboard(await source.recentProgress(), options.scope, options.days);
  let told = options.tellFirst ? undefined : describe(await load());
  const newest = new Newest(events);
  async function* updates(): AsyncGenerator<DashboardUpdate, undefined> {
    for (let event = await newest.take(); event !== undefined; event = await newest.take()) {
      try {
        const place = await source.recentProgress();
        if (isAfter(event.place, place)) {
          newest.putBack(event);
          await sleep(progressIntervalMs, undefined, { ref: false });
          continue;
        }
        const dashboard = await source.dashboard(place, options.scope, options.days);
        const now = describe(dashboard);
        if (now === told) continue;
        told = now;
        yield { event: newest.upTo(place) ?? event, dashboard };
        await sleep(intervalMs, undefined, { ref: false });
      } catch {
        // The database's absence is told by /readyz; the event is still to be told when it is back.
        newest.putBack(event);
        await sleep(failurePauseMs, undefined, { ref: false });
      }
    }
    return undefined;
  }
  const iterator = updates();
  const result: AsyncIterableIterator<DashboardUpdate> = {
    next: () => newest.orFailure(iterator.next()),
    async return() {
      // Not left to the generator: while it waits for an event, it does not see it.
      await newest.end();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => result,
  };
  return result;
}

/** Reads the events as they come, and keeps the last of them. */
class Newest {
  private event: LogEvent | undefined;
  private ended = false;
  private failure: unknown;
  private notify: () => void = () => {};

  constructor(private readonly events: AsyncIterableIterator<readonly LogEvent[]>) {
    void this.read();
  }

  private async read(): Promise<void> {
    try {
      for await (const events of this.events) {
        this.event = events.at(-1) ?? this.event;
        this.notify();
      }
    } catch (error) {
      this.failure = error;
    }
    this.ended = true;
    this.notify();
  }

  /** The last event since it was asked for the last time; undefined when there will be none any more. */
  async take(): Promise<LogEvent | undefined> {
    while (!this.event && !this.ended) {
      await new Promise<void>((resolve) => {
        this.notify = resolve;
      });
    }
    const { event } = this;
    this.event = undefined;
    return this.ended ? undefined : event;
  }

  /** One that has come meanwhile, and is counted as well. */
  upTo(place: LogPlace): LogEvent | undefined {
    const { event } = this;
    if (!event || isAfter(event.place, place)) return undefined;
    this.event = undefined;
    return event;
  }

  /** To be taken again, unless a newer one has come. */
  putBack(event: LogEvent): void {
    this.event ??= event;
  }

  /** What ended the events ends whoever waits for them. */
  async orFailure<Result>(result: Promise<Result>): Promise<Result> {
    const settled = await result;
    if (this.failure !== undefined) throw this.failure;
    return settled;
  }

  async end(): Promise<void> {
    this.ended = true;
    this.notify();
    await this.events.return?.();
  }
}
