/** What a screen asks for: a name for the table, and the query with its variables. */
export interface ScaleQuery {
  readonly name: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Values that occur in the seed, so that the queries find something. */
export interface SeedSample {
  readonly orderId: string;
  readonly number: string;
  readonly externalReference: string;
  readonly trackingNumber: string;
  /** That most orders have. */
  readonly sku: string;
  readonly middlingSku: string;
  readonly rareSku: string;
  readonly customerId: string;
  readonly customerName: string;
  readonly assigneeId: string;
  readonly variantId: string;
  readonly fulfillmentId: string;
  readonly performerId: string;
  /** A moment half-way through the orders; a week and a month before the last. */
  readonly middle: string;
  readonly lastWeek: string;
  readonly lastMonth: string;
  readonly now: string;
}

const listQuery = `query List($filter: OrderFilter, $sort: [OrderSort!], $first: Int = 50, $after: String) {
  orders(first: $first, after: $after, filter: $filter, sort: $sort) {
    pageInfo { hasNextPage endCursor }
    nodes { id number status channel priority promisedShipAt createdAt total { amountMinor currency } customer { name } } } }`;
const countQuery = 'query Count($filter: OrderFilter) { orders(first: 1, filter: $filter) { totalCount } }';

const newest = [{ field: 'CREATED_AT', direction: 'DESC' }];
const sorts: Record<string, readonly object[]> = {
  newest,
  oldest: [{ field: 'CREATED_AT', direction: 'ASC' }],
  'changed last': [{ field: 'UPDATED_AT', direction: 'DESC' }],
  dearest: [{ field: 'TOTAL', direction: 'DESC' }],
  'by number': [{ field: 'NUMBER', direction: 'DESC' }],
  'promised first': [{ field: 'PROMISED_SHIP_AT', direction: 'ASC' }],
  'most urgent': [{ field: 'PRIORITY', direction: 'DESC' }],
};

const weekBefore = (moment: string): string => new Date(Date.parse(moment) - 7 * 86_400_000).toISOString();

export function listQueries(sample: SeedSample): ScaleQuery[] {
  const list = (name: string, filter: object | null, sort: readonly object[] = newest): ScaleQuery => ({
    name: `list: ${name}`,
    query: listQuery,
    variables: { filter, sort },
  });
  const open = ['PENDING', 'CONFIRMED', 'PROCESSING', 'PACKED'];
  const filters: Record<string, object> = {
    'status pending': { status: ['PENDING'] },
    'status packed': { status: ['PACKED'] },
    'open statuses': { status: open },
    completed: { status: ['COMPLETED'] },
    cancelled: { status: ['CANCELLED'] },
    unpaid: { paymentState: ['UNPAID'] },
    'payment failed': { paymentState: ['FAILED'] },
    unfulfilled: { fulfillmentState: ['UNFULFILLED'] },
    channel: { channel: ['RETAIL_POS'] },
    'of a customer': { customerId: sample.customerId },
    'of an assignee': { assignedToId: sample.assigneeId },
    unassigned: { unassigned: true },
    'created in a week': { createdFrom: sample.lastWeek },
    'created half-way': { createdBefore: sample.middle },
    'promised within a week': { promisedFrom: sample.lastWeek, promisedBefore: sample.now },
    'shipped in a week': { shippedFrom: sample.lastWeek },
    'delivered in a week': { deliveredFrom: sample.lastWeek },
    'promised in a week half-way': { promisedFrom: weekBefore(sample.middle), promisedBefore: sample.middle },
    'shipped in a week half-way': { shippedFrom: weekBefore(sample.middle), shippedBefore: sample.middle },
    'delivered in a week half-way': {
      deliveredFrom: weekBefore(sample.middle),
      deliveredBefore: sample.middle,
    },
    'total over 300': { totalFromMinor: 30_000, currency: 'GBP' },
    sku: { sku: [sample.sku] },
    'sku, until half-way': { sku: [sample.sku], createdBefore: sample.middle },
    'sku, of a channel': { sku: [sample.sku], channel: ['WHOLESALE'] },
    'middling sku': { sku: [sample.middlingSku] },
    'rare sku': { sku: [sample.rareSku] },
    variant: { variantId: sample.variantId },
    location: { locationCode: ['NORTH'] },
    'location without orders': { locationCode: ['EMPTY'] },
    tag: { tag: ['gift'] },
    'two tags': { tag: ['fragile', 'repeat'] },
    'priority urgent': { priority: ['URGENT'] },
    'on hold': { onHold: true },
    'with a note': { hasNote: true },
    late: { late: true },
    'not completed': { not: { status: ['COMPLETED'] } },
    'open and urgent': { status: open, priority: ['URGENT'] },
    'open and of an assignee': { status: open, assignedToId: sample.assigneeId },
    'open, at a location': { status: open, locationCode: ['NORTH'] },
    'pending, of a channel': { status: ['PENDING'], channel: ['ECOMMERCE'] },
    'completed, of a channel, a month': {
      status: ['COMPLETED'],
      channel: ['WHOLESALE'],
      createdFrom: sample.lastMonth,
    },
    'cancelled, of a channel': { status: ['CANCELLED'], channel: ['WHOLESALE'] },
    'open or on hold': { or: [{ status: ['PACKED'] }, { onHold: true }] },
    'of a customer, completed': { customerId: sample.customerId, status: ['COMPLETED'] },
  };
  return [
    ...Object.entries(sorts).map(([name, sort]) => list(`all, ${name}`, null, sort)),
    ...Object.entries(filters).map(([name, filter]) => list(name, filter)),
    ...Object.entries(sorts).flatMap(([sort, keys]) => [
      list(`open, ${sort}`, { status: open }, keys),
      list(`channel, ${sort}`, { channel: ['ECOMMERCE'] }, keys),
      list(`of an assignee, ${sort}`, { assignedToId: sample.assigneeId }, keys),
    ]),
    list('late, promised first', { late: true }, sorts['promised first']),
    list(
      'promised within a week, promised first',
      { promisedFrom: sample.lastWeek, promisedBefore: sample.now },
      sorts['promised first'],
    ),
    list('open, most urgent, promised first', { status: open }, [
      ...sorts['most urgent']!,
      ...sorts['promised first']!,
    ]),
  ];
}

export function textQueries(sample: SeedSample): ScaleQuery[] {
  const texts: Record<string, string> = {
    'a number': sample.number,
    'a part of a number': sample.number.slice(-6),
    'a reference': sample.externalReference,
    'a tracking number': sample.trackingNumber,
    'a sku': sample.sku,
    'a customer': sample.customerName,
    'a number with a letter wrong': `${sample.number.slice(0, -1)}X`,
    'a customer misspelt': sample.customerName.replace('Customer', 'Custmoer'),
    'what nothing has': 'zzqxwvjk',
    'what everything has': 'BENCH-',
  };
  return Object.entries(texts).map(([name, text]) => ({
    name: `text: ${name}`,
    query: listQuery,
    variables: { filter: { text }, sort: newest },
  }));
}

export function otherQueries(sample: SeedSample): ScaleQuery[] {
  const one = (name: string, query: string, variables: object = {}): ScaleQuery => ({
    name,
    query,
    variables: { ...variables },
  });
  const rate = '{ count of rate }';
  const duration = '{ count meanSeconds medianSeconds ninetiethPercentileSeconds }';
  const statistics = `ordersCreated ordersShipped processingTime ${duration} completion ${rate} cancellation ${rate}
    refund ${rate} returned ${rate} fulfillmentCycleTime ${duration} packingTime ${duration} pickingAccuracy ${rate}
    onTimeShipping ${rate}`;
  const year = { from: daysBefore(sample.now, 365), to: sample.now.slice(0, 10) };
  const threeYears = { from: daysBefore(sample.now, 1_094), to: sample.now.slice(0, 10) };
  return [
    one(
      'order by id',
      'query($id: ID!) { order(id: $id) { id number status items(first: 20) { nodes { sku quantity } } } }',
      { id: sample.orderId },
    ),
    one(
      'order by number',
      'query($number: String!) { orderByNumber(number: $number) { id number status } }',
      { number: sample.number },
    ),
    one('scan a tracking number', 'query($code: String!) { scan(code: $code) { __typename } }', {
      code: sample.trackingNumber,
    }),
    one('count: all', countQuery),
    one('count: open', countQuery, { filter: { status: ['PENDING', 'CONFIRMED', 'PROCESSING', 'PACKED'] } }),
    one('count: a tag', countQuery, { filter: { tag: ['gift'] } }),
    one(
      'dashboard',
      '{ dashboard { asOf openCount heldCount lateCount orderCounts { status channel count } backlog { status age count } } }',
    ),
    one(
      'dashboard with KPIs',
      '{ dashboard(days: 30) { asOf openCount kpis { name value previous change } } }',
    ),
    one(
      'statistics, a year',
      `query($range: DayRangeInput) { statistics(range: $range) { ${statistics} } }`,
      { range: year },
    ),
    one(
      'statistics, three years',
      `query($range: DayRangeInput) { statistics(range: $range) { ${statistics} } }`,
      { range: threeYears },
    ),
    one(
      'fulfillmentStatistics, a year',
      `query($range: DayRangeInput) { fulfillmentStatistics(range: $range) {
      created packed shipped cycleTime ${duration} packingTime ${duration} pickingAccuracy ${rate} } }`,
      { range: year },
    ),
    one('stock levels', '{ stockLevels(first: 50) { nodes { onHand reserved available } } }'),
    one(
      'stock levels of a sku',
      'query($sku: String) { stockLevels(first: 50, filter: { sku: $sku }) { nodes { onHand reserved available } } }',
      { sku: sample.sku },
    ),
    one('low stock', '{ lowStock(first: 50) { nodes { available } } }'),
    one('stock movements', '{ stockMovements(first: 50) { nodes { id onHandChange } } }'),
    one(
      'picking queue',
      '{ fulfillments(first: 50, filter: { statuses: [PENDING, PICKING], locationCode: "NORTH" }) { nodes { id number status order { number } } } }',
    ),
    one(
      'fulfillments to pack',
      '{ fulfillments(first: 50, filter: { statuses: [PACKING] }) { nodes { id number } } }',
    ),
    one('order history', '{ orderHistory(first: 50) { nodes { id action description } } }'),
    one(
      'order history of a person',
      'query($id: ID) { orderHistory(first: 50, filter: { performedById: $id }) { nodes { id action } } }',
      { id: sample.performerId },
    ),
    one(
      'order history, cancellations',
      '{ orderHistory(first: 50, filter: { actions: [CANCELLED] }) { nodes { id action } } }',
    ),
    one(
      'history of an order',
      'query($id: ID!) { order(id: $id) { history(first: 50) { nodes { id action description } } } }',
      { id: sample.orderId },
    ),
    one(
      'timeline of an order',
      'query($id: ID!) { order(id: $id) { timeline(first: 20) { nodes { title text } } } }',
      { id: sample.orderId },
    ),
    one(
      'customers by name',
      'query($text: String) { customers(first: 20, filter: { text: $text }) { nodes { id name } } }',
      { text: sample.customerName },
    ),
    one(
      'products by text',
      'query($text: String) { products(first: 20, text: $text) { nodes { id name } } }',
      { text: sample.sku },
    ),
    one('reservations', '{ reservations(first: 50) { nodes { id quantityRemaining } } }'),
    one('event cursor', '{ eventCursor }'),
  ];
}

const daysBefore = (moment: string, days: number): string =>
  new Date(Date.parse(moment) - days * 86_400_000).toISOString().slice(0, 10);
