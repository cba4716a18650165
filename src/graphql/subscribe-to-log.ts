import type { Actor } from '../auth/actor.ts';
import type { LogEvent } from '../history/log.repository.ts';
import { TopLevelError } from '../shared/errors.ts';
import type { RequestContext } from './context.ts';

/** The events of a subscription: at each step those that are there, which are executed together. */
export class LogSubscription implements AsyncIterableIterator<readonly LogEvent[]> {
  constructor(private readonly events: AsyncIterableIterator<readonly LogEvent[]>) {}

  next(): Promise<IteratorResult<readonly LogEvent[]>> {
    return this.events.next();
  }

  return(): Promise<IteratorResult<readonly LogEvent[]>> {
    return this.events.return!();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** Subscribes to the events that are wanted. Whether they are is asked for each viewer and each event. */
export async function subscribeToLog(
  context: RequestContext,
  after: string | null,
  wanted: (event: LogEvent, viewer: Actor) => boolean,
): Promise<LogSubscription> {
  const { viewer } = context;
  const events = await context.services.eventLog.subscribe(after, {
    wanted: (event) => wanted(event, viewer),
    onTooSlow: () => context.cutOff('tooSlow'),
  });
  return new LogSubscription(events);
}

/** Over plain HTTP a subscription is run like a query: once, and without an event. */
export function subscribedOverHttp(): TopLevelError {
  return new TopLevelError(
    'BAD_USER_INPUT',
    'A subscription needs a WebSocket: send it to the same address with the subprotocol graphql-transport-ws.',
  );
}
