import { limitPerMinute } from '../../src/log/rate-limited-line.js';

it('tells the first few of each minute, and with the next one how many it left out', () => {
  let now = 0;
  const told: [string, number][] = [];
  const tell = limitPerMinute<string>(
    2,
    (one, untold) => void told.push([one, untold]),
    () => now,
  );
  const lines = () => told.splice(0);
  for (let n = 0; n < 1_000; n++) tell(`job ${n}`);
  expect(lines()).toEqual([
    ['job 0', 0],
    ['job 1', 0],
  ]);
  now = 59_999;
  tell('job 1000');
  expect(lines()).toEqual([]);
  now = 60_000;
  tell('job 1001');
  tell('job 1002');
  expect(lines()).toEqual([
    ['job 1001', 999],
    ['job 1002', 0],
  ]);
});
