import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { confirmedOrder, mutate } from '../setup/fixtures.ts';
import { everything } from './made-operations.ts';
import { ofUnconfirmed, openOtherSide, signedIn, type OpenSide } from './open-other-side.ts';
import { hiddenOf, telltales } from './other-side-world.ts';

let open: OpenSide;
beforeAll(async () => {
  open = await openOtherSide();
});
afterAll(() => open?.close());

describe('subscriptions', () => {
  const ofEverything = 'orderEvents(after: $after)';
  const subscriptions = [
    'orderEvents(after: $after, orderId: $id)',
    'fulfillmentStatusChanged(after: $after, filter: { orderId: $id })',
    'fulfillmentStatusChanged(after: $after, filter: {})',
    ofEverything,
  ];
  /** They tell neither of the two anything at all. */
  const refused = ['dashboardChanged'];

  test('are all that there are', async () => {
    const names = [...new Set(subscriptions.map((text) => text.split('(')[0]!)), ...refused];
    expect(names.toSorted()).toEqual(Object.keys(open.schema.getSubscriptionType()!.getFields()).toSorted());
    for (const viewer of signedIn)
      for (const name of refused)
        expect(await open.overSocket(viewer)(`subscription { ${name} { __typename } }`)).toMatchObject({
          errors: [{ extensions: { code: 'FORBIDDEN' } }],
        });
  });

  /** What becomes of an order of the other side, while the viewer listens. */
  const happen = async (orderId: string, note: string): Promise<void> => {
    for (const isInternal of [false, true])
      await mutate(open.server.as.customer_service, 'addNote', { orderId, note, isInternal }, 'note { id }');
    await mutate(
      open.server.as.order_manager,
      'addHistoryEntry',
      { orderId, description: note },
      'order { id }',
    );
  };

  const confirmForRival = async (): Promise<string> => {
    const { sku, otherCustomerId: customerId } = open.side.world;
    return (await confirmedOrder(open.server, [{ sku, quantity: 1 }], { customerId })).id;
  };

  test.each(signedIn)('tell %s nothing of the other side, live and replayed', async (viewer) => {
    const { world, unconfirmed, rich } = open.side;
    const { data } = await open.overHttp(viewer)('{ eventCursor }');
    const others = viewer === 'customer' ? [rich, unconfirmed, world.guest] : [unconfirmed];
    const told: string[] = [];
    const stops: (() => void)[] = [];
    /** Those that are told of everything, and whether they have come to the end. */
    const isOver: boolean[] = [];
    const last = viewer === 'customer' ? world.held : world.finished;
    const follow = (after: string): void => {
      for (const text of subscriptions) {
        const field = open.schema.getSubscriptionType()!.getFields()[text.split('(')[0]!]!;
        const declared = text.includes('$id') ? '($after: String, $id: ID)' : '($after: String)';
        for (const id of text.includes('$id') ? others : [null]) {
          const index = text === ofEverything ? isOver.push(false) - 1 : -1;
          const query = `subscription ${declared} { root: ${text} ${everything(open.schema, field.type, 3)} }`;
          stops.push(
            open.sockets[viewer].subscribe(
              { query, variables: { after, ...(id && { id }) } },
              {
                next: (event) => {
                  const line = JSON.stringify(event);
                  told.push(line);
                  if (index >= 0 && line.includes(last)) isOver[index] = true;
                },
                error: (error) => told.push(`failed: ${JSON.stringify(error)}`),
                complete: () => {},
              },
            ),
          );
        }
      }
    };
    follow(data.eventCursor);
    for (const orderId of others) await happen(orderId, `Raven, live: ${viewer}`);
    // Of notes a customer is not told anyway: it has to be what they would be told of an order of theirs.
    if (viewer === 'customer') others.push(await confirmForRival());
    // From before all of that, and again from its end.
    follow(data.eventCursor);
    // Each is told of this; what came before it in the log has come before it here.
    if (viewer === 'customer')
      await mutate(
        open.server.as.order_manager,
        'cancelOrder',
        { orderId: last, reason: 'The end' },
        'order { id }',
      );
    else
      await mutate(
        open.server.as.order_manager,
        'addNote',
        { orderId: last, note: 'The end', isInternal: true },
        'note { id }',
      );
    // One that has been told twice would hide that the other has not been told.
    await vi.waitFor(() => expect(isOver).toEqual([true, true]), { timeout: 20_000, interval: 50 });
    for (const stop of stops) stop();
    const secrets =
      viewer === 'customer'
        ? await hiddenOf(open.server, others, world.otherCustomerId)
        : await ofUnconfirmed(open.server, unconfirmed);
    expect(told.filter((event) => event.startsWith('failed'))).toEqual([]);
    expect(told.filter((event) => telltales[viewer].some((each) => event.includes(each)))).toEqual([]);
    expect(
      told.flatMap((event) => secrets.filter(({ value }) => event.includes(value)).map(({ kind }) => kind)),
    ).toEqual([]);
  });
});
