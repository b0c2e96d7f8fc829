import { earlier, earlierBy, instantOf } from '../../src/directory/instant.js';

it.each([
  ['no fraction', '2026-03-04T05:06:07Z', '2026-03-04T05:06:07.000000Z'],
  ['one digit', '2026-03-04T05:06:07.1Z', '2026-03-04T05:06:07.100000Z'],
  ['milliseconds', '2026-03-04T05:06:07.123Z', '2026-03-04T05:06:07.123000Z'],
  ['microseconds', '2026-03-04T05:06:07.123456Z', '2026-03-04T05:06:07.123456Z'],
  ['nanoseconds', '2026-03-04T05:06:07.123456789Z', '2026-03-04T05:06:07.123456Z'],
])('always has six digits: from %s', (_, iso, instant) => {
  expect(instantOf(iso)).toBe(instant);
});

it.each([
  ...['', '2026-03-04', '2026-03-04T05:06:07', '2026-03-04T05:06:07+00:00', '2026-03-04T05:06:07.Z'],
  ...['x2026-03-04T05:06:07Z', '2026-03-04T05:06:07Zx', '12026-03-04T05:06:07Z'],
])('refuses %j, which is not an ISO 8601 time in UTC', (text) => {
  expect(() => instantOf(text)).toThrow(new TypeError('Not an ISO 8601 time in UTC'));
});

it('compares to the microsecond', () => {
  const [a, b] = [instantOf('2026-03-04T05:06:07.123456Z'), instantOf('2026-03-04T05:06:07.123457Z')];
  expect([earlier(a, b), earlier(b, a), earlier(a, a)]).toEqual([a, a, a]);
});

it.each([
  [0, '2026-03-04T00:00:00.000999Z'],
  [1, '2026-03-03T23:59:59.999999Z'],
  [30_000, '2026-03-03T23:59:30.000999Z'],
])('moves back by %i ms and keeps the microseconds', (ms, moved) => {
  expect(earlierBy(instantOf('2026-03-04T00:00:00.000999Z'), ms)).toBe(moved);
});
