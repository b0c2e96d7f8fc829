import { once } from 'node:events';
import { type Fact, type Measurement, notMeasured, reasonOf, type Seen } from './fact.js';

export type MeasureOptions = {
  /** Aborted when a person does not want to wait any longer. */
  signal: AbortSignal;
  onStep: (step: string) => void;
};

/**
 * Makes the measurements one after the other. One that fails is a fact, too, which says why; the others are made. After an
 * abort no new one begins, and the current one is not awaited.
 */
export async function measureAll(measurements: readonly Measurement[], options: MeasureOptions): Promise<Fact[]> {
  const facts: Fact[] = [];
  for (const measurement of measurements) {
    facts.push({ question: measurement.question, ...(await seenIn(measurement, options)) });
  }
  return facts;
}

async function seenIn({ question, find }: Measurement, { signal, onStep }: MeasureOptions): Promise<Seen> {
  if (signal.aborted) return notMeasured('interrupted');
  onStep(question);
  const isOver = new AbortController();
  const interrupted = once(signal, 'abort', { signal: isOver.signal }).then(() => notMeasured('interrupted'));
  try {
    return await Promise.race([find(), interrupted]);
  } catch (error) {
    return notMeasured(signal.aborted ? 'interrupted' : reasonOf(error));
  } finally {
    isOver.abort();
  }
}
