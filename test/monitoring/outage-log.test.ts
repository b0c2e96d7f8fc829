import { TransientError } from '../../src/errors/errors.js';
import type { Log } from '../../src/log/log.js';
import { createOutageLog } from '../../src/log/outage-log.js';

const second = 1_000;

/** An outage log on a clock that the test moves. */
function played() {
  let now = 0;
  const lines: unknown[] = [];
  const write = (level: string) => (fields: object | string, message?: string) =>
    void lines.push([level, message, fields]);
  const log = { info: write('info'), warn: write('warn'), error: write('error'), debug: write('debug') } as Log;
  const outage = createOutageLog(log, 'queue', () => now);
  const away = new TransientError('Redis is away.');
  return {
    ...outage,
    lines: () => lines.splice(0),
    fail: (times = 1, error: unknown = away) => {
      for (let n = 0; n < times; n++) outage.failed(error);
    },
    pass: (ms: number) => {
      now += ms;
    },
  };
}

it('logs nothing while everything works', () => {
  const { succeeded, lines } = played();
  for (let n = 0; n < 100; n++) succeeded();
  expect(lines()).toEqual([]);
});

it('logs once that it starts and once that it is over, whatever the number of failures', () => {
  const { fail, pass, succeeded, lines } = played();
  fail(10_000);
  expect(lines()).toEqual([['warn', 'failing', { what: 'queue', error: 'Redis is away.', count: 1 }]]);
  pass(15 * second);
  succeeded();
  succeeded();
  expect(lines()).toEqual([['info', 'works again', { what: 'queue', count: 10_000, lastedSeconds: 15 }]]);
});

it('logs once a minute that it continues, with the count', () => {
  const { fail, pass, lines } = played();
  for (let n = 0; n < 181; n++) {
    fail(1_000);
    pass(second);
  }
  expect(lines()).toMatchObject([
    ['warn', 'failing', { count: 1 }],
    ['warn', 'still failing', { count: 60_001, lastedSeconds: 60 }],
    ['warn', 'still failing', { count: 120_001, lastedSeconds: 120 }],
    ['warn', 'still failing', { count: 180_001, lastedSeconds: 180 }],
  ]);
});

it('logs another reason at once, but not each of thousands', () => {
  const { fail, lines } = played();
  fail();
  fail(1, new TransientError('Redis is full.'));
  expect(lines()).toMatchObject([
    ['warn', 'failing', { error: 'Redis is away.' }],
    ['warn', 'still failing', { error: 'Redis is full.', count: 2 }],
  ]);
  for (let n = 0; n < 1_000; n++) fail(1, new TransientError(`Job ${n} is lost.`));
  expect(lines()).toHaveLength(1);
});

it('is one outage when a call succeeds in between', () => {
  const { fail, pass, succeeded, lines } = played();
  for (let n = 0; n < 30; n++) {
    fail();
    pass(second);
    succeeded();
  }
  expect(lines()).toHaveLength(1);
  pass(10 * second);
  succeeded();
  expect(lines()).toMatchObject([['info', 'works again', { count: 30, lastedSeconds: 40 }]]);
});

it('logs at most one line of each kind a minute, however often it comes and goes', () => {
  const { fail, pass, succeeded, lines } = played();
  for (let n = 0; n < 50; n++) {
    fail();
    pass(12 * second);
    succeeded();
  }
  const said = lines() as [string, string][];
  expect(said.filter(([level]) => level === 'warn')).toHaveLength(10); // in ten minutes
  expect(said.filter(([level]) => level === 'info')).toHaveLength(10);
});

it('is a new one after a minute without failures, even without a success', () => {
  const { fail, pass, lines } = played();
  fail(5);
  pass(60 * second);
  fail();
  expect(lines()).toMatchObject([
    ['warn', 'failing', { count: 1 }],
    ['warn', 'failing', { count: 1 }],
  ]);
});

it('logs no personal data of an error', () => {
  const { fail, lines } = played();
  fail(1, new TypeError('ada@acme.example is no number'));
  expect(JSON.stringify(lines())).not.toContain('ada');
});
