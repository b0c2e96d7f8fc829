import { markQueued } from '../../../src/sync/sweep/due-teams.js';
import { createTestDatabase } from '../../helpers/database.js';
import { dueIds } from '../../helpers/due-ids.js';
import { eventually } from '../../helpers/eventually.js';
import { type Lab, startLab } from '../../helpers/lab.js';
import { backends } from '../../helpers/queue.js';
import { seedTeam } from '../../helpers/rows.js';

describe('the schedule of sweeps', () => {
  let lab: Awaited<ReturnType<typeof createTestDatabase>>;
  beforeEach(async () => {
    lab = await createTestDatabase();
  });
  afterEach(() => lab.drop());
  const team = (n: number) => seedTeam(lab.database, { name: `Team ${n}`, organizationId: `org-${n}` });

  it('has nothing due if no team is connected', async () => {
    await seedTeam(lab.database, { name: 'No organization', organizationId: null });
    await seedTeam(lab.database, { name: 'Switched off', organizationId: 'org-off', connected: false });
    expect(await dueIds(lab.database, 240)).toEqual([]);
  });

  it('has a new team due at once, and then in the next interval', async () => {
    const id = await team(1);
    expect(await dueIds(lab.database, 86_400)).toEqual([id]);
    await markQueued(lab.database, [id]);
    expect(await dueIds(lab.database, 86_400)).toEqual([]);
  });

  it('has a team due in each interval, even if its last sweep did not start or end', async () => {
    const id = await team(1);
    await markQueued(lab.database, [id]);
    await lab.database.$executeRaw`UPDATE team_syncs SET sweep_queued_at = now() - interval '241 seconds'`;
    expect(await dueIds(lab.database, 240)).toEqual([id]);
  });

  it('spreads the teams over the interval', async () => {
    const teams: string[] = [];
    for (let n = 0; n < 400; n++) teams.push(await team(n));
    await markQueued(lab.database, teams);
    // Half an interval later about half of the teams were due.
    await lab.database.$executeRaw`UPDATE team_syncs SET sweep_queued_at = now() - interval '120 seconds'`;
    const due = await dueIds(lab.database, 240);
    expect(due.length).toBeGreaterThan(140);
    expect(due.length).toBeLessThan(260);
  });
});

describe.each(backends)('a worker with the queue on %s', (backend) => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await startLab({ backend, worker: false, schedules: true, env: { SWEEP_INTERVAL_SECONDS: '1' } });
  });
  afterEach(() => lab.stop());

  const provision = (organizationId: string, n = 0) =>
    lab.emulator.directory.silently(() =>
      lab.emulator.directory.provision(organizationId, {
        userName: `p${n}@acme.example`,
        externalId: `e${n}`,
        roles: ['analyst'],
      }),
    );
  const rowOf = async (memberId: string) => (await lab.rows()).find((row) => row.memberId === memberId);

  it('sweeps every team when it starts, and repeatedly, without any webhook', async () => {
    lab.emulator.webhooks.setEndpoint(null);
    const acme = await lab.team({ name: 'Acme' });
    const beta = await lab.team({ name: 'Beta' });
    const [ada, eve] = [provision(acme.organizationId), provision(beta.organizationId)];
    await lab.startWorker();
    await eventually(async () => expect(await rowOf(ada.member_id)).toMatchObject({ status: 'active' }), 30_000);
    await eventually(async () => expect(await rowOf(eve.member_id)).toMatchObject({ status: 'active' }), 30_000);
    lab.emulator.directory.silently(() => lab.emulator.directory.deprovision(ada.member_id));
    await eventually(
      async () => expect(await rowOf(ada.member_id)).toMatchObject({ status: 'deactivated', grants: [] }),
      30_000,
    );
    expect(await rowOf(eve.member_id)).toMatchObject({ status: 'active', grants: ['scim:analyst (scim)'] });
  });

  it('grants a role that plain SQL created to every user with its value', async () => {
    const { teamId, organizationId } = await lab.team({ name: 'Acme', roles: [] });
    const ada = provision(organizationId);
    await lab.startWorker();
    await eventually(async () => expect(await rowOf(ada.member_id)).toMatchObject({ grants: [] }), 30_000);
    await lab.database.$executeRaw`INSERT INTO roles (team_id, name) VALUES (${teamId}::uuid, 'scim:analyst')`;
    await eventually(
      async () => expect(await rowOf(ada.member_id)).toMatchObject({ grants: ['scim:analyst (scim)'] }),
      30_000,
    );
  });
});
