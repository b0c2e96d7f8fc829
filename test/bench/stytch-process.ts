import { type Emulator, startEmulator } from '../emulator/emulator.js';
import { answer } from './answering.js';

/** The local Stytch in a process of its own, with Stytch's latency and limit. */
let emulator: Emulator;

answer({
  start: async ({ projectId, secret }: { projectId: string; secret: string }) => {
    emulator = await startEmulator({ projectId, secret });
    emulator.webhooks.mode = 'manual';
    return emulator.url;
  },
  faults: (settings: { latencyMs: number; searchesPerMinute: number | null }) => {
    Object.assign(emulator.faults, settings);
  },
  /** Empty organizations. @returns their ids */
  organizations: (count: number) =>
    Array.from({ length: count }, (_, t) => emulator.organizations.create({ name: `Team ${t}` }).organization_id),
  /** People for each of the organizations. @returns their ids */
  provision: ({ organizationIds, members, roles }: { organizationIds: string[]; members: number; roles: string[] }) =>
    emulator.directory.silently(() =>
      organizationIds.map((organizationId, t) => {
        const memberIds = Array.from({ length: members }, (_, n) => {
          const person = { userName: `p${n}@t${t}.example`, name: `Person ${n}`, externalId: `ext-${n}`, roles };
          return emulator.directory.provision(organizationId, person).member_id;
        });
        return { organizationId, memberIds };
      }),
    ),
  setRoles: ({ memberIds, roles }: { memberIds: string[]; roles: string[] }) =>
    emulator.directory.silently(() => {
      for (const memberId of memberIds) emulator.directory.setRoles(memberId, roles);
    }),
  deprovision: (memberId: string) => void emulator.directory.silently(() => emulator.directory.deprovision(memberId)),
  down: (isDown: boolean) => {
    emulator.faults.reset();
    if (isDown) emulator.faults.failWhile('all', 'hang');
  },
  resetCalls: () => emulator.calls.reset(),
  calls: () => ({
    searches: emulator.calls.count('members.search'),
    gets: emulator.calls.count('members.dangerouslyGet') + emulator.calls.count('members.get'),
    refused: emulator.calls.list().filter(({ status }) => status === 429).length,
  }),
});
