import type { Browser } from 'playwright-core';
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

const inBrowser = hasBrowser() ? it : it.skip;

let lab: Lab;
let browser: Browser | undefined;
beforeAll(async () => {
  lab = await startLab({ worker: false });
  if (hasBrowser()) browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await lab.stop();
});

inBrowser.each(['light', 'dark'] as const)(
  'the page of the API can be read on a desk and on a phone, %s',
  async (colorScheme) => {
    const { page, complaints, close } = await openPage(browser as Browser, { colorScheme });
    await page.goto(`${lab.url}/api`);
    await page.getByText('Answer 200').first().click();
    await page.getByText('bearerTokenLastFour: string').first().waitFor();
    await page.getByText('Errors', { exact: true }).first().click();
    for (const size of ['phone', 'desktop'] as const) {
      await page.setViewportSize(sizes[size]);
      await screenshot(page, `api-${colorScheme}-${size}`);
      expect([size, await fitsItsWidth(page)]).toEqual([size, true]);
    }
    expect(await seriousProblems(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  },
  120_000,
);
