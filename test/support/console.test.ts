import { signInAdmin } from '../helpers/admin.js';
import { callsOf, signInSupport } from '../helpers/console.js';
import { eventually } from '../helpers/eventually.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { backends } from '../helpers/queue.js';
import { failedHint, stateOf } from '../helpers/support.js';

jest.setTimeout(120_000);

describe.each(backends)('with the queue on %s', (backend) => {
  let lab: Lab;
  let teamId: string;
  let organizationId: string;
  let sam: Awaited<ReturnType<typeof signInSupport>>;
  let counter = 0;

  beforeAll(async () => {
    lab = await startLab({ backend, support: true });
    ({ teamId, organizationId } = await lab.team({ name: 'Engines' }));
    sam = await signInSupport(lab);
  });
  afterAll(() => lab.stop());

  const unheard = () => {
    const person = { userName: `p${counter++}@acme.example`, roles: ['analyst'] };
    return lab.emulator.directory.silently(() => lab.emulator.directory.provision(organizationId, person).member_id);
  };
  const reason = 'ticket 4711';

  describe('authorization', () => {
    const pages = [
      '',
      '/live',
      '/failed',
      '/jobs/msg_1',
      '/held',
      '/replays',
      '/teams/00000000-0000-0000-0000-000000000000',
      '/held/00000000-0000-0000-0000-000000000000/people.csv',
      '/why?who=a@b.example',
      '/queues',
      '/queues/api/queues',
    ];

    it.each(pages)('of %s refuses everybody who is not signed in, or not of support', async (path) => {
      expect((await callsOf(lab, null).get(path)).status).toBe(401);
      const customer = await signInAdmin(lab, { stytchRoles: ['stytch_admin', 'scanner_support'] });
      const refused = await callsOf(lab, customer.jwt).get(path);
      expect([refused.status, refused.text.includes('This console is for Scanner support')]).toEqual([403, true]);
      const colleague = await signInSupport(lab, ['stytch_admin']);
      const lacking = await colleague.get(path);
      expect([lacking.status, lacking.text.includes('scanner.support')]).toEqual([403, true]);
    });

    it('reads no body without a session', async () => {
      const long = { reason: 'x'.repeat(2_000_000) };
      expect((await callsOf(lab, 'a.b.c').post('/replay', long)).status).toBe(401);
      expect((await sam.post('/replay', long)).status).toBe(413);
      const headers = { authorization: 'Bearer a.b.c', 'content-type': 'application/json' };
      const body = `"${long.reason}"`;
      expect((await fetch(`${lab.url}/api/scim/roles`, { method: 'POST', headers, body })).status).toBe(401);
    });

    it('accepts the permission as a resource of its own, too', async () => {
      lab.emulator.rbac.policy.roles.push({
        role_id: 'support_by_resource',
        description: 'the other way to write it',
        permissions: [{ resource_id: 'scanner.support', actions: ['*'] }],
      });
      const other = await signInSupport(lab, ['support_by_resource']);
      expect((await other.get('')).status).toBe(200);
    });

    it('refuses forms of other sites, and of people without the permission', async () => {
      const id = await failedHint(lab, organizationId, unheard());
      const form = { which: 'chosen', job: id, reason };
      const elsewhere = await sam.post('/replay', form, { 'sec-fetch-site': 'cross-site' });
      expect(elsewhere.status).toBe(403);
      const colleague = await signInSupport(lab, []);
      expect((await colleague.post('/replay', form)).status).toBe(403);
      expect([await stateOf(lab, id), await lab.database.replay.count()]).toEqual(['failed', 0]);
    });
  });

  it('shows what failed by team, type and error, one job, and what it would change', async () => {
    const memberId = unheard();
    const id = await failedHint(lab, organizationId, memberId);
    const health = await sam.get('');
    expect(health.text).toContain('data-live="/support/live" data-seconds="4"');
    expect(health.text).toContain(`team=${teamId}&amp;type=scim.member.update&amp;error=Stytch`);
    const failed = await sam.get(`/failed?team=Engines&type=scim.member.update&error=bad_request&since=1h`);
    expect(failed.text).toContain(`/support/jobs/${id}`);
    expect((await sam.get('/failed?type=scim.moon')).text).toContain('No failed job matches');
    expect((await sam.get('/failed?since=yesterday')).status).toBe(400);
    const job = await sam.get(`/jobs/${id}`);
    expect(job.text).toContain('+1 user  -0 users  +1 grant  -0 grants');
    expect(job.text).toContain(`&quot;svixId&quot;: &quot;${id}&quot;`);
    expect((await sam.get('/jobs/msg_never')).status).toBe(404);
    expect(await stateOf(lab, id)).toBe('failed');
  });

  it('replays chosen ones with a reason, and not without; and all that match, with progress', async () => {
    const [a, b] = [await failedHint(lab, organizationId, unheard()), await failedHint(lab, organizationId, unheard())];
    expect((await sam.post('/replay', { which: 'chosen', job: a, reason: ' ' })).status).toBe(400);
    expect((await sam.post('/replay', { which: 'chosen', reason })).status).toBe(400);
    expect(await lab.database.replay.count()).toBe(0);
    const preview = await sam.post('/preview', { which: 'chosen', job: a });
    expect([preview.status, preview.text.includes('+1 user')]).toEqual([200, true]);

    const started = await sam.post('/replay', { which: 'chosen', job: a, reason });
    expect([started.status, started.location]).toEqual([303, expect.stringMatching(/^\/support\/replays\/[\w-]+$/)]);
    const progress = String(started.location).replace('/support', '');
    expect((await sam.get(progress)).text).toContain('data-seconds="2"');
    await eventually(async () => expect((await sam.get(`${progress}/live`)).text).toContain('All 1 done.'));
    expect((await sam.get(progress)).text).toContain('changed');
    expect(await stateOf(lab, b)).toBe('failed');

    const all = await sam.post('/replay', { which: 'all', team: 'Engines', reason });
    await eventually(async () =>
      expect((await sam.get(`${String(all.location).replace('/support', '')}/live`)).text).toMatch(/All \d+ done/),
    );
    expect(await stateOf(lab, b)).toBe('completed');
    const nothing = await sam.post('/replay', { which: 'all', team: 'Engines', reason });
    expect([nothing.status, nothing.text.includes('No failed job matches')]).toEqual([409, true]);
    const rows = await lab.database.auditLog.findMany({ where: { action: 'replay' } });
    expect(rows).toMatchObject(Array(2).fill({ actor: sam.email, reason }));
  });

  it('lists the replays of people, and cancels the jobs of one that still wait', async () => {
    const batch = await lab.database.replayBatch.create({
      data: { actor: 'ann@scanner.dev', reason: 'the wrong team', target: '2 chosen jobs' },
    });
    await lab.database.replay.createMany({
      data: ['a', 'b'].map((name, place) => ({
        ...{
          batchId: batch.id,
          place,
          queue: 'hints',
          jobId: `msg_never_${name}`,
          state: place === 0 ? 'done' : 'waiting',
        },
        retriedAt: new Date(Date.now() + 3_600_000), // no step has room for more in this second
      })),
    });
    const list = await sam.get('/replays');
    expect(list.text).toMatch(/ann@scanner\.dev[\s\S]*2 chosen jobs[\s\S]*the wrong team/);
    const cancelled = await sam.post(`/replays/${batch.id}/cancel`, { reason });
    expect([cancelled.status, cancelled.location]).toEqual([303, expect.stringContaining(batch.id)]);
    const [, row] = await lab.database.replay.findMany({ where: { batchId: batch.id }, orderBy: { place: 'asc' } });
    expect(row).toMatchObject({ state: 'done', result: null });
    expect((await sam.get(`/replays/${batch.id}`)).text).toContain('All 2 done.');
    expect((await sam.post(`/replays/${batch.id}/cancel`, {})).status).toBe(400);
  });

  it('leads from a part of a name to an address without a name, and lists several', async () => {
    const [first] = await Promise.all(
      ['Xaver One', 'Xaver Two'].map((name, n) =>
        lab.database.user.create({ data: { teamId, name, email: `xaver${n}@acme.example` } }),
      ),
    );
    const one = await sam.post('/why', { who: 'xaver one' });
    expect([one.status, one.location]).toEqual([303, `/support/why?who=${first?.id}`]);
    const several = await sam.post('/why', { who: 'xaver' });
    expect(several.text).toContain('Several people match');
    expect(several.text).toContain(`href="/support/why?who=${first?.id}"`);
    expect((await sam.get(`/why?who=${first?.id}`)).text).toContain('Xaver One &lt;xaver0@acme.example>');
  });

  it('shows a team, reads it again, and switches SCIM on', async () => {
    const page = await sam.get(`/teams/${teamId}`);
    expect([page.status, page.text.includes('<h1>Engines</h1>')]).toEqual([200, true]);
    expect((await sam.get('/teams/00000000-0000-0000-0000-000000000000')).status).toBe(404);
    const read = await sam.post(`/teams/${teamId}/resync`, { reason });
    expect([read.status, read.location]).toEqual([303, expect.stringContaining('A+worker+reads+the+team')]);
    const off = await lab.database.team.create({ data: { name: 'Later' } });
    expect((await sam.post(`/teams/${off.id}/enable`, { reason })).status).toBe(303);
    expect(await lab.database.team.findUniqueOrThrow({ where: { id: off.id } })).toMatchObject({
      ssoScimEnabled: true,
    });
  });

  it('deactivates the people of a hold only when their number is typed, and keeps them at a click', async () => {
    const team = await lab.team({ name: 'Held' });
    const users = await lab.database.user.createManyAndReturn({
      data: ['=1+1', 'Ines', 'Jon'].map((name, n) => ({
        ...{
          teamId: team.teamId,
          name,
          email: `h${n}@held.example`,
          stytchMemberId: `member-test-${crypto.randomUUID()}`,
        },
      })),
    });
    const holdOf = async () => {
      const [row] = await lab.database.$queryRaw<[{ id: string }]>`
        INSERT INTO held_changes (team_id, user_ids, fence)
        VALUES (${team.teamId}::uuid, ${users.map(({ id }) => id)}::uuid[], now()) RETURNING id::text`;
      return row.id;
    };
    const active = () => lab.database.user.count({ where: { teamId: team.teamId, status: 'active' } });
    const first = await holdOf();
    const page = await sam.get(`/held/${first}`);
    expect(page.text).toContain('3 of 3 active users (100 %)');
    expect(page.text).toContain('Gone: Stytch does not know the member');
    const found = (await sam.get(`/held/${first}?q=ines`)).text.match(/data-label="E-mail">[^<]+/g);
    expect(found).toEqual(['data-label="E-mail">h1@held.example']);
    const csv = await sam.get(`/held/${first}/people.csv`);
    expect(csv.text).toContain("'=1+1,h0@held.example,active");
    for (const count of ['', '2', '30']) {
      expect((await sam.post(`/held/${first}/release`, { reason, count })).status).toBe(400);
    }
    expect(await active()).toBe(3);
    expect((await sam.post(`/held/${first}/discard`, { reason })).status).toBe(303);
    expect(await active()).toBe(3);
    expect((await sam.post(`/held/${await holdOf()}/release`, { reason, count: '3' })).status).toBe(303);
    expect(await active()).toBe(0);
  });

  it('shows the raw queues, and lets nothing be done to them', async () => {
    const board = await sam.get('/queues');
    expect([board.status, board.text.includes('Scanner SCIM queues')]).toEqual([200, true]);
    const queues = await sam.get('/queues/api/queues');
    expect(JSON.parse(queues.text).queues.map(({ name }: { name: string }) => name)).toContain('hints');
    expect(queues.text).not.toContain('@acme.example');
    expect((await sam.post('/queues/api/queues/hints/retry/failed', {})).status).toBe(405);
  });

  it('escapes what it shows', async () => {
    const page = await sam.get(`/why?who=${encodeURIComponent('<script>alert(1)</script>@x.example')}`);
    expect([page.status, page.text.includes('<script>alert')]).toEqual([404, false]);
  });
});
