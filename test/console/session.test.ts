import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { describeInBrowser, expectAccessible, openBrowser, openViewer, signIn } from './browser.ts';

const key = 'console.session';

describeInBrowser('being signed in', () => {
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

  const stored = (page: Page) =>
    page.evaluate<{ accessToken: string; refreshToken: string } | null>(
      `JSON.parse(localStorage.getItem('${key}'))`,
    );
  const store = (page: Page, changes: object) =>
    page.evaluate(
      `localStorage.setItem('${key}', JSON.stringify({
        ...JSON.parse(localStorage.getItem('${key}')), ...${JSON.stringify(changes)} }))`,
    );

  test.each(['light', 'dark'] as const)('a wrong password is said in words (%s)', async (colorScheme) => {
    const { page, context, complaints } = await openViewer(browser, server.url, { colorScheme });
    await page.goto('/console');
    await page.getByLabel('E-mail').fill('order_manager@test.example');
    await page.getByLabel('Password').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('do not sign anybody in').waitFor();
    await expectAccessible(page);
    expect(await stored(page)).toBeNull();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('tabs renew their tokens one after the other, and sign out together', async () => {
    const { page, context, complaints } = await openViewer(browser, server.url);
    await signIn(page, 'order_manager');
    const others = [await context.newPage(), await context.newPage()];
    for (const other of others) await other.goto('/console/orders');
    const before = await stored(page);
    // As after a night: every tab finds that its token has run out, and a refresh token may be spent once.
    await store(page, { renewAtMs: 0 });
    await Promise.all([page, ...others].map((tab) => tab.goto('/console/orders')));
    for (const tab of [page, ...others]) await tab.locator('[data-live=live]').waitFor();
    const after = await stored(page);
    expect(after!.refreshToken).not.toBe(before!.refreshToken);
    await page.getByRole('button', { name: 'Sign out' }).click();
    for (const tab of [page, ...others]) await tab.getByLabel('Password').waitFor();
    expect(await stored(page)).toBeNull();
    const refreshed = await server.anonymous(
      `mutation { refreshToken(input: { refreshToken: "${after!.refreshToken}" }) { session { expiresAt } } }`,
    );
    expect(refreshed.data.refreshToken.session).toBeNull();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a token that the server takes no more is renewed, and what was asked is answered', async () => {
    const { page, context } = await openViewer(browser, server.url);
    await signIn(page, 'order_manager');
    await store(page, { accessToken: 'not a token any more' });
    await page.goto('/console/orders');
    await page.getByText('No order has all of this.').waitFor();
    await page.locator('[data-live=live]').waitFor();
    await context.close();
  });

  test('a session that was ended elsewhere leads to the sign-in', async () => {
    const { page, context } = await openViewer(browser, server.url);
    await signIn(page, 'customer_service');
    await store(page, { accessToken: 'not a token any more', refreshToken: 'spent' });
    await page.goto('/console/orders');
    await page.getByLabel('Password').waitFor();
    await context.close();
  });
});
