import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';
/** No sandbox: CI is root. The rest keeps it from calling home. */
const args = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

export function hasBrowser(): boolean {
  return existsSync(executablePath);
}

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args, timeout: 120_000 });
}

export const sizes = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } } as const;

/** Somebody at a browser: a page, and everything that went wrong in it. */
export async function openPage(
  browser: Browser,
  options: {
    size?: keyof typeof sizes;
    javaScriptEnabled?: boolean;
    colorScheme?: 'light' | 'dark';
    timezoneId?: string;
  } = {},
): Promise<{ page: Page; complaints: string[]; close(): Promise<void> }> {
  const { size = 'desktop', ...rest } = options;
  const context = await browser.newContext({ viewport: sizes[size], ...rest });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { page, complaints, close: () => context.close() };
}

/** What axe finds serious on the page as it is now: rule and place. */
export async function seriousProblems(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')); // our policy allows no script tag
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} at ${target.join(' ')}`));
  });
}

/** For people to look at, when they ask for it with SCREENS=1: .local/test/screens. Each takes half a second. */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (!process.env.SCREENS) return;
  const folder = resolve('.local/test/screens');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** True if nothing sticks out to the right, once the page has its new width. */
export function fitsItsWidth(page: Page): Promise<boolean> {
  const fits = () => document.documentElement.scrollWidth <= window.innerWidth;
  return page.waitForFunction(fits, undefined, { timeout: 5_000 }).then(
    () => true,
    () => false,
  );
}
