import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Kind, OperationTypeNode, parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { startLiveServer, type LiveServer } from '../subscriptions/live-server.ts';
import { socketClient } from '../subscriptions/live-client.ts';
import { differenceFrom, readGuide, type GuideStep } from './guide.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const folder = path.join(project, 'docs/guides');
const roleOfLogin = {
  manager: 'order_manager',
  warehouse: 'warehouse_staff',
  service: 'customer_service',
  customer: 'customer',
} as const;

let server: TestServer;
let live: LiveServer;
beforeAll(async () => {
  server = await startTestServer();
  live = await startLiveServer(server.databaseUrl);
});
afterAll(async () => {
  await live.stop();
  await server.stop();
});

/** Runs a guide from top to bottom, as a reader would, and gives every difference. */
class Reader {
  readonly differences: string[] = [];
  private readonly names = new Map<string, string>();
  private readonly sockets: { close: () => void | Promise<void> }[] = [];
  private events: AsyncIterator<unknown> | undefined;
  private answer: unknown;

  async read(step: GuideStep): Promise<void> {
    if (step.kind === 'operation') return this.send(step);
    if (step.kind === 'source') return this.compareSource(step);
    const actual = step.kind === 'event' ? await this.nextEvent() : this.answer;
    const difference = differenceFrom(JSON.parse(step.text), actual, this.names);
    if (difference) this.differences.push(`line ${step.line}: ${difference}`);
  }

  private compareSource({ line, text, word: file }: GuideStep): void {
    const packed = (code: string): string => code.replaceAll(/\s+/g, ' ').trim();
    if (packed(readFileSync(path.join(project, file!), 'utf8')).includes(packed(text))) return;
    this.differences.push(`line ${line}: this code does not stand in ${file}`);
  }

  private async send({ line, text, word: by }: GuideStep): Promise<void> {
    const role = roleOfLogin[by as keyof typeof roleOfLogin];
    const [operation] = parse(text).definitions;
    if (!role || operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`line ${line}: ${by}?`);
    const variables: Record<string, unknown> = {};
    for (const { variable } of operation.variableDefinitions ?? []) {
      const { value: name } = variable.name;
      if (!this.names.has(name)) {
        throw new Error([...this.differences, `line ${line}: no answer has named <${name}>.`].join('\n'));
      }
      variables[name] = this.names.get(name);
    }
    if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
      const client = socketClient(live.url, server.tokens[role]);
      this.sockets.push({ close: () => client.dispose() });
      const subscribed = live.eventLog.statistics().subscribers + 1;
      this.events = client.iterate({ query: text, variables })[Symbol.asyncIterator]();
      // What happens from now on is told; the guide's next operation is to be a part of it.
      await waitUntil(() => live.eventLog.statistics().subscribers === subscribed, 'the subscription');
    } else this.answer = await server.as[role](text, variables);
  }

  private async nextEvent(): Promise<unknown> {
    const next = await this.events?.next();
    return next?.value;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) await socket.close();
  }
}

test.each(readdirSync(folder).filter((name) => name.endsWith('.md')))(
  'docs/guides/%s says what is so',
  async (name) => {
    const steps = readGuide(path.join(folder, name));
    const reader = new Reader();
    for (const step of steps) await reader.read(step);
    await reader.close();
    expect(reader.differences).toEqual([]);
    expect(steps.some(({ kind }) => kind !== 'operation')).toBe(true);
  },
);
