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
  const { promise: interrupted, reject } = promiseWithReject();
  const stop = () => reject(new Error('interrupted'));
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([find(), interrupted]);
  } catch (error) {
    return notMeasured(signal.aborted ? 'interrupted' : reasonOf(error));
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function promiseWithReject(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<never>((_, no) => {
    reject = no;
  });
  return { promise, reject };
}
