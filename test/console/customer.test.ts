import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { confirmedOrder, placeOrder, stockedVariant, work, type Stocked } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import {
  describeInBrowser,
  expectAccessible,
  handHeld,
  keepImage,
  openBrowser,
  openViewer,
  signIn,
} from './browser.ts';

describeInBrowser('a customer', () => {
  let server: TestServer;
  let browser: Browser;
  let mug: Stocked;

  beforeAll(async () => {
    server = await startTestServer();
    mug = await stockedVariant(server, { LEEDS: 100 }, 1_250);
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('follows an own order to the door, and sends a part of it back', async () => {
    const lines = [{ sku: mug.sku, quantity: 3 }];
    const own = await confirmedOrder(server, lines);
    const foreign = await confirmedOrder(server, lines, { customerId: null });
    const { page, complaints } = await openViewer(browser, server.url, { viewport: handHeld });
    await signIn(page, 'customer');
    await page.getByRole('link', { name: own.number }).waitFor();
    expect(await page.getByText(foreign.number).count()).toBe(0);
    await expectAccessible(page);
    await page.getByRole('link', { name: own.number }).click();
    await page.locator('[data-live=live]').waitFor();
    await page.getByText('Nothing has been sent yet.').waitFor();
    await work(server, own.fulfillments[0]!.id, 'deliverFulfillment');
    await page.getByText('DPD, tracking number T-1').waitFor();

    await page.getByRole('button', { name: 'Send something back' }).click();
    await page.getByLabel('how many of 3').fill('2');
    await page.getByLabel('Why').fill('Two are chipped');
    await expectAccessible(page);
    await page.keyboard.press('Enter');
    const returns = page.getByRole('region', { name: 'Returns' });
    await returns.getByText(`2 × Product ${mug.sku}`).waitFor();
    await keepImage(page, 'customer');
    await expectAccessible(page);
    const asked = await server.as.order_manager(
      `query ($id: ID!) { order(id: $id) { status returns { nodes { status reason items { quantity } } } } }`,
      { id: own.id },
    );
    expect(asked.data.order).toEqual({
      status: 'RETURN_REQUESTED',
      returns: { nodes: [{ status: 'REQUESTED', reason: 'Two are chipped', items: [{ quantity: 2 }] }] },
    });

    const many = await placeOrder(
      server,
      Array.from({ length: 52 }, () => ({ sku: mug.sku, quantity: 1 })),
    );
    await page.goto(`/console/my-orders/${many.id}`);
    const items = page.getByRole('region', { name: 'Items' });
    await items.getByRole('listitem').nth(49).waitFor();
    expect(await items.getByRole('listitem').count()).toBe(50);
    await items.getByRole('button', { name: 'Show more: Items' }).click();
    await items.getByRole('listitem').nth(51).waitFor();
    expect(await items.getByRole('button', { name: 'Show more: Items' }).count()).toBe(0);
    await expectAccessible(page);

    await page.goto(`/console/my-orders/${foreign.id}`);
    await page.getByText('There is nothing at this address').waitFor();
    expect(complaints).toEqual([]);
  });
});
