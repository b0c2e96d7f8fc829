import type { OutageLog } from '../log/outage-log.js';

/** Whether something outside answers, told by whoever calls it; calls `onBack` when it answers again after a gap. */
export type OutageWatch = {
  failed(): void;
  succeeded(): void;
  isAway(): boolean;
};

/**
 * @param awayAfterMs a shorter time without an answer is a hiccup: nothing is missed in it that a retry does not bring
 */
export function watchOutages(onBack: () => void, awayAfterMs: number, now: () => number = Date.now): OutageWatch {
  let failingSince: number | null = null;
  const isAway = () => failingSince !== null && now() - failingSince >= awayAfterMs;
  return {
    failed: () => {
      failingSince ??= now();
    },
    succeeded: () => {
      const wasAway = isAway();
      failingSince = null;
      if (wasAway) onBack();
    },
    isAway,
  };
}

/** Logs an outage, and notices its end. */
export function logged(log: OutageLog, watch: OutageWatch): OutageLog {
  return {
    failed: (error) => {
      watch.failed();
      log.failed(error);
    },
    succeeded: () => {
      watch.succeeded();
      log.succeeded();
    },
  };
}
