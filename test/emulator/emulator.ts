/** A local Stytch: the slice of its B2B API, SCIM servers and webhooks that this project uses. */
import { randomUUID } from 'node:crypto';
import { createApp } from './api/app.js';
import type { CallLog } from './api/call-log.js';
import { type Clock, createClock } from './clock.js';
import { createWorld } from './create-world.js';
import { createDirectory, type Directory } from './directory/driver.js';
import { createOrganizationDriver, type OrganizationDriver } from './directory/organization-driver.js';
import type { Rbac } from './directory/rbac.js';
import { createFaults, type Faults } from './faults/faults.js';
import { alphanumeric } from './ids.js';
import { listen } from './listen.js';
import { createSessions, type Sessions } from './sessions/sessions.js';
import { createStateFile, loadState } from './store/state-file.js';
import { defaultSwitches, type Switches } from './switches.js';
import { createEnvelopes } from './webhooks/envelope.js';
import { createEventTimes } from './webhooks/event-time.js';
import { createSilence } from './webhooks/silence.js';
import { noWebhookFaults } from './webhooks/webhook-faults.js';
import { createWebhooks, type Webhooks } from './webhooks/webhooks.js';
import type { Project } from './world.js';

export type { CallName, LoggedCall } from './api/call-log.js';
export type { MemberView } from './directory/member-view.js';
export type { OrganizationView } from './directory/organization-view.js';
export type { Person } from './directory/person.js';
export type { FailureKind } from './faults/failures.js';
export { jittery, replicas, type SearchLag } from './faults/search-lag.js';
export type { SearchTimeout } from './faults/search-timeout.js';
export type { Attempt, Message } from './webhooks/message.js';

export interface EmulatorOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  readonly host?: string;
  readonly projectId?: string;
  readonly secret?: string;
  /** Loaded at the start if it exists, written after changes. */
  readonly stateFile?: string;
  readonly switches?: Partial<Switches>;
  /** Shared by emulators that must agree on the time. */
  readonly clock?: Clock;
  /** How many messages the outbox remembers; default all. Long runs want a limit: memory. */
  readonly outboxLimit?: number;
  /** Makes shuffles and losses repeatable. */
  readonly random?: () => number;
}

export interface Emulator {
  /** The `env` of the SDK. */
  readonly url: string;
  readonly projectId: string;
  readonly secret: string;
  /** As in the dashboard: these secrets, and no others, open the API from now on. */
  setSecrets(secrets: readonly string[]): void;
  readonly clock: Clock;
  readonly switches: Switches;
  readonly organizations: OrganizationDriver;
  readonly directory: Directory;
  readonly webhooks: Webhooks;
  readonly faults: Faults;
  readonly calls: CallLog;
  readonly sessions: Sessions;
  readonly rbac: Rbac;
  stop(): Promise<void>;
}

export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const clock = options.clock ?? createClock();
  const { outboxLimit = Number.POSITIVE_INFINITY, random = Math.random, stateFile } = options;
  const project = projectOf(options);
  const switches = { ...defaultSwitches(), ...options.switches };
  const webhooks = createWebhooks({ clock, outboxLimit, random });
  const faults = createFaults(clock, () => {
    webhooks.faults = noWebhookFaults();
  });
  const silence = createSilence();
  const eventTime = createEventTimes(switches, () => webhooks.faults);
  const envelopeOf = createEnvelopes(project, switches, eventTime);
  const saved = stateFile === undefined ? undefined : createStateFile(() => world.store, stateFile);

  const world = createWorld({
    project,
    switches,
    clock,
    faults,
    publish(event) {
      if (silence.isSilent) return;
      const { body, eventType } = envelopeOf(event);
      webhooks.publish(body, eventType);
    },
    changed: () => saved?.changed(),
  });
  if (stateFile !== undefined) loadState(world.store, stateFile);
  const listener = await listen(createApp(world), options);
  project.url = listener.url;

  return {
    url: listener.url,
    projectId: project.projectId,
    secret: project.secret,
    setSecrets(secrets) {
      project.secrets = secrets;
    },
    clock,
    switches,
    organizations: createOrganizationDriver(world),
    directory: createDirectory(world, silence.silently),
    webhooks,
    faults,
    calls: world.calls,
    sessions: createSessions(world),
    rbac: world.rbac,
    async stop() {
      faults.reset();
      await webhooks.stop();
      await listener.stop();
      if (options.clock === undefined) clock.stop();
      await saved?.flush();
    },
  };
}

function projectOf({ projectId = `project-test-${randomUUID()}`, secret }: EmulatorOptions): Project {
  const environment = projectId.startsWith('project-live-') ? 'live' : 'test';
  const first = secret ?? `secret-${environment}-${alphanumeric(32)}`;
  return { projectId, secret: first, secrets: [first], environment, url: '' };
}
