import type { Executor } from '../db/driver/database.ts';
import { isAfter, type LogPlace } from '../history/log-place.ts';
import { loadDashboard, type DashboardFigures } from './dashboard.ts';
import { readAsOf, type FiguresScope } from './figures.repository.ts';
import { readProgress } from './projection.repository.ts';

/** How long a dashboard is handed out while nothing is counted: what is late goes by the clock. */
const keptMs = 1_000;
/** Subscriptions look several times a second whether anything was counted, and look together. */
const progressKeptMs = 50;
/** Different filters at one place of the log; more are read and not kept. */
const keptAtMost = 500;

interface Kept {
  readonly at: number;
  readonly dashboard: Promise<DashboardFigures>;
}

/**
 * Dashboards, read once for all who ask for the same while nothing new is counted. What it depends on is in the key:
 * the place in the log up to which is counted, and the filter. Nothing of it depends on the viewer; what a viewer may
 * not see is left out by the fields.
 */
class DashboardCache {
  private asked: { readonly at: number; readonly place: Promise<LogPlace> } | undefined;
  private place: LogPlace | undefined;
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly read: Executor) {}

  /** What is counted at this moment, or was a moment ago. */
  recentProgress(): Promise<LogPlace> {
    const now = performance.now();
    if (!this.asked || now - this.asked.at > progressKeptMs) {
      this.asked = { at: now, place: readProgress(this.read) };
    }
    return this.asked.place;
  }

  /** With everything that is counted when this is called. */
  async latest(scope: FiguresScope, days: number): Promise<DashboardFigures> {
    // Before the place, so that nothing is said to be counted that came only after it.
    const asOf = await readAsOf(this.read);
    return { ...(await this.dashboard(await readProgress(this.read), scope, days)), asOf };
  }

  /** With everything up to the place, which has been counted. */
  dashboard(place: LogPlace, scope: FiguresScope, days: number): Promise<DashboardFigures> {
    const isNew = !this.place || isAfter(place, this.place);
    // Whoever looked earlier and comes later may have a newer one.
    if (isNew) {
      this.kept.clear();
      this.place = place;
    }
    const key = JSON.stringify([scope.channel ?? null, scope.locationCode ?? null, days]);
    const known = this.kept.get(key);
    if (known && performance.now() - known.at < keptMs) return known.dashboard;
    const dashboard = loadDashboard(this.read, scope, days);
    if (this.kept.size < keptAtMost || known) this.keep(key, dashboard);
    return dashboard;
  }

  private keep(key: string, dashboard: Promise<DashboardFigures>): void {
    const kept: Kept = { at: performance.now(), dashboard };
    this.kept.set(key, kept);
    dashboard.catch(() => {
      if (this.kept.get(key) === kept) this.kept.delete(key);
    });
  }
}

const caches = new WeakMap<Executor, DashboardCache>();

/** The dashboards as they are read from the database, or from a replica that counts a little later. */
export function dashboardsOf(read: Executor): DashboardCache {
  let cache = caches.get(read);
  if (!cache) caches.set(read, (cache = new DashboardCache(read)));
  return cache;
}
