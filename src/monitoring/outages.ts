import type { OutageLog } from '../log/outage-log.js';

/** Tracks whether a dependency answers. Report each failure and each success. Calls `onBack` when an outage ends. */
export type OutageWatch = {
  failed(): void;
  succeeded(): void;
  isAway(): boolean;
};

/**
 * @param awayAfterMs a shorter failure is no outage: retries make up for it
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

/** Reports to the log and to the watch. */
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
