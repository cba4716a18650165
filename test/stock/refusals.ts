import { expect } from 'vitest';
import type { Role } from '../../src/db/tables/enumerations.ts';
import { call } from '../setup/command-rules.ts';
import type { TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';

/** Expects that these roles, and nobody at all, are refused a mutation that would be possible, and change nothing. */
export async function expectForbidden(
  server: TestServer,
  mutation: { name: string; input: object; selection: string; permission: string },
  mayNot: readonly Role[],
): Promise<void> {
  const { name, input, selection, permission } = mutation;
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  for (const role of mayNot) {
    const answer = await expectUnchanged(server, () => call(server.as[role], name, type, input, selection));
    expect(answer.errors).toMatchObject([
      { path: [name], extensions: { code: 'FORBIDDEN', permissions: [permission] } },
    ]);
  }
  const answer = await expectUnchanged(server, () => call(server.anonymous, name, type, input, selection));
  expect(answer.errors).toMatchObject([{ path: [name], extensions: { code: 'UNAUTHENTICATED' } }]);
}
