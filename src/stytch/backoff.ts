import { setTimeout as sleep } from 'node:timers/promises';
import { RateLimited } from '../errors/errors.js';
import type { StytchDirectory } from './directory.js';

const firstPauseMs = 1_000;
/** Stytch's rate limits are per clock minute, so four attempts a minute are enough. */
const longestPauseMs = 15_000;

/**
 * The same directory, for callers that can wait. A 429 pauses all its calls, with exponential backoff, and no job loses an
 * attempt. Meanwhile jobs wait in the queue.
 */
export function withBackoff(stytch: StytchDirectory, wait: (ms: number) => Promise<unknown> = sleep): StytchDirectory {
  let pause: Promise<unknown> = Promise.resolve();
  let refusals = 0;
  const waitingOut = async <T>(call: () => Promise<T>): Promise<T> => {
    for (;;) {
      await pause;
      try {
        const answer = await call();
        refusals = 0;
        return answer;
      } catch (error) {
        if (!(error instanceof RateLimited)) throw error;
        pause = wait(pauseMs(refusals++));
      }
    }
  };
  return {
    getMember: (memberId, options) => waitingOut(() => stytch.getMember(memberId, options)),
    searchMembers: (search, options) => waitingOut(() => stytch.searchMembers(search, options)),
  };
}

/** With jitter, so that workers that were refused together do not retry together. */
function pauseMs(refusalsBefore: number): number {
  return Math.min(firstPauseMs * 2 ** refusalsBefore, longestPauseMs) * (0.5 + Math.random() / 2);
}
