import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { describe, expect, vi } from 'vitest';
import { buildPages } from '../../scripts/build-pages.ts';
import { testPassword } from '../setup/server.ts';

const executablePath = '/usr/bin/chromium';
const isThere = existsSync(executablePath);
const images = path.resolve(import.meta.dirname, '../../docs/images');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** The camera is a picture that Chromium makes itself. */
const args = ['--no-sandbox', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];
const waitLimitMs = 20_000;
const complaintLength = 200;

/** Skipped where there is no Chromium, but not where it is asked for. */
export function describeInBrowser(name: string, tests: () => void): void {
  // A browser, a server and a database at once, on a machine that has other things to do. Here, since files share this
  // module, and what it did when it was loaded would count for the first of them alone.
  vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 });
  describe.skipIf(!isThere && process.env['REQUIRE_CHROMIUM'] !== '1')(name, tests);
}

export const desktop = { width: 1280, height: 800 };
export const handHeld = { width: 390, height: 844 };

/** The pages as they are now, and a browser to look at them with. */
export async function openBrowser(): Promise<Browser> {
  await buildPages();
  return chromium.launch({ executablePath, args });
}

export interface Viewer {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What a page must never do: fail in a script, break the content policy, ask somebody else. */
  readonly complaints: string[];
}

/** Somebody with a browser of their own. */
export async function openViewer(
  browser: Browser,
  url: string,
  options: { viewport?: typeof desktop; colorScheme?: 'light' | 'dark' } = {},
): Promise<Viewer> {
  const { viewport = desktop, colorScheme = 'light' } = options;
  const context = await browser.newContext({
    viewport,
    colorScheme,
    baseURL: url,
    locale: 'en-GB',
    timezoneId: 'Europe/London',
    reducedMotion: 'reduce',
    hasTouch: viewport.width < 600,
  });
  context.setDefaultTimeout(waitLimitMs);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // That a connection could not be made is what some tests are about.
    if (message.type() === 'error' && !/ERR_|WebSocket|status of 50/.test(message.text())) {
      complaints.push(`console: ${message.text().slice(0, complaintLength)}`);
    }
  });
  page.on('request', (request) => {
    if (new URL(request.url()).host !== new URL(url).host) complaints.push(`asked ${request.url()}`);
  });
  return { page, context, complaints };
}

export async function signIn(page: Page, role: string): Promise<void> {
  await page.goto('/console');
  await page.getByLabel('E-mail').fill(`${role}@test.example`);
  await page.getByLabel('Password').fill(testPassword);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** Labels, roles, contrast: what axe finds on the page as it is now. */
export async function expectAccessible(page: Page): Promise<void> {
  // Through the protocol of the browser, which the content policy of the page does not concern.
  await page.evaluate(axe);
  const found = await page.evaluate<Violation[]>('axe.run().then(({ violations }) => violations)');
  expect(found.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).toEqual([]);
}

/** Kept for the guides; written only when asked for, so that a test run leaves no changes behind. */
export async function keepImage(page: Page, name: string): Promise<void> {
  if (process.env['KEEP_IMAGES'] !== '1') return;
  await page.screenshot({ path: path.join(images, `${name}.png`) });
}
