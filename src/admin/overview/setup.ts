import type { ProviderId } from '../connection/providers.js';
import { type Check, checklist } from './checklist.js';
import { readMisconfigurationSigns, type SignsDependencies } from './find-misconfigurations.js';
import { type Misconfiguration, misconfigurations } from './misconfigurations.js';
import { readSignals } from './signals.js';

/** The progress of the set-up, and its misconfigurations so far. */
export type Setup = { checks: Check[]; misconfigurations: Misconfiguration[] };

export async function readSetup(deps: SignsDependencies, teamId: string, provider: ProviderId | null): Promise<Setup> {
  const signals = await readSignals(deps.database, teamId);
  const checks = checklist(signals);
  if (provider === null) return { checks, misconfigurations: [] };
  return { checks, misconfigurations: misconfigurations(await readMisconfigurationSigns(deps, teamId), provider) };
}
