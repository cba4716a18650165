import type { SoakReport } from '../soak/report.ts';
import type { FaultPlan, SoakOptions } from '../soak/schedule.ts';
import { soak } from '../soak/soak.ts';
import { findLeftovers } from './after.ts';
import { openHostileSurroundings } from './surroundings.ts';

/** Each kind comes once, and then those that are soon over most often. */
export const everything: Omit<FaultPlan, 'fewest'> = {
  first: ['backend -15', 'server -9', 'black hole', 'disk full', 'clock jump', 'postgres -9', 'backend -9'],
  kinds: [
    ...Array<'backend -15'>(6).fill('backend -15'),
    ...Array<'backend -9'>(4).fill('backend -9'),
    ...Array<'postgres -9'>(4).fill('postgres -9'),
    ...Array<'server -9'>(3).fill('server -9'),
    'server -15',
    'black hole',
    'disk full',
    'clock jump',
  ],
  shortestPauseMs: 400,
  longestPauseMs: 2_500,
};

export type ChaosOptions = Pick<
  SoakOptions,
  'seed' | 'lengthMs' | 'servers' | 'writers' | 'subscribers' | 'log'
> & { readonly plan: FaultPlan };

/** Buyers, pickers and subscribers work while everything fails that can; afterwards everything is compared. */
export function chaos(options: ChaosOptions): Promise<SoakReport> {
  return soak({
    ...options,
    openSurroundings: () => openHostileSurroundings(options),
    alsoCheck: findLeftovers,
  });
}

export const killsOf = ({ kills }: SoakReport): number =>
  Object.entries(kills).reduce((sum, [kind, count]) => (/ -\d+$/.test(kind) ? sum + count : sum), 0);

export function replayCommand({ seed, lengthMs, servers, writers, subscribers, plan }: ChaosOptions): string {
  return (
    `npm run chaos -- --seed ${seed} --seconds ${lengthMs / 1000} --faults ${plan.fewest} --servers ${servers} ` +
    `--writers ${writers} --subscribers ${subscribers}`
  );
}
