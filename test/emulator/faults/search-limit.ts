/** Stytch's rate limit of searches: windows are fixed to the clock's minutes, not rolling. */
import type { Clock } from '../clock.js';

export function createSearchLimit(clock: Clock) {
  let minute = 0;
  let searches = 0;
  return {
    isOver(searchesPerMinute: number | null): boolean {
      const now = Math.floor(clock.now() / 60_000);
      if (now !== minute) searches = 0;
      minute = now;
      searches += 1;
      return searchesPerMinute !== null && searches > searchesPerMinute;
    },
  };
}
