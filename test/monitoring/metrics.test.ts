import { eventually } from '../helpers/eventually.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { backends } from '../helpers/queue.js';
import { startSlowWire } from '../helpers/slow-wire.js';
import { memberEvent, post, signed } from '../helpers/webhook.js';

/** The text of /metrics as numbers: name and labels as they stand -> value. */
async function metrics(lab: Lab): Promise<Record<string, number>> {
  const response = await fetch(`${lab.url}/metrics`);
  expect(response.status).toBe(200);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

const sent = (agoSeconds: number, change: object = {}) =>
  signed(memberEvent({ timestamp: new Date(Date.now() - agoSeconds * 1000).toISOString(), ...change }));

describe.each(backends)('with the queue on %s', (backend) => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await startLab({ backend, worker: false, env: { SLA_SECONDS: '60' } });
  });
  afterEach(() => lab.stop());

  it('has every metric of the contract, at zero in an idle system', async () => {
    const told = await metrics(lab);
    expect(told).toMatchObject({
      scim_event_lag_seconds_count: 0,
      scim_sla_breaches_total: 0,
      scim_oldest_pending_seconds: 0,
      'scim_jobs{state="waiting"}': 0,
      'scim_jobs{state="failed"}': 0,
      scim_held_changes: 0,
      scim_quiet_teams: 0,
      process_cpu_seconds_total: expect.any(Number),
    });
    const text = await (await fetch(`${lab.url}/metrics`)).text();
    for (const name of ['scim_events_total', 'scim_stytch_requests_total', 'scim_webhook_rejections_total'])
      expect(text).toContain(`# HELP ${name} `);
  });

  it('shows the growing age of the oldest waiting event while every worker is dead', async () => {
    await post(lab.url, sent(10));
    await post(lab.url, sent(100));
    await post(lab.url, sent(50, { action: 'DELETE', member: undefined }));
    const first = await metrics(lab);
    expect(first).toMatchObject({ 'scim_jobs{state="waiting"}': 3, scim_workers: 0 });
    expect(first.scim_oldest_pending_seconds).toBeGreaterThanOrEqual(100);
    await eventually(async () =>
      expect((await metrics(lab)).scim_oldest_pending_seconds).toBeGreaterThan(
        Number(first.scim_oldest_pending_seconds),
      ),
    );
  });

  it('counts the events, lag, breaches and calls of a worker, also when that worker is gone', async () => {
    const { organizationId } = await lab.team({ name: 'Acme' });
    const person = (n: number) =>
      lab.emulator.directory.silently(
        () =>
          lab.emulator.directory.provision(organizationId, { userName: `p${n}@acme.example`, externalId: `e${n}` })
            .member_id,
      );
    const member = { organization_id: organizationId };
    const worker = await lab.startWorker();
    await post(lab.url, sent(0, { id: person(1), member }));
    await post(lab.url, sent(90, { id: person(2), member }));
    await post(lab.url, { ...sent(0), body: '{}' });
    await lab.quiet();
    await worker.stop();
    expect(await metrics(lab)).toMatchObject({
      scim_event_lag_seconds_count: 2,
      'scim_event_lag_seconds_bucket{le="60"}': 1,
      'scim_event_lag_seconds_bucket{le="120"}': 2,
      'scim_events_total{outcome="changed"}': 2,
      scim_sla_breaches_total: 1,
      'scim_stytch_requests_total{call="members.dangerouslyGet",status="200"}': expect.any(Number),
      'scim_webhook_rejections_total{reason="bad_signature"}': 1,
      scim_oldest_pending_seconds: 0,
    });
  });

  it('does not count an old event as late if it changes nothing', async () => {
    const { organizationId } = await lab.team({ name: 'Acme' });
    await lab.startWorker();
    const { member_id: id } = lab.emulator.directory.provision(organizationId, {
      userName: 'p@acme.example',
      externalId: 'e',
    });
    await lab.quiet();
    await post(lab.url, sent(3_600, { id, member: { organization_id: organizationId } }));
    await lab.quiet();
    await eventually(async () =>
      expect(await metrics(lab)).toMatchObject({
        'scim_events_total{outcome="unchanged"}': 1,
        scim_sla_breaches_total: 0,
      }),
    );
  });
});

it('exports the rest while the database is unavailable', async () => {
  const wire = await startSlowWire(Number(new URL(String(process.env.TEST_POSTGRES_URL)).port), 0);
  const databaseUrl = (direct: string) => {
    const url = new URL(direct);
    url.port = String(wire.port);
    return url.href;
  };
  const lab = await startLab({ worker: false, databaseUrl });
  await post(lab.url, sent(10));
  expect(await metrics(lab)).toMatchObject({ scim_workers: 0 });
  await wire.stop();
  const told = await metrics(lab);
  expect(told).toHaveProperty('process_cpu_seconds_total');
  // Missing, not 0: ScimMetricsMissing says that the database is away, and ScimNoWorker does not claim that all workers are.
  for (const ofDatabase of ['scim_workers', 'scim_held_changes', 'scim_sweep_age_seconds'])
    expect(told).not.toHaveProperty(ofDatabase);
  await lab.stop();
});
