import { rereadsThrough } from '../../../src/queue/jobs.js';
import { connectProducer, type Producer } from '../../../src/queue/produce.js';
import { eventually } from '../../helpers/eventually.js';
import { queueHints } from '../../helpers/hints.js';
import { type Lab, startLab } from '../../helpers/lab.js';
import { backends, inspectQueue } from '../../helpers/queue.js';

describe.each(backends)('a member who can never be read, with the queue on %s', (backend) => {
  let lab: Lab;
  let queue: Producer;
  let [teamId, organizationId, poison]: string[] = [];
  beforeAll(async () => {
    lab = await startLab({ backend });
    queue = connectProducer(lab.home, () => {});
  });
  afterAll(async () => {
    await queue.close();
    await lab.stop();
  });
  beforeEach(async () => {
    for (const name of ['hints', 'rereads'] as const) {
      await inspectQueue(lab.home, name, (one) => one.obliterate({ force: true }));
    }
    ({ teamId, organizationId } = await lab.team({ name: 'Acme' }));
    const { directory } = lab.emulator;
    const join = (name: string) =>
      directory.silently(() => directory.provision(String(organizationId), { userName: `${name}@acme.example` }));
    [poison] = ['poison', 'ada', 'bob'].map((name) => join(name).member_id);
    await sweep();
    directory.setMember(String(poison), { email_address: 'evil\0@acme.example' });
  });

  const failed = async () => (await lab.failedJobs()).map((job) => job.queue);
  const sweep = async () => {
    const before = await sweptAt();
    await rereadsThrough(queue).teams({ name: 'own', teamIds: [String(teamId)] }, { trigger: 'sweep' });
    await eventually(async () => (await sweptAt()) !== before);
    await lab.quiet();
  };
  const sweptAt = async () => {
    const row = await lab.database.teamSync.findUnique({ where: { teamId: String(teamId) } });
    return row?.sweptAt?.getTime() ?? null;
  };
  const hint = async () => {
    await queueHints(lab.home, String(organizationId), [String(poison)]);
    await eventually(async () => (await failed()).includes('hints'));
  };
  const noted = () => lab.database.failedHint.count({ where: { memberId: String(poison) } });

  it('counts once, after a hint and two sweeps', async () => {
    await hint();
    await eventually(async () => (await noted()) === 1);
    await sweep();
    await sweep();
    expect(await failed()).toEqual(['hints']);
  });

  it('counts once, after a sweep and a hint', async () => {
    await sweep();
    await eventually(async () => expect(await failed()).toEqual(['rereads']));
    await hint();
    await eventually(async () => expect(await failed()).toEqual(['hints']));
    await sweep();
    expect(await failed()).toEqual(['hints']);
  });

  it('is noted together with all that fail at the same moment, with a few statements', async () => {
    const { directory } = lab.emulator;
    const many = directory.silently(() =>
      Array.from({ length: 300 }, (_, n) => {
        const { member_id } = directory.provision(String(organizationId), { userName: `many${n}@acme.example` });
        directory.setMember(member_id, { email_address: 'evil\0@acme.example' });
        return member_id;
      }),
    );
    await lab.database.$executeRaw`CREATE TABLE noting (at timestamptz DEFAULT clock_timestamp())`;
    await lab.database.$executeRaw`CREATE FUNCTION note_noting() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO noting DEFAULT VALUES; RETURN NULL; END $$`;
    await lab.database.$executeRaw`CREATE TRIGGER noting AFTER INSERT ON failed_hints EXECUTE FUNCTION note_noting()`;
    await queueHints(lab.home, String(organizationId), many);
    const notes = () => lab.database.failedHint.count({ where: { memberId: { in: many } } });
    await eventually(async () => expect(await notes()).toBe(many.length));
    const [{ statements }] = await lab.database.$queryRaw<[{ statements: number }]>`
      SELECT count(*)::int AS statements FROM noting`;
    expect(statements).toBeLessThan(30);
    await lab.database.$executeRaw`DROP TRIGGER noting ON failed_hints`;
    await lab.database.$executeRaw`DROP FUNCTION note_noting`;
    await lab.database.$executeRaw`DROP TABLE noting`;
  });

  it('does not disappear with its hint', async () => {
    await hint();
    await eventually(async () => (await noted()) === 1);
    await inspectQueue(lab.home, 'hints', (one) => one.obliterate({ force: true }));
    await sweep();
    await eventually(async () => expect(await failed()).toEqual(['rereads']));
    expect(await noted()).toBe(0);
  });
});
