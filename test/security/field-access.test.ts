import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  isLeafType,
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { roleHas, type Permission } from '../../src/auth/permissions.ts';
import type { Role } from '../../src/db/tables/enumerations.ts';
import { roles } from '../setup/command-rules.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { answers, fieldAccess } from './field-access.ts';
import { isAnswer, rolesOf, words } from './roles-of.ts';
import { arrangeWorld, secrets, type World } from './field-world.ts';

let server: TestServer;
let world: World;
let schema: GraphQLSchema;
/** Everything that a role was answered in this file. */
const read: Record<Role, unknown[]> = {
  order_manager: [],
  warehouse_staff: [],
  customer_service: [],
  customer: [],
};

beforeAll(async () => {
  server = await startTestServer();
  schema = buildClientSchema((await server.anonymous(getIntrospectionQuery())).data);
  world = await arrangeWorld(server);
});
afterAll(() => server.stop());

const objectTypes = (): GraphQLObjectType[] =>
  Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLObjectType =>
      isObjectType(type) &&
      !type.name.startsWith('__') &&
      !['Query', 'Mutation', 'Subscription'].includes(type.name),
  );
const fieldsOf = (type: GraphQLObjectType) => Object.values(type.getFields());

/** The field; of an object its plain fields too, and of a list those of its rows, so that secrets have no place to hide. */
function selectionOf({ name, type }: GraphQLField<unknown, unknown>): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return name;
  if (!isObjectType(named)) return `${name} { __typename }`;
  const nodes = named.getFields()['nodes'];
  const inner = nodes ? `nodes { ${leaves(getNamedType(nodes.type) as GraphQLObjectType)} }` : leaves(named);
  return `${name} { ${inner} }`;
}

const leaves = (type: GraphQLObjectType): string =>
  [
    '__typename',
    ...fieldsOf(type).flatMap((field) => (isLeafType(getNamedType(field.type)) ? field.name : [])),
  ].join(' ');

const documentsFor = (type: GraphQLObjectType): string[] => {
  const selection = `__typename ${fieldsOf(type).map(selectionOf).join(' ')}`;
  return fieldAccess[type.name]!.ways(world).map((way) => `{ ${way.replace('@', selection)} }`);
};

/** Every object of a type in an answer, however deep. */
function objectsOf(type: string, value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap((each) => objectsOf(type, each));
  return !Array.isArray(value) && '__typename' in value && value['__typename'] === type
    ? [value as Record<string, unknown>, ...inner]
    : inner;
}

/** The fields of a type of which a role gets a value. */
async function fieldsRead(role: Role, type: GraphQLObjectType): Promise<Set<string>> {
  const found = new Set<string>();
  for (const document of documentsFor(type)) {
    const { data, errors } = await server.as[role](document);
    for (const { extensions } of errors ?? []) expect(extensions['code'], document).toBe('FORBIDDEN');
    read[role].push(data);
    for (const object of objectsOf(type.name, data)) {
      for (const { name } of fieldsOf(type)) if ((object[name] ?? null) !== null) found.add(name);
    }
  }
  return found;
}

describe('every field of every type', () => {
  test('has an entry, and every entry a field', () => {
    const missing: string[] = [];
    for (const type of objectTypes()) {
      if (isAnswer(type.name)) continue;
      const written = (fieldAccess[type.name]?.fields ?? []).flatMap(([, names]) => words(names));
      expect(new Set(written).size, `${type.name} lists a field twice`).toBe(written.length);
      const there = fieldsOf(type).map(({ name }) => name);
      expect(there, `${type.name} has no such field`).toEqual(expect.arrayContaining(written));
      missing.push(...there.filter((name) => !written.includes(name)).map((name) => `${type.name}.${name}`));
    }
    expect(
      missing,
      'Write into test/security/field-access.ts who gets a value of it, after section 6 of the specification; ' +
        'give it one in test/security/field-world.ts',
    ).toEqual([]);
    expect(objectTypes().map(({ name }) => name)).toEqual(
      expect.arrayContaining([...Object.keys(fieldAccess), ...Object.keys(answers)]),
    );
  });

  test('of an answer is an object that guards itself, or a value that is listed', () => {
    const unlisted: string[] = [];
    for (const type of objectTypes().filter(({ name }) => isAnswer(name))) {
      const listed = words(answers[type.name] ?? '');
      const values = fieldsOf(type).filter((field) => isLeafType(getNamedType(field.type)));
      expect(values.map(({ name }) => name)).toEqual(expect.arrayContaining(listed));
      unlisted.push(
        ...values.filter(({ name }) => !listed.includes(name)).map(({ name }) => `${type.name}.${name}`),
      );
    }
    expect(
      unlisted,
      'Whoever may do it reads it: list it in `answers` of test/security/field-access.ts',
    ).toEqual([]);
  });

  test('that names its permission is for the roles that have it', () => {
    const named = objectTypes().flatMap((type) =>
      fieldsOf(type).flatMap(({ name, description }) => {
        const permission = /Permission: ([\w.]+), else null/.exec(description ?? '')?.[1] as
          Permission | undefined;
        return permission ? [{ field: `${type.name}.${name}`, permission }] : [];
      }),
    );
    expect(named.length).toBeGreaterThan(30);
    for (const { field, permission } of named) {
      expect(rolesOf(field), field).toEqual(roles.filter((role) => roleHas(role, permission)));
    }
  });

  test.each(Object.keys(fieldAccess))('%s', async (name) => {
    const type = schema.getType(name) as GraphQLObjectType;
    const expected = Object.fromEntries(
      fieldsOf(type).map((field) => [`${name}.${field.name}`, rolesOf(`${name}.${field.name}`)]),
    );
    const actual: Record<string, Role[]> = Object.fromEntries(
      Object.keys(expected).map((field) => [field, []]),
    );
    for (const role of roles) {
      for (const field of await fieldsRead(role, type)) actual[`${name}.${field}`]?.push(role);
    }
    expect(actual).toEqual(expected);
    for (const document of documentsFor(type)) {
      const answer = await server.anonymous(document);
      expect(answer.errors, document).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
      expect(Object.values(answer.data ?? {}).every((value) => value === null)).toBe(true);
    }
  });
});

const moment = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Every number and text in what a role was answered, but for moments: 27.51 may be seconds. */
function valuesRead(role: Role): { numbers: Set<number>; texts: string } {
  const numbers = new Set<number>();
  const texts = JSON.stringify(read[role], (_, value: unknown) => {
    if (typeof value === 'number') numbers.add(value);
    return typeof value === 'string' && moment.test(value) ? undefined : value;
  });
  return { numbers, texts };
}

/** Every amount of money that the manager has read. */
function amountsOf(value: unknown): number[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    key.endsWith('Minor') && typeof each === 'number' ? [each] : amountsOf(each),
  );
}

describe('nowhere in all that was read above', () => {
  const home = '127.0.0.1';
  const staffEmail = (role: Role) => `${role}@test.example`;
  const contact = [secrets.customer, secrets.guest, secrets.otherCustomer].flatMap(({ email, phone }) => [
    email,
    phone,
  ]);

  test('is there an amount of money for the warehouse', () => {
    const amounts = [...new Set(amountsOf(read.order_manager))].filter((amount) => amount >= 1_000);
    expect(amounts).toEqual(expect.arrayContaining([31_337, 27_183, 5_051, 1_414, 20_011, 7_717, 2_719]));
    const { numbers, texts } = valuesRead('warehouse_staff');
    const found = amounts.filter((amount) => {
      const [whole, part] = [String(amount).slice(0, -2), String(amount).slice(-2)];
      return numbers.has(amount) || texts.includes(`${whole}.${part}`);
    });
    expect(found).toEqual([]);
  });

  test.each<[Role, () => readonly string[]]>([
    [
      'warehouse_staff',
      () => [
        home,
        ...contact,
        'paymentId',
        'refundIds',
        secrets.publicNote,
        staffEmail('order_manager'),
        staffEmail('customer_service'),
      ],
    ],
    ['customer_service', () => [home, staffEmail('order_manager'), staffEmail('warehouse_staff')]],
    [
      'customer',
      () => [
        home,
        ...Object.values(secrets.otherCustomer),
        ...Object.values(secrets.guest),
        secrets.internalNote,
        secrets.holdReason,
        secrets.bin,
        secrets.shortReason,
        world.foreign,
        world.guest,
        world.otherCustomerId,
        'LONDON',
        ...(['order_manager', 'warehouse_staff', 'customer_service'] as const).flatMap((role) => [
          staffEmail(role),
          `Test ${role}`,
          server.userIds[role],
        ]),
      ],
    ],
  ])('is there for %s what the manager alone or somebody else is to know', (role, forbidden) => {
    const { texts } = valuesRead(role);
    expect(texts.length).toBeGreaterThan(10_000);
    expect(forbidden().filter((secret) => texts.includes(secret))).toEqual([]);
    const everything = valuesRead('order_manager').texts;
    const unread = forbidden().filter((secret) => !everything.includes(secret));
    expect(unread, 'a secret that nobody has read proves nothing').toEqual([]);
  });
});
