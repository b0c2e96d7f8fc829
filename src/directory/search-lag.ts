/**
 * How far Stytch's search index may be behind the truth. No text of Stytch's says; 30 s is our own assumption (its queries
 * take 0.15 to 9 s), and `doctor --probe` measures it. A search that began at `t` is evidence of the state at `t - 30 s`.
 */
export const allowedSearchLagMs = 30_000;
