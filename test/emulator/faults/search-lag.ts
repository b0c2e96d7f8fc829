/** How far search is behind the members themselves. */

/** Always as much, or drawn anew for each search. */
export type SearchLag = number | (() => number);

/** A lag that is drawn may be any: nobody knows before how much of the past it needs. */
const DRAWN_MAX_MS = 60_000;

/** Each search is behind by something between the two. */
export function jittery(fromMs: number, toMs: number, random: () => number = Math.random): SearchLag {
  return () => fromMs + random() * (toMs - fromMs);
}

/** Each search is answered by one of several replicas of the index, each of them behind in its own way. */
export function replicas(lagsMs: readonly number[], random: () => number = Math.random): SearchLag {
  return () => lagsMs[Math.floor(random() * lagsMs.length)] ?? 0;
}

/** The lag of one search, all of its members alike. */
export function drawLag(lag: SearchLag): number {
  return typeof lag === 'number' ? lag : Math.min(lag(), DRAWN_MAX_MS);
}

/** How much of the past has to be kept. */
export function longestLag(lag: SearchLag): number {
  return typeof lag === 'number' ? lag : DRAWN_MAX_MS;
}
