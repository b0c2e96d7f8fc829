import { sentAt } from '../../src/directory/sent-at.js';

const receivedAt = new Date('2026-03-04T05:06:08.000Z');
const day = 24 * 3_600_000;
/** The event's own time, and how far the sender's clock was from ours when it sent this attempt. */
const sent = (timestamp: string, clocksDifferMs = 0) =>
  sentAt(timestamp, { receivedAt, attemptedAt: new Date(receivedAt.getTime() - clocksDifferMs) }).toISOString();

it.each([
  ['microseconds', '2026-03-04T05:06:07.123456Z', '2026-03-04T05:06:07.123Z'],
  ['nanoseconds', '2026-03-04T05:06:07.760777783Z', '2026-03-04T05:06:07.760Z'],
  ['whole seconds', '2026-03-04T05:06:07Z', '2026-03-04T05:06:07.000Z'],
  ['another zone', '2026-03-04T07:06:07+02:00', '2026-03-04T05:06:07.000Z'],
  ['a message that was sent again after two months', '2026-01-04T05:06:07Z', '2026-01-04T05:06:07.000Z'],
])('is what the event says: %s', (_, timestamp, expected) => {
  expect(sent(timestamp)).toBe(expected);
});

it.each([
  'yesterday',
  '',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999999Z',
  '+275760-09-13T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '9999999999999999',
  '2026-03-04T08:06:07Z',
  new Date(receivedAt.getTime() - 91 * day).toISOString(),
])('is the time of receipt for %p, which is impossible', (timestamp) => {
  expect(sent(timestamp)).toBe(receivedAt.toISOString());
});

it('is anything younger than 90 days', () => {
  const at = (agoMs: number) => new Date(receivedAt.getTime() - agoMs).toISOString();
  expect(sent(at(90 * day - 1))).toBe(at(90 * day - 1));
  expect(sent(at(90 * day))).toBe(receivedAt.toISOString());
});

it.each([
  [3_000, 0],
  [5_000, 0],
  [5_001, 5_001],
  [-5_000, 0],
])('with clocks %i ms apart is corrected by %i ms', (differMs, correctionMs) => {
  const minuteAgo = receivedAt.getTime() - 60_000;
  expect(sent(new Date(minuteAgo).toISOString(), differMs)).toBe(new Date(minuteAgo + correctionMs).toISOString());
});

it.each([
  ['behind', 240_000],
  ['ahead', -240_000],
])("is corrected if the sender's clock is four minutes %s: the difference of its two times is right", (_, differMs) => {
  const tenMinutesOld = new Date(receivedAt.getTime() - differMs - 600_000).toISOString();
  expect(sent(tenMinutesOld, differMs)).toBe(new Date(receivedAt.getTime() - 600_000).toISOString());
});
