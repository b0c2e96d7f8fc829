/** What is known of how often a team's IdP speaks. Times in milliseconds since 1970. */
export type IdpActivity = { heardAtMs: number; longestSilenceMs: number };

const dayMs = 24 * 3_600_000;
/** Twice what was ever seen: a holiday is not the end of the world, and two in a row are worth a look. */
const patience = 2;

/** True if the IdP is silent for longer than it used to be. It may have nothing to say, so this is never an error. */
export function isQuiet({ heardAtMs, longestSilenceMs }: IdpActivity, nowMs: number): boolean {
  return nowMs - heardAtMs > Math.max(dayMs, longestSilenceMs * patience);
}
