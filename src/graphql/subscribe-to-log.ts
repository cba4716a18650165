import type { Actor } from '../auth/actor.ts';
import type { LogEvent } from '../history/log.repository.ts';
import { TopLevelError } from '../shared/errors.ts';
import type { RequestContext } from './context.ts';

/**
 * The events of a subscription. Before each one the context forgets what it has loaded, so that nested objects
 * are as fresh as the event.
 */
export async function subscribeToLog(
  context: RequestContext,
  after: string | null,
  wanted: (event: LogEvent, viewer: Actor) => boolean,
): Promise<AsyncIterableIterator<LogEvent>> {
  const { viewer } = context;
  const events = await context.services.eventLog.subscribe(after, {
    wanted: (event) => wanted(event, viewer),
    onTooSlow: () => context.cutOff(),
  });
  const iterator: AsyncIterableIterator<LogEvent> = {
    async next() {
      const result = await events.next();
      context.forgetLoaded();
      return result;
    },
    return: () => events.return!(),
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

/** Over plain HTTP a subscription is run like a query: once, and without an event. */
export function subscribedOverHttp(): TopLevelError {
  return new TopLevelError(
    'BAD_USER_INPUT',
    'A subscription needs a WebSocket: send it to the same address with the subprotocol graphql-transport-ws.',
  );
}
