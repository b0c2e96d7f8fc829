import { startEmulator } from '../emulator/emulator.js';
import { testEnv } from '../helpers/config.js';
import { createTestDatabase } from '../helpers/database.js';
import { eventually } from '../helpers/eventually.js';
import { startProcess, stopProcess } from '../helpers/processes.js';
import { backends, startTestQueue } from '../helpers/queue.js';
import { seedTeam } from '../helpers/rows.js';
import { projectId } from '../helpers/webhook.js';

/** Enough for the process and a few pages of 1,000 members; all 100,000 would be some 300 MB. */
const smallHeap = '--max-old-space-size=128';

/** Everybody of the directory, as the rows would be after a first sweep. */
async function mirror(
  database: Awaited<ReturnType<typeof createTestDatabase>>['database'],
  teamId: string,
  members: readonly { member_id: string; email_address: string; name: string; external_id?: string | null }[],
): Promise<void> {
  for (let i = 0; i < members.length; i += 10_000) {
    const part = members.slice(i, i + 10_000).map((member) => ({
      ...{ member_id: member.member_id, email: member.email_address, name: member.name },
      external_id: `ext-${/\d+/.exec(member.email_address)?.[0]}`,
    }));
    await database.$executeRaw`
      INSERT INTO users (team_id, stytch_member_id, email, name, scim_external_id, observed_at, created_at)
      SELECT ${teamId}::uuid, member_id, email, name, external_id, now() - interval '1 hour', now() - interval '1 hour'
      FROM jsonb_to_recordset(${JSON.stringify(part)}::jsonb)
        AS m(member_id text, email text, name text, external_id text)`;
  }
  await database.$executeRaw`ANALYZE users`;
}

it('100,000 unchanged members cost 100 searches and not a write, and no more memory than one page', async () => {
  const { url, database, drop } = await createTestDatabase();
  const queue = await startTestQueue(backends[0], url);
  const emulator = await startEmulator({ projectId, secret: 'secret-test' });
  const worker = await startProcess(
    'worker',
    testEnv({
      ...queue.env,
      STYTCH_BASE_URL: emulator.url,
      STYTCH_SEARCHES_PER_MINUTE: '60000',
      LOG_LEVEL: 'debug',
      NODE_OPTIONS: smallHeap,
    }),
  );
  const sweptMembers = async (teamId: string) =>
    (await database.teamSync.findUnique({ where: { teamId } }))?.sweptMembers;
  const sweepTeamOf = async (size: number) => {
    const { organization_id: organizationId } = emulator.directory.silently(() =>
      emulator.organizations.create({ name: `${size}` }),
    );
    emulator.directory.silently(() => {
      for (let n = 0; n < size; n++) {
        emulator.directory.provision(organizationId, {
          userName: `p${n}@acme.example`,
          name: 'A Person',
          externalId: `ext-${n}`,
        });
      }
    });
    const teamId = await seedTeam(database, { name: `${size}`, organizationId: null });
    await mirror(database, teamId, emulator.directory.members(organizationId));
    emulator.calls.reset();
    // Claimed, so that the queue hands it out: a worker would sweep a new team by itself as well, and two sweeps are counted as one.
    await database.$executeRaw`
      INSERT INTO team_syncs (team_id, sweep_claimed_at) VALUES (${teamId}::uuid, clock_timestamp())`;
    await database.team.update({ where: { id: teamId }, data: { stytchOrganizationId: organizationId } });
    await eventually(async () => expect(await sweptMembers(teamId)).toBe(size), 240_000);
    // On a slow machine the next sweep may have begun before we look: what is asked after the first has ended is not its own.
    const swept = () => /"time":"([^"]+)"[^\n]*"members":[^\n]*"msg":"team swept"/.exec(worker.output())?.[1];
    await eventually(() => swept() !== undefined);
    return emulator.calls.list('members.search').filter(({ at }) => at <= new Date(String(swept()))).length;
  };
  const searches = await sweepTeamOf(100_000);
  const [written] = await database.$queryRaw<[{ rows: number }]>`
    SELECT count(*)::int AS rows FROM users WHERE observed_at > now() - interval '30 minutes'`;
  expect([searches, emulator.calls.count('members.dangerouslyGet'), written.rows]).toEqual([100, 0, 0]);
  await stopProcess(worker);
  await emulator.stop();
  await queue.stop();
  await drop();
}, 400_000);
