import type { Actor } from '../auth/actor.ts';
import { SlowSubscriberError } from '../history/event-log.ts';
import type { LogEvent } from '../history/log.repository.ts';
import type { RequestContext } from './context.ts';

/**
 * The events of a subscription. Before each one the context forgets what it has loaded, so that nested objects
 * are as fresh as the event.
 */
export function subscribeToLog(
  context: RequestContext,
  after: string | null,
  wanted: (event: LogEvent, viewer: Actor) => boolean,
): AsyncIterableIterator<LogEvent> {
  const { viewer } = context;
  const events = context.services.eventLog.subscribe(after, (event) => wanted(event, viewer));
  return {
    async next() {
      try {
        const result = await events.next();
        context.forgetLoaded();
        return result;
      } catch (error) {
        if (!(error instanceof SlowSubscriberError)) throw error;
        context.cutOff();
        return { done: true, value: undefined };
      }
    },
    return: () => events.return!(),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
