import pg from 'pg';
import { migrate } from '../../src/database/migrations.js';
import { support } from '../helpers/command.js';
import { createTestDatabase } from '../helpers/database.js';
import { eventually } from '../helpers/eventually.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { hasPgbouncer, type Pgbouncer, startPgbouncer } from '../helpers/pgbouncer.js';
import { backends } from '../helpers/queue.js';

jest.setTimeout(240_000);

/** PgBouncer in session mode, as deploy/pgbouncer.ini sets it up. */

const withPgbouncer = hasPgbouncer() ? describe : describe.skip;
const notTried = hasPgbouncer() ? '' : ' (NOT TRIED: install pgbouncer)';

withPgbouncer(`through PgBouncer${notTried}`, () => {
  let bouncer: Pgbouncer;
  beforeAll(async () => {
    bouncer = await startPgbouncer(String(process.env.TEST_POSTGRES_URL));
  });
  afterAll(() => bouncer.kill());

  it('migrations run one after the other: their lock belongs to the session', async () => {
    const { url, drop } = await createTestDatabase();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('DROP SCHEMA public, scim CASCADE; CREATE SCHEMA public');
    await client.end();
    const applied = await Promise.all([1, 2, 3].map(() => migrate(bouncer.through(url))));
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
    await drop();
  });

  it.each(backends)('the whole system works, with the queue in %s, also after PgBouncer has died', async (backend) => {
    const lab = await startLab({ backend, schedules: true, databaseUrl: bouncer.through });
    try {
      await playADay(lab);
    } finally {
      await lab.stop();
    }
  });

  async function playADay(lab: Lab): Promise<void> {
    const { teamId, organizationId } = await lab.team({ name: 'Acme' });
    const { directory } = lab.emulator;
    const roles = ['analyst'];
    const ada = directory.provision(organizationId, { userName: 'ada@acme.example', roles }).member_id;
    const statusOf = async (memberId: string) =>
      (await lab.database.user.findUnique({ where: { stytchMemberId: memberId } }))?.status;
    await eventually(async () => expect(await lab.database.roleGrant.count()).toBe(1), 60_000);

    await bouncer.kill();
    const bob = directory.provision(organizationId, { userName: 'bob@acme.example', roles }).member_id;
    directory.deprovision(ada);
    await bouncer.start();
    await eventually(async () => expect(await statusOf(ada)).toBe('deactivated'), 90_000);
    await eventually(async () => expect(await statusOf(bob)).toBe('active'), 90_000);
    await eventually(async () => expect((await fetch(`${lab.url}/readyz`)).status).toBe(200), 30_000);

    // A role that comes after its people: a trigger and a schedule.
    await lab.database.role.create({ data: { teamId, name: 'scim:late' } });
    directory.setRoles(bob, ['late']);
    await eventually(async () => expect(await lab.database.roleGrant.count()).toBe(1), 60_000);
    const { findings } = (await support(lab.env, 'doctor', '--json')).json as {
      findings: { check: string; status: string }[];
    };
    const database = findings.filter(({ check }) => /database|migrations/.test(check));
    expect(database.filter(({ status }) => status !== 'ok')).toEqual([]);
  }
});
