/** `unknown`: it could not be found out. */
export type Status = 'ok' | 'warning' | 'problem' | 'unknown';

/** A question about a set-up, or about Stytch, and how to find out. */
export type Question<Verdict> = { question: string; find(): Promise<Verdict> };

/**
 * The one shape of `doctor`'s checks and the probe's measurements.
 * @param ask reads, and changes only what it undoes or what is the probe's own
 * @param judge pure: what the answer means
 */
export function question<Answer, Verdict>(
  text: string,
  ask: () => Promise<Answer>,
  judge: (answer: Answer) => Verdict,
): Question<Verdict> {
  return { question: text, find: async () => judge(await ask()) };
}
