import type { Browser, Page } from 'playwright-core';
import { signInAdmin, type TestAdmin } from '../helpers/admin.js';
import { fitsItsWidth, hasBrowser, openPage, screenshot, seriousProblems, startBrowser } from '../helpers/browser.js';
import { type Lab, startLab } from '../helpers/lab.js';

jest.setTimeout(600_000);

/** Settings > SCIM in a real browser, with a team that is hard on its layout: long, right-to-left and many names. */
const inBrowser = hasBrowser() ? it : it.skip;
const long = `${'x'.repeat(40)}@${'y'.repeat(40)}.example`;
const arabic = 'محمد بن سلمان (‎Admin‎)';
const roles = 500;
const people = 10_000;

let lab: Lab;
let admin: TestAdmin;
let browser: Browser;
let roleId: string;
let personId: string;

beforeAll(async () => {
  if (!hasBrowser()) return;
  lab = await startLab({
    worker: false,
    env: { SIGN_IN_URL: 'https://app.scanner.example/sign-in', SUPPORT_CONTACT: 'help@scanner.example' },
  });
  browser = await startBrowser();
  admin = await signInAdmin(lab);
  await admin.api('POST', '/connection', { identityProvider: 'okta', displayName: 'Acme Okta' });
  await seed(admin.teamId);
  await admin.api('POST', '/roles', { value: 'made by an admin', permissions: ['Query'] });
});
afterAll(async () => {
  if (!hasBrowser()) return;
  await browser.close();
  await lab.stop();
});

async function seed(teamId: string): Promise<void> {
  const { database } = lab;
  await database.$executeRaw`
    INSERT INTO users (team_id, stytch_member_id, email, name, scim_external_id, observed_at)
    SELECT ${teamId}::uuid, 'm' || n, 'p' || n || '@acme.example', 'Person ' || n, 'e' || n, now()
    FROM generate_series(1, ${people}::int) n`;
  await database.$executeRaw`
    INSERT INTO roles (team_id, name, permissions)
    SELECT ${teamId}::uuid, 'scim:group_with_a_rather_long_name_' || n, ARRAY['Query', 'Read'] FROM generate_series(1, ${roles}::int) n`;
  await database.$executeRaw`
    INSERT INTO idp_role_values (user_id, value, via)
    SELECT id, 'group_with_a_rather_long_name_' || (1 + (row_number() OVER ()) % ${roles + 50}), 'groups' FROM users WHERE team_id = ${teamId}::uuid`;
  await database.$executeRaw`
    INSERT INTO role_grants (user_id, role_id, source) SELECT v.user_id, r.id, 'scim' FROM idp_role_values v
    JOIN users u ON u.id = v.user_id JOIN roles r ON r.team_id = u.team_id AND r.name = 'scim:' || v.value`;
  const [role] = await database.role.findMany({ where: { teamId, name: 'scim:group_with_a_rather_long_name_1' } });
  roleId = role?.id ?? '';
  const odd = await database.user.create({
    data: { teamId, email: long, name: arabic, stytchMemberId: `odd-${teamId}`, observedAt: new Date() },
  });
  personId = odd.id;
  await database.roleGrant.create({ data: { userId: odd.id, roleId, source: 'manual' } });
  await database.idpRoleValue.createMany({
    data: ['stytch_role', 'groups', 'roles'].map((via) => ({ userId: odd.id, value: 'SCANNER analyst', via })),
  });
  const value = 'group_with_a_rather_long_name_without_any_place_to_break_it';
  const changes = [
    { type: 'role_granted', roleId, role: `scim:${value}` },
    { type: 'idp_role_value_added', value, via: 'groups' },
  ];
  const data = Array.from({ length: 60 }, (_, n) => ({
    ...{ teamId, userId: odd.id, outcome: 'changed', changes, stytchMemberId: `odd-${teamId}` },
    ...{ trigger: 'hint', eventType: 'scim.scim_member_group.create', eventId: `webhook-event-test-${n}` },
    ...{ sentAt: new Date(Date.now() - 400_000), appliedAt: new Date(Date.now() - n * 1_000) },
  }));
  await database.syncEvent.createMany({ data });
}

type Options = Parameters<typeof openPage>[1];

async function signedIn(options: Options = {}) {
  const opened = await openPage(browser, options);
  await opened.page
    .context()
    .addCookies([{ name: 'stytch_session_jwt', value: admin.jwt, url: lab.url, sameSite: 'Lax' }]);
  const go = (path: string) => opened.page.goto(`${lab.url}/settings/scim${path}`);
  return { ...opened, go };
}

const pages = () => [
  ['overview', ''],
  ['connection', '/connection'],
  ['delete-connection', '/connection/delete'],
  ...['credentials', 'users', 'roles', 'test'].map((step) => [`set-up-${step}`, `/setup/${step}`]),
  ['people', '/people'],
  ['person', `/people/${personId}`],
  ['roles', '/roles'],
  ['role', `/roles/${roleId}`],
  ['rename-role', `/roles/${roleId}?value=SCANNER+analyst`],
  ['delete-role', `/roles/${roleId}/delete`],
  ['choose-role', '/roles/choose?value=SCANNER+analyst'],
  ['names-without-role', '/roles?q=SCANNER'],
  ['new-role', '/roles/new?value=SCANNER+analyst'],
  ['activity', '/activity'],
  ['help', '/help'],
  ['not-found', '/nothing'],
  ['bad-search', '/people?limit=x'],
];

/** Elements whose content is wider than they are. */
const cutOff = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('main *, header *')]
      .filter((one) => !one.closest('.sr, thead, svg, input, select, textarea') && one.clientWidth > 1) // 1: for screen readers only
      .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline')
      .map((one) => `${one.tagName}.${one.className}: ${one.scrollWidth} > ${one.clientWidth}`),
  );

inBrowser('nothing is cut off at any width, from a small phone to a large screen, and axe is content', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, complaints, close, go } = await signedIn({ colorScheme });
    for (const [name, path] of pages()) {
      await go(String(path));
      const widths = colorScheme === 'dark' ? [390, 1280] : [320, 390, 520, 640, 767, 768, 820, 960, 1280, 1920];
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        expect([name, width, await fitsItsWidth(page), await cutOff(page)]).toEqual([name, width, true, []]);
        if (width === 390 || width === 768 || width === 1280)
          await screenshot(page, `frame-${name}-${colorScheme}-${width}`);
      }
      expect([name, await seriousProblems(page)]).toEqual([name, []]);
    }
    expect(complaints.filter((text) => !/status of 40[04]/.test(text))).toEqual([]);
    await close();
  }
});

inBrowser('customers read no word of Stytch, of our fields, or of the names of events and permissions', async () => {
  const { page, close, go } = await signedIn();
  for (const [name, path] of pages()) {
    await go(String(path));
    const text = await page.evaluate(() => document.body.innerText);
    expect(text.length).toBeGreaterThan(50);
    expect([name, /stytch|displayName|identityProvider|scim\.\w+/i.exec(text)?.[0]]).toEqual([name, undefined]);
  }
  await go('/activity');
  const row = page.locator('tr', { hasText: 'Added to a group in' }).first();
  await row.getByText('Details').click();
  expect(await row.getByText('scim.scim_member_group.create').isVisible()).toBe(true);
  await close();
});

inBrowser('times are local with their zone; without scripts they are UTC', async () => {
  const at = (await lab.database.syncEvent.findFirstOrThrow({ orderBy: { id: 'desc' } })).appliedAt;
  const withScripts = await signedIn({ timezoneId: 'Asia/Kolkata' });
  await withScripts.go('/activity');
  const there = new Date(at.getTime() + 5.5 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
  expect(await withScripts.page.getByText(`${there} GMT+5:30`).count()).toBeGreaterThan(0);
  await withScripts.go('');
  await withScripts.page.getByText('Latest changes').waitFor();
  expect(await withScripts.page.getByText(`${there} GMT+5:30`).count()).toBeGreaterThan(0);
  await withScripts.close();
  const without = await signedIn({ javaScriptEnabled: false, timezoneId: 'Asia/Kolkata' });
  await without.go('/activity');
  const utc = at.toISOString().slice(0, 19).replace('T', ' ');
  expect(await without.page.getByText(`${utc} UTC`).count()).toBeGreaterThan(0);
  await without.close();
});

inBrowser('with the keyboard alone: each stop shows a ring, and the page is left by Sign out', async () => {
  const own = await signInAdmin(lab, { name: 'Keyboard' });
  await own.api('POST', '/connection', { identityProvider: 'okta', displayName: 'Okta' });
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, close } = await openPage(browser, { colorScheme });
    const cookie = { name: 'stytch_session_jwt', value: own.jwt, url: lab.url, sameSite: 'Lax' as const };
    await page.context().addCookies([cookie]);
    for (const path of ['/activity', '/roles', '/people', '/connection', '/help', '/roles/new?value=x']) {
      await page.goto(`${lab.url}/settings/scim${path}`);
      const stops = await page.locator('a[href], button, input:not([type=hidden]), select, summary, textarea').count();
      for (let n = 0; n < stops; n++) {
        await page.keyboard.press('Tab');
        const ring = await page.evaluate(() => {
          const one = document.activeElement as HTMLElement;
          if (one === document.body) return null;
          const label = one.closest('.choice') ?? one;
          const { outlineStyle, outlineWidth } = getComputedStyle(label);
          return { what: one.outerHTML.slice(0, 80), outlineStyle, isWide: parseFloat(outlineWidth) >= 2 };
        });
        if (ring !== null) expect([path, ring]).toEqual([path, { ...ring, outlineStyle: 'solid', isWide: true }]);
      }
    }
    await close();
  }
  const { page, close } = await openPage(browser);
  await page.context().addCookies([{ name: 'stytch_session_jwt', value: own.jwt, url: lab.url, sameSite: 'Lax' }]);
  await page.goto(`${lab.url}/settings/scim/activity`);
  await page.getByRole('button', { name: 'Sign out' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  await page.goto(`${lab.url}/settings/scim/activity`);
  await page.getByRole('heading', { name: 'Sign in first' }).waitFor();
  await close();
});

inBrowser('the font and the icons are shipped, a page has 50 rows, and each page has a title of its own', async () => {
  const { page, close, go } = await signedIn();
  await go('/people');
  expect(
    await page.evaluate(() => document.fonts.ready.then(() => document.fonts.check('15px "Inter Variable"'))),
  ).toBe(true);
  const loaded = await page.evaluate(() => [...document.fonts].filter(({ status }) => status === 'loaded').length);
  expect(loaded).toBeGreaterThan(0);
  for (const icon of ['icon.svg', 'icon.png', 'touch-icon.png']) {
    expect((await page.request.get(`${lab.url}/assets/${icon}`)).status()).toBe(200);
  }
  const titles: string[] = [];
  for (const [name, path] of pages()) {
    await go(String(path));
    titles.push(await page.title());
    if (['people', 'activity'].includes(String(name))) expect(await page.locator('tbody tr').count()).toBe(50);
    if (name === 'roles') expect(await page.locator('tbody tr').count()).toBe(100); // two lists
  }
  expect(new Set(titles).size).toBeGreaterThanOrEqual(titles.length - 2); // a role and its renaming; the roles and a search among them
  await close();
});

inBrowser('a right-to-left name changes nothing around it', async () => {
  const { page, close, go } = await signedIn();
  await go(`/people?q=${personId}`);
  const cell = page.locator('tbody td').first();
  expect(await cell.locator('bdi').first().innerText()).toBe(arabic);
  const [name, email] = await cell.locator('bdi').all();
  const [a, b] = [await name?.boundingBox(), await email?.boundingBox()];
  expect((b?.y ?? 0) > (a?.y ?? 0)).toBe(true);
  await close();
});

inBrowser('what was typed survives the end of the session, also without scripts', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const own = await signInAdmin(lab, { name: 'Typist' });
    await own.api('POST', '/connection', { identityProvider: 'okta', displayName: 'Okta' });
    const { page, close } = await openPage(browser, { javaScriptEnabled });
    const cookie = (value: string) => [{ name: 'stytch_session_jwt', value, url: lab.url, sameSite: 'Lax' as const }];
    await page.context().addCookies(cookie(own.jwt));
    await page.goto(`${lab.url}/settings/scim/roles/new?value=analyst`);
    await page.getByRole('checkbox', { name: 'Query' }).check();
    await page.getByLabel('Others').fill('Special\nOther');
    lab.emulator.sessions.revoke(own.sessionToken);
    await page.getByRole('button', { name: 'Create the role' }).click();
    await page.getByRole('heading', { name: 'Sign in first' }).waitFor();
    const again = await lab.emulator.sessions.mint({ memberId: own.memberId });
    await page.context().addCookies(cookie(again.session_jwt)); // they signed in, in the other tab
    await page.getByRole('button', { name: 'Send it again' }).click();
    await page.getByText('The role is created').waitFor();
    const role = await lab.database.role.findFirstOrThrow({ where: { teamId: own.teamId, name: 'scim:analyst' } });
    expect(role.permissions).toEqual(['Query', 'Special', 'Other']);
    await close();
  }
});
