import { jobLost, redisAway } from '../../src/queue/store-problem.js';

const withCode = (code: string) => Object.assign(new Error(`write ${code}`), { code });

it.each([
  [withCode('EPIPE'), 'it closed the connection (EPIPE)'],
  [withCode('ECONNABORTED'), 'it closed the connection (ECONNABORTED)'],
  [
    new Error("Socket timeout. Expecting data, but didn't receive any in 10000ms."),
    'it does not answer in time (ETIMEDOUT)',
  ],
  [new Error('Command timed out'), 'it does not answer in time (ETIMEDOUT)'],
  [new Error('Connection is closed.'), 'it closed the connection (ECONNRESET)'],
  [
    new Error("Stream isn't writeable and enableOfflineQueue options is false"),
    'it closed the connection (ECONNRESET)',
  ],
  [
    new Error('None of startup nodes is available', { cause: withCode('ECONNREFUSED') }),
    'nothing listens at its address (ECONNREFUSED)',
  ],
])('%s is reported as an outage of Redis', (error, meaning) => {
  expect(redisAway(error, null)?.message).toBe(`Redis can't be used: ${meaning}.`);
});

it('a command that was not sent is explained by the reason of the lost connection, if it is known', () => {
  const lost = withCode('ECONNREFUSED');
  const away = redisAway(new Error('Connection is closed.'), lost);
  expect(away?.message).toBe("Redis can't be used: nothing listens at its address (ECONNREFUSED).");
});

it('any other error is not about Redis', () => {
  expect(redisAway(new TypeError('x is undefined'), null)).toBeNull();
});

it.each([
  'Missing lock for job msg_1. moveToFinished',
  'Missing key for job msg_1. moveToDelayed',
  'Lock mismatch for job msg_1. Cmd moveToFinished from active',
  'Job msg_1 is not in the active state. moveToFinished',
  'could not renew lock for job msg_1',
])('"%s" is reported as a job that another worker has taken over', (message) => {
  expect(jobLost(new Error(message))?.message).toBe(
    'The queue gave this job to another worker, or lost it. That worker, or a sweep, does the work.',
  );
});
