import 'reflect-metadata';
import { execute, parse, type DocumentNode } from 'graphql';
import {
  Authorized,
  buildSchemaSync,
  Field,
  FieldResolver,
  Float,
  ID,
  Int,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
  Root,
} from 'type-graphql';
import { describe, expect, test } from 'vitest';
import type { RequestContext } from '../../src/graphql/context.ts';
import { PlanExecutor } from '../../src/graphql/plan/plan-executor.ts';
import { DateTime, JSONObject, SafeInt } from '../../src/graphql/scalars.ts';

enum Colour {
  RED = 'red',
  BLUE = 'blue',
}
registerEnumType(Colour, { name: 'Colour' });

/** Whatever a resolver may hand over, for every kind of leaf and list. */
@ObjectType()
class Thing {
  @Field(() => String, { nullable: true, simple: true }) text!: unknown;
  @Field(() => ID, { nullable: true, simple: true }) id!: unknown;
  @Field(() => Int, { nullable: true, simple: true }) whole!: unknown;
  @Field(() => SafeInt, { nullable: true, simple: true }) large!: unknown;
  @Field(() => Float, { nullable: true, simple: true }) fraction!: unknown;
  @Field(() => Boolean, { nullable: true, simple: true }) truth!: unknown;
  @Field(() => Colour, { nullable: true, simple: true }) colour!: unknown;
  @Field(() => DateTime, { nullable: true, simple: true }) moment!: unknown;
  @Field(() => JSONObject, { nullable: true, simple: true }) json!: unknown;
  @Field(() => [String], { nullable: true, simple: true }) texts!: unknown;
  @Field(() => [String], { nullable: 'itemsAndList', simple: true }) gaps!: unknown;
  @Field(() => Thing, { nullable: true, simple: true }) thing!: unknown;
  @Field(() => Thing, { simple: true }) required!: unknown;
  @Field(() => [Thing], { nullable: true, simple: true }) things!: unknown;
  @Field(() => [Thing], { nullable: 'itemsAndList' }) thingsOrNot!: unknown;
  @Authorized('orders.view')
  @Field(() => String, { nullable: true })
  secret!: unknown;
}

let given: unknown;

@Resolver(() => Thing)
class ThingResolver {
  @Query(() => Thing, { nullable: true })
  thing(): unknown {
    return given;
  }

  @FieldResolver(() => String, { nullable: true })
  computed(@Root() thing: object): unknown {
    const { computed } = thing as { computed?: unknown };
    return typeof computed === 'function' ? (computed as () => unknown)() : computed;
  }
}

const schema = buildSchemaSync({
  resolvers: [ThingResolver],
  validate: false,
  authChecker: () => true,
});
const executor = new PlanExecutor(schema);
const contextValue = { actor: { role: 'order_manager' } } as unknown as RequestContext;

async function both(document: DocumentNode) {
  const plain = await execute({ schema, document, contextValue });
  const planned = await executor.answer(document, undefined, {}, contextValue);
  return { plain, planned: planned && `${JSON.stringify({ data: planned })}\n` };
}

/** What is strange may be left to the plain executor; where the plan answers, it is the same answer. */
async function expectSame(value: unknown, selection: string, isPlanned = false): Promise<void> {
  given = value;
  const { plain, planned } = await both(parse(`{ thing { ${selection} } }`));
  if (plain.errors) expect(planned).toBeUndefined();
  else if (isPlanned || planned !== undefined) expect(planned).toBe(`${JSON.stringify(plain)}\n`);
}

/** What rows and resolvers of ours hand over, for each field. */
const usual: Readonly<Record<string, readonly unknown[]>> = {
  text: ['a', '', '"\\\n', 'x'.repeat(200), null],
  id: ['a', null],
  whole: [0, -1, 2 ** 31 - 1, null],
  large: [2 ** 40, null],
  fraction: [1.5, 1e21, null],
  truth: [true, false, null],
  colour: ['red', null],
  moment: ['2026-11-23T00:00:00.123456Z', null],
  json: [{ a: [1, 'x'] }, null],
  texts: [['a', 'b'], [], null],
  gaps: [['a', null], null],
  secret: ['a', null],
  computed: ['a', null, () => Promise.resolve('later')],
};

test.each(Object.entries(usual))(
  '%s is planned, with every value that it usually has',
  async (field, members) => {
    for (const value of members) {
      await expectSame({ [field]: value }, field, true);
      const thing = { [field]: value };
      await expectSame({ things: [thing, thing, { required: thing }] }, `things { ${field} }`, true);
    }
  },
);

const values: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['null', null],
  ['a text', 'text'],
  ['an empty text', ''],
  ['quotes, a backslash, lines, half a surrogate pair', '"\\\n\u0000\ud800 é 😀'],
  ['a long text with a quote at its end', `${'a'.repeat(200)}"`],
  ['a number in a text', '5'],
  ['0', 0],
  ['-0', -0],
  ['5', 5],
  ['a fraction', 1.5],
  ['a small fraction', 1e-7],
  ['more than 32 bits', 2 ** 40],
  ['more than 53 bits', 2 ** 60],
  ['not a number', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['true', true],
  ['false', false],
  ['a value of the enum', 'red'],
  ['a name of the enum', 'RED'],
  ['an object', { a: 1, b: [null, 'x'] }],
  ['an object with a toJSON', { toJSON: () => 'five' }],
  ['a date', new Date(0)],
  ['a list', ['a', 'b"']],
  ['a list with gaps', ['a', null, undefined]],
  ['an empty list', []],
  ['a list of objects', [{ text: 'a' }, { text: 'b' }]],
  ['a list of objects with gaps', [{ text: 'a' }, null]],
  ['a list of promises', [Promise.resolve('a')]],
  ['a set', new Set(['a'])],
  ['an error', new Error('broken')],
  ['a list with an error', [new Error('broken')]],
  ['a promise', Promise.resolve('later')],
  ['a function', () => 'called'],
  ['a function with a promise', () => Promise.resolve('called later')],
  [
    'a function that throws',
    () => {
      throw new Error('broken');
    },
  ],
  ['a function whose promise rejects', () => Promise.reject(new Error('broken'))],
  ['a symbol', Symbol('strange')],
];

const leaves = ['text', 'id', 'whole', 'large', 'fraction', 'truth', 'colour', 'moment', 'json', 'secret'];
const lists = ['texts', 'gaps'];

describe.each(values)('%s', (_name, value) => {
  test.each([...leaves, ...lists, 'computed'])('as %s', async (field) => {
    await expectSame({ [field]: value }, field);
    await expectSame({ thing: { required: { [field]: value } } }, `thing { required { ${field} } }`);
  });

  test.each(['thing', 'required', 'things', 'thingsOrNot'])('as %s', async (field) => {
    await expectSame({ [field]: value }, `${field} { text __typename }`);
    await expectSame({ thing: { [field]: value } }, `text thing { ${field} { text } } again: __typename`);
  });
});

test('one object in many places is written in each of them, also with what is nested in it', async () => {
  const shared = { text: 'shared', thing: { text: 'inner' }, things: [{ text: 'a' }, { text: 'b' }] };
  const other = { text: 'other', thing: null, things: [{ text: 'c' }] };
  const thing = {
    things: [shared, other, shared, other],
    thing: shared,
    thingsOrNot: [null, shared, shared],
  };
  const inner = 'text thing { text } things { text }';
  await expectSame(thing, `things { ${inner} } thing { ${inner} } thingsOrNot { ${inner} }`, true);
});

test('an answer that is larger than a part', async () => {
  const things = Array.from({ length: 3_000 }, (_, index) => ({
    text: `${index} é`,
    things: [{ text: 'x'.repeat(50) }, { text: '"' }],
  }));
  await expectSame({ things }, 'things { text things { text } }', true);
});
