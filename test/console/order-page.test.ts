import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { mutate } from '../setup/fixtures.ts';
import type { TestServer } from '../setup/server.ts';
import { describeInBrowser, expectAccessible, keepImage, type Viewer } from './browser.ts';
import { openOffice, type Office } from './office.ts';
import { startSampleServer } from './sample-server.ts';

describeInBrowser('the page of an order', () => {
  let office: Office;
  let server: TestServer;
  let manager: Viewer;
  let place: Office['place'];

  beforeAll(async () => {
    office = await openOffice(startSampleServer());
    ({ server, manager, place } = office);
  });

  afterAll(() => office?.close());

  test('an order that was sent shows what belongs to it', async () => {
    const { page } = manager;
    await page.goto('/console/orders?status=SHIPPED&channel=WHOLESALE');
    await page.locator('tbody tr a').first().press('Enter');
    await page.getByRole('heading', { name: 'Timeline' }).waitFor();
    await page.getByRole('region', { name: 'Fulfillments' }).getByText('Shipped').waitFor();
    await expectAccessible(page);
    await keepImage(page, 'order');
    // From an order to the others of its customer; assigned to me: none of them.
    await page.locator('.facts a').press('Enter');
    await page.waitForURL(/orders\?customerId=/);
    await page.locator('tbody tr').first().waitFor();
    await page.getByLabel('Add a filter').selectOption('Assigned to me');
    await page.getByText('No order has all of this.').waitFor();
    expect(manager.complaints).toEqual([]);
  });

  test('all that belongs to an order can be reached, and stays when the order changes', async () => {
    const { page } = manager;
    const order = await place();
    const addNote = (note: string) =>
      mutate(server.as.order_manager, 'addNote', { orderId: order.id, note }, 'note { id }');
    for (let count = 1; count <= 52; count += 1) await addNote(`Written as number ${count}.`);
    await page.goto(`/console/orders/${order.id}`);
    const notes = page.getByRole('region', { name: 'Notes' });
    await notes.getByRole('listitem').nth(49).waitFor();
    expect(await notes.getByRole('listitem').count()).toBe(50);
    await notes.getByRole('button', { name: 'Show more: Notes' }).press('Enter');
    await notes.getByRole('listitem').nth(51).waitFor();
    expect(await notes.getByRole('button', { name: 'Show more: Notes' }).count()).toBe(0);
    await page.locator('[data-live=live]').waitFor();
    await addNote('Written meanwhile.');
    await notes.getByText('Written meanwhile.').waitFor();
    await notes.getByRole('listitem').nth(52).waitFor();
    const shown = await notes.getByRole('listitem').locator('p:first-child').allTextContents();
    expect(new Set(shown).size).toBe(53);
    await expectAccessible(page);
    expect(manager.complaints).toEqual([]);
  });

  test('an action shows at once, and is taken back when the server refuses it', async () => {
    const { page } = manager;
    const order = await place();
    await page.goto(`/console/orders/${order.id}`);
    await page.getByRole('heading', { name: order.number }).waitFor();
    // What is asked of the server waits until we say so.
    let letGo = (): void => {};
    let heldBack = 0;
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('mutation Action')) {
        await new Promise<void>((resolve) => {
          letGo = resolve;
          heldBack += 1;
        });
      }
      await route.continue();
    });
    const heading = page.locator('.order .heading');
    await page.getByRole('button', { name: 'Put on hold' }).click();
    await page.getByLabel('Reason').fill('Wait for the bank');
    await page.keyboard.press('Enter');
    await heading.getByText('On hold').waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await vi.waitFor(() => expect(heldBack).toBe(1), 20_000);
    const stored = async () =>
      (await server.as.order_manager(`{ order(id: "${order.id}") { heldAt } }`)).data.order.heldAt;
    expect(await stored()).toBeNull();
    letGo();
    await page.getByRole('button', { name: 'Release the hold' }).waitFor();
    expect(await stored()).not.toBeNull();

    await page.getByRole('button', { name: 'Release the hold' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Release the hold' }).click();
    await heading.getByText('On hold').waitFor({ state: 'detached' });
    // Somebody else is faster.
    await mutate(server.as.order_manager, 'editOrder', { orderId: order.id, tags: ['vip'] }, 'order { id }');
    await vi.waitFor(() => expect(heldBack).toBe(2), 20_000);
    letGo();
    await page.getByText('Tags: – → vip').waitFor();
    await heading.getByText('On hold').waitFor();
    await page.unroute('**/graphql');
    await page.keyboard.press('Escape');
    expect(manager.complaints).toEqual([]);
  });

  test('an order: a note is written, and an action on a changed order shows what has changed first', async () => {
    const { page } = manager;
    const order = await place();
    await page.goto(`/console/orders/${order.id}`);
    await page.getByRole('heading', { name: order.number }).waitFor();
    await page.getByLabel('Add a note').fill('Leave it at the door');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('is being saved').waitFor({ state: 'detached' });
    await page.locator('.entries').getByText('Leave it at the door').waitFor();
    await expectAccessible(page);

    await page.getByRole('button', { name: 'Put on hold' }).click();
    await page.getByLabel('Reason').fill('Address is unclear');
    // Somebody else works on it meanwhile.
    const edited = { orderId: order.id, priority: 'URGENT', tags: ['fragile'] };
    await mutate(server.as.order_manager, 'editOrder', edited, 'order { id }');
    const recorded = { orderId: order.id, description: 'The customer has called' };
    await mutate(server.as.order_manager, 'addHistoryEntry', recorded, 'order { id }');
    await page.keyboard.press('Enter');
    await page.getByText('Priority: Normal → Urgent').waitFor();
    await page.getByText('Tags: – → fragile').waitFor();
    await page.getByRole('alert').getByText('The customer has called').waitFor();
    expect(await page.getByLabel('Reason').inputValue()).toBe('Address is unclear');
    await expectAccessible(page);
    await keepImage(page, 'conflict');
    await page.getByRole('button', { name: 'Do it as things are now' }).click();
    await page.getByText('Address is unclear').first().waitFor();
    await page.getByRole('button', { name: 'Release the hold' }).waitFor();

    const now = await server.as.order_manager(
      `query ($id: ID!) { order(id: $id) { holdReason priority notes { nodes { note isInternal } } } }`,
      { id: order.id },
    );
    expect(now.data.order).toEqual({
      holdReason: 'Address is unclear',
      priority: 'URGENT',
      notes: { nodes: [{ note: 'Leave it at the door', isInternal: true }] },
    });
    expect(manager.complaints).toEqual([]);
  });
});
