import { historyOf } from '../histories/history.js';
import { playSeed } from '../histories/play-history.js';
import { type Stage, setStage } from '../histories/stage.js';
import { chosenWeaknesses } from '../histories/weaknesses.js';

/**
 * `HISTORIES=1000 npm test -- histories` plays more of them, `SEED=123` the one that failed, and `WEAKNESSES=none`, or `lag`,
 * or `-lag,-view`, leaves Stytch only some of its weaknesses.
 */
const { HISTORIES, SEED, WEAKNESSES } = process.env;
const chosen = chosenWeaknesses(WEAKNESSES);
const count = SEED ? 1 : Number(HISTORIES ?? 25);
const firstSeed = SEED ? Number(SEED) : Math.floor(Math.random() * 1e9);
/** The time limit for the few histories of every run. */
const timeLimitMs = count > 25 ? Number.POSITIVE_INFINITY : 300_000;
/** Histories mostly wait for rechecks, so several are played side by side. */
const stagesAtOnce = Math.min(count, 2);
const failuresMax = 3;

let stages: Stage[];
beforeAll(async () => {
  stages = await Promise.all(Array.from({ length: stagesAtOnce }, setStage));
});
afterAll(() => Promise.all(stages.map((stage) => stage.stop())));

it('no deactivated user is ever active again too early, and the rows end equal to the directory, however weak Stytch is', async () => {
  const begun = Date.now();
  const failures: string[] = [];
  let played = 0;
  const isOver = () => played === count || failures.length >= failuresMax || Date.now() - begun > timeLimitMs;
  const playOn = async (stage: Stage) => {
    while (!isOver()) {
      const seed = firstSeed + played++;
      await playSeed(stage, seed, chosen).catch((error) => failures.push(failureOf(seed, error)));
    }
  };
  await Promise.all(stages.map(playOn));
  if (count > 25) console.log(`${played} histories in ${Math.round((Date.now() - begun) / 1000)} s`);
  if (failures.length > 0) throw new Error(failures.join('\n\n'));
  expect(played).toBe(count);
}, 86_400_000);

function failureOf(seed: number, error: unknown): string {
  const there = Object.entries(historyOf(seed, chosen).weak).filter(([, value]) => value !== null);
  return `SEED=${seed} ${JSON.stringify(Object.fromEntries(there))}\n${error instanceof Error ? error.message : error}`;
}
