import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { confirmedOrder, stockedVariant, work } from '../setup/fixtures.ts';
import type { TestServer } from '../setup/server.ts';
import {
  describeInBrowser,
  desktop,
  expectAccessible,
  handHeld,
  openBrowser,
  openViewer,
  signIn,
} from './browser.ts';
import { startSampleServer } from './sample-server.ts';

const sizes = [
  ['a desktop', desktop],
  ['a hand-held', handHeld],
] as const;
const colorSchemes = ['dark', 'light'] as const;

/** In both themes. With a folder in LOOK_AT, pictures are put there for people to look at. */
async function expectLegible(page: Page, name?: string): Promise<void> {
  for (const colorScheme of colorSchemes) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
    const folder = process.env['LOOK_AT'];
    if (folder === undefined || name === undefined) continue;
    const file = `${name}-${colorScheme}`.replaceAll(/[^\w-]/g, '_');
    await page.screenshot({ path: `${folder}/${file}.png` });
  }
}

describeInBrowser('every page', () => {
  let server: TestServer;
  let browser: Browser;
  const ids = { order: '', toPick: '', toPack: '', toShip: '' };

  beforeAll(async () => {
    server = await startSampleServer();
    const { sku } = await stockedVariant(server, { LEEDS: 500 }, 1_250);
    for (const [name, done] of [
      ['toPick', 'startPicking'],
      ['toPack', 'startPacking'],
      ['toShip', 'completePacking'],
    ] as const) {
      const order = await confirmedOrder(server, [{ sku, quantity: 2 }]);
      ids.order = order.id;
      ids[name] = order.fulfillments[0]!.id;
      await work(server, ids[name], done);
    }
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** Where, for whom, and what is there when it is whole. */
  const pages = (): [role: string, address: string, sign: string][] => [
    ['order_manager', '/console/dashboard', '.u-wrap'],
    ['order_manager', '/console/orders', 'tbody tr'],
    ['order_manager', `/console/orders/${ids.order}`, '.entries li'],
    ['warehouse_staff', '/console/warehouse', '.choices a'],
    ['warehouse_staff', '/console/warehouse/LEEDS', '[data-status=PENDING]'],
    ['warehouse_staff', `/console/warehouse/LEEDS/${ids.toPick}`, 'main form'],
    ['warehouse_staff', `/console/warehouse/LEEDS/${ids.toPack}`, 'main form'],
    ['warehouse_staff', `/console/warehouse/LEEDS/${ids.toShip}`, 'main form'],
    ['customer', '/console/my-orders', '.choices a'],
    ['customer', `/console/my-orders/${ids.order}`, '.entries li'],
    ['order_manager', '/explorer', '.graphiql-container'],
  ];

  test.each(sizes)(
    'on %s, dark and light, is whole, legible, and no wider than the screen',
    async (size, viewport) => {
      let signedIn = '';
      let viewer = await openViewer(browser, server.url, { viewport });
      await viewer.page.goto('/console');
      await viewer.page.getByLabel('E-mail').waitFor();
      await expectLegible(viewer.page);
      const wider: string[] = [];
      for (const [role, address, sign] of pages()) {
        if (role !== signedIn) {
          expect(viewer.complaints).toEqual([]);
          await viewer.context.close();
          viewer = await openViewer(browser, server.url, { viewport });
          await signIn(viewer.page, role);
          signedIn = role;
        }
        await viewer.page.goto(address);
        await viewer.page.locator(sign).first().waitFor();
        // GraphiQL is not ours to mend.
        if (address !== '/explorer') await expectLegible(viewer.page, `${address}-${size}`);
        const overflow = await viewer.page.evaluate<number>(
          'document.scrollingElement.scrollWidth - document.documentElement.clientWidth',
        );
        if (overflow > 0) wider.push(`${address} by ${overflow} px`);
      }
      expect(wider).toEqual([]);
      expect(viewer.complaints).toEqual([]);
      await viewer.context.close();
    },
  );
});
