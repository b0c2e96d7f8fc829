import { waitAtMost, withDeadline } from '../../src/process/deadline.js';

const late = () => new Error('late');
const never = () => new Promise<never>(() => {});

it('settles as the work does', async () => {
  expect(await withDeadline(1_000, async () => 'done', late)).toBe('done');
  await expect(withDeadline(1_000, () => Promise.reject(new Error('failed')), late)).rejects.toThrow('failed');
});

it('rejects at the deadline, and aborts the work', async () => {
  const signals: AbortSignal[] = [];
  const work = (signal: AbortSignal) => {
    signals.push(signal);
    return never();
  };
  await expect(withDeadline(20, work, late)).rejects.toThrow('late');
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});

it('rejects with its own error even if the work rejects when it is aborted', async () => {
  const work = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  await expect(withDeadline(20, work, late)).rejects.toThrow('late');
});

it('does not abort work that was in time', async () => {
  const signals: AbortSignal[] = [];
  await withDeadline(20, async (signal) => signals.push(signal), late);
  await waitAtMost(60, never());
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
});

it('waits for work, but not for ever', async () => {
  await waitAtMost(20, never());
  await expect(waitAtMost(1_000, Promise.reject(new Error('failed')))).rejects.toThrow('failed');
});
