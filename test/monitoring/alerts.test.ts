import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { type Lab, startLab } from '../helpers/lab.js';
import { hasPromtool, promtool, promtoolFile } from '../helpers/promtool.js';

const file = 'deploy/prometheus/alerts.yml';
type Rule = {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string; service: string };
  annotations: { summary: string; runbook_url: string };
};
const rules: Rule[] = parse(readFileSync(file, 'utf8')).groups.flatMap((group: { rules: Rule[] }) => group.rules);
const severityOf = new Map(rules.map(({ alert, labels }) => [alert, labels.severity]));

type Panel = {
  id: number;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets: { expr: string }[];
};
const dashboard: { panels: Panel[] } = JSON.parse(readFileSync('deploy/grafana/dashboard.json', 'utf8'));
const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

const withPromtool = hasPromtool() ? describe : describe.skip;

withPromtool('promtool', () => {
  it('finds no error in the rules', () => {
    expect(promtool('check', 'rules', file)).toMatchObject({ ok: true });
  });

  it('finds no error in the queries of the dashboard', () => {
    const asked = expressions.map((expr, n) => ({ record: `asked:${n}`, expr }));
    const one = promtoolFile({ groups: [{ name: 'dashboard', rules: asked }] });
    expect(promtool('check', 'rules', one)).toMatchObject({ ok: true });
  });

  /** Four hours, a value a minute, of a system where all is well; both HTTP processes tell the same of the workers. */
  const quiet: Record<string, string> = {
    'scim_sla_seconds{}': '300x240',
    'scim_sweep_interval_seconds{}': '240x240',
    'scim_workers{}': '2x240',
    'scim_oldest_pending_seconds{}': '1x240',
    'scim_sweep_age_seconds{}': '240x240',
    'scim_held_changes{}': '0x240',
    'scim_quiet_teams{}': '0x240',
    'scim_tokens_expiring{}': '0x240',
    'scim_redis_memory_bytes{}': '700x240',
    'scim_redis_memory_max_bytes{}': '1000x240',
    'node_filesystem_avail_bytes{job="scanner-scim-stores",mountpoint="/data"}': '50x240',
    'node_filesystem_size_bytes{job="scanner-scim-stores",mountpoint="/data"}': '100x240',
    'node_filesystem_avail_bytes{job="other",mountpoint="/data"}': '1x240',
    'node_filesystem_size_bytes{job="other",mountpoint="/data"}': '100x240',
    'probe_ssl_earliest_cert_expiry{job="scanner-scim-certificates"}': '5000000x240',
    'scim_jobs{state="failed"}': '0x240',
    'scim_sla_breaches_total{}': '0x240',
    'scim_event_lag_seconds_count{}': '0+100x240',
    'scim_event_lag_seconds_bucket{le="5"}': '0+100x240',
    'scim_event_lag_seconds_bucket{le="120"}': '0+100x240',
    'scim_event_lag_seconds_bucket{le="+Inf"}': '0+100x240',
    'scim_sweeps_total{result="changed"}': '0x240',
    'scim_sweeps_total{result="unchanged"}': '0+5x240',
    'scim_webhooks_accepted_total{}': '0+50x240',
    'scim_webhook_rejections_total{reason="bad_signature"}': '0x240',
    'scim_webhook_rejections_total{reason="queue_unavailable"}': '0x240',
    'scim_stytch_requests_total{call="members.search",status="200"}': '0+100x240',
    'scim_stytch_requests_total{call="sessions.authenticateJwt",status="401"}': '0+1x240',
  };
  /** Those of rules that say which machine. */
  const ofMachine: Record<string, string> = {
    ScimDiskFilling: ', mountpoint="/data"',
    ScimDiskFull: ', mountpoint="/data"',
    ScimCertificateExpires: '',
  };
  const kubernetesWants = (workers: number) => ({
    'kube_deployment_spec_replicas{deployment="scanner-scim-worker"}': `${workers}x240`,
  });
  const disk = 'node_filesystem_avail_bytes{job="scanner-scim-stores",mountpoint="/data"}';
  const certificate = 'probe_ssl_earliest_cert_expiry{job="scanner-scim-certificates"}';
  const noWebhook = { 'scim_webhooks_accepted_total{}': '0x240' };

  it.each<[string, Record<string, string | null>, string[]]>([
    ['all is well', {}, []],
    ['one of 100 changes a minute was late', { 'scim_sla_breaches_total{}': '0x118 1x122' }, ['ScimSlaBreached']],
    [
      'there is a change an hour, and the only one is late',
      { 'scim_sla_breaches_total{}': '0x118 1x122', 'scim_event_lag_seconds_count{}': '0x118 1x122' },
      ['ScimSlaBreached'],
    ],
    [
      'two of 100 changes are late, for an hour',
      { 'scim_sla_breaches_total{}': '0x60 0+2x180' },
      ['ScimLagBurn', 'ScimLagBurnSlow', 'ScimSlaBreached'],
    ],
    ['they were late, and no more', { 'scim_sla_breaches_total{}': '0x70 0+2x40 80x130' }, ['ScimLagBurnSlow']],
    [
      'half of 100 changes are late, each minute',
      { 'scim_sla_breaches_total{}': '0+0.5x240' },
      ['ScimLagBurnSlow', 'ScimSlaBreached'],
    ],
    ['something waits for 160 s', { 'scim_oldest_pending_seconds{}': '160x240' }, ['ScimOldestPendingTooOld']],
    [
      'the promise is kept in seconds, not minutes, and something waits for 11',
      {
        'scim_sla_seconds{}': '20x240',
        'scim_oldest_pending_seconds{}': '11x240',
        'scim_sweep_age_seconds{}': '4x240',
      },
      ['ScimOldestPendingTooOld'],
    ],
    ['one in fifty takes two minutes', { 'scim_event_lag_seconds_bucket{le="5"}': '0+98x240' }, []],
    ['one in ten takes two minutes', { 'scim_event_lag_seconds_bucket{le="5"}': '0+90x240' }, ['ScimSlow']],
    ['one worker is left of two', { 'scim_workers{}': '1x240' }, ['ScimWorkersMissing']],
    ['one worker is left for five minutes', { 'scim_workers{}': '2x115 1x125' }, []],
    ['Kubernetes wants three workers, and two report', kubernetesWants(3), ['ScimWorkersMissing']],
    ['Kubernetes wants one worker, and one reports', { ...kubernetesWants(1), 'scim_workers{}': '1x240' }, []],
    ['Redis is nearly full', { 'scim_redis_memory_bytes{}': '801x240' }, ['ScimRedisMemory']],
    ['Redis has no limit', { 'scim_redis_memory_bytes{}': '801x240', 'scim_redis_memory_max_bytes{}': null }, []],
    ['a token expires', { 'scim_tokens_expiring{}': '1x240' }, ['ScimTokensExpire']],
    ['a disk fills', { [disk]: '19x240' }, ['ScimDiskFilling']],
    ['a disk is full', { [disk]: '4x240' }, ['ScimDiskFilling', 'ScimDiskFull']],
    ['a certificate expires in 13 days', { [certificate]: '1123200x240' }, ['ScimCertificateExpires']],
    ['every worker is dead', { 'scim_workers{}': '0x240' }, ['ScimNoWorker']],
    ['the last sweep is 301 s old', { 'scim_sweep_age_seconds{}': '301x240' }, ['ScimSweepsTooOld']],
    ['a hint was given up', { 'scim_jobs{state="failed"}': '1x240' }, ['ScimJobsFailed']],
    ['a hint was given up three minutes ago', { 'scim_jobs{state="failed"}': '0x117 1x123' }, []],
    ['a sweep has been held for three minutes', { 'scim_held_changes{}': '0x117 1x123' }, []],
    ['a sweep is held', { 'scim_held_changes{}': '1x240' }, ['ScimChangesHeld']],
    ['an IdP is silent', { 'scim_quiet_teams{}': '1x240' }, ['ScimIdpSilent']],
    ['no webhook, and nothing changes either', noWebhook, []],
    [
      'no webhook, and sweeps find what none told of',
      { ...noWebhook, 'scim_sweeps_total{result="changed"}': '0+1x240' },
      ['ScimWebhooksMissing'],
    ],
    ['sweeps find something now and then', { 'scim_sweeps_total{result="changed"}': '0+1x240' }, []],
    ['a forgery', { 'scim_webhook_rejections_total{reason="bad_signature"}': '0x115 1x125' }, []],
    ['forgeries', { 'scim_webhook_rejections_total{reason="bad_signature"}': '0+10x240' }, ['ScimSignaturesRejected']],
    [
      'the wrong secret',
      {
        ...noWebhook,
        'scim_webhook_rejections_total{reason="bad_signature"}': '0+1x240',
        'scim_sweeps_total{result="changed"}': '0x110 0+1x130',
      },
      ['ScimAllWebhooksRejected', 'ScimSignaturesRejected'],
    ],
    [
      'forgeries in an hour in which nothing happens',
      { ...noWebhook, 'scim_webhook_rejections_total{reason="bad_signature"}': '0+1x240' },
      ['ScimSignaturesRejected'],
    ],
    [
      'a queue that takes nothing',
      { 'scim_webhook_rejections_total{reason="queue_unavailable"}': '0+1x240' },
      ['ScimQueueRefuses'],
    ],
    [
      'the Stytch secret was changed',
      { 'scim_stytch_requests_total{call="members.search",status="401"}': '0+1x240' },
      ['ScimStytchRefuses'],
    ],
    [
      'Stytch hangs',
      { 'scim_stytch_requests_total{call="members.search",status="timeout"}': '0+20x240' },
      ['ScimStytchErrors'],
    ],
    ['Stytch fails now and then', { 'scim_stytch_requests_total{call="members.search",status="502"}': '0+2x240' }, []],
    [
      'Stytch limits us',
      { 'scim_stytch_requests_total{call="members.search",status="429"}': '0+1x240' },
      ['ScimStytchLimits'],
    ],
    ['a machine is six seconds slow', { 'scim_clock_offset_seconds{}': '-6x240' }, ['ScimClocksDiffer']],
    ['rows are dated in the future', { 'scim_impossible_times_total{}': '0+1x240' }, ['ScimClocksDiffer']],
    ['a search was thrown away', { 'scim_searches_refuted_total{}': '0+1x240' }, ['ScimSearchRefuted']],
    ['the database is away', { 'scim_workers{}': null }, ['ScimMetricsMissing']],
    ['nobody answers', Object.fromEntries(Object.keys(quiet).map((name) => [name, null])), ['ScimMetricsMissing']],
  ])('when %s', (_, change, fires) => {
    const told = Object.entries({ ...quiet, ...change }).filter(
      (entry): entry is [string, string] => entry[1] !== null,
    );
    const series = told.flatMap(([name, values]) =>
      ['a', 'b'].map((instance) => ({
        series: name.replace(/,?}$/, `,instance="${instance}"}`).replace('{,', '{'),
        values,
      })),
    );
    const firing = fires.flatMap((alertname) => {
      const labels = `alertname="${alertname}", alertstate="firing", severity="${severityOf.get(alertname)}", service="scanner-scim"`;
      const machine = ofMachine[alertname];
      const all =
        machine === undefined ? [labels] : ['a', 'b'].map((instance) => `${labels}, instance="${instance}"${machine}`);
      return all.map((one) => ({ labels: `ALERTS{${one}}`, value: 1 }));
    });
    const one = promtoolFile({
      rule_files: [resolve(file)],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: series,
          promql_expr_test: [{ expr: 'ALERTS{alertstate="firing"}', eval_time: '2h', exp_samples: firing }],
        },
      ],
    });
    expect(promtool('test', 'rules', one)).toEqual({ ok: true, said: expect.any(String) });
  });

  it('tests every alert above', () => {
    const source = readFileSync('test/monitoring/alerts.test.ts', 'utf8');
    expect(rules.map(({ alert }) => alert).filter((alert) => !source.includes(`'${alert}'`))).toEqual([]);
  });
});

describe('metrics', () => {
  let lab: Lab;
  let names: string[];
  beforeAll(async () => {
    lab = await startLab();
    const text = await (await fetch(`${lab.url}/metrics`)).text();
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [String(name), type] as const);
    const parts = (name: string) => ['bucket', 'count', 'sum'].map((part) => `${name}_${part}`);
    names = types.flatMap(([name, type]) => (type === 'histogram' ? parts(name) : [name]));
  });
  afterAll(() => lab.stop());

  const namesIn = (text: string) => text.match(/\b(?:scim|process|nodejs)_[a-z0-9_]+/g) ?? [];

  it('exist for every alert and for the dashboard', () => {
    const asked = [...rules.map(({ expr }) => expr), ...expressions].flatMap(namesIn);
    expect(asked.length).toBeGreaterThan(30);
    expect([...new Set(asked)].filter((name) => !names.includes(name))).toEqual([]);
  });

  it('of ours are all on the dashboard', () => {
    const shown = expressions.flatMap(namesIn);
    const ours = names.filter((name) => name.startsWith('scim_') && !/_(count|sum)$/.test(name));
    expect(ours.filter((name) => !shown.includes(name))).toEqual([]);
  });
});

it('no panels of the dashboard overlap', () => {
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  expect(Math.max(...dashboard.panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
});

it('deploy/alerts.md has one section for each alert, and each alert names its section', () => {
  const sections = [...readFileSync('deploy/alerts.md', 'utf8').matchAll(/^## (Scim\w+)$/gm)].map(([, name]) => name);
  expect(sections.sort()).toEqual([...severityOf.keys()].sort());
  for (const { alert, annotations, labels } of rules) {
    expect(annotations.runbook_url).toMatch(new RegExp(`^https://[^#]+/deploy/alerts\\.md#${alert.toLowerCase()}$`));
    expect([alert, labels.service]).toEqual([alert, 'scanner-scim']);
  }
});

it('a single breach pages nobody', () => {
  expect(severityOf.get('ScimSlaBreached')).toBe('ticket');
});
