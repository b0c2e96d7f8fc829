import { type PartId, partIds } from '../connection/guides/guide.js';
import { type ProviderId, spokenName } from '../connection/providers.js';
import type { Signals } from '../overview/checklist.js';
import type { IdpStatus } from '../overview/idp-status.js';

/** The steps of the guided set-up. The first one creates the connection, the others are the parts of the provider's guide. */
export type StepId = 'provider' | PartId;

export type SetupStep = { id: StepId; label: string; done: boolean };

/** What tells which steps are done. Null before there is a connection. */
export type Progress = { idp: IdpStatus; signals: Signals };

const labels: Record<StepId, string> = {
  provider: 'Provider',
  credentials: 'Credentials',
  users: 'People',
  roles: 'Roles',
  test: 'Test',
};

/** The steps in order. A step is done when Scanner has seen its effect, not when somebody has clicked on. Pure. */
export function setupSteps(progress: Progress | null): SetupStep[] {
  const done: Record<StepId, boolean> = {
    provider: progress !== null,
    credentials: progress !== null && progress.idp.lastAt !== null,
    users: progress !== null && progress.signals.people > 0,
    roles: progress !== null && progress.signals.granted > 0,
    test: progress !== null && progress.signals.deactivated > 0,
  };
  return (['provider', ...partIds] as const).map((id) => ({ id, label: labels[id], done: done[id] }));
}

/** Where somebody who comes back continues: the first step that is not done, or the last one. Pure. */
export function openPart(progress: Progress): PartId {
  const open = setupSteps(progress).find((step) => !step.done);
  return partIds.find((id) => id === open?.id) ?? 'test';
}

/** The address of a step. `app` is which kind of app the admin has in the provider; the first kind needs no mention. */
export function partPath(part: PartId, app?: unknown): string {
  const chosen = typeof app === 'string' && app !== '' ? `?${new URLSearchParams({ app })}` : '';
  return `/settings/scim/setup/${part}${chosen}`;
}

/** The progress of a connection of which nothing can be read now. */
export function nothingSeen({ identityProvider }: { identityProvider: ProviderId }): Progress {
  const provider = spokenName(identityProvider);
  return {
    idp: { provider, lastAt: null, firstPerson: null, firstValue: null },
    signals: { isConnected: true, people: 0, values: 0, valuesAreMore: false, granted: 0, deactivated: 0 },
  };
}

export function nextPart(part: PartId): PartId | null {
  return partIds[partIds.indexOf(part) + 1] ?? null;
}
