import { probeDatabase } from '../../src/monitoring/database-probe.js';
import { eventually } from '../helpers/eventually.js';

it('asks the database, unless it has just answered something else, and reports each result', async () => {
  const reported: string[] = [];
  const outage = { succeeded: () => void reported.push('up'), failed: () => void reported.push('down') };
  let [asked, isUp] = [0, true];
  const measure = async () => {
    asked += 1;
    if (!isUp) throw new Error('away');
  };
  const probe = probeDatabase({ measure }, outage);
  const busy = setInterval(probe.answered, 100);
  await eventually(() => reported.length > 26); // longer than a probe's pause
  expect([asked, new Set(reported)]).toEqual([0, new Set(['up'])]);
  clearInterval(busy);
  isUp = false;
  await eventually(() => reported.at(-1) === 'down');
  isUp = true;
  await eventually(() => reported.at(-1) === 'up');
  await probe.stop();
  expect(asked).toBe(2);
});
