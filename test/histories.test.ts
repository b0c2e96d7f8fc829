import { type Stage, setStage } from './histories/stage.js';
import { historyOf } from './histories/history.js';
import { playHistory } from './histories/play-history.js';
import { chosenWeaknesses } from './histories/weaknesses.js';

/**
 * `HISTORIES=1000 npm test -- histories` plays more of them, `WEAKNESSES=none` or `-lag,-view` with a better Stytch, and
 * `SEED=123` the one that failed.
 */
const { HISTORIES, SEED, WEAKNESSES } = process.env;
const numRuns = SEED === undefined ? Number(HISTORIES ?? 25) : 1;
const firstSeed = Number(SEED ?? Math.floor(Math.random() * 1_000_000_000));
const chosen = chosenWeaknesses(WEAKNESSES);
/** Told as it is, before there is no time to tell. */
const timeLimitMs = numRuns > 25 ? Number.POSITIVE_INFINITY : 300_000;
const failuresMax = Number(process.env.FAILURES ?? 3);

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.stop());

it('whatever happens in a directory, and however weak Stytch is, nobody who is put out is ever in again, and the rows end as the directory', async () => {
  const begun = Date.now();
  const failures: string[] = [];
  let played = 0;
  while (played < numRuns && failures.length < failuresMax && Date.now() - begun < timeLimitMs) {
    const seed = firstSeed + played++;
    await playHistory(stage, seed, chosen).catch((error) => failures.push(failureOf(seed, error)));
  }
  console.log(`${played} histories in ${((Date.now() - begun) / 1000).toFixed(0)} s`);
  expect(failures).toEqual([]);
  expect(played).toBe(numRuns);
}, 86_400_000);

function failureOf(seed: number, error: unknown): string {
  const { weak } = historyOf(seed, chosen);
  const there = Object.fromEntries(Object.entries(weak).filter(([, value]) => value !== null));
  return `SEED=${seed} ${JSON.stringify(there)}\n${error instanceof Error ? error.message : error}`;
}
