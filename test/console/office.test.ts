import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mutate } from '../setup/fixtures.ts';
import type { TestServer } from '../setup/server.ts';
import {
  describeInBrowser,
  expectAccessible,
  handHeld,
  keepImage,
  openViewer,
  signIn,
  type Viewer,
} from './browser.ts';
import { openOffice, type Office } from './office.ts';
import { startSampleServer } from './sample-server.ts';

describeInBrowser('the office', () => {
  let office: Office;
  let server: TestServer;
  let browser: Browser;
  let manager: Viewer;
  let place: Office['place'];

  beforeAll(async () => {
    office = await openOffice(startSampleServer());
    ({ server, browser, manager, place } = office);
  });

  afterAll(() => office?.close());

  test('the dashboard compares with the period before, draws, and counts a new order at once', async () => {
    const { page } = manager;
    await page.goto('/console/dashboard');
    await page.locator('[data-live=live]').waitFor();
    await page.locator('.u-wrap').nth(2).waitFor();
    await page.getByText('Shipped on time', { exact: true }).waitFor();
    await expectAccessible(page);
    const open = page.locator('[data-tile="Open orders"] .value');
    const before = Number(await open.textContent());
    await place();
    await open.getByText(String(before + 1), { exact: true }).waitFor();
    await page.getByRole('combobox', { name: 'Channel' }).selectOption('ECOMMERCE');
    await page.waitForURL(/channel=ECOMMERCE/);
    await page.getByRole('combobox', { name: 'Channel' }).selectOption('');
    await page.waitForURL((address) => !address.search.includes('channel='));
    await page.getByRole('combobox', { name: 'Period' }).selectOption('7');
    await page
      .locator('[data-tile=Orders]')
      .getByText(/[▲▼] .*%/)
      .waitFor();
    await page.locator('.u-wrap').nth(2).waitFor();
    await keepImage(page, 'dashboard');
    expect(manager.complaints).toEqual([]);
  });

  test('the list and the days are kept as files that say what the screen says', async () => {
    const { page } = manager;
    await page.goto('/console/orders?channel=WHOLESALE&sort=TOTAL-DESC');
    await page.locator('tbody tr').first().waitFor();
    const file = async (button: string): Promise<Record<string, string>[]> => {
      const [kept] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: button, exact: true }).click(),
      ]);
      expect(kept.suggestedFilename()).toMatch(/^[a-z-]+\.csv$/);
      return parse(await readFile((await kept.path())!), { columns: true, bom: true });
    };
    const orders = await file('Export as CSV');
    const shown = await page.locator('tbody tr td a').allTextContents();
    expect(shown.length).toBeGreaterThan(5);
    expect(orders.slice(0, shown.length).map(({ number }) => number)).toEqual(shown);
    expect(new Set(orders.map(({ channel }) => channel))).toEqual(new Set(['WHOLESALE']));
    await page.goto('/console/dashboard?days=7');
    const days = await file('Export days as CSV');
    expect(days.map(({ day }) => day)).toHaveLength(7);
    expect(await file('Export warehouse days as CSV')).toHaveLength(7);
    expect(manager.complaints).toEqual([]);
  });

  test('the dashboard in the dark and on a hand-held', async () => {
    const dark = await openViewer(browser, server.url, { viewport: handHeld, colorScheme: 'dark' });
    await signIn(dark.page, 'customer_service');
    await dark.page.locator('[data-tile="Open orders"]').waitFor();
    // Who may not see statistics is shown the counts.
    expect(await dark.page.locator('.u-wrap').count()).toBe(0);
    await expectAccessible(dark.page);
    await dark.page.goto('/console/orders');
    const total = dark.page.locator('tbody tr .number').first();
    await total.waitFor();
    const { x, width } = (await total.boundingBox())!;
    expect(x + width).toBeLessThan(handHeld.width);
    await expectAccessible(dark.page);
    await keepImage(dark.page, 'orders-dark');
    expect(dark.complaints).toEqual([]);
    await dark.context.close();
  });

  test('a list keeps its filters in the address, reads on, and is walked with the keyboard', async () => {
    const { page } = manager;
    for (let count = 0; count < 56; count += 1) await place({ tags: ['walked'], channel: 'WHOLESALE' });
    await page.goto('/console/orders?tag=walked');
    await page.locator('tbody tr').first().waitFor();
    await page.getByLabel('Add a filter').selectOption('Channel');
    await page.getByLabel('Wholesale').press('Space');
    await page.keyboard.press('Enter');
    await page.waitForURL(/tag=walked&channel=WHOLESALE/);
    await page.locator('[data-filter=channel]', { hasText: 'Channel: Wholesale' }).waitFor();
    await page.getByText('56 orders').waitFor();
    await expectAccessible(page);
    await page.locator('tbody tr a').first().focus();
    for (let row = 0; row < 55; row += 1) await page.keyboard.press('ArrowDown');
    await page.locator('tbody tr:nth-child(56) a:focus').waitFor();
    await page.reload();
    await page.locator('[data-filter=channel]').waitFor();
    await page.getByRole('button', { name: 'Remove the filter Tag' }).click();
    await page.waitForURL((address) => !address.search.includes('tag'));
    await page.keyboard.press('/');
    await page.keyboard.type('no order is called this');
    await page.getByText('No order has all of this.').waitFor();
    expect(manager.complaints).toEqual([]);
  });

  test('filters of filters stand in the address and can be changed', async () => {
    const { page } = manager;
    for (const tag of ['nested-a', 'nested-b', 'nested-c']) await place({ tags: ['nested', tag] });
    const or = (...tags: string[]) => JSON.stringify(tags.map((tag) => ({ tag })));
    await page.goto(`/console/orders?tag=nested&or=${encodeURIComponent(or('nested-a', 'nested-b'))}`);
    await page.getByText('2 orders').waitFor();
    await page.locator('[data-filter=or]', { hasText: 'One of: [' }).waitFor();
    await page.getByLabel('Add a filter').selectOption('Not');
    const field = page.getByRole('dialog').getByRole('textbox');
    await field.fill('not a filter');
    await page.getByRole('button', { name: 'Apply' }).press('Enter');
    await page.locator('dialog textarea:invalid').waitFor();
    await page.getByRole('dialog').waitFor();
    await expectAccessible(page);
    await field.fill('{ "tag": ["nested-a"] }');
    await page.getByRole('button', { name: 'Apply' }).press('Enter');
    await page.getByText('1 order', { exact: true }).waitFor();
    await page.reload();
    await page.getByText('1 order', { exact: true }).waitFor();
    // What is no filter shows an error, and not every order that there is.
    await page.goto('/console/orders?or=nonsense');
    await page.getByRole('alert').waitFor();
    expect(await page.locator('tbody tr').count()).toBe(0);
    await page.getByRole('button', { name: 'Remove the filter One of' }).click();
    await page.locator('tbody tr').first().waitFor();
    expect(manager.complaints.filter((complaint) => !complaint.includes('status of 400'))).toEqual([]);
    manager.complaints.length = 0;
  });

  test('what is selected is tried first, and then done to those that can', async () => {
    const { page } = manager;
    const [one, other] = [await place({ tags: ['bulk'] }), await place({ tags: ['bulk'] })];
    await mutate(server.as.order_manager, 'cancelOrder', { orderId: other!.id }, 'order { id }');
    await page.goto('/console/orders?tag=bulk');
    await page.getByLabel('Select all that are shown').check();
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('1 can be done, 1 cannot.').waitFor();
    await expectAccessible(page);
    await keepImage(page, 'bulk');
    await page.getByRole('button', { name: 'Confirm: 1' }).click();
    await page.getByText('1 done, 1 not done.').waitFor();
    // The list behind follows what was done.
    await page.locator(`[data-id="${one!.id}"]`).getByText('Confirmed').waitFor();
    expect(manager.complaints).toEqual([]);
  });

  test('a sample role is one press away, in the explorer and where one signs in', async () => {
    const { page, context, complaints } = await openViewer(browser, server.url);
    await page.goto('/explorer');
    await page
      .getByRole('group', { name: 'Sign in as' })
      .getByRole('button', { name: 'Warehouse', exact: true })
      .click();
    await page.getByText('Signed in as Wim Warehouse').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('Nobody is signed in').waitFor();
    await page.goto('/console');
    await page.getByRole('button', { name: 'Order manager' }).click();
    await page.getByLabel('Password').press('Enter');
    await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a busy location stands on its board as the server counts it', async () => {
    const { page } = manager;
    await page.goto('/console/warehouse');
    await page.getByRole('link', { name: 'Main warehouse' }).press('Enter');
    await page.locator('[data-live=live]').waitFor();
    const answer = await server.as.order_manager(
      ['PENDING', 'PICKING', 'PACKING', 'READY_TO_SHIP'].reduce(
        (query, status) =>
          `${query} ${status}: fulfillments(filter: { locationCode: "MAIN", statuses: [${status}] }) { totalCount }`,
        '{',
      ) + '}',
    );
    const shown: Record<string, number> = {};
    for (const status of Object.keys(answer.data)) {
      shown[status] = Number(await page.locator(`[data-status=${status}] .count`).textContent());
    }
    const counted = Object.entries<{ totalCount: number }>(answer.data);
    expect(shown).toEqual(
      Object.fromEntries(counted.map(([status, { totalCount }]) => [status, totalCount])),
    );
    expect(shown['PENDING']).toBeGreaterThan(0);
    await expectAccessible(page);
    await keepImage(page, 'board');
    expect(manager.complaints).toEqual([]);
  });
});
