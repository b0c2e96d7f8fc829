import { sharedProbe } from '../../src/server/shared-probe.js';

/** A probe that ends when the test says so, on a clock that the test moves. */
function played() {
  let now = 0;
  const begun: { resolve: (value: string) => void; reject: (error: Error) => void }[] = [];
  const ask = sharedProbe(
    () => new Promise<string>((resolve, reject) => begun.push({ resolve, reject })),
    () => now,
  );
  const pass = (ms: number) => {
    now += ms;
  };
  return { ask, begun, pass };
}

it('runs once for all concurrent requests, however long it takes', async () => {
  const { ask, begun, pass } = played();
  const asked = Array.from({ length: 100 }, ask);
  pass(60_000);
  asked.push(ask());
  begun[0]?.resolve('fine');
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['fine']));
  expect(begun).toHaveLength(1);
});

it('is kept for a second after it ended, a failure too, and then runs again', async () => {
  const { ask, begun, pass } = played();
  const first = ask();
  begun[0]?.reject(new Error('away'));
  await expect(first).rejects.toThrow('away');
  pass(999);
  await expect(ask()).rejects.toThrow('away');
  pass(1);
  const again = ask();
  begun[1]?.resolve('fine');
  expect([await again, begun.length]).toEqual(['fine', 2]);
});
