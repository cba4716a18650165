import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { confirmedOrder, mutate, stockedVariant, work, type Stocked } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { describeInBrowser, desktop, expectAccessible, handHeld, type Viewer } from './browser.ts';
import { openOffice, type Office } from './office.ts';

describeInBrowser('what is done to an order', () => {
  let office: Office;
  let server: TestServer;
  let manager: Viewer;
  let mug: Stocked;
  let bowl: Stocked;
  let place: Office['place'];

  beforeAll(async () => {
    office = await openOffice(startTestServer());
    ({ server, manager, mug, place } = office);
    bowl = await stockedVariant(server, { LEEDS: 500 }, 2_000);
  });

  afterAll(() => office?.close());

  const stored = async (id: string, fields: string) =>
    (await server.as.order_manager(`query ($id: ID!) { order(id: $id) { ${fields} } }`, { id })).data.order;
  const open = async (page: Page, { id, number }: { id: string; number: string }) => {
    await page.goto(`/console/orders/${id}`);
    await page.getByRole('heading', { name: number }).waitFor();
    await page.locator('[data-live=live]').waitFor();
  };
  /** Presses the button on the page; the form that it opens. */
  const begin = async (page: Page, action: string) => {
    await page.getByRole('button', { name: action, exact: true }).click();
    const form = page.getByRole('dialog');
    return { form, send: () => form.getByRole('button', { name: action, exact: true }).click() };
  };
  const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

  test('lines are changed and added, and somebody else’s change of the same order stays', async () => {
    const { page } = manager;
    await page.setViewportSize(handHeld);
    const order = await place({}, 2);
    await open(page, order);
    const { form, send } = await begin(page, 'Edit');
    await form.getByLabel(`${mug.sku}, Product`).fill('5');
    await form.getByLabel('SKU', { exact: true }).fill(bowl.sku);
    await form.getByLabel('Quantity').fill('4');
    await form.getByText('Ship to').click();
    await form.getByLabel('Street and number').fill('1 Mill Lane');
    await form.getByLabel('City').fill('Leeds');
    await form.getByLabel('Country').fill('GB');
    await expectAccessible(page);
    const [{ id: orderItemId }] = (await stored(order.id, 'items { nodes { id } }')).items.nodes;
    const changeLines = [{ orderItemId, quantity: 3 }];
    const faster = { orderId: order.id, priority: 'URGENT', changeLines };
    await mutate(server.as.order_manager, 'editOrder', faster, 'order { id }');
    await send();
    await form.getByText(`${mug.sku}: 2 → 3`).waitFor();
    await form.getByText('Priority: Normal → Urgent').waitFor();
    expect(await form.getByLabel(`${mug.sku}, Product`).inputValue()).toBe('5');
    await expectAccessible(page);
    await form.getByRole('button', { name: 'Do it as things are now' }).click();
    const items = region(page, 'Items');
    await items.getByText(bowl.sku, { exact: true }).waitFor();
    await items.getByText('£80.00').waitFor();
    expect(
      await stored(
        order.id,
        'priority tags shippingAddress { fullAddress } items { nodes { sku quantity } }',
      ),
    ).toEqual({
      priority: 'URGENT',
      tags: [],
      shippingAddress: { fullAddress: '1 Mill Lane, Leeds, GB' },
      items: {
        nodes: [
          { sku: mug.sku, quantity: 5 },
          { sku: bowl.sku, quantity: 4 },
        ],
      },
    });
    // Every figure of the lines is on the screen: nothing is scrolled sideways for it.
    const figures = await items.locator('.number').all();
    expect(figures.length).toBeGreaterThan(10);
    for (const figure of figures) {
      const box = (await figure.boundingBox())!;
      if (box.width > 1) expect(box.x + box.width).toBeLessThan(handHeld.width);
    }
    await expectAccessible(page);
    expect(manager.complaints).toEqual([]);
  });

  test('goods come back: asked for, approved by somebody faster, received, and paid back', async () => {
    const { page } = manager;
    await page.setViewportSize(handHeld);
    await page.emulateMedia({ colorScheme: 'dark' });
    const order = await confirmedOrder(server, [{ sku: mug.sku, quantity: 3 }]);
    await work(server, order.fulfillments[0]!.id, 'deliverFulfillment');
    const amount = { amountMinor: 3_750, currency: 'GBP' };
    const paid = { orderId: order.id, method: 'CASH', amount };
    await mutate(server.as.order_manager, 'recordPayment', paid, 'payment { id }');
    await open(page, order);
    const asking = await begin(page, 'Request a return');
    await asking.form.getByLabel('how many of 3').fill('2');
    await asking.form.getByLabel('Reason').fill('Chipped');
    await expectAccessible(page);
    await asking.send();
    const returns = region(page, 'Returns');
    await returns.getByText('Requested').waitFor();

    const receiving = await begin(page, 'Receive the return');
    await receiving.form.getByLabel('how many of 2 came back').fill('1');
    await receiving.form.getByLabel('What becomes of').selectOption('Written off');
    await receiving.form.getByLabel('Location').waitFor({ state: 'detached' });
    await receiving.form.getByLabel('What becomes of').selectOption('Back into stock');
    await receiving.form.getByLabel('Location').selectOption('LEEDS');
    await expectAccessible(page);
    const [returned] = (await stored(order.id, 'returns { nodes { id } }')).returns.nodes;
    const approved = { returnId: returned.id };
    await mutate(server.as.order_manager, 'approveReturn', approved, 'return { id }', 'ReturnInput');
    await receiving.send();
    await receiving.form.getByText('Status: Requested → Approved').waitFor();
    await expectAccessible(page);
    await receiving.form.getByRole('button', { name: 'Do it as things are now' }).click();
    await returns.getByText('Received').waitFor();
    await returns.getByText('to be refunded: £12.50').waitFor();

    await returns.getByRole('button', { name: 'Refund' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Refund', exact: true }).click();
    await returns.getByText('Refunded').waitFor();
    await expectAccessible(page);
    const item = 'items { quantity quantityReceived disposition location { code } }';
    expect(await stored(order.id, `paymentState returns { nodes { status reason ${item} } }`)).toEqual({
      paymentState: 'PARTIALLY_REFUNDED',
      returns: {
        nodes: [
          {
            status: 'REFUNDED',
            reason: 'Chipped',
            items: [
              { quantity: 2, quantityReceived: 1, disposition: 'RESTOCK', location: { code: 'LEEDS' } },
            ],
          },
        ],
      },
    });
    expect(manager.complaints).toEqual([]);
  });

  test('a return is approved, and rejected with a reason', async () => {
    const { page } = manager;
    await page.setViewportSize(desktop);
    await page.emulateMedia({ colorScheme: 'light' });
    const order = await confirmedOrder(server, [{ sku: mug.sku, quantity: 1 }]);
    await work(server, order.fulfillments[0]!.id, 'shipFulfillment');
    const [{ id: orderItemId }] = (await stored(order.id, 'items { nodes { id } }')).items.nodes;
    const asked = { orderId: order.id, lines: [{ orderItemId, quantity: 1 }], reason: 'Too small' };
    await mutate(server.as.customer_service, 'requestReturn', asked, 'return { id }');
    await open(page, order);
    const returns = region(page, 'Returns');
    await (await begin(page, 'Approve the return')).send();
    await returns.getByText('Approved').waitFor();
    const rejecting = await begin(page, 'Reject the return');
    await rejecting.form.getByLabel('Reason').fill('Worn');
    await rejecting.send();
    await returns.getByText('rejected: Worn').waitFor();
    await page.locator('.order .heading').getByText('Shipped').waitFor();
    expect(await returns.getByRole('button').count()).toBe(0);
    expect(manager.complaints).toEqual([]);
  });

  test('what is kept for an order is released, and kept again', async () => {
    const { page } = manager;
    const order = await place({}, 3);
    await open(page, order);
    const reservations = region(page, 'Reservations');
    await reservations.getByText(`3 × ${mug.sku} at LEEDS`).waitFor();
    await (await begin(page, 'Release the reserved stock')).send();
    await reservations.getByText('None').waitFor();
    const reserving = await begin(page, 'Reserve stock');
    expect(await reserving.form.getByLabel('how many of 3').inputValue()).toBe('3');
    await reserving.form.getByLabel('how many of 3').fill('2');
    await reserving.form.getByLabel('Location').selectOption('LEEDS');
    await expectAccessible(page);
    await reserving.send();
    await reservations.getByText(`2 × ${mug.sku} at LEEDS`).waitFor();
    await (await begin(page, 'Reserve stock')).send();
    await reservations.getByText(`1 × ${mug.sku} at LEEDS`).waitFor();
    await begin(page, 'Reserve stock');
    await page.getByText('All that this order still needs is reserved.').waitFor();
    await page.keyboard.press('Escape');
    expect(manager.complaints).toEqual([]);
  });

  test('a payment is asked for through whom there is', async () => {
    const { page } = manager;
    const order = await place({}, 2);
    await open(page, order);
    const { form, send } = await begin(page, 'Ask for a payment');
    await form.getByLabel('Through whom').selectOption('Stripe');
    await form.getByLabel('Amount').fill('10.50');
    await send();
    await form.getByText('The provider STRIPE is not configured').waitFor();
    expect(await form.getByLabel('Amount').inputValue()).toBe('10.50');
    await expectAccessible(page);
    await form.getByLabel('Through whom').selectOption('By hand, such as a transfer');
    // It is done, but the answer is lost: the same again is the same payment.
    await page.route('**/graphql', async (route) => {
      if (!route.request().postData()?.includes('mutation Action')) return route.continue();
      await route.fetch();
      await route.abort();
    });
    await send();
    await form.getByText('The server cannot be reached').waitFor();
    await page.unroute('**/graphql');
    await send();
    await form.waitFor({ state: 'detached' });
    expect((await stored(order.id, 'payments { totalCount }')).payments.totalCount).toBe(1);
    const payments = region(page, 'Payments');
    await payments.getByText('£10.50').waitFor();
    await payments.getByText('Pending').waitFor();
    await (await begin(page, 'Say what became of it')).send();
    await payments.getByText('Succeeded').waitFor();
    await page.locator('.order .heading').getByText('Partly paid').waitFor();
    // What a provider gives for the customer to pay with is shown, once.
    await page.route('**/graphql', (route) =>
      route.request().postData()?.includes('mutation Action')
        ? route.fulfill({
            json: {
              data: {
                createPayment: {
                  order: { id: order.id, version: 3 },
                  clientSecret: 'pi_1_secret_2',
                  userErrors: [],
                },
              },
            },
          })
        : route.continue(),
    );
    await (await begin(page, 'Ask for a payment')).send();
    const secret = page.getByRole('dialog').getByRole('textbox');
    await secret.waitFor();
    expect(await secret.inputValue()).toBe('pi_1_secret_2');
    await expectAccessible(page);
    await page.unroute('**/graphql');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(manager.complaints).toEqual([]);
  });
});
