import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildSchema, isInputObjectType, isRequiredInputField, type GraphQLInputObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { fieldsOf } from '../../src/console/orders/actions/action-fields.ts';
import { actionInputs, returnInputs } from '../../src/console/orders/actions/action.operations.ts';
import { editInputOf, enteredOf, noLine } from '../../src/console/orders/actions/edit-input.ts';
import type { OrderItem } from '../../src/console/orders/order-rows.ts';
import type { Order } from '../../src/console/orders/order.operations.ts';
import { text } from '../../src/console/text.ts';
import { orderWorkflow } from '../../src/orders/order.workflow.ts';
import { returnWorkflow } from '../../src/returns/return.workflow.ts';

const schema = buildSchema(readFileSync(path.resolve(import.meta.dirname, '../../schema.graphql'), 'utf8'));
const page = readFileSync(
  path.resolve(import.meta.dirname, '../../src/console/orders/order-page.tsx'),
  'utf8',
);

describe('what the server may allow has its place on the page of the order', () => {
  test('each action on an order: a button, or the form for notes', () => {
    expect(Object.keys(actionInputs).concat('addNote').toSorted()).toEqual(
      Object.keys(orderWorkflow).toSorted(),
    );
    expect(page).toContain("allowedActions.includes('addNote')");
  });

  test('each action on a return: a button at the return', () => {
    expect(Object.keys(returnInputs).toSorted()).toEqual(Object.keys(returnWorkflow).toSorted());
  });

  const inputs = Object.entries({ ...actionInputs, ...returnInputs });
  test.each(inputs)('%s is called something, and is asked for what it needs', (action, input) => {
    expect(text.order.action[action]).toMatch(/\w/);
    // With a dialog of its own: the tests of the page hold that.
    if (new RegExp(`^  ${action}: \\w+Dialog,$`, 'm').test(page)) return;
    const type = schema.getType(input) as GraphQLInputObjectType;
    expect(isInputObjectType(type)).toBe(true);
    const needed = Object.values(type.getFields())
      .filter(isRequiredInputField)
      .map(({ name }) => name);
    const asked = (fieldsOf[action] ?? []).filter(({ isOptional }) => !isOptional).map(({ name }) => name);
    expect(['orderId', 'returnId', ...asked]).toEqual(expect.arrayContaining(needed));
  });
});

describe('what is edited', () => {
  const line = { id: 'line', quantity: 2 } as OrderItem;
  const order = {
    priority: 'NORMAL',
    tags: ['a', 'b'],
    promisedShipAt: '2126-05-01T10:30:00Z',
    contact: { name: 'Gina', email: null, phone: '020' },
    shippingAddress: null,
  } as unknown as Order;
  const entered = enteredOf(order);
  const inputOf = (changed: object) => editInputOf(order, [line], { ...entered, ...changed });

  test('is nothing when nothing was', () => {
    expect(inputOf({})).toEqual({});
    expect(inputOf({ quantities: { line: 2 }, added: [noLine, { sku: '  ', quantity: 3 }] })).toEqual({});
  });

  test.each([
    [{ quantities: { line: 0 } }, { changeLines: [{ orderItemId: 'line', quantity: 0 }] }],
    [{ added: [{ sku: ' MUG ', quantity: 3 }] }, { addLines: [{ sku: 'MUG', quantity: 3 }] }],
    [{ priority: 'HIGH' }, { priority: 'HIGH' }],
    [{ tags: ' vip,, fragile ' }, { tags: ['vip', 'fragile'] }],
    [{ tags: '' }, { tags: [] }],
    [{ promisedShipAt: '' }, { promisedShipAt: null }],
    [
      { contact: { ...entered.contact, email: 'gina@shop.example' } },
      { contact: { name: 'Gina', email: 'gina@shop.example', phone: '020' } },
    ],
    [{ contact: { name: '', email: '', phone: ' ' } }, { contact: null }],
  ])('is that and nothing else: %j', (changed, input) => {
    expect(inputOf(changed)).toEqual(input);
  });

  test('an address is sent whole', () => {
    const shippingAddress = {
      ...entered.shippingAddress,
      line1: '1 Mill Lane',
      city: 'Leeds',
      country: 'GB',
    };
    expect(inputOf({ shippingAddress })).toEqual({
      shippingAddress: {
        name: null,
        company: null,
        line1: '1 Mill Lane',
        line2: null,
        city: 'Leeds',
        region: null,
        postalCode: null,
        country: 'GB',
      },
    });
  });
});
