import { createHash } from 'node:crypto';
import type { Chooser } from '../graphql/random-query.ts';

/** What a client sends; every part may be of a kind that it must not be. */
export interface Request {
  readonly query?: unknown;
  readonly variables?: unknown;
  readonly operationName?: unknown;
  readonly extensions?: unknown;
}
interface Sound extends Request {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}
type Damage = (choose: Chooser, request: Sound) => Request;

export const hashOf = (query: string): string => createHash('sha256').update(query).digest('hex');

const odd: readonly unknown[] = [
  null,
  0,
  5,
  '',
  'text',
  [],
  [1],
  {},
  { a: 1 },
  true,
  ['query'],
  { length: 1 },
];
const rings =
  'fragment A on Query { ...B } fragment B on Mutation { ...A ...C } fragment C on Query { ...C }';
const directives = [
  '@skip(if: $none)',
  '@include(if: "yes")',
  '@skip',
  '@skip(if: true) @skip(if: false)',
  '@deprecated',
  '@defer',
  '@stream(initialCount: 0)',
  '@__proto__',
  '@include(if: null)',
];
const selections = [
  'noSuchField',
  '__proto__',
  'constructor',
  '...A',
  '...None',
  '... on None { id }',
  '... on Order { id }',
  '... { ... { ... { __typename } } }',
  '__schema { types { name fields { name } } }',
  '__type(name: "Order") { fields { type { ofType { ofType { name } } } } }',
  'root: __typename',
  'root: viewer { id }',
  'second: viewer { id }',
];

/** Ways to make a sound request one that is almost sound. */
const damages: readonly Damage[] = [
  (choose, { query, ...rest }) => ({
    ...rest,
    query: query.replace('{ ', `{ ${choose.from(selections)} `) + (choose.oneIn(2) ? ` ${rings}` : ''),
  }),
  (choose, { query, ...rest }) => ({ ...rest, query: insert(choose, query, choose.from(selections)) }),
  (choose, { query, ...rest }) => ({ ...rest, query: insert(choose, query, choose.from(directives)) }),
  (choose, { query, ...rest }) => ({ ...rest, query: query.slice(0, choose.below(query.length)) }),
  (choose, { query, ...rest }) => {
    const at = choose.below(query.length);
    const sign = choose.from([
      '\0',
      '\ud83d',
      '{',
      '}',
      '(',
      '"',
      '$',
      '!',
      '#',
      '\ufeff',
      '\\',
      '&',
      '|',
      ':',
    ]);
    return { ...rest, query: query.slice(0, at) + sign + query.slice(at + choose.below(2)) };
  },
  (choose, { query, ...rest }) => ({
    ...rest,
    query: `${query} ${choose.from(['query Second { viewer { id } }', '{ viewer { id } }', 'query Hostile { __typename }', 'subscription Second { none }', 'type Query { a: Int }', rings])}`,
    operationName: choose.from(['Second', 'Hostile', undefined, 'None', '']),
  }),
  (choose, request) => ({
    ...request,
    operationName: choose.from(['None', '', 'hostile', '__proto__', ...odd]),
  }),
  (_choose, { query }) => ({ query }),
  (choose, { query, variables }) => ({
    query,
    variables: { ...variables, [choose.from(['v0', '__proto__', 'more'])]: choose.from(odd) },
  }),
  (choose, { query }) => ({ query, variables: choose.from(odd) }),
  (choose, { variables }) => ({ query: choose.from(odd), variables }),
  (choose, request) => ({ ...request, extensions: choose.from(odd) }),
  // Each type by another, and arguments that are given twice.
  (choose, { query, ...rest }) => ({
    ...rest,
    query: query.replace(
      /: \[?(\w+)([!\]]*)([,)])/,
      `: ${choose.from(['String', 'Int', 'None', 'Order', '[$1!]!', '[[$1]]', '$1 = null', '$1! = 1'])}$3`,
    ),
  }),
  (_choose, { query, ...rest }) => ({ ...rest, query: query.replace(/(\w+: \$v0)/, '$1, $1') }),
  (_choose, { query, ...rest }) => ({ ...rest, query: query.replace(/(\$v0: [\w[\]!]+)/, '$1, $1') }),
  (choose, { query, ...rest }) => ({
    ...rest,
    query: query.replace(/^\w+/, choose.from(['query', 'mutation', 'subscription', 'fragment', ''])),
  }),
  // Persisted queries: known by now, of another text, of no text.
  (_choose, request) => ({ ...request, extensions: persisted(hashOf(request.query)) }),
  (_choose, request) => ({ ...request, extensions: persisted(hashOf('another')) }),
  (choose, { variables }) => ({
    variables,
    extensions: persisted(choose.from([hashOf('another'), '__proto__', '', 'x'.repeat(5_000), ...odd])),
  }),
  (choose, request) => ({
    ...request,
    extensions: { persistedQuery: choose.from(odd), cost: choose.from(odd) },
  }),
];

const persisted = (sha256Hash: unknown) => ({ persistedQuery: { version: 1, sha256Hash } });

function insert(choose: Chooser, query: string, part: string): string {
  const places = [...query.matchAll(/__typename/g)].map(({ index }) => index);
  const at = places.length > 0 ? choose.from(places) : query.length;
  return `${query.slice(0, at)}${part} ${query.slice(at)}`;
}

export function damaged(choose: Chooser, request: Sound): Request {
  return choose.from(damages)(choose, request);
}
