/**
 * How far Stytch's search index may lag. Stytch documents no number. 30 s is our assumption (its queries take 0.15 to 9 s);
 * `doctor --probe` measures it. A search that began at `t` is evidence of the state at `t - 30 s`.
 */
export const allowedSearchLagMs = 30_000;
