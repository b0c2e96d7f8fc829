import { type Emulator, jittery, replicas } from '../emulator/emulator.js';
import type { SearchOmission } from '../emulator/switches.js';
import { randomOf } from '../helpers/random.js';
import { chosenWeaknesses } from '../histories/weaknesses.js';

/** How weak search is while a fault is tried: drawn anew for each, unless a seed is given. */
export type WeakSearch = {
  /** For whoever wants the same again: `SEED=… npm run test:faults -- -t 'its name'`. */
  text: string;
  begin(): void;
  /** Search shows all that get shows, from now on: no sweep can find what search never shows. */
  showAll(): void;
};

/** Longer than the first second look waits, and short enough for a fault to end in its time. */
const lagMaxMs = 6_000;
const omissions: readonly SearchOmission[] = ['registration', 'scimRoles', 'groups', 'groupDisplay', 'roles'];

export function drawWeakSearch(emulator: Emulator): WeakSearch {
  const { SEED, WEAKNESSES } = process.env;
  const seed = SEED ? Number(SEED) : Math.floor(Math.random() * 1e9);
  const random = randomOf(seed);
  const chosen = chosenWeaknesses(WEAKNESSES);
  const oneOf = <T>(some: readonly T[]) => some[Math.floor(random() * some.length)];
  const lags = [random() * lagMaxMs, random() * lagMaxMs].sort((a, b) => a - b) as [number, number];
  const lag = oneOf([0, lags[1], jittery(...lags, random), replicas([0, ...lags], random)]) ?? 0;
  const omitted = random() < 1 / 3 ? oneOf(omissions) : undefined;
  return {
    text: `SEED=${seed} (search is behind by up to ${Math.round(lags[1])} ms and omits ${omitted ?? 'nothing'})`,
    begin: () => {
      if (chosen.has('lag')) emulator.faults.searchLagMs = lag;
      if (chosen.has('view') && omitted !== undefined) emulator.switches.searchOmits = [omitted];
    },
    showAll: () => {
      emulator.switches.searchOmits = [];
    },
  };
}
