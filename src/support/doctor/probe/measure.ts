import { type Fact, type Measurement, notMeasured, reasonOf, type Seen } from './fact.js';

export type MeasureOptions = {
  /** Aborted by whoever does not want to wait any more. */
  signal: AbortSignal;
  onStep: (step: string) => void;
};

/**
 * Makes the measurements one after the other. One that fails is a fact too, which says why; the others go on. After an
 * interruption none begins, and the one under way is not waited for.
 */
export async function measureAll(measurements: readonly Measurement[], options: MeasureOptions): Promise<Fact[]> {
  const facts: Fact[] = [];
  for (const measurement of measurements) {
    facts.push({ question: measurement.question, ...(await seenIn(measurement, options)) });
  }
  return facts;
}

async function seenIn({ question, measure }: Measurement, { signal, onStep }: MeasureOptions): Promise<Seen> {
  if (signal.aborted) return notMeasured('interrupted');
  onStep(question);
  try {
    return await orInterrupted(measure(), signal);
  } catch (error) {
    return notMeasured(signal.aborted ? 'interrupted' : reasonOf(error));
  }
}

async function orInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = () => {};
  const interrupted = new Promise<never>((_, reject) => {
    stop = () => reject(new Error('interrupted'));
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
