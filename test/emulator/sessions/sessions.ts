/** Member sessions: what the API and the tests do with them. */
import { memberOf } from '../directory/find.js';
import { alphanumeric, newId } from '../ids.js';
import { seconds } from '../timestamps.js';
import type { World } from '../world.js';
import type { SessionRecord } from './session-table.js';
import { jwtOf } from './session-view.js';

export interface MintOptions {
  readonly memberId: string;
  /** Instead of the member's own roles. */
  readonly roles?: readonly string[];
  readonly durationMinutes?: number;
  readonly customClaims?: Readonly<Record<string, unknown>>;
  /** Makes the JWT look that old; it expires at 300. */
  readonly jwtAgeSeconds?: number;
}

export interface MintedSession {
  readonly member_session_id: string;
  readonly session_token: string;
  readonly session_jwt: string;
}

/** A test's own way to sign a member in, and out again. */
export interface Sessions {
  mint(options: MintOptions): Promise<MintedSession>;
  /** How many sessions of the member are alive. */
  alive(memberId: string): number;
  /** By token or id. Its JWT still verifies locally until it is 5 minutes old. */
  revoke(tokenOrId: string): void;
  /** The session is over; the API does not find it any more. */
  expire(tokenOrId: string): void;
  rotateKeys(options?: { readonly keepOld?: boolean }): Promise<void>;
}

export function createSessions(world: World): Sessions {
  const known = (tokenOrId: string) => {
    const session = world.sessions.byToken(tokenOrId) ?? world.sessions.byId(tokenOrId);
    if (session === undefined) throw new Error('No such session');
    return session;
  };
  return {
    async mint(options) {
      const session = open(world, options);
      const session_jwt = await jwtOf(world, session, options.jwtAgeSeconds);
      const { member_session_id, session_token } = session;
      return { member_session_id, session_token, session_jwt };
    },
    alive: (memberId) => world.sessions.of(memberId).length,
    revoke: (tokenOrId) => world.sessions.revoke(known(tokenOrId)),
    expire: (tokenOrId) => world.sessions.save({ ...known(tokenOrId), expires_at: seconds(new Date(0)) }),
    rotateKeys: (options) => world.keys.rotate(options),
  };
}

function open(world: World, { memberId, roles, durationMinutes = 60, customClaims = {} }: MintOptions): SessionRecord {
  const { organization_id } = memberOf(world, memberId);
  const now = new Date();
  const session: SessionRecord = {
    member_session_id: newId('member-session', world.project.environment),
    member_id: memberId,
    organization_id,
    session_token: alphanumeric(44),
    started_at: seconds(now),
    last_accessed_at: seconds(now),
    expires_at: seconds(new Date(now.getTime() + durationMinutes * 60_000)),
    roles: roles ?? null,
    custom_claims: customClaims,
  };
  world.sessions.save(session);
  return session;
}
