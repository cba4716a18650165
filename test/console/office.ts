import type { Browser } from 'playwright-core';
import { placeOrder, stockedVariant, type PlacedOrder, type Stocked } from '../setup/fixtures.ts';
import type { TestServer } from '../setup/server.ts';
import { openBrowser, openViewer, signIn, type Viewer } from './browser.ts';

/** A server with mugs to order, and a manager who is signed in and looks at it. */
export interface Office {
  readonly server: TestServer;
  readonly browser: Browser;
  readonly manager: Viewer;
  readonly mug: Stocked;
  readonly place: (extra?: object, quantity?: number) => Promise<PlacedOrder>;
  readonly close: () => Promise<void>;
}

export async function openOffice(starting: Promise<TestServer>): Promise<Office> {
  const server = await starting;
  const mug = await stockedVariant(server, { LEEDS: 500 }, 1_250);
  const browser = await openBrowser();
  const manager = await openViewer(browser, server.url);
  await signIn(manager.page, 'order_manager');
  return {
    server,
    browser,
    manager,
    mug,
    place: (extra = {}, quantity = 1) => placeOrder(server, [{ sku: mug.sku, quantity }], extra),
    async close() {
      await browser.close();
      await server.stop();
    },
  };
}
