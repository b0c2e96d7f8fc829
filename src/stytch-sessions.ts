import { openStytch, type StytchOptions, unlessUnknown } from './stytch.js';

/** The one thing that is done to sessions: ended, for those who left. */
export type StytchSessions = {
  /**
   * Ends all sessions of a member, and makes their tokens invalid. Nothing to do is fine: none there, or no such member.
   * @throws Unavailable, Hopeless
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
