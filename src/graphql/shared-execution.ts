import {
  execute,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
} from 'graphql';
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { Viewer } from '../auth/actor.ts';
import { sharingKey } from '../auth/visibility.ts';
import type { LogEvent } from '../history/log.repository.ts';
import { RequestContext, type Services } from './context.ts';
import { isUnavailable } from './format-error.ts';

/** Answers are kept for those who are a little behind; whoever is further behind has their own made. */
const keptEvents = 100;
const keptMs = 2_000;

/** A subscription, as it is run for each event. */
export interface LiveOperation {
  /** Equal for operations that differ in nothing but who asks, and from where in the log. */
  readonly key: string;
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variableValues: ExecutionArgs['variableValues'];
}

/** Some events that were executed together, with the rows loaded for all of them. */
interface Batch {
  readonly startedAt: number;
  /** Infinite while it runs. */
  finishedAt: number;
  readonly viewer: Viewer;
  /** It was looked at who the viewer is, beyond what those have in common who see the same. */
  isPersonal: boolean;
  /** What is to be sent, by the id of the event. */
  readonly answers: Map<string, string>;
  done: Promise<void>;
}

interface Group {
  readonly key: string;
  readonly operation: LiveOperation;
  /** Of one user only. */
  readonly isPersonal: boolean;
  /** The answers turned out to depend on the user, so everybody has a group of their own from then on. */
  isSplit: boolean;
  members: number;
  readonly kept: Map<string, Batch>;
}

/** One subscriber's part in the executions. */
export interface Member {
  /** What to send for these events, in their order, which is the order of the log. */
  answer(events: readonly LogEvent[]): Promise<string[]>;
  leave(): void;
}

/**
 * Equal subscriptions of viewers who see the same are executed once an event, and the answer, written as JSON once,
 * goes to all of them. Who sees the same is decided by `sharingKey`; and because a field may still depend on who
 * asks, such as one's own e-mail address, it is noticed when an execution looks at anything else of its viewer, and
 * what came of it goes to that user only.
 *
 * An execution begins after its event was read, so it is at least as fresh. And a subscriber never goes back in time:
 * it takes an answer of another's execution only if that began after the one before had ended.
 */
export class SharedExecutions {
  private readonly groups = new Map<string, Group>();
  /** Counts what begins and ends, to tell which came first. */
  private moment = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly services: Services,
    private readonly format: (errors: readonly GraphQLError[]) => readonly GraphQLFormattedError[],
  ) {}

  join(operation: LiveOperation, viewer: Viewer): Member {
    const shared = this.enter(`${sharingKey(viewer)}\n${operation.key}`, operation, false);
    let group = shared;
    let last: Batch | undefined;
    let hasLeft = false;
    const answer = async (events: readonly LogEvent[]): Promise<string[]> => {
      const answers: string[] = [];
      while (answers.length < events.length) {
        if (shared.isSplit && group === shared) {
          group = this.enter(`${viewer.userId}\n${shared.key}`, operation, true);
          last = undefined;
        }
        const left = events.slice(answers.length);
        const held = group.kept.get(left[0]!.id);
        const isUsable = held && (held === last || held.startedAt > (last?.finishedAt ?? 0));
        const batch = isUsable ? held : this.start(group, viewer, left);
        await batch.done;
        if (hasLeft) return [];
        if (batch.isPersonal && batch.viewer.userId !== viewer.userId) continue;
        last = batch;
        for (const { id } of left) {
          const text = batch.answers.get(id);
          if (text === undefined) break;
          answers.push(text);
        }
      }
      return answers;
    };
    return {
      answer,
      leave: () => {
        hasLeft = true;
        this.exit(shared);
        if (group !== shared) this.exit(group);
      },
    };
  }

  private enter(key: string, operation: LiveOperation, isPersonal: boolean): Group {
    let group = this.groups.get(key);
    if (!group) {
      group = { key, operation, isPersonal, isSplit: false, members: 0, kept: new Map() };
      this.groups.set(key, group);
    }
    group.members += 1;
    return group;
  }

  private exit(group: Group): void {
    group.members -= 1;
    if (group.members === 0) this.groups.delete(group.key);
  }

  private start(group: Group, viewer: Viewer, events: readonly LogEvent[]): Batch {
    this.moment += 1;
    const batch: Batch = {
      startedAt: this.moment,
      finishedAt: Number.POSITIVE_INFINITY,
      viewer,
      isPersonal: false,
      answers: new Map(),
      done: Promise.resolve(),
    };
    batch.done = this.run(group, batch, events);
    // Nobody else will ask a group of one.
    if (group.members > 1) this.keep(group, batch, events);
    return batch;
  }

  private async run(group: Group, batch: Batch, events: readonly LogEvent[]): Promise<void> {
    const { document, operationName, variableValues } = group.operation;
    const actor = watched(batch.viewer, () => (batch.isPersonal = true));
    const contextValue = new RequestContext(this.services, actor, { ipAddress: null, userAgent: null });
    const common = { schema: this.schema, document, operationName, variableValues, contextValue };
    try {
      const results = await Promise.all(
        events.map(async (event) => execute({ ...common, rootValue: event })),
      );
      for (const [index, result] of results.entries()) {
        requireTold(result);
        batch.answers.set(events[index]!.id, this.write(result));
      }
    } finally {
      this.moment += 1;
      batch.finishedAt = this.moment;
      if (batch.isPersonal && !group.isPersonal) group.isSplit = true;
    }
  }

  private write({ errors, ...result }: ExecutionResult): string {
    return JSON.stringify(errors ? { ...result, errors: this.format(errors) } : result);
  }

  private keep({ kept }: Group, batch: Batch, events: readonly LogEvent[]): void {
    for (const { id } of events) {
      // At the end, also if an older one was kept: the oldest go first.
      kept.delete(id);
      kept.set(id, batch);
    }
    for (const id of kept.keys()) {
      if (kept.size <= keptEvents) break;
      kept.delete(id);
    }
    const drop = (): void => {
      for (const { id } of events) if (kept.get(id) === batch) kept.delete(id);
    };
    void batch.done.then(() => setTimeout(drop, keptMs).unref(), drop);
  }
}

/**
 * An event that the database's absence has torn holes into would be taken for the whole, and its cursor for a place up
 * to which nothing is missing.
 */
function requireTold({ errors }: ExecutionResult): void {
  const away = errors?.find(({ originalError }) => isUnavailable(originalError));
  if (away) throw away.originalError!;
}

/** The viewer, and a sign when anything is read of them that others with the same sharing key do not have. */
function watched(viewer: Viewer, onPersonal: () => void): Viewer {
  return new Proxy(viewer, {
    get(target, name, receiver) {
      if (name !== 'role' && name !== 'customerId') onPersonal();
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
}
