import type { Database } from '../../src/database/database.js';
import type { Emulator } from '../emulator/emulator.js';
import { eventually } from '../helpers/eventually.js';
import { rowsOf, seedTeam } from '../helpers/rows.js';
import { patienceMs } from './patience.js';

/** A team in Scanner and its organization in Stytch, whose people are analysts; their numbers are in their addresses. */
export type FaultTeam = { teamId: string; organizationId: string; people: string[] };

export async function connectedTeam(
  emulator: Emulator,
  database: Database,
  name: string,
  count: number,
): Promise<FaultTeam> {
  const { directory, organizations } = emulator;
  const { organization_id: organizationId } = directory.silently(() => organizations.create({ name }));
  const person = (n: number) => ({ userName: `p${n}@${name.toLowerCase()}.example`, externalId: `e${n}` });
  const people = directory
    .silently(() =>
      Array.from({ length: count }, (_, n) =>
        directory.provision(organizationId, { ...person(n), roles: ['analyst'] }),
      ),
    )
    .map(({ member_id }) => member_id);
  const teamId = await seedTeam(database, { name, organizationId, roles: ['scim:analyst', 'scim:admin', 'plain'] });
  return { teamId, organizationId, people };
}

/** An API key for each member of the team that is mirrored by now. */
export async function giveKeys(database: Database, teamId: string): Promise<void> {
  await database.$executeRaw`
    INSERT INTO api_keys (team_id, name, owner_user_id)
    SELECT team_id, 'own', id FROM users WHERE team_id = ${teamId}::uuid AND stytch_member_id IS NOT NULL`;
}

/**
 * Whom nothing may happen to: another team, a user without SCIM and his key, a key of nobody; and roles given by hand, also
 * to somebody who will leave.
 */
export async function bystanders(
  emulator: Emulator,
  database: Database,
  acmeId: string,
): Promise<{ expectUnmoved(): Promise<void> }> {
  const beta = await connectedTeam(emulator, database, 'Beta', 3);
  const { id } = await database.user.create({ data: { teamId: acmeId, email: 'local@acme.example' } });
  const keys = [{ name: 'local', ownerUserId: id }, { name: 'nobody' }];
  await database.apiKey.createMany({ data: keys.map((key) => ({ ...key, teamId: acmeId })) });
  const betaRows = async () => (await rowsOf(database)).filter(({ teamId }) => teamId === beta.teamId);
  await eventually(async () => (await betaRows()).filter(({ grants }) => grants.length === 1).length === 3, patienceMs);
  await giveKeys(database, beta.teamId);
  await database.$executeRaw`
    INSERT INTO role_grants (user_id, role_id, source)
    SELECT u.id, r.id, 'manual' FROM users u JOIN roles r ON r.team_id = u.team_id
    WHERE r.name IN ('plain', 'scim:admin') AND split_part(u.email, '@', 1) IN ('p0', 'p1', 'local')`;
  const theirs = async () => ({
    rows: (await rowsOf(database)).filter((row) => row.teamId === beta.teamId || row.memberId === null),
    manual: await database.roleGrant.findMany({
      where: { source: 'manual' },
      orderBy: [{ userId: 'asc' }, { roleId: 'asc' }],
    }),
    roles: await database.role.findMany({ where: { teamId: { in: [acmeId, beta.teamId] } }, orderBy: { id: 'asc' } }),
    nobodys: await database.apiKey.findMany({ where: { ownerUserId: null } }),
  });
  const before = await theirs();
  expect(before.manual).toHaveLength(10); // p0 and p1 of both teams, and the local user: two roles each
  return { expectUnmoved: async () => expect(await theirs()).toEqual(before) };
}
