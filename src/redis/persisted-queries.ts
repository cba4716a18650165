import { InMemoryLRUCache, type KeyValueCache } from '@apollo/utils.keyvaluecache';
import type { RedisLink } from './redis-link.ts';

const prefix = 'orders:query:';
/** A screen that is opened daily finds its queries; what nobody sends goes by itself. */
const keptSeconds = 7 * 86_400;
/** Longer ones stay with the server that was sent them: nobody is to fill Redis with them. */
const sharedAtMostCharacters = 20_000;

/**
 * Texts of queries that clients name by their SHA-256 (automatic persisted queries). Each server keeps those that it
 * has heard of; through Redis one that was sent to any server is known to all. While Redis is away a server that does
 * not know a query asks for its text, as the protocol has it.
 */
export class SharedQueries implements KeyValueCache {
  private readonly own = new InMemoryLRUCache();

  constructor(private readonly redis: RedisLink) {}

  async get(key: string): Promise<string | undefined> {
    const known = await this.own.get(key);
    if (known !== undefined) return known;
    const shared = await this.redis.commands.get(prefix + key).catch(() => null);
    if (shared === null) return undefined;
    await this.own.set(key, shared);
    return shared;
  }

  async set(key: string, text: string): Promise<void> {
    await this.own.set(key, text);
    if (text.length > sharedAtMostCharacters) return;
    await this.redis.commands.set(prefix + key, text, 'EX', keptSeconds).catch(() => {});
  }

  async delete(key: string): Promise<void> {
    await this.own.delete(key);
    await this.redis.commands.del(prefix + key).catch(() => {});
  }
}
