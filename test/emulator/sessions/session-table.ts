/** The member sessions that are alive; they do not survive a restart. */
export interface SessionRecord {
  readonly member_session_id: string;
  readonly member_id: string;
  readonly organization_id: string;
  readonly session_token: string;
  readonly started_at: string;
  readonly last_accessed_at: string;
  readonly expires_at: string;
  /** Instead of the member's own roles. */
  readonly roles: readonly string[] | null;
  readonly custom_claims: Readonly<Record<string, unknown>>;
}

/** An expired session is not found. */
export interface SessionTable {
  save(session: SessionRecord): void;
  byId(memberSessionId: string): SessionRecord | undefined;
  byToken(sessionToken: string): SessionRecord | undefined;
  of(memberId: string): readonly SessionRecord[];
  revoke(session: SessionRecord): void;
  revokeAllOf(memberId: string): void;
}

export function createSessionTable(): SessionTable {
  const sessions = new Map<string, SessionRecord>();
  const idByToken = new Map<string, string>();
  const idsByMember = new Map<string, Set<string>>();

  function byId(id: string): SessionRecord | undefined {
    const session = sessions.get(id);
    return session !== undefined && Date.parse(session.expires_at) > Date.now() ? session : undefined;
  }

  const of = (memberId: string) => [...(idsByMember.get(memberId) ?? [])].flatMap((id) => byId(id) ?? []);

  function revoke(session: SessionRecord): void {
    sessions.delete(session.member_session_id);
    idByToken.delete(session.session_token);
    idsByMember.get(session.member_id)?.delete(session.member_session_id);
  }

  return {
    save(session) {
      const ids = idsByMember.get(session.member_id) ?? new Set();
      idsByMember.set(session.member_id, ids.add(session.member_session_id));
      idByToken.set(session.session_token, session.member_session_id);
      sessions.set(session.member_session_id, session);
    },
    byId,
    byToken: (token) => byId(idByToken.get(token) ?? ''),
    of,
    revoke,
    revokeAllOf: (memberId) => of(memberId).forEach(revoke),
  };
}
