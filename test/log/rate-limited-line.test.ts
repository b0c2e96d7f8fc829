import { limitPerMinute } from '../../src/log/rate-limited-line.js';

it('writes the first few of each minute, and then how many were dropped', () => {
  let now = 0;
  const written: [string, number][] = [];
  const write = limitPerMinute<string>(
    2,
    (one, dropped) => void written.push([one, dropped]),
    () => now,
  );
  const lines = () => written.splice(0);
  for (let n = 0; n < 1_000; n++) write(`job ${n}`);
  expect(lines()).toEqual([
    ['job 0', 0],
    ['job 1', 0],
  ]);
  now = 59_999;
  write('job 1000');
  expect(lines()).toEqual([]);
  now = 60_000;
  write('job 1001');
  write('job 1002');
  expect(lines()).toEqual([
    ['job 1001', 999],
    ['job 1002', 0],
  ]);
});
