import { B2BClient } from 'stytch';
import type { Database } from '../../src/database/database.js';
import { type Idp, idp } from '../emulator/idp.js';
import { eventually } from '../helpers/eventually.js';
import { type Row, rowsOf, seedTeam } from '../helpers/rows.js';
import { lastWords } from './last-words.js';
import type { Stack, Step } from './stack.js';

/** A company on its first day with SCIM: everything goes through the parts that are there in production. */
export type Company = { teamId: string; team: string; organizationId: string; baseUrl: string; bearerToken: string };

/** What the rows must say at the end of the day. */
type Expected = Record<string, { status: string; grants: string[]; keys?: string[] }>;

const analyst = 'scim:scanner_analyst (scim)';
const admin = 'scim:scanner_admin (scim)';

/**
 * Plays the day, scene by scene, waiting after each until the Scanner database agrees.
 * @throws when it does not, telling which scene, whose rows say what instead, and what everybody said last
 */
export async function playFirstDay(
  stack: Stack,
  database: Database,
  step: Step,
  { patienceMs = 60_000 } = {},
): Promise<Company> {
  const explained: Step = (what, work) =>
    step(what, () => work().catch((error) => Promise.reject(stoppedAt(what, error, stack))));
  const company = await explained('Acme connects its identity provider', () => connectCompany(stack, database));
  const scim = idp({ base_url: company.baseUrl, bearer_token: company.bearerToken });
  const comesTrue = (expected: Expected) =>
    agreement(async () => differences(await rowsOf(database), company, expected), patienceMs);
  const scene = (what: string, act: () => Promise<unknown>, expected: Expected) =>
    explained(what, async () => {
      await act();
      await comesTrue(expected);
    });

  const ids = new Map<string, string>();
  const people = {
    ada: ['scanner_analyst'],
    alan: ['scanner_analyst'],
    grace: [],
    barbara: [],
    edsger: ['engineering'],
  };
  await scene(
    'five people are provisioned, two of them as analysts',
    async () => {
      for (const [name, roles] of Object.entries(people)) ids.set(name, await provision(scim, name, roles));
      await comesTrue({ alan: { status: 'active', grants: [analyst] } });
      await giveKey(database, company.teamId, 'alan');
    },
    allProvisioned,
  );
  const idOf = (name: string) => ids.get(name) ?? '';
  let group = '';
  await scene(
    'the group scanner_admin is pushed, with Grace and Barbara in it',
    async () => {
      group = await pushGroup(scim, 'scanner_admin', [idOf('grace'), idOf('barbara')]);
    },
    { grace: { status: 'active', grants: [admin] }, barbara: { status: 'active', grants: [admin] } },
  );
  await scene(
    'Ada becomes an administrator instead',
    () => patch(scim, `/Users/${idOf('ada')}`, { op: 'replace', path: 'roles', value: [{ value: 'scanner_admin' }] }),
    { ada: { status: 'active', grants: [admin] } },
  );
  await scene(
    'Barbara leaves the group',
    () => patch(scim, `/Groups/${group}`, { op: 'remove', path: `members[value eq "${idOf('barbara')}"]` }),
    { barbara: { status: 'active', grants: [] } },
  );
  await scene(
    'Alan leaves the company, his API key with him',
    () => patch(scim, `/Users/${idOf('alan')}`, { op: 'replace', value: { active: false } }),
    { alan: { status: 'deactivated', grants: [], keys: ['search from the terminal revoked'] } },
  );
  await scene('everybody else is untouched', async () => {}, {
    ada: { status: 'active', grants: [admin] },
    grace: { status: 'active', grants: [admin] },
    barbara: { status: 'active', grants: [] },
    edsger: { status: 'active', grants: [] },
  });
  return company;
}

const allProvisioned: Expected = {
  ada: { status: 'active', grants: [analyst] },
  alan: { status: 'active', grants: [analyst] },
  grace: { status: 'active', grants: [] },
  barbara: { status: 'active', grants: [] },
  edsger: { status: 'active', grants: [] },
};

/** Waits until nothing differs any more. @throws with what still does */
async function agreement(read: () => Promise<string[]>, patienceMs: number): Promise<void> {
  let seen: string[] = [];
  const agrees = async () => {
    seen = await read();
    return seen.length === 0;
  };
  await eventually(agrees, patienceMs).catch((error) => {
    if (seen.length === 0) throw error; // the rows could not be read
    throw new Error(`${seen.join('\n')}\nstill after ${patienceMs / 1000} s.`);
  });
}

/** The organization and the connection are made through the Stytch SDK; the team is Scanner's own. */
async function connectCompany({ config, emulator }: Stack, database: Database): Promise<Company> {
  const { STYTCH_PROJECT_ID: project_id, STYTCH_SECRET: secret } = config;
  const stytch = new B2BClient({ project_id, secret, env: emulator.url });
  const slug = `acme-${Date.now().toString(36)}`;
  const { organization } = await stytch.organizations.create({ organization_name: 'Acme', organization_slug: slug });
  const organizationId = organization.organization_id;
  const roles = ['scim:scanner_analyst', 'scim:scanner_admin'];
  const teamId = await seedTeam(database, { name: 'Acme', organizationId, roles });
  const { connection } = await stytch.scim.connection.create({
    organization_id: organizationId,
    display_name: 'Acme Okta',
    identity_provider: 'okta',
  });
  if (connection === undefined) throw new Error('Stytch made no connection.');
  return { teamId, team: 'Acme', organizationId, baseUrl: connection.base_url, bearerToken: connection.bearer_token };
}

async function provision(scim: Idp, name: string, roles: string[]): Promise<string> {
  const reply = await scim('POST', '/Users', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: `${name}@acme.example`,
    externalId: `00u-${name}`,
    name: { givenName: capital(name), familyName: 'of Acme' },
    displayName: `${capital(name)} of Acme`,
    emails: [{ value: `${name}@acme.example`, type: 'work', primary: true }],
    roles: roles.map((value) => ({ value })),
    active: true,
  });
  return created(reply);
}

async function pushGroup(scim: Idp, displayName: string, members: string[]): Promise<string> {
  const schemas = ['urn:ietf:params:scim:schemas:core:2.0:Group'];
  return created(await scim('POST', '/Groups', { schemas, displayName, members: members.map((value) => ({ value })) }));
}

async function patch(scim: Idp, path: string, operation: object): Promise<void> {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
  const { status } = await scim('PATCH', path, { schemas, Operations: [operation] });
  if (status >= 300) throw new Error(`The SCIM server answered ${status} to PATCH ${path}.`);
}

function created({ status, body }: Awaited<ReturnType<Idp>>): string {
  if (status !== 201) throw new Error(`The SCIM server answered ${status} instead of 201.`);
  return body.id;
}

async function giveKey(database: Database, teamId: string, name: string): Promise<void> {
  const email = `${name}@acme.example`;
  const owner = await database.user.findFirstOrThrow({ where: { teamId, email } });
  await database.apiKey.create({ data: { teamId, name: 'search from the terminal', ownerUserId: owner.id } });
}

/** A sentence about each person whose row is not as expected. */
function differences(rows: readonly Row[], company: Company, expected: Expected): string[] {
  return Object.entries(expected).flatMap(([name, { status, grants, keys = [] }]) => {
    const row = rows.find(({ teamId, user }) => teamId === company.teamId && user === `${name}@acme.example`);
    const wanted = inWords(status, grants, keys);
    const found = row === undefined ? 'no row' : inWords(row.status, row.grants, status === 'active' ? [] : row.keys);
    return found === wanted ? [] : [`${capital(name)} has ${found} instead of ${wanted},`];
  });
}

function inWords(status: string, grants: readonly string[], keys: readonly string[]): string {
  const key = keys.length === 0 ? '' : ` and the key ${keys.join(', ')}`;
  return `a row that is ${status}, with ${grants.join(', ') || 'no role'}${key}`;
}

function stoppedAt(what: string, error: unknown, stack: Stack): Error {
  const reason = String(error instanceof Error ? error.message : error).replaceAll('\n', '\n  ');
  return new Error(`The day stopped at "${what}":\n  ${reason}\n${lastWords(stack)}`);
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
