/** Counts and lists the calls that arrived, so that tests can say how much a program asks of Stytch. */

export type CallName =
  | 'organizations.create'
  | 'organizations.get'
  | 'organizations.update'
  | 'organizations.delete'
  | 'organizations.search'
  | 'organizations.metrics'
  | 'members.create'
  | 'members.get'
  | 'members.dangerouslyGet'
  | 'members.search'
  | 'members.update'
  | 'members.delete'
  | 'members.reactivate'
  | 'scim.connection.create'
  | 'scim.connection.get'
  | 'scim.connection.update'
  | 'scim.connection.delete'
  | 'scim.connection.getGroups'
  | 'scim.connection.rotateStart'
  | 'scim.connection.rotateComplete'
  | 'scim.connection.rotateCancel'
  | 'sessions.authenticate'
  | 'sessions.get'
  | 'sessions.revoke'
  | 'sessions.getJWKS'
  | 'rbac.policy'
  | 'rbac.organizations.getOrgPolicy'
  | 'rbac.organizations.setOrgPolicy'
  /** Everything an IdP does under a connection's base_url. */
  | 'scim.protocol';

export interface NamedCall {
  readonly call: CallName;
  /** Whom it is about, if it is about one member. */
  readonly memberId?: string | undefined;
}

export interface LoggedCall extends NamedCall {
  readonly at: Date;
  /** null until it was answered, and for ever if it never was. */
  status: number | null;
  durationMs: number | null;
}

export interface CallLog {
  count(call?: CallName): number;
  /** The latest 10,000, oldest first. */
  list(call?: CallName): readonly LoggedCall[];
  reset(): void;
}

export interface CallRecorder extends CallLog {
  arrived(call: NamedCall): LoggedCall;
}

const LISTED_MAX = 10_000;

export function createCallLog(): CallRecorder {
  const counts = new Map<CallName, number>();
  let calls: LoggedCall[] = [];
  return {
    count: (call) => (call === undefined ? sum(counts.values()) : (counts.get(call) ?? 0)),
    list: (call) => calls.slice(-LISTED_MAX).filter((logged) => call === undefined || logged.call === call),
    reset() {
      counts.clear();
      calls = [];
    },
    arrived({ call, memberId }) {
      const logged: LoggedCall = { call, memberId, at: new Date(), status: null, durationMs: null };
      counts.set(call, (counts.get(call) ?? 0) + 1);
      if (calls.push(logged) > 2 * LISTED_MAX) calls = calls.slice(-LISTED_MAX);
      return logged;
    },
  };
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
