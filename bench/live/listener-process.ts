import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs, type Command, type Commit, type Deliveries, type OpenListeners } from './messages.ts';
import { RawSocket } from './raw-socket.ts';

/** The sockets of the bench, in a process of their own; it does what its parent tells it. */

interface Listener {
  readonly raw: RawSocket;
  readonly group: string;
  /** When each event came, by the time that names it. */
  readonly receipts: { tag: string; atMs: number }[];
  lastMessage: Buffer;
  /** Messages without such a time, the two answers at the beginning among them. */
  untagged: number;
  answered: () => void;
}

const listeners = new Set<Listener>();
let cutOff = 0;
const tagMark = Buffer.from('"occurredAt":"');
const openAtOnce = 20;
/** Nothing more is expected after such a silence. */
const silenceMs = 2_000;
const firstSilenceMs = 10_000;
const patienceMs = 60_000;

async function open(options: OpenListeners): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < options.sockets.length) {
      const socket = options.sockets[next]!;
      next += 1;
      await openOne(options.url, socket);
    }
  };
  await Promise.all(Array.from({ length: openAtOnce }, work));
}

async function openOne(url: string, options: OpenListeners['sockets'][number]): Promise<void> {
  let listener: Listener | undefined;
  const raw = await RawSocket.open(url, {
    onMessage: (message) => listener && take(listener, message),
    onClose(code) {
      if (code === 4503) cutOff += 1;
      if (listener) listeners.delete(listener);
    },
  });
  listener = {
    raw,
    group: options.group,
    receipts: [],
    lastMessage: Buffer.alloc(0),
    untagged: 0,
    answered: () => {},
  };
  listeners.add(listener);
  await answer(listener, { type: 'connection_init', payload: { authorization: `Bearer ${options.token}` } });
  raw.send({ type: 'subscribe', id: '1', payload: { query: options.query, variables: options.variables } });
  await answer(listener, { type: 'ping' });
  if (options.stalled) raw.stopReading();
}

function answer(listener: Listener, message: object): Promise<void> {
  return new Promise((resolve) => {
    listener.answered = resolve;
    listener.raw.send(message);
  });
}

function take(listener: Listener, message: Buffer): void {
  const at = message.indexOf(tagMark);
  if (at === -1) {
    if (message.includes('"error"')) throw new Error(message.toString().slice(0, 500));
    listener.untagged += 1;
    return listener.answered();
  }
  const from = at + tagMark.length;
  listener.receipts.push({
    tag: message.toString('latin1', from, message.indexOf('"', from)),
    atMs: nowMs(),
  });
  listener.lastMessage = Buffer.from(message);
}

/** Waits until nothing more comes, and tells what did. */
async function collect(commits: readonly Commit[]): Promise<Deliveries> {
  const deadline = nowMs() + patienceMs;
  let before = -1;
  for (let count = received(); count !== before && nowMs() < deadline; count = received()) {
    before = count;
    // The first ones may be long in coming.
    await sleep(count === 0 && commits.length > 0 ? firstSilenceMs : silenceMs);
  }
  const committedAt = new Map(commits.map(({ tag, atMs }) => [tag, atMs]));
  const timesCommitted = countEach(commits);
  const latencies: number[] = [];
  let lastAtMs = 0;
  const perGroup: Record<string, Deliveries['perGroup'][string]> = {};
  for (const { group, receipts, untagged } of listeners) {
    const counts = (perGroup[group] ??= { sockets: 0, least: Infinity, most: 0, doubled: 0, untagged: 0 });
    const own = receipts.filter(({ tag }) => committedAt.has(tag));
    for (const { tag, atMs } of own) latencies.push(atMs - committedAt.get(tag)!);
    lastAtMs = Math.max(lastAtMs, own.at(-1)?.atMs ?? 0);
    counts.sockets += 1;
    counts.untagged += untagged;
    counts.least = Math.min(counts.least, own.length);
    counts.most = Math.max(counts.most, own.length);
    const times = countEach(own);
    if ([...times].some(([tag, count]) => count > timesCommitted.get(tag)!)) counts.doubled += 1;
    receipts.length = 0;
  }
  latencies.sort((one, other) => one - other);
  const share = (part: number): number => latencies[Math.floor((latencies.length - 1) * part)] ?? Number.NaN;
  return {
    deliveries: latencies.length,
    p50Ms: share(0.5),
    p99Ms: share(0.99),
    mostMs: share(1),
    lastAtMs,
    perGroup,
    cutOff,
  };
}

/** Two events may have the same moment, down to the microsecond. */
function countEach(tagged: readonly { readonly tag: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { tag } of tagged) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return counts;
}

function received(): number {
  let count = 0;
  for (const { receipts } of listeners) count += receipts.length;
  return count;
}

function cursors(): (string | null)[] {
  return [...listeners].map(
    ({ lastMessage }) => /"cursor":"([^"]+)"/.exec(lastMessage.toString())?.[1] ?? null,
  );
}

/** Resolves when every socket has had an event that was committed after this moment. */
async function untilAllLive(since: readonly Commit[]): Promise<number> {
  const tags = new Set(since.map(({ tag }) => tag));
  const firsts = [...listeners].map(
    ({ receipts }) => receipts.find(({ tag }) => tags.has(tag))?.atMs ?? Infinity,
  );
  return Math.max(...firsts);
}

async function carryOut(command: Command): Promise<unknown> {
  switch (command.do) {
    case 'open':
      return open(command.listeners);
    case 'collect':
      return collect(command.commits);
    case 'cursors':
      return cursors();
    case 'untilAllLive':
      return untilAllLive(command.commits);
    case 'readAgain':
      for (const { raw } of listeners) raw.readAgain();
      return undefined;
    case 'closeAll': {
      for (const { raw } of listeners) raw.end();
      listeners.clear();
      cutOff = 0;
      return undefined;
    }
  }
}

process.on('message', (command: Command) => {
  carryOut(command).then(
    (result) => process.send!({ id: command.id, result }),
    (error: Error) => process.send!({ id: command.id, error: error.message }),
  );
});
process.on('disconnect', () => process.exit());
