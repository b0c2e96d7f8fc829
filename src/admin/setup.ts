import { type Check, checklist } from './checklist.js';
import type { ProviderId } from './providers.js';
import { readSignals } from './signals.js';
import { readSuspicions, type SuspicionDependencies } from './suspicions.js';
import { type Trap, traps } from './traps.js';

/** How far the set-up has come, and what went wrong in it so far. */
export type Setup = { checks: Check[]; traps: Trap[] };

export async function readSetup(
  deps: SuspicionDependencies,
  teamId: string,
  provider: ProviderId | null,
): Promise<Setup> {
  const signals = await readSignals(deps.database, teamId);
  const checks = checklist(signals);
  if (provider === null) return { checks, traps: [] };
  return { checks, traps: traps(await readSuspicions(deps, teamId), provider) };
}
