import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Role } from '../../src/db/tables/enumerations.ts';
import { call, roles, unknownId } from './command-rules.ts';
import { mutate } from './fixtures.ts';
import type { TestServer } from './server.ts';
import { expectUnchanged } from './snapshot.ts';

/** What the rules that hold for every mutation that concerns no order need to know of one. */
export interface AdministrationUnderTest {
  readonly name: string;
  readonly inputType: string;
  readonly permission: string;
  readonly mayNot?: readonly Role[];
  readonly selection: string;
  /** An input that is done; a new one each time. */
  readonly arrange: () => Promise<Record<string, unknown>>;
  /** What makes another input of it that would be done too. */
  readonly other: () => object | Promise<object>;
  /** The field that names what is changed, and so can name what there is not. */
  readonly unknown?: readonly [field: string, value?: string];
  /** What is wrong with an input, what it is changed by, and where the answer says so. */
  readonly wrong: readonly (readonly [string, object, readonly string[]])[];
  /** Where it takes `expectedVersion`: the version of what `arrange` made, and how the conflict shows it. */
  readonly versioned?: { readonly kind: string; readonly version: number };
}

/** Each rule becomes a test of the file that calls this. */
export function describeAdministrationRules(
  getServer: () => TestServer,
  mutation: AdministrationUnderTest,
): void {
  const { name, inputType, permission, selection, arrange } = mutation;
  const done = (input: object): Promise<any> =>
    mutate(getServer().as.order_manager, name, input, selection, inputType);

  describe(`${name} is refused and changes nothing`, () => {
    test.each(mutation.mayNot ?? roles.filter((role) => role !== 'order_manager'))(
      'for %s: FORBIDDEN',
      async (role) => {
        const input = await arrange();
        const answer = await expectUnchanged(getServer(), () =>
          call(getServer().as[role], name, inputType, input, ''),
        );
        expect(answer.errors).toMatchObject([
          { path: [name], extensions: { code: 'FORBIDDEN', permissions: [permission] } },
        ]);
      },
    );

    test('for nobody: UNAUTHENTICATED', async () => {
      const input = await arrange();
      const answer = await expectUnchanged(getServer(), () =>
        call(getServer().anonymous, name, inputType, input, ''),
      );
      expect(answer.errors).toMatchObject([{ path: [name], extensions: { code: 'UNAUTHENTICATED' } }]);
    });

    test.each([...mutation.wrong, ['an empty key', { idempotencyKey: '' }, ['idempotencyKey']] as const])(
      'for %s: VALIDATION with the path',
      async (_what, extra, path) => {
        const input = { ...(await arrange()), ...extra };
        const answer = await expectUnchanged(getServer(), () => done(input));
        expect(answer.userErrors.length).toBeGreaterThan(0);
        for (const error of answer.userErrors) {
          expect(error).toMatchObject({ __typename: 'ValidationError', code: 'VALIDATION', path });
        }
      },
    );

    if (mutation.unknown) {
      const [field, value = unknownId] = mutation.unknown;
      test('for what there is not: NOT_FOUND', async () => {
        const input = { ...(await arrange()), [field]: value };
        const answer = await expectUnchanged(getServer(), () => done(input));
        expect(answer.userErrors).toMatchObject([
          { __typename: 'NotFoundError', code: 'NOT_FOUND', path: [field] },
        ]);
      });
    }
  });

  test(`${name}, sent again with its key, answers the same and has one effect; the key serves nothing else`, async () => {
    const input = { ...(await arrange()), idempotencyKey: randomUUID() };
    const [first, same] = await Promise.all([done(input), done(input)]);
    expect(first.userErrors).toEqual([]);
    expect(same).toEqual(first);
    expect(await expectUnchanged(getServer(), () => done(input))).toEqual(first);
    const other = { ...input, ...(await mutation.other()) };
    const refused = await expectUnchanged(getServer(), () => done(other));
    expect(refused.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT', path: ['idempotencyKey'] }]);
  });

  const { versioned } = mutation;
  if (!versioned) return;
  test(`${name} by two at once with the version that both have seen: exactly one succeeds`, async () => {
    const input = { ...(await arrange()), expectedVersion: versioned.version };
    const answers = await Promise.all([done(input), done(input)]);
    expect(answers.flatMap(({ userErrors }) => userErrors)).toMatchObject([
      {
        __typename: 'VersionConflictError',
        path: ['expectedVersion'],
        currentVersion: versioned.version + 1,
        order: null,
      },
    ]);
    const late = await expectUnchanged(getServer(), () =>
      getServer().as.order_manager(
        `mutation ($input: ${inputType}!) { ${name}(input: $input) { userErrors {
          ... on VersionConflictError { ${versioned.kind} { version } } } } }`,
        { input },
      ),
    );
    expect(late.data[name].userErrors).toEqual([{ [versioned.kind]: { version: versioned.version + 1 } }]);
  });
}
