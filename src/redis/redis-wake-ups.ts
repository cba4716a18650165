import type { OpenWakeUps } from '../history/wake-ups.ts';
import type { RedisLink } from './redis-link.ts';

const channel = 'orders:wake-ups';

/**
 * Through Redis, which costs the database nothing. While it is away they go the other way, and those of the other way
 * are always heard: the servers need not agree on whether Redis is there.
 */
export function wakeUpsOfRedis(redis: RedisLink, otherWay: OpenWakeUps): OpenWakeUps {
  return (onWake) => {
    const other = otherWay(onWake);
    const { commands, listener } = redis;
    listener.on('message', onWake);
    // Some may have been missed until now.
    listener.on('ready', onWake);
    listener.subscribe(channel).catch(() => {});
    return {
      send: () => void commands.publish(channel, '').catch(() => other.send()),
      close: () => other.close(),
    };
  };
}
