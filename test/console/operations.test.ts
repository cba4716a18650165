import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import * as customer from '../../src/console/customer/customer.operations.ts';
import * as dashboard from '../../src/console/dashboard/dashboard.operations.ts';
import { queryExamples, subscriptionExamples } from '../../src/console/explorer/examples.ts';
import { rowFields } from '../../src/console/orders/order-rows.ts';
import * as action from '../../src/console/orders/actions/action.operations.ts';
import * as order from '../../src/console/orders/order.operations.ts';
import * as orders from '../../src/console/orders/orders.operations.ts';
import * as papers from '../../src/console/parts/papers.operations.ts';
import * as warehouse from '../../src/console/warehouse/warehouse.operations.ts';

const root = path.resolve(import.meta.dirname, '../..');
const schema = buildSchema(readFileSync(path.join(root, 'schema.graphql'), 'utf8'));
const modules = { action, customer, dashboard, order, orders, papers, warehouse };

/** What the functions can be called with that take a name. */
const choicesOf: Readonly<Record<string, readonly string[]>> = {
  actionMutation: Object.keys(action.actionInputs),
  returnMutation: Object.keys(action.returnInputs),
  moreRowsQuery: Object.keys(rowFields),
};

/** The texts of a module, with those that it makes of its arguments. */
function documentsOf(module: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(module).flatMap(([name, value]): [string, string][] => {
    if (typeof value === 'string') return [[name, value]];
    if (typeof value !== 'function') return [];
    const choices = choicesOf[name] ?? [true, false];
    return choices.map((choice) => [`${name}(${choice})`, value(choice) as string]);
  });
}

const documents = [
  ...Object.values(modules).flatMap((module) => documentsOf(module)),
  ...documentsOf({ queryExamples, subscriptionExamples }),
];

test.each(documents)('%s asks for what the API has', (_name, document) => {
  expect(validate(schema, parse(document))).toEqual([]);
});

test('every module of operations is looked at', () => {
  const files = readdirSync(path.join(root, 'src/console'), { recursive: true, encoding: 'utf8' });
  const named = files.filter((file) => file.endsWith('.operations.ts')).map((file) => path.basename(file));
  expect(named.sort()).toEqual(
    Object.keys(modules)
      .map((name) => `${name}.operations.ts`)
      .sort(),
  );
});
