/** Keeps the store in a file, so that local mode survives a restart. */
import { existsSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import type { PolicyRole } from 'stytch';
import type { ConnectionRecord, GroupRecord, MemberRecord, OrganizationRecord } from './records.js';
import type { Store } from './store.js';

export interface StateFile {
  /** Something changed: written a moment later, together with what changes until then. */
  changed(): void;
  flush(): Promise<void>;
}

/** Everything but the sessions. */
interface State {
  readonly organizations: readonly OrganizationRecord[];
  readonly connections: readonly ConnectionRecord[];
  readonly members: readonly MemberRecord[];
  readonly groups: readonly (GroupRecord & { readonly memberships: readonly (readonly [string, string])[] })[];
  readonly organizationRoles: readonly (readonly [string, readonly PolicyRole[]])[];
}

const DEBOUNCE_MS = 100;

export function loadState(store: Store, path: string): void {
  if (!existsSync(path)) return;
  const state: State = JSON.parse(readFileSync(path, 'utf8'));
  for (const organization of state.organizations) store.organizations.save(organization);
  for (const connection of state.connections) store.connections.save(connection);
  for (const member of state.members) store.members.save(member);
  for (const { memberships, ...group } of state.groups) {
    store.groups.save(group);
    for (const [memberId, id] of memberships) store.groups.add(group.group_id, memberId, id);
  }
  for (const [organizationId, roles] of state.organizationRoles) store.organizationRoles.set(organizationId, roles);
}

export function createStateFile(read: () => Store, path: string): StateFile {
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  /** One write at a time, by rename: a reader or a crash never sees half a file. */
  function write(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(replaceFile, replaceFile);
    return writing;
  }

  async function replaceFile(): Promise<void> {
    await writeFile(`${path}.new`, JSON.stringify(stateOf(read())), { mode: 0o600 });
    await rename(`${path}.new`, path);
  }

  return {
    changed() {
      timer ??= setTimeout(() => write().catch(complain), DEBOUNCE_MS);
    },
    flush: write,
  };
}

const complain = (error: unknown) => console.error('Stytch emulator: the state file could not be written:', error);

function stateOf(store: Store): State {
  return {
    organizations: store.organizations.all(),
    connections: store.connections.all(),
    members: [...store.members.all()],
    groups: [...store.groups.all()].map((group) => ({
      ...group,
      memberships: [...store.groups.membersOf(group.group_id)],
    })),
    organizationRoles: [...store.organizationRoles],
  };
}
