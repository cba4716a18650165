import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Role } from '../../src/db/tables/enumerations.ts';
import { mutate, userError } from './fixtures.ts';
import type { Ask, GraphqlAnswer, TestServer } from './server.ts';
import { expectUnchanged, rowsGained } from './snapshot.ts';

export const roles: readonly Role[] = ['order_manager', 'warehouse_staff', 'customer_service', 'customer'];
export const unknownId = '01900000-0000-7000-8000-000000000000';

/** A mutation as a whole, with its top-level errors. */
export function call(ask: Ask, name: string, inputType: string, input: object, selection: string) {
  return ask(
    `mutation ($input: ${inputType}!) { ${name}(input: $input) { ${selection} userErrors { ${userError} } } }`,
    { input },
  );
}

export interface Arranged {
  readonly id: string;
  readonly version: number;
}

/** What the rules that hold for every command on something need to know of one. */
export interface CommandUnderTest {
  readonly name: string;
  readonly inputType: string;
  readonly subject: 'order' | 'fulfillment' | 'return';
  /** Who does it in these tests. */
  readonly by: Role;
  readonly mayNot: readonly Role[];
  /** The permission that the refusal names. */
  readonly permissions: readonly string[];
  /** Something in a status from which the command is possible. */
  readonly arrange: () => Promise<Arranged>;
  /** The rest of the input, also where it depends on what is named. */
  readonly extra?: object | ((id: string) => object);
  /** Another input for the same thing. */
  readonly otherExtra: object;
  /** Something in a status from which it is not. */
  readonly wrongState?: { arrange: () => Promise<Arranged>; from: string; allowed: readonly string[] };
  /** False for what two may do at once, such as writing a note. */
  readonly exclusive?: false;
  readonly versioned?: false;
}

/** The rules that hold for every command on something that exists; each becomes tests of the file that calls it. */
export function describeCommandRules(getServer: () => TestServer, command: CommandUnderTest): void {
  const idField = `${command.subject}Id`;
  const inputFor = (id: string, more: object): object => {
    const extra = typeof command.extra === 'function' ? command.extra(id) : command.extra;
    return { [idField]: id, ...extra, ...more };
  };
  const selection = `${command.subject} { id version status }`;
  const asked = (ask: Ask, id: string, more: object = {}): Promise<GraphqlAnswer> =>
    call(ask, command.name, command.inputType, inputFor(id, more), selection);
  const done = async (id: string, more: object = {}): Promise<any> => {
    const input = inputFor(id, more);
    return mutate(getServer().as[command.by], command.name, input, selection, command.inputType);
  };

  describe(`${command.name} is refused and changes nothing`, () => {
    test.each(command.mayNot)('for %s: FORBIDDEN', async (role) => {
      const { id } = await command.arrange();
      const answer = await expectUnchanged(getServer(), () => asked(getServer().as[role], id));
      expect(answer.data).toBeNull();
      expect(answer.errors).toMatchObject([
        { path: [command.name], extensions: { code: 'FORBIDDEN', permissions: command.permissions } },
      ]);
    });

    test('for nobody: UNAUTHENTICATED', async () => {
      const { id } = await command.arrange();
      const answer = await expectUnchanged(getServer(), () => asked(getServer().anonymous, id));
      expect(answer.data).toBeNull();
      expect(answer.errors).toMatchObject([
        { path: [command.name], extensions: { code: 'UNAUTHENTICATED' } },
      ]);
    });

    test('for an unknown id: NOT_FOUND', async () => {
      const answer = await expectUnchanged(getServer(), () => done(unknownId));
      expect(answer[command.subject]).toBeNull();
      expect(answer.userErrors).toMatchObject([
        { __typename: 'NotFoundError', code: 'NOT_FOUND', path: [idField] },
      ]);
    });

    test('for what is no id and no key: VALIDATION with the paths', async () => {
      const answer = await expectUnchanged(getServer(), () => done('42', { idempotencyKey: '' }));
      expect(answer[command.subject]).toBeNull();
      expect(answer.userErrors.map(({ code, path }: any) => [code, path])).toEqual(
        expect.arrayContaining([
          ['VALIDATION', [idField]],
          ['VALIDATION', ['idempotencyKey']],
        ]),
      );
      expect(answer.userErrors).toHaveLength(2);
    });

    if (command.wrongState) {
      const { arrange, from, allowed } = command.wrongState;
      test(`from ${from}: INVALID_TRANSITION, and the key stays free`, async () => {
        const { id } = await arrange();
        const answer = await expectUnchanged(getServer(), () => done(id, { idempotencyKey: randomUUID() }));
        expect(answer[command.subject]).toBeNull();
        expect(answer.userErrors).toMatchObject([
          {
            __typename: 'InvalidTransitionError',
            code: 'INVALID_TRANSITION',
            path: [idField],
            from,
            attempted: command.name,
            allowed: expect.arrayContaining([...allowed]),
          },
        ]);
        expect(answer.userErrors[0].allowed).not.toContain(command.name);
      });
    }

    if (command.versioned !== false) {
      test('for another version than the present: VERSION_CONFLICT with the object', async () => {
        const { id, version } = await command.arrange();
        const answer = await expectUnchanged(getServer(), () => done(id, { expectedVersion: version + 1 }));
        expect(answer[command.subject]).toBeNull();
        expect(answer.userErrors).toMatchObject([
          {
            __typename: 'VersionConflictError',
            code: 'VERSION_CONFLICT',
            path: ['expectedVersion'],
            currentVersion: version,
            order: null,
            fulfillment: null,
            return: null,
            [command.subject]: { id, version },
          },
        ]);
      });
    }

    test('for a key that was spent on another input: IDEMPOTENCY_CONFLICT', async () => {
      const { id } = await command.arrange();
      const idempotencyKey = randomUUID();
      expect((await done(id, { idempotencyKey })).userErrors).toEqual([]);
      const answer = await expectUnchanged(getServer(), () =>
        done(id, { idempotencyKey, ...command.otherExtra }),
      );
      expect(answer[command.subject]).toBeNull();
      expect(answer.userErrors).toMatchObject([
        {
          __typename: 'IdempotencyConflictError',
          code: 'IDEMPOTENCY_CONFLICT',
          path: ['idempotencyKey'],
        },
      ]);
    });
  });

  describe(`${command.name}, sent again`, () => {
    test('with its key gives the same answer and has one effect', async () => {
      const { id } = await command.arrange();
      const idempotencyKey = randomUUID();
      const first = await done(id, { idempotencyKey });
      expect(first.userErrors).toEqual([]);
      const again = await expectUnchanged(getServer(), () => done(id, { idempotencyKey }));
      expect(again).toEqual(first);
    });

    test('twice at once with one key has one effect, and both get the answer', async () => {
      const { id } = await command.arrange();
      const idempotencyKey = randomUUID();
      let answers: any[] = [];
      const gained = await rowsGained(getServer(), async () => {
        answers = await Promise.all([done(id, { idempotencyKey }), done(id, { idempotencyKey })]);
      });
      expect(answers[0].userErrors).toEqual([]);
      expect(answers[1]).toEqual(answers[0]);
      expect(gained['idempotency_keys']).toBe(1);
      const other = await command.arrange();
      const gainedByOne = await rowsGained(getServer(), () =>
        done(other.id, { idempotencyKey: randomUUID() }),
      );
      expect(gained).toEqual(gainedByOne);
    });
  });

  if (command.exclusive !== false) {
    test(`${command.name} by two at once: exactly one succeeds`, async () => {
      const { id, version } = await command.arrange();
      const answers = await Promise.all([done(id), done(id)]);
      const [winner, ...alsoWon] = answers.filter(({ userErrors }) => userErrors.length === 0);
      expect(alsoWon).toEqual([]);
      expect(winner[command.subject]).toMatchObject({ id, version: version + 1 });
      const loser = answers.find(({ userErrors }) => userErrors.length > 0);
      expect(loser[command.subject]).toBeNull();
      expect(loser.userErrors).toHaveLength(1);
    });
  }

  if (command.versioned !== false) {
    test(`${command.name} by two at once with the version that both have seen: exactly one succeeds`, async () => {
      const { id, version } = await command.arrange();
      const answers = await Promise.all([
        done(id, { expectedVersion: version }),
        done(id, { expectedVersion: version }),
      ]);
      const errors = answers.flatMap(({ userErrors }) => userErrors);
      expect(errors).toMatchObject([{ code: 'VERSION_CONFLICT', currentVersion: version + 1 }]);
    });
  }
}

/** The history of an order as `ACTION old>new`, oldest first, with the fulfillment's number where there is one. */
export async function historyOf(server: TestServer, orderId: string): Promise<any[]> {
  const answer = await server.as.order_manager(
    `query ($id: ID!) { order(id: $id) { history(first: 100) { nodes {
      action oldStatus newStatus description additionalData performedBy { id } ipAddress userAgent createdAt } } } }`,
    { id: orderId },
  );
  return answer.data.order.history.nodes.toReversed();
}

export const shortHistory = (entries: readonly any[]): string[] =>
  entries.map((entry) => `${entry.action} ${entry.oldStatus}>${entry.newStatus}`);
