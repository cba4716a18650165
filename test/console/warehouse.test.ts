import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningServer } from '../../src/server.ts';
import { confirmedOrder, stockedVariant, work, type Stocked } from '../setup/fixtures.ts';
import { serve, startTestServer, type TestServer } from '../setup/server.ts';
import {
  describeInBrowser,
  expectAccessible,
  handHeld,
  keepImage,
  openBrowser,
  openViewer,
  signIn,
  type Viewer,
} from './browser.ts';

describeInBrowser('the warehouse', () => {
  let behind: TestServer;
  /** The one that the browsers talk to, and that is stopped and started. */
  let server: RunningServer;
  let browser: Browser;
  let mug: Stocked;
  let bowl: Stocked;
  let lead: Viewer;
  let picker: Viewer;

  beforeAll(async () => {
    behind = await startTestServer();
    server = await serve(behind.databaseUrl);
    browser = await openBrowser();
    mug = await stockedVariant(behind, { LEEDS: 50 });
    bowl = await stockedVariant(behind, { LEEDS: 50 });
    lead = await openViewer(browser, server.url);
    picker = await openViewer(browser, server.url, { viewport: handHeld });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await behind?.stop();
  });

  const order = (priority = 'NORMAL') =>
    confirmedOrder(
      behind,
      [
        { sku: mug.sku, quantity: 2 },
        { sku: bowl.sku, quantity: 3 },
      ],
      { priority },
    );
  const column = (page: Page, status: string) => page.locator(`[data-status=${status}]`);
  const inState = (page: Page, state: string) => page.locator(`[data-live=${state}]`).waitFor();
  const scan = async (page: Page, code: string, result: string) => {
    // As a scanner does: keystrokes and Enter, into whatever has the focus.
    await page.keyboard.type(code);
    await page.keyboard.press('Enter');
    await page.locator(`[data-result=${result}]`, { hasText: code }).waitFor();
  };

  test('two people see each other work, from the board to the parcel, with the keyboard alone', async () => {
    const urgent = await order('URGENT');
    const later = await order();
    const [parcel] = urgent.fulfillments;
    await signIn(lead.page, 'order_manager');
    await lead.page.goto('/console/warehouse/LEEDS');
    await inState(lead.page, 'live');
    await column(lead.page, 'PENDING').getByText(later.fulfillments[0]!.number).waitFor();
    await expectAccessible(lead.page);

    const { page } = picker;
    await signIn(page, 'warehouse_staff');
    await page.getByRole('link', { name: 'LEEDS' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Take the next one' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: parcel!.number }).waitFor();
    await column(lead.page, 'PICKING').getByText(parcel!.number).waitFor();
    await column(lead.page, 'PICKING').getByText('Test warehouse_staff').waitFor();

    await page.locator('input[name=code]:focus').waitFor();
    await scan(page, 'NO-SUCH-CODE', 'UNKNOWN');
    await expectAccessible(page);
    await scan(page, mug.barcode, 'MATCH');
    await page.getByText('1 of 2 picked').waitFor();
    await keepImage(page, 'pick');
    await scan(page, mug.sku, 'MATCH');
    await page.getByText('0 of 3 picked').waitFor();
    await scan(page, mug.barcode, 'OVER_PICK');
    await scan(page, bowl.barcode, 'MATCH');
    await page.getByRole('button', { name: 'Not enough on the shelf' }).press('Enter');
    await page.getByLabel('Why').fill('Broken');
    await expectAccessible(page);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Complete picking' }).press('Enter');
    await column(lead.page, 'PACKING').getByText(parcel!.number).waitFor();

    await page.getByRole('button', { name: 'Start packing' }).press('Enter');
    await page.getByLabel('M', { exact: true }).press('Space');
    await page.getByLabel('Weight in grams').fill('1400');
    await expectAccessible(page);
    await keepImage(page, 'pack');
    await page.keyboard.press('Enter');
    await page.getByLabel('Carrier').fill('DPD');
    await page.getByLabel('Tracking number').fill('15501234567890');
    await expectAccessible(page);
    await page.keyboard.press('Enter');
    await page.getByText('Shipped with DPD 15501234567890').waitFor();
    await lead.page.getByText(`${parcel!.number}: Shipped`).waitFor();

    const packed = await behind.as.order_manager(
      `query ($id: ID!) { fulfillment(id: $id) { status boxSize weightGrams misScanCount carrier
        items { quantityPicked quantityShort shortReason } } }`,
      { id: parcel!.id },
    );
    expect(packed.data.fulfillment).toEqual({
      status: 'SHIPPED',
      boxSize: 'M',
      weightGrams: 1400,
      misScanCount: 1,
      carrier: 'DPD',
      items: [
        { quantityPicked: 2, quantityShort: 0, shortReason: null },
        { quantityPicked: 1, quantityShort: 2, shortReason: 'Broken' },
      ],
    });
    expect([...lead.complaints, ...picker.complaints]).toEqual([]);
  });

  test('the papers open in tabs of their own, from the shelf to the parcel and from the order', async () => {
    const { id: orderId, fulfillments } = await order();
    const [parcel] = fulfillments;
    const viewer = await openViewer(browser, server.url, { viewport: handHeld });
    const { page } = viewer;
    /** Presses the button and gives what the new tab is sent. */
    const open = async (name: string): Promise<string> => {
      const sent = page
        .context()
        .waitForEvent('response', (response) => new URL(response.url()).pathname.startsWith('/documents/'));
      const tab = page.waitForEvent('popup');
      await page.getByRole('button', { name }).press('Enter');
      const response = await sent;
      expect(response.status()).toBe(200);
      expect(response.headers()['content-type']).toBe('application/pdf');
      const again = await page.request.get(response.url());
      expect((await again.body()).subarray(0, 5).toString()).toBe('%PDF-');
      await (await tab).close();
      return new URL(response.url()).pathname;
    };
    await signIn(page, 'warehouse_staff');
    await page.goto(`/console/warehouse/LEEDS/${parcel!.id}`);
    expect(await open('Pick list')).toBe(`/documents/pick-list/${parcel!.id}`);
    await page.getByRole('button', { name: 'Start picking' }).press('Enter');
    await page.locator('input[name=code]:focus').waitFor();
    expect(await open('Pick list')).toBe(`/documents/pick-list/${parcel!.id}`);
    // The next scan goes where it belongs.
    await page.locator('input[name=code]:focus').waitFor();
    for (const { sku } of [mug, mug, bowl, bowl, bowl]) await scan(page, sku, 'MATCH');
    await page.getByRole('button', { name: 'Complete picking' }).press('Enter');
    await page.getByRole('button', { name: 'Start packing' }).press('Enter');
    await page.getByLabel('Weight in grams').waitFor();
    expect(await open('Packing slip')).toBe(`/documents/packing-slip/${parcel!.id}`);
    expect(await open('Box label')).toBe(`/documents/box-label/${parcel!.id}`);
    await expectAccessible(page);
    expect(viewer.complaints).toEqual([]);
    await viewer.context.close();

    for (const [role, count] of [
      ['order_manager', 3],
      ['customer_service', 0],
    ] as const) {
      const office = await openViewer(browser, server.url);
      await signIn(office.page, role);
      await office.page.goto(`/console/orders/${orderId}`);
      const parts = office.page.getByRole('region', { name: 'Fulfillments' });
      await parts.getByText(parcel!.number).waitFor();
      expect(await parts.getByRole('button').count()).toBe(count);
      await expectAccessible(office.page);
      expect(office.complaints).toEqual([]);
      await office.context.close();
    }
  });

  test('a match sounds otherwise than anything else, and the camera scans where the browser reads barcodes', async () => {
    const { fulfillments } = await order();
    const viewer = await openViewer(browser, server.url, { viewport: handHeld, colorScheme: 'dark' });
    const { page } = viewer;
    // What is played, and a browser that reads this barcode in whatever its camera sees.
    await page.addInitScript(`
      const { start } = OscillatorNode.prototype;
      window.played = [];
      OscillatorNode.prototype.start = function (time) {
        window.played.push(Math.round(this.frequency.value));
        return start.call(this, time);
      };
      window.BarcodeDetector = class {
        async detect(video) {
          return video.videoWidth > 0 ? [{ rawValue: '${bowl.barcode}' }] : [];
        }
      };
    `);
    await signIn(page, 'warehouse_staff');
    await page.goto(`/console/warehouse/LEEDS/${fulfillments[0]!.id}`);
    await page.getByRole('button', { name: 'Start picking' }).press('Enter');
    await page.locator('input[name=code]:focus').waitFor();
    await scan(page, mug.barcode, 'MATCH');
    await scan(page, 'NO-SUCH-CODE', 'UNKNOWN');
    const [match, mismatch, again] = await page.evaluate<number[]>('window.played');
    expect(match).toBeGreaterThan(mismatch!);
    expect(again).toBe(mismatch);
    await page.getByLabel('Sound').uncheck();
    await page.getByRole('button', { name: 'Use the camera' }).click();
    await page.locator('[data-result=MATCH]', { hasText: bowl.barcode }).waitFor();
    await page.getByRole('button', { name: 'Stop the camera' }).click();
    expect(await page.evaluate<number[]>('window.played')).toHaveLength(3);
    await expectAccessible(page);
    expect(viewer.complaints).toEqual([]);
    await viewer.context.close();
  });

  test('a board misses nothing of what happens while its server is away', async () => {
    const { page } = lead;
    const [one, other] = [(await order()).fulfillments[0]!, (await order()).fulfillments[0]!];
    await column(page, 'PENDING').getByText(other.number).waitFor();
    await page.evaluate(`
      window.states = [];
      const mark = document.querySelector('[data-live]');
      new MutationObserver(() => window.states.push(mark.dataset.live)).observe(mark, { attributeFilter: ['data-live'] });
    `);
    const port = Number(new URL(server.url).port);
    await server.stop();
    await inState(page, 'offline');
    await keepImage(page, 'board-offline');
    // Another server of the same installation goes on.
    await work(behind, one.id, 'shipFulfillment');
    await work(behind, other.id, 'completePicking');
    server = await serve(behind.databaseUrl, port);
    await inState(page, 'live');
    await column(page, 'PACKING').getByText(other.number).waitFor();
    // It does not call itself live before it has told what was missed.
    const states = await page.evaluate<string[]>('window.states');
    expect([states[0], ...states.slice(-2)]).toEqual(['offline', 'catchingUp', 'live']);
    const told = (await page.locator('.changes li span').allTextContents()).reverse();
    const of = (number: string) => told.filter((change) => change.startsWith(number));
    expect(of(one.number)).toEqual(
      ['Waiting', 'Picking', 'Packing', 'Ready to ship', 'Shipped'].map(
        (status) => `${one.number}: ${status}`,
      ),
    );
    expect(of(other.number)).toEqual(
      ['Waiting', 'Picking', 'Packing'].map((status) => `${other.number}: ${status}`),
    );
    expect(await column(page, 'PENDING').getByText(one.number).count()).toBe(0);
    expect(lead.complaints).toEqual([]);
  });

  test('what is scanned without a network is picked once, when it is back', async () => {
    const { fulfillments } = await order('URGENT');
    const { page, context } = picker;
    await page.goto(`/console/warehouse/LEEDS/${fulfillments[0]!.id}`);
    await page.getByRole('button', { name: 'Start picking' }).press('Enter');
    await page.locator('input[name=code]:focus').waitFor();
    await inState(page, 'live');
    await context.setOffline(true);
    await inState(page, 'offline');
    for (const code of [mug.barcode, mug.barcode, bowl.barcode]) {
      await page.keyboard.type(code);
      await page.keyboard.press('Enter');
    }
    await page.getByText('3 scans wait for the network').waitFor();
    await keepImage(page, 'pick-offline');
    await context.setOffline(false);
    await page.getByText('1 of 3 picked').waitFor();
    await inState(page, 'live');
    const picked = await behind.as.order_manager(
      `query ($id: ID!) { fulfillment(id: $id) { items { quantityPicked } } }`,
      { id: fulfillments[0]!.id },
    );
    expect(picked.data.fulfillment.items).toEqual([{ quantityPicked: 2 }, { quantityPicked: 1 }]);
    expect(picker.complaints).toEqual([]);
  });
});
