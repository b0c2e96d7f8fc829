import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser, Page, Route } from 'playwright-core';
import { type Idp, idp } from '../emulator/idp.js';
import {
  fitsItsWidth,
  hasBrowser,
  openPage,
  screenshot,
  seriousProblems,
  sizes,
  startBrowser,
} from '../helpers/browser.js';
import { eventually } from '../helpers/eventually.js';
import { temporaryFolder } from '../helpers/folders.js';

/** `npm run dev`, and Hank of Globex in a real browser, who connects his identity provider alone. */
let folder: string;
let dev: ChildProcess;
let output = '';
let browser: Browser;

const inBrowser = hasBrowser() ? it : it.skip;

beforeAll(async () => {
  if (!hasBrowser()) return;
  folder = temporaryFolder('walk');
  const env = { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'trace' };
  dev = spawn(process.execPath, [resolve('dist/test/local/dev.js')], { cwd: folder, env });
  for (const stream of [dev.stdout, dev.stderr]) stream?.on('data', (chunk) => (output += chunk));
  await eventually(() => output.includes('Ctrl-C stops everything') || Promise.reject(output.slice(-500)), 240_000);
  browser = await startBrowser();
}, 300_000);
afterAll(async () => {
  if (!hasBrowser()) return;
  await browser.close();
  dev.kill('SIGINT');
  await once(dev, 'exit');
}, 60_000);

function signInLink(who: string): string {
  return new RegExp(`${who}.*(http://127\\.0\\.0\\.1:\\d+/\\?as=\\S+)`).exec(output)?.[1] ?? '';
}

/** The page as it is, on a desk and on a phone: looked at by axe, kept for people. */
async function inspect(page: Page, name: string): Promise<void> {
  for (const size of ['phone', 'desktop'] as const) {
    await page.setViewportSize(sizes[size]);
    await screenshot(page, `${name}-${size}`);
    expect([name, size, await fitsItsWidth(page)]).toEqual([name, size, true]);
  }
  expect([name, await seriousProblems(page)]).toEqual([name, []]);
}

async function copied(page: Page, label: string): Promise<string> {
  await page.getByRole('button', { name: `Copy ${label}` }).click();
  await page.getByText('Copied').first().waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
}

const person = (name: string, role: string) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName: `${name}@globex.example`,
  externalId: `00u-${name}`,
  displayName: name,
  active: true,
  emails: [{ value: `${name}@globex.example`, primary: true }],
  roles: [{ value: role }],
});

function change(scim: Idp, id: string, value: object) {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
  return scim('PATCH', `/Users/${id}`, { schemas, Operations: [{ op: 'replace', value }] });
}

const ticked = (page: Page, title: string) => page.getByText(`${title}, done`).waitFor({ timeout: 120_000 });

inBrowser(
  'an admin creates a connection, copies its token, sees people and roles arrive, grants, rotates and deletes',
  async () => {
    const { page, complaints, close } = await openPage(browser);
    await page.goto(signInLink('Hank of Globex'));
    await inspect(page, '1-welcome');

    await page.getByRole('link', { name: 'Create' }).click();
    await inspect(page, '2-new');
    await page.getByRole('link', { name: 'Okta' }).click();
    await inspect(page, '2-okta');
    expect(await page.getByLabel('Name of the connection').inputValue()).toBe('Globex Okta');
    await page.getByRole('button', { name: 'Create and continue' }).click();
    await page.getByText('Globex Okta is created. Its token is shown this once').waitFor();
    const base_url = await copied(page, 'SCIM connector base URL');
    const bearer_token = await copied(page, 'HTTP Header Authorization: Bearer');
    await inspect(page, '3-credentials');
    const stayed = page.waitForEvent('dialog').then((dialog) => dialog.dismiss()); // "leave?", for the token would be gone
    await page.getByRole('link', { name: 'Overview' }).click();
    await stayed;
    await page.getByLabel('I have saved the token in Okta').check();
    await page.reload();
    await page.getByText('It was shown once, when it was made.').waitFor();
    await inspect(page, '3-was-shown');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Choose the people' }).waitFor();
    await page.getByText('Waiting for Okta').waitFor();
    await inspect(page, '3-people');

    const scim = idp({ base_url, bearer_token });
    const { body: ada } = await scim('POST', '/Users', person('ada', 'scanner_analyst'));
    const { body: bob } = await scim('POST', '/Users', person('bob', 'scanner_analyst'));
    await page.getByText('Connected', { exact: true }).waitFor({ timeout: 120_000 }); // without a reload
    await page.getByText('ada', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Send the roles' }).waitFor();
    await inspect(page, '4-send-roles');
    await page.goBack();
    await page.getByRole('heading', { name: 'Choose the people' }).waitFor();
    await page.goBack(); // to the page that showed the token
    await page.getByText('It was shown once, when it was made.').waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('link', { name: 'Continue the set-up' }).click(); // leads to where Hank left
    await page.getByRole('heading', { name: 'Send the roles' }).waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Test a leaver' }).waitFor();
    await inspect(page, '4-test');
    await page.getByRole('button', { name: 'Finish' }).click();
    await ticked(page, 'First person seen');
    await ticked(page, 'First role seen');
    await inspect(page, '4-overview');

    await page.getByRole('link', { name: 'Roles', exact: true }).click();
    await inspect(page, '5-roles');
    await page.getByRole('link', { name: 'Create scim:scanner_analyst' }).click();
    await page.getByText('2 people gain it').waitFor();
    await inspect(page, '6-new-role');
    await page.getByRole('checkbox', { name: 'Query' }).check();
    await page.getByRole('button', { name: 'Create the role' }).click();
    await page.getByText('The role is created').waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    await change(scim, ada.id, { displayName: 'Ada' });
    await ticked(page, 'First role granted');
    await change(scim, bob.id, { active: false });
    await ticked(page, 'First leaver seen');
    await page.getByText('Set-up complete').waitFor();
    await inspect(page, '7-complete');

    await page.getByRole('link', { name: 'People', exact: true }).click();
    await inspect(page, '7-people');
    await page.getByRole('link', { name: 'Ada', exact: true }).click();
    await page.getByText('because your identity provider').first().waitFor();
    await inspect(page, '7-person');

    await page.getByRole('link', { name: 'Activity', exact: true }).click();
    await page.getByLabel('Person').fill('BOB@');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('deactivated', { exact: true }).waitFor();
    expect(await page.getByText('ada@globex.example').count()).toBe(0);
    await inspect(page, '8-activity');

    await page.getByRole('link', { name: 'Connection', exact: true }).click();
    await inspect(page, '9-connection');
    await page.getByRole('button', { name: 'Rotate the token' }).click();
    const next_token = await copied(page, 'New bearer token');
    await inspect(page, '10-new-token');
    await page.getByLabel('I have saved the new token in Okta').check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('A new token is waiting').waitFor();
    await inspect(page, '11-rotating');
    await page.getByLabel(`The token that ends in ${next_token.slice(-4)}`).check();
    await page.getByRole('button', { name: 'Complete the rotation' }).click();
    await page.getByText('The new token is active').waitFor();
    expect((await scim('GET', '/Users')).status).toBe(401);
    expect((await idp({ base_url, bearer_token: next_token })('GET', '/Users')).status).toBe(200);

    await page.getByRole('link', { name: 'Delete …' }).click();
    await inspect(page, '12-delete');
    await page.getByLabel('Type the name of the team').fill('Globex');
    await page.getByRole('button', { name: 'Delete the connection' }).click();
    await page.getByText('The connection is deleted').waitFor();
    expect((await idp({ base_url, bearer_token: next_token })('GET', '/Users')).status).toBe(401);

    expect(complaints).toEqual([]);
    await close();
    expect(filesWith([bearer_token, next_token])).toEqual([]);
  },
  600_000,
);

/** Everything that the system keeps, log, queue and database files, except what Stytch itself keeps. */
function filesWith(secrets: string[]): string[] {
  const root = join(folder, '.local/dev');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name !== 'stytch.json' && statSync(join(root, name)).isFile(),
  );
  expect(files.length).toBeGreaterThan(10);
  return files.filter((name) => {
    const content = readFileSync(join(root, name));
    return secrets.some((secret) => content.includes(secret));
  });
}

inBrowser(
  'a second click on Create makes one connection and one page with its token, by keyboard only, in dark mode',
  async () => {
    const { page, complaints, close } = await openPage(browser, { colorScheme: 'dark' });
    await page.goto(signInLink('Hank of Globex'));
    await page.getByRole('link', { name: 'Create' }).press('Enter');
    await inspect(page, '13-tiles-dark');
    await page.getByRole('link', { name: 'Microsoft Entra ID' }).press('Enter');
    await page.getByLabel('Name of the connection').fill('Globex Entra');
    const held: Route[] = [];
    await page.route('**/settings/scim/connection', (route) => void held.push(route));
    const twice = page.waitForEvent('console', (message) => message.text() === 'twice');
    await page.evaluate(() => {
      const button = document.querySelector<HTMLButtonElement>('main form button');
      button?.click();
      setTimeout(() => {
        button?.click(); // while the first is under way: its request is held
        console.log('twice');
      }, 100);
    });
    await twice;
    await eventually(() => held.length > 0);
    for (const route of held) await route.continue();
    await page.getByText('Globex Entra is created. Its token is shown this once').waitFor();
    await page.unroute('**/settings/scim/connection');
    expect(held).toHaveLength(1);
    expect(await copied(page, 'Tenant URL')).toContain('?aadOptscim062020');
    await inspect(page, '13-entra-dark');
    await page.getByLabel('I have saved the token').press('Space');
    for (const heading of ['Choose the people', 'Send the roles', 'Test a leaver']) {
      await page.getByRole('button', { name: 'Continue' }).press('Enter');
      await page.getByRole('heading', { name: heading }).waitFor();
      await page.getByText('Waiting for Microsoft Entra ID').waitFor();
      await inspect(page, `13-entra-${heading.split(' ').at(-1)}-dark`);
    }
    await page.goto(new URL('/settings/scim', page.url()).href);
    await inspect(page, '14-overview-dark');
    for (const [name, path] of [
      ['15-roles-dark', 'roles'],
      ['16-activity-dark', 'activity'],
      ['17-connection-dark', 'connection'],
    ] as const) {
      await page.goto(new URL(`/settings/scim/${path}`, page.url()).href);
      await inspect(page, name);
    }
    expect(complaints).toEqual([]);
    await close();
  },
  300_000,
);

inBrowser(
  'without scripts on a phone: Google says what does not work, a lost token is replaced, and the form sent again loses nothing',
  async () => {
    const { page, close } = await openPage(browser, { javaScriptEnabled: false, size: 'phone' });
    await page.goto(signInLink('Hank of Globex'));
    await page.goto(new URL('/settings/scim/connection/delete', page.url()).href);
    await page.getByLabel('Type the name of the team').fill('Globex'); // the connection of the walk before
    await page.getByRole('button', { name: 'Delete the connection' }).click();
    await page.getByRole('link', { name: 'Create' }).click();
    await page.getByRole('link', { name: 'Google Workspace' }).click();
    await page.getByText('Google provisions only apps of its own catalog').waitFor();
    await screenshot(page, '18-google-phone');
    await page.getByRole('button', { name: 'Create and continue' }).click();
    const token = await page.getByRole('textbox', { name: 'Access token' }).inputValue();
    expect(token).toHaveLength(48);
    await screenshot(page, '18-google-credentials-phone');
    await page.reload(); // sends the form again
    await page.getByText('It was shown once, when it was made.').waitFor();
    await page.getByRole('button', { name: 'Get a new token' }).click();
    const next = await page.getByRole('textbox', { name: 'Access token' }).inputValue();
    expect([next.length, next === token]).toEqual([48, false]);
    await page.getByRole('button', { name: 'Continue' }).click();
    expect(await page.getByRole('textbox', { name: 'Access token' }).count()).toBe(1); // the box is not ticked yet
    await page.getByLabel('I have saved the token').check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Choose the people' }).waitFor();
    await page.getByRole('link', { name: 'Look again' }).click();
    await page.getByText('Waiting for Google Workspace').waitFor();
    await close();
  },
  300_000,
);

inBrowser(
  'everything works without scripts, and another team sees nothing of it',
  async () => {
    const { page, close } = await openPage(browser, { javaScriptEnabled: false, size: 'phone' });
    await page.goto(signInLink('Grace of Acme'));
    expect(await page.getByText('Globex').count()).toBe(0);
    await page.getByRole('link', { name: 'Connection', exact: true }).click();
    expect(await page.getByRole('button', { name: 'Copy' }).count()).toBe(0); // it could do nothing
    await page.getByRole('button', { name: 'Rotate the token' }).click();
    expect((await page.getByLabel('New bearer token').inputValue()).length).toBe(48);
    await page.getByRole('button', { name: 'Continue' }).click();
    expect(await page.getByRole('heading', { name: 'New token for' }).count()).toBe(1); // the box is not ticked yet
    await page.getByLabel('I have saved the new token').check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Cancel the rotation' }).click();
    await page.getByText('The rotation is cancelled').waitFor();
    await close();
  },
  300_000,
);
