import type { Quantities } from '../../parts/quantities.ts';
import { fieldOfTime, timeOfField } from '../../parts/show.ts';
import type { ExpectedChange } from './expected-change.ts';
import type { OrderItem } from '../order-rows.ts';
import type { Contact, Order, PostalAddress } from '../order.operations.ts';

export const contactFields = ['name', 'email', 'phone'] as const satisfies readonly (keyof Contact)[];
export const addressFields = [
  'name',
  'company',
  'line1',
  'line2',
  'city',
  'region',
  'postalCode',
  'country',
] as const satisfies readonly (keyof PostalAddress)[];
/** An address is none without these. */
export const neededOfAddress: readonly string[] = ['line1', 'city', 'country'];

type Texts = Readonly<Record<string, string>>;

export interface AddedLine {
  readonly sku: string;
  readonly quantity: number;
}

/** The order as the fields of the dialog have it. */
export interface Entered {
  /** Of the lines that were touched. */
  readonly quantities: Quantities;
  readonly added: readonly AddedLine[];
  readonly priority: string;
  readonly tags: string;
  readonly promisedShipAt: string;
  readonly contact: Texts;
  readonly shippingAddress: Texts;
}

export const noLine: AddedLine = { sku: '', quantity: 1 };

export function enteredOf(order: Order): Entered {
  return {
    quantities: {},
    added: [noLine],
    priority: order.priority,
    tags: order.tags.join(', '),
    promisedShipAt: fieldOfTime(order.promisedShipAt),
    contact: textsOf(contactFields, order.contact),
    shippingAddress: textsOf(addressFields, order.shippingAddress),
  };
}

/** What is not as it was: nothing else is sent, so that nobody else's change of it is undone. */
export function editInputOf(
  order: Order,
  items: readonly OrderItem[],
  entered: Entered,
): Record<string, unknown> {
  const before = enteredOf(order);
  const { quantities, added, priority, tags, promisedShipAt, contact, shippingAddress } = entered;
  const changeLines = items.flatMap(({ id, quantity: was }) => {
    const quantity = quantities[id] ?? was;
    return quantity === was ? [] : [{ orderItemId: id, quantity }];
  });
  const addLines = added
    .map(({ sku, quantity }) => ({ sku: sku.trim(), quantity }))
    .filter(({ sku }) => sku !== '');
  return {
    ...(changeLines.length > 0 && { changeLines }),
    ...(addLines.length > 0 && { addLines }),
    ...(priority !== before.priority && { priority }),
    ...(tags !== before.tags && { tags: tagsOf(tags) }),
    ...(promisedShipAt !== before.promisedShipAt && {
      promisedShipAt: promisedShipAt === '' ? null : timeOfField(promisedShipAt),
    }),
    ...(isOther(contact, before.contact) && { contact: valuesOf(contact) }),
    ...(isOther(shippingAddress, before.shippingAddress) && { shippingAddress: valuesOf(shippingAddress) }),
  };
}

/** What of it the page can show before the server has answered. */
export const expectedOf = (input: Readonly<Record<string, unknown>>): ExpectedChange =>
  Object.fromEntries(Object.entries(input).filter(([name]) => shownAtOnce.includes(name)));

const shownAtOnce: readonly string[] = ['priority', 'tags', 'promisedShipAt'];

const tagsOf = (entered: string): string[] =>
  entered
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');

export const isEmpty = (texts: Texts): boolean => Object.values(texts).every((value) => value.trim() === '');

const textsOf = <Name extends string>(
  names: readonly Name[],
  values: Readonly<Record<Name, string | null>> | null,
): Texts => Object.fromEntries(names.map((name) => [name, values?.[name] ?? '']));

const isOther = (texts: Texts, before: Texts): boolean =>
  Object.keys(texts).some((name) => texts[name] !== before[name]);

/** Nothing at all is null, which takes it away. */
function valuesOf(texts: Texts): Record<string, string | null> | null {
  if (isEmpty(texts)) return null;
  return Object.fromEntries(
    Object.entries(texts).map(([name, value]) => [name, value.trim() === '' ? null : value.trim()]),
  );
}
