import { factLines, table, wrapped } from '../../src/support/cli/table.js';
import { jobTimeline, type ShownJob, spanText } from '../../src/support/failed/show-job.js';
import type { Status } from '../../src/support/status/status.js';
import { verdictOf } from '../../src/support/status/verdict.js';
import { shareText } from '../../src/sync/holds/holds.js';

describe('a table', () => {
  const rows = [['msg_1', 'an error of several words, which is longer than the terminal is wide']];

  it('is one line a row in a pipe', () => {
    expect(table(['JOB', 'ERROR'], rows).split('\n')).toHaveLength(3);
  });

  it('wraps the last column on a terminal, and cuts nothing off', () => {
    const lines = table(['JOB', 'ERROR'], rows, 40).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
    expect(
      lines
        .slice(2)
        .map((line) => line.trim())
        .join(' '),
    ).toBe(`msg_1  ${rows[0]?.[1]}`);
  });

  it('is a block a row on a terminal without room for the last column', () => {
    const text = table(['JOB', 'ERROR'], rows, 20);
    expect(text).toMatch(/^ {2}JOB {4}msg_1\n {2}ERROR {2}an error of/);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(rows[0]?.[1]);
  });

  it('keeps a word that is longer than the line whole, so that it can be copied', () => {
    expect(wrapped('see member-0123456789 now', 8)).toEqual(['see', 'member-0123456789', 'now']);
    expect(factLines([['Id', 'x'.repeat(90)]], 40)).toEqual([`  Id  ${'x'.repeat(90)}`]);
  });
});

describe('the errors of a job', () => {
  const job = (change: Partial<ShownJob>) =>
    ({ attempts: 9, errors: [], errorTimes: [], error: '', ...change }) as ShownJob;
  const at = (minute: number) => `2026-11-24T09:0${minute}:00.000Z`;

  it('are folded when they are equal but for the request id', () => {
    const errors = ['500 (request-id-1)', '500 (request-id-2)', '404 (request-id-3)'];
    expect(jobTimeline(job({ errors, errorTimes: [at(1), at(2), at(3)], failedAt: at(3) }))).toEqual([
      { attempts: 'attempts 7 to 8', from: at(1), to: at(2), error: '500 (request-id-2)' },
      { attempts: 'attempt 9', from: at(3), to: at(3), error: '404 (request-id-3)' },
    ]);
  });

  it('have the time of the last attempt, where an earlier version stored no times', () => {
    const errors = ['500', '500'];
    expect(jobTimeline(job({ errors, failedAt: at(3) }))).toEqual([
      { attempts: 'attempts 8 to 9', from: null, to: at(3), error: '500' },
    ]);
    expect(spanText({ from: null, to: at(3) })).toBe('2026-11-24 09:03:00');
    expect(spanText({ from: at(1), to: at(3) })).toBe('2026-11-24 09:01:00 to 09:03:00');
  });
});

describe('the verdict', () => {
  const counts = { waiting: 0, active: 0, delayed: 0, failed: 0 };
  const well: Status = {
    queues: { leavers: counts, hints: counts, rereads: counts, sweeps: counts, replays: { ...counts, delayed: 1 } },
    lag: { changes: 1, p50Seconds: 0.1, p99Seconds: 0.2 },
    ...{
      failed: 0,
      oldestPendingSeconds: 1,
      breaches: 0,
      slaSeconds: 300,
      held: 0,
      holds: [],
      quietTeams: [],
      quiet: 0,
    },
    ...{ suspectTeams: [], connectedTeams: 2, workers: 2, replaysUnderWay: 1, settledBySweeps: 0 },
  };
  const team = { teamId: 't', teamName: 'Acme', since: '2026-11-24T09:00:00.000Z' };

  it('is good, in one sentence, when all is well', () => {
    expect(verdictOf(well)).toMatchObject({
      isGood: true,
      sentence: expect.stringMatching(/^All is well/),
      concerns: [],
    });
  });

  it.each([
    ['no worker', { workers: 0 }, '/support/queues', 'No worker'],
    ['a job that waits', { oldestPendingSeconds: 61 }, '/support/queues', 'has waited for 61 s'],
    ['a failed job', { failed: 1 }, '/support/failed', '1 job has failed'],
    ['a late change', { breaches: 2 }, '/support#late', '2 changes of the last 24 hours'],
    [
      'a hold',
      { held: 1, holds: [{ id: 'h', teamId: 't', teamName: 'Acme', users: 20 }] },
      '/support/held/h',
      '20 deactivations wait for your decision: Acme (t)',
    ],
    ['a suspect team', { suspectTeams: [team] }, '/support/teams/t', 'died while it swept Acme (t)'],
  ] satisfies [string, Partial<Status>, string, string][])('is bad for %s, and links it', (_, change, href, text) => {
    const { isGood, sentence, concerns } = verdictOf({ ...well, ...change });
    expect([isGood, sentence]).toEqual([false, '1 thing needs your attention.']);
    expect(concerns).toEqual([expect.objectContaining({ kind: 'wrong', href, text: expect.stringContaining(text) })]);
  });

  it('stays good for a silent identity provider, which is worth knowing', () => {
    const { isGood, concerns } = verdictOf({ ...well, quiet: 1, quietTeams: [team] });
    expect([isGood, concerns.map(({ kind, href }) => [kind, href])]).toEqual([true, [['note', '/support/teams/t']]]);
  });
});

it.each([
  [10_000, 10_004, '10,000 of 10,004 active users (99.96 %)'],
  [20, 20, '20 of 20 active users (100 %)'],
  [3, 0, '3 users, none of them active'],
])('the share of %s held users of %s', (users, activeUsers, text) => {
  expect(shareText({ users, activeUsers })).toBe(text);
});
