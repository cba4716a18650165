import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Command, Commit, Deliveries, OpenListeners } from './messages.ts';

type WithoutId<Each> = Each extends unknown ? Omit<Each, 'id'> : never;

/** The sockets, which live in another process than the server and the writers. */
export class Listeners {
  private readonly waiting = new Map<
    number,
    { resolve: (result: never) => void; reject: (error: Error) => void }
  >();
  private lastId = 0;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', ({ id, result, error }: { id: number; result: never; error?: string }) => {
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(new Error(error));
    });
    child.on('exit', () => {
      for (const { reject } of this.waiting.values())
        reject(new Error('The process of the sockets has ended.'));
    });
  }

  static start(): Listeners {
    const file = fileURLToPath(new URL('listener-process.ts', import.meta.url));
    return new Listeners(fork(file, { execArgv: ['--import', 'tsx'] }));
  }

  open(listeners: OpenListeners): Promise<void> {
    return this.ask({ do: 'open', listeners });
  }

  /** What came of these events, after waiting until no more comes. */
  collect(commits: readonly Commit[]): Promise<Deliveries> {
    return this.ask({ do: 'collect', commits });
  }

  /** When the last of the sockets had the first of these events. */
  untilAllLive(commits: readonly Commit[]): Promise<number> {
    return this.ask({ do: 'untilAllLive', commits });
  }

  /** The last cursor of each socket. */
  cursors(): Promise<(string | null)[]> {
    return this.ask({ do: 'cursors' });
  }

  readAgain(): Promise<void> {
    return this.ask({ do: 'readAgain' });
  }

  closeAll(): Promise<void> {
    return this.ask({ do: 'closeAll' });
  }

  private ask<Result>(command: WithoutId<Command>): Promise<Result> {
    this.lastId += 1;
    const id = this.lastId;
    this.child.send({ ...command, id });
    return new Promise<Result>((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  stop(): void {
    this.child.disconnect();
  }
}
