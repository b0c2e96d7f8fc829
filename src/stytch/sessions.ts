import { openStytch, type StytchOptions } from './client.js';
import { unlessUnknown } from './translate-errors.js';

/** Ends the Stytch sessions of leavers. */
export type StytchSessions = {
  /**
   * Ends all sessions of a member and makes their tokens invalid. Does nothing when there is no session or no such member.
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
