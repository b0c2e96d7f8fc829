import { B2BClient } from 'stytch';
import type { Database } from '../../src/database/database.js';
import type { Emulator, MemberView } from '../emulator/emulator.js';
import { seedTeam } from '../helpers/rows.js';
import type { LocalPerson } from './sign-in.js';
import type { Stack } from './stack.js';

/**
 * So that the pages can be opened: Acme has an admin, and Globex is a second company that has its SCIM still before it.
 * What is there already, of an earlier day, stays.
 */
export async function appointAdmins(stack: Stack, database: Database): Promise<void> {
  const stytch = stytchOf(stack);
  const acme = await database.team.findFirst({ where: { name: 'Acme' }, orderBy: { createdAt: 'desc' } });
  await appoint(stack, stytch, acme?.stytchOrganizationId ?? '');
  if ((await database.team.count({ where: { name: 'Globex' } })) === 0) await foundGlobex(stytch, database);
}

async function appoint({ emulator }: Stack, stytch: B2BClient, organization_id: string): Promise<void> {
  const active = emulator.directory.members(organization_id).filter(({ status }) => status === 'active');
  const member_id = (active.find(({ name }) => name.startsWith('Grace')) ?? active[0])?.member_id;
  if (member_id === undefined || active.some(isAdmin)) return;
  await stytch.organizations.members.update({ organization_id, member_id, roles: ['stytch_admin'] });
}

async function foundGlobex(stytch: B2BClient, database: Database): Promise<void> {
  const slug = `globex-${Date.now().toString(36)}`;
  const { organization } = await stytch.organizations.create({ organization_name: 'Globex', organization_slug: slug });
  const organization_id = organization.organization_id;
  await seedTeam(database, { name: 'Globex', organizationId: organization_id });
  const hank = { email_address: 'hank@globex.example', name: 'Hank of Globex', roles: ['stytch_admin'] };
  await stytch.organizations.members.create({ organization_id, ...hank });
}

/** Whoever the local Stytch lets into Settings > SCIM. */
export async function adminsOf(emulator: Emulator, database: Database, url: string): Promise<LocalPerson[]> {
  const teams = await database.team.findMany({
    where: { stytchOrganizationId: { not: null } },
    orderBy: { name: 'asc' },
  });
  return teams.flatMap(({ name, stytchOrganizationId }) =>
    emulator.directory
      .members(stytchOrganizationId ?? '')
      .filter((member) => member.status === 'active' && isAdmin(member))
      .map(({ member_id, name: person }) => ({
        memberId: member_id,
        title: `${person}, admin of ${name}`,
        to: `${url}/settings/scim`,
      })),
  );
}

function isAdmin({ roles }: MemberView): boolean {
  return roles.some(({ role_id }) => role_id === 'stytch_admin');
}

function stytchOf({ config, emulator }: Stack): B2BClient {
  return new B2BClient({ project_id: config.STYTCH_PROJECT_ID, secret: config.STYTCH_SECRET, env: emulator.url });
}
