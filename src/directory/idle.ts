/** When a team's IdP last sent an event (milliseconds since 1970), and the longest time without one so far. */
export type IdpActivity = { heardAtMs: number; longestSilenceMs: number };

const dayMs = 24 * 3_600_000;
/** Alerts after twice the longest silence so far, so that a holiday alone raises no alert. */
const patience = 2;

/** True if the IdP is silent for unusually long. That is not an error: there may be nothing to send. */
export function isQuiet({ heardAtMs, longestSilenceMs }: IdpActivity, nowMs: number): boolean {
  return nowMs - heardAtMs > Math.max(dayMs, longestSilenceMs * patience);
}
