import { setTimeout as sleep } from 'node:timers/promises';
import { expectInvariants } from '../setup/invariants.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { askUntilAnswered, Faults, makeCaller, type CallCounts } from './caller.ts';
import { differences, isClean, judge } from './judge.ts';
import { makeWishes, type Wish } from './kinds.ts';
import { addPeople, type People } from './people.ts';
import type { SoakReport } from './report.ts';
import { planKills, planOf, randomOf, type SoakOptions } from './schedule.ts';
import { startInstallation, type Installation } from './servers.ts';
import { clockOf, Stored } from './stored.ts';
import { Newest, slowestCatchUpMs, SoakSubscriber } from './subscribers.ts';
import { Acknowledged, addStock, keepWriting, place, takeThrough, type Work } from './writers.ts';

const catchUpLimitMs = 90_000;
/** After the last event has come, nothing more may come. */
const silenceMs = 1_500;

/** What the parts of one run share. */
interface Run {
  readonly options: SoakOptions;
  readonly installation: Installation;
  readonly faults: Faults;
  readonly counts: CallCounts;
  readonly acknowledged: Acknowledged;
  readonly subscribers: SoakSubscriber[];
  /** By the database's clock. */
  readonly startedAt: string;
}

export async function soak(options: SoakOptions): Promise<SoakReport> {
  const installation = await startInstallation(options.servers, options.log, options.openSurroundings);
  const run: Run = {
    options,
    installation,
    faults: new Faults(),
    counts: { calls: 0, repeated: 0 },
    acknowledged: new Acknowledged(),
    subscribers: [],
    startedAt: await clockOf(installation.databaseUrl),
  };
  try {
    const startedAt = Date.now();
    const people = await work(run);
    return await settle(run, people, Date.now() - startedAt);
  } finally {
    await Promise.all(run.subscribers.map((subscriber) => subscriber.end()));
    await installation.stop();
  }
}

function callerOf({ options, installation, faults, counts }: Run, name: string) {
  const random = randomOf(options.seed, name);
  return { random, call: makeCaller(name, { address: installation.addressOf, random, faults, counts }) };
}

/** Everybody at once, for as long as was asked for. */
async function work(run: Run): Promise<People> {
  const { options, installation, acknowledged } = run;
  const people = await addPeople(installation.databaseUrl);
  let isOver = false;
  const shared: Work = { people, acknowledged, known: [], isOver: () => isOver };
  const first = callerOf(run, 'first');
  await addStock(first.call, people);
  const watchedOrder = await place(shared, first.call, first.random);
  if (watchedOrder === undefined) throw new Error(`The first order failed: ${run.faults.found.join('\n')}`);
  const wishes = makeWishes(people, watchedOrder, randomOf(options.seed, 'wishes'));
  const joining = join(run, wishes);
  const ending = Promise.all([sleep(options.lengthMs), kill(run)]).finally(() => (isOver = true));
  const writing = Array.from({ length: options.writers }, async (_, index) => {
    const { call, random } = callerOf(run, `writer ${index + 1}`);
    if (index === 0) await takeThrough(shared, call, random, watchedOrder);
    await keepWriting(shared, call, random);
  });
  await Promise.all([ending, joining, ...writing]);
  return people;
}

/** Half of the subscribers are there before the first writer, the others come in the first half of the run. */
async function join(run: Run, wishes: readonly Wish[]): Promise<void> {
  const { options, installation, faults, subscribers } = run;
  const newest = new Newest();
  const joinOne = async (index: number): Promise<void> => {
    const name = `subscriber ${index + 1}`;
    const random = randomOf(options.seed, name);
    const wish = wishes[index % wishes.length]!;
    if (index % 2 === 1) await sleep(random(options.lengthMs / 2));
    const address = installation.addressOf;
    const asking = wish.person;
    const { eventCursor } = await askUntilAnswered(() => address(random(1_000)), asking, '{ eventCursor }');
    subscribers.push(
      new SoakSubscriber({ name, wish, cursor: eventCursor, address, random, newest, faults }),
    );
  };
  await Promise.all(Array.from({ length: options.subscribers }, (_, index) => joinOne(index)));
}

/**
 * Until the time is over, and in any case the first few. The next one waits until all are up: a machine that is busy
 * with other things takes its time to start a server.
 */
async function kill({ options, installation }: Run): Promise<void> {
  const endsAt = Date.now() + options.lengthMs;
  const { fewest } = planOf(options);
  for (const [index, planned] of planKills(options).entries()) {
    const isUp = await installation.settled().then(
      () => true,
      () => false,
    );
    // A machine on which nothing starts any more; what has been done until now is still judged.
    if (!isUp) return;
    await sleep(planned.pauseMs);
    if (Date.now() > endsAt && index >= fewest) return;
    installation.carryOut(planned);
  }
}

/** Nobody writes any more: every subscriber comes to the end of its sequence, and everything is compared. */
async function settle(run: Run, people: People, workedMs: number): Promise<SoakReport> {
  const { options, installation, faults, subscribers } = run;
  await installation.settled();
  await checkMore(run, people);
  for (const subscriber of subscribers) subscriber.calmDown();
  const stored = new Stored(installation.databaseUrl);
  const verdicts = await Promise.all(subscribers.map((subscriber) => compareOne(run, stored, subscriber)));
  await installation.stopServers();
  await compareAcknowledged(run, stored);
  const events = await stored.eventCount();
  await stored.close();
  await expectInvariants(installation.databaseUrl).catch((error: Error) => faults.add(error.message));
  const sum = (count: (subscriber: SoakSubscriber) => number): number =>
    subscribers.reduce((total, subscriber) => total + count(subscriber), 0);
  return {
    seed: options.seed,
    seconds: workedMs / 1_000,
    events,
    deliveries: sum(({ told }) => told.length),
    reconnects: sum(({ beginnings }) => beginnings.length - 1),
    kills: installation.kills,
    calls: run.counts,
    incomplete: sum(({ incomplete }) => incomplete),
    lost: verdicts.reduce((total, { lost }) => total + lost.length, 0),
    doubled: verdicts.reduce((total, { doubled }) => total + doubled.length, 0),
    outOfOrder: verdicts.reduce((total, { outOfOrder }) => total + outOfOrder.length, 0),
    strange: verdicts.reduce((total, { strange }) => total + strange.length, 0),
    slowestCatchUpMs: Math.max(
      ...subscribers.map(({ told, beginnings }) => slowestCatchUpMs(told, beginnings)),
    ),
    bySubscriber: subscribers.map(({ options: { name, wish }, told, beginnings }) => ({
      name: `${name}: ${wish.name}`,
      told: told.length,
      connections: beginnings.length,
    })),
    faults: faults.found,
  };
}

async function checkMore(run: Run, people: People): Promise<void> {
  const { options, installation, acknowledged, faults, startedAt } = run;
  const found = await options.alsoCheck?.({
    databaseUrl: installation.databaseUrl,
    people,
    call: callerOf(run, 'check').call,
    orders: acknowledged.orders,
    noted: (id) => acknowledged.notes.push(id),
    startedAt,
  });
  for (const text of found ?? []) faults.add(text);
}

async function compareOne({ faults }: Run, stored: Stored, subscriber: SoakSubscriber) {
  const { name, wish } = subscriber.options;
  const { told, start } = subscriber;
  const wished = async (): Promise<string[]> =>
    (await stored.wishedSince(start, wish)).map(({ text }) => text);
  const expected = await wished();
  const isThere = (): boolean => told.length >= expected.length && told.at(-1)?.text === expected.at(-1);
  // Who does not come to the end is found by the judge.
  await waitUntil(isThere, `${name} has caught up`, catchUpLimitMs).catch(() => undefined);
  await sleep(silenceMs);
  const verdict = judge(
    await wished(),
    told.map(({ text }) => text),
  );
  if (!isClean(verdict)) {
    const { lost, doubled, outOfOrder, strange } = verdict;
    const some = (entries: readonly string[]) => `${entries.length} (${entries.slice(0, 3).join('; ')})`;
    faults.add(
      `${name}, ${wish.name}, of ${verdict.expected}: lost ${some(lost)}, doubled ${some(doubled)}, ` +
        `out of order ${some(outOfOrder)}, strange ${some(strange)}`,
    );
  }
  return verdict;
}

/** All that was acknowledged is stored, and nothing else: each key had one effect. */
async function compareAcknowledged({ acknowledged, faults }: Run, stored: Stored): Promise<void> {
  const pairs: [string, readonly string[], readonly string[]][] = [
    ['orders', acknowledged.orders, await stored.orders()],
    ['changes of fulfillments', acknowledged.changes, await stored.fulfillmentChanges()],
    ['notes', acknowledged.notes, await stored.notes()],
  ];
  for (const [what, claimed, kept] of pairs) {
    const { missing, unasked } = differences(claimed, kept);
    if (missing.length > 0)
      faults.add(`${missing.length} acknowledged ${what} are not stored: ${missing.slice(0, 3).join('; ')}`);
    if (unasked.length > 0)
      faults.add(
        `${unasked.length} ${what} are stored, but nobody was told: ${unasked.slice(0, 3).join('; ')}`,
      );
  }
}
