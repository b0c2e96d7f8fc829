import type { Browser, Page } from 'playwright-core';
import { partIds } from '../../src/admin/connection/guides/guide.js';
import { type ProviderId, providerIds } from '../../src/admin/connection/providers.js';
import { signInAdmin } from '../helpers/admin.js';
import {
  fitsItsWidth,
  hasBrowser,
  openPage,
  screenshot,
  seriousProblems,
  sizes,
  startBrowser,
} from '../helpers/browser.js';
import { type Lab, startLab } from '../helpers/lab.js';

jest.setTimeout(300_000);

/** Every guide in a real browser: it fits on a phone, axe finds nothing, and each step has what it should have. */
let lab: Lab;
let browser: Browser;

const inBrowser = hasBrowser() ? it.each(providerIds) : it.skip.each(providerIds);

beforeAll(async () => {
  if (!hasBrowser()) return;
  lab = await startLab({ worker: false });
  browser = await startBrowser();
});
afterAll(async () => {
  if (!hasBrowser()) return;
  await browser.close();
  await lab.stop();
});

async function inspect(page: Page, name: string): Promise<void> {
  for (const size of ['desktop', 'phone'] as const) {
    await page.setViewportSize(sizes[size]);
    await screenshot(page, `${name}-${size}`);
    expect([name, size, await fitsItsWidth(page)]).toEqual([name, size, true]);
  }
}

inBrowser('the guide for %s fits on a phone, and axe finds nothing', async (provider: ProviderId) => {
  const admin = await signInAdmin(lab);
  const colorScheme = providerIds.indexOf(provider) % 2 === 0 ? 'light' : 'dark';
  const { page, complaints, close } = await openPage(browser, { colorScheme });
  await page.context().addCookies([{ name: 'stytch_session_jwt', value: admin.jwt, url: lab.url }]);
  await page.goto(`${lab.url}/settings/scim/connection/new?provider=${provider}`);
  await inspect(page, `guide-${provider}-0`);
  expect(await seriousProblems(page)).toEqual([]);
  await page.getByRole('button', { name: 'Create and continue' }).click();
  await page.getByText('Its token is shown this once').waitFor();
  await page.getByRole('button', { name: 'Copy' }).nth(1).waitFor(); // the base URL and the token
  await page.getByRole('img', { name: 'Drawing of the form' }).waitFor();
  for (const part of partIds) {
    await page.goto(`${lab.url}/settings/scim/setup/${part}`);
    await page.getByText('Waiting for').first().waitFor();
    await inspect(page, `guide-${provider}-${part}`);
  }
  await page.goBack();
  expect(await seriousProblems(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
});

(hasBrowser() ? it : it.skip)(
  'a session that ends does not take the token off the page before it is saved',
  async () => {
    const admin = await signInAdmin(lab);
    const { page, close } = await openPage(browser);
    await page.context().addCookies([{ name: 'stytch_session_jwt', value: admin.jwt, url: lab.url }]);
    await page.goto(`${lab.url}/settings/scim/connection/new?provider=okta`);
    await page.route('**/settings/scim/setup/live/*', (route) => route.fulfill({ status: 401 }));
    await page.getByRole('button', { name: 'Create and continue' }).click();
    const token = page.getByRole('textbox', { name: 'HTTP Header Authorization: Bearer' });
    const shown = await token.inputValue();
    const reloads: string[] = [];
    page.on('request', (request) => {
      if (request.isNavigationRequest()) reloads.push(request.url());
    });
    await page.waitForResponse('**/settings/scim/setup/live/*');
    await page.evaluate(() => fetch('/assets/icon.svg').then(() => fetch('/assets/icon.svg'))); // a reload would be under way
    expect(await token.inputValue()).toBe(shown);
    await close();
  },
);
