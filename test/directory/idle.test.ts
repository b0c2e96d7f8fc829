import { isQuiet } from '../../src/directory/idle.js';

const hour = 3_600_000;
const now = Date.parse('2026-03-04T05:06:07Z');

it.each([
  ['heard a moment ago', 0, 0, false],
  ['a day without a word from one who always talked', 24, 0, false],
  ['a day and a millisecond', 24 + 1 / hour, 0, true],
  ['a weekend, as every week', 60, 60, false],
  ['a week, where a weekend was the longest', 168, 60, true],
  ['twice the longest silence, exactly', 120, 60, false],
  ['a sender whose clock is ahead', -2, 0, false],
])('%s', (_, silentHours, longestHours, quiet) => {
  expect(isQuiet({ heardAtMs: now - silentHours * hour, longestSilenceMs: longestHours * hour }, now)).toBe(quiet);
});
