import { text } from '../text.ts';

type Kind =
  | { readonly kind: 'choice'; readonly options: Readonly<Record<string, string>> }
  | { readonly kind: 'and' | 'or' | 'not' | 'flag' | 'mine' | 'time' | 'words' | 'word' | 'amount' };

/** Every filter of the list, by the name that it has in the API and in the address. */
export const filterKinds: Readonly<Record<string, Kind>> = {
  status: { kind: 'choice', options: text.orderStatus },
  paymentState: { kind: 'choice', options: text.paymentState },
  fulfillmentState: { kind: 'choice', options: text.fulfillmentState },
  channel: { kind: 'choice', options: text.channel },
  priority: { kind: 'choice', options: text.priority },
  late: { kind: 'flag' },
  onHold: { kind: 'flag' },
  hasNote: { kind: 'flag' },
  unassigned: { kind: 'flag' },
  assignedToId: { kind: 'mine' },
  createdFrom: { kind: 'time' },
  createdBefore: { kind: 'time' },
  promisedFrom: { kind: 'time' },
  promisedBefore: { kind: 'time' },
  shippedFrom: { kind: 'time' },
  shippedBefore: { kind: 'time' },
  deliveredFrom: { kind: 'time' },
  deliveredBefore: { kind: 'time' },
  sku: { kind: 'words' },
  tag: { kind: 'words' },
  locationCode: { kind: 'words' },
  customerId: { kind: 'word' },
  variantId: { kind: 'word' },
  currency: { kind: 'word' },
  totalFromMinor: { kind: 'amount' },
  totalToMinor: { kind: 'amount' },
  and: { kind: 'and' },
  or: { kind: 'or' },
  not: { kind: 'not' },
};

/** The filter as the API takes it, from the words of an address. What is not a filter there is none here. */
export function readFilter(chosen: URLSearchParams, viewerId: string): Record<string, unknown> {
  const filter: Record<string, unknown> = {};
  const words = chosen.get('text')?.trim();
  if (words) filter['text'] = words;
  for (const [name, kind] of Object.entries(filterKinds)) {
    const value = chosen.get(name);
    if (value !== null && value !== '')
      filter[name] = kind.kind === 'mine' ? viewerId : readValue(kind, value);
  }
  return filter;
}

/** The filters of filters, which stand in an address as the API takes them, such as `or=[{"late":true},{"onHold":true}]`. */
export const isNested = ({ kind }: Kind): boolean => ['and', 'or', 'not'].includes(kind);

/** Whether the text is such a filter; what is in it is for the server to judge. */
export function isNestedValue({ kind }: Kind, value: string): boolean {
  try {
    const filter: unknown = JSON.parse(value);
    return typeof filter === 'object' && filter !== null && Array.isArray(filter) === (kind !== 'not');
  } catch {
    return false;
  }
}

function readNested(kind: Kind, value: string): unknown {
  // Left as it is, the server says what is wrong with it; left out, the list would show what nobody asked for.
  return isNestedValue(kind, value) ? JSON.parse(value) : value;
}

function readValue(described: Kind, value: string): unknown {
  const { kind } = described;
  if (isNested(described)) return readNested(described, value);
  if (kind === 'choice' || kind === 'words') return value.split(',').map((word) => word.trim());
  if (kind === 'flag') return value === 'true';
  if (kind === 'amount') return Number(value);
  // A day of an address begins when it begins for the viewer.
  return kind === 'time' ? new Date(`${value}T00:00:00`).toISOString() : value;
}

export function showFilter(name: string, value: string): string {
  const kind = filterKinds[name]!;
  if (kind.kind === 'choice')
    return value
      .split(',')
      .map((option) => kind.options[option] ?? option)
      .join(', ');
  if (kind.kind === 'mine') return '';
  if (kind.kind === 'flag') return value === 'true' ? '' : text.orders.no;
  return value;
}

export function readSort(chosen: URLSearchParams): [{ field: string; direction: string }] {
  const [field, direction] = (chosen.get('sort') ?? 'CREATED_AT-DESC').split('-');
  return [{ field: field!, direction: direction! }];
}
