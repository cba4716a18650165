import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { confirmedOrder, stockedVariant, work } from '../setup/fixtures.ts';
import { startTestServer, testPassword, type TestServer } from '../setup/server.ts';
import { describeInBrowser, keepImage, openBrowser, openViewer } from './browser.ts';

describeInBrowser('the explorer', () => {
  let server: TestServer;
  let browser: Browser;

  beforeAll(async () => {
    server = await startTestServer();
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** Runs an operation of the examples: GraphiQL asks which, once it has read them all. */
  const run = async (page: Page, operation: string, done: Locator) => {
    const comes = (what: Locator) =>
      what.waitFor({ timeout: 2_000 }).then(
        () => true,
        () => false,
      );
    for (let attempt = 0; attempt < 15 && !(await done.isVisible()); attempt += 1) {
      await page.getByRole('button', { name: /Execute query/ }).click();
      const choice = page.getByRole('menuitem', { name: operation, exact: true });
      if (await comes(choice)) await choice.click();
      await comes(done);
    }
    await done.waitFor();
  };

  test('GraphiQL asks and follows as whoever is signed in, and asks nobody but this server', async () => {
    const { sku } = await stockedVariant(server, { LEEDS: 5 });
    const order = await confirmedOrder(server, [{ sku, quantity: 1 }]);
    const { page, complaints } = await openViewer(browser, server.url);
    await page.goto('/explorer');
    await page.locator('.graphiql-container').waitFor();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('E-mail').fill('order_manager@test.example');
    await page.getByLabel('Password').fill(testPassword);
    await page.keyboard.press('Enter');
    await page.getByText('Signed in as Test order_manager').waitFor();

    const answer = page.getByRole('region', { name: /Operation Results|Result/ });
    await run(page, 'LatestOrders', answer.getByText(order.number).first());
    await keepImage(page, 'explorer');

    await page.getByRole('tab', { name: 'Warehouse' }).click();
    await run(page, 'Warehouse', page.getByRole('button', { name: /Stop query/ }));
    await work(server, order.fulfillments[0]!.id, 'startPicking');
    await answer.getByText('PICKING').waitFor();
    expect(complaints).toEqual([]);
  });
});
