import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { plot } from '../bench/plot.js';
import { backends } from '../helpers/queue.js';

const run = promisify(execFile);

function bench(...words: string[]) {
  // In the checkout, where dist is; what it measures says nothing while other tests run.
  return run(process.execPath, [resolve('dist/test/bench/main.js'), ...words], { env: { PATH: process.env.PATH } });
}

it('--help lists the scenarios, and starts nothing', async () => {
  const { stdout } = await bench('--help');
  for (const name of ['receiver', 'reconcile', 'steady', 'leaver', 'sweep', 'idle', 'storm', 'growth', 'storm-250k'])
    expect(stdout).toContain(`\n  ${name} `);
});

it('refuses a scenario that is none', async () => {
  await expect(bench('nothing')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no scenario nothing'),
  });
});

it('draws how cost grows, without anything that was not measured', () => {
  const growth = (what: string, value: number) => ({ scenario: 'growth', what, value, unit: 'events/s' });
  const svg = plot([growth('1 worker, 10 teams', 2000), growth('1 worker, 100 teams', 1000)]);
  expect(svg).toContain('by teams: 10 2,000 events/s, 100 1,000 events/s, 1,000 0.00 events/s');
  const heights = [...svg.matchAll(/width="52" height="([\d.]+)"/g)].map(([, height]) => Number(height));
  expect(heights.slice(3, 6)).toEqual([102, 51, 0]);
});

const withRedis = backends.length === 2 ? it : it.skip;
withRedis(
  'measures, shows a table, and leaves the figures as JSON',
  async () => {
    const { stdout } = await bench('steady');
    expect(stdout).toMatch(/steady\s+p99 lag\s+\d/);
    const { figures } = JSON.parse(readFileSync('.local/bench.json', 'utf8'));
    expect(figures).toMatchObject([{ what: 'p50 lag' }, { what: 'p99 lag', unit: 's' }]);
  },
  240_000,
);
