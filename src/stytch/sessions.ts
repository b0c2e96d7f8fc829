import { openStytch, type StytchOptions, unlessUnknown } from './directory.js';

/** The one thing that is done to sessions: ended, for those who left. */
export type StytchSessions = {
  /**
   * Ends all sessions of a member, and makes their tokens invalid. Nothing to do is fine: none there, or no such member.
   * @throws TransientError, PermanentError
   */
  revoke(memberId: string): Promise<void>;
};

export function connectSessions(options: StytchOptions): StytchSessions {
  const { client, call } = openStytch(options);
  return {
    revoke: async (memberId) => {
      await call('sessions.revoke', () => unlessUnknown(client.sessions.revoke({ member_id: memberId })));
    },
  };
}
