import type { QueueTracing } from '../../queue/backend.js';

/**
 * Follows an event from its webhook to the commit, through the queue and over processes. What a span says leaves this
 * system, so it says ids, counts and codes only.
 */
export type Tracing = {
  /** How BullMQ carries traces in its jobs; without it jobs hold nothing of them. */
  queue: QueueTracing | undefined;
  /** The trace that is under way, as text that a job can carry. */
  carry(): string | undefined;
  /** Does the work as a step of the trace that is under way, or of those that caused it. */
  step<T>(step: Step, work: () => Promise<T>): Promise<T>;
  /** Adds to what is said of the step that is under way. */
  note(facts: Facts): void;
  /** Sends what is still here. */
  close(): Promise<void>;
};

export type Facts = Record<string, string | number>;

export type Step = {
  name: string;
  facts?: Facts;
  /** Somebody from outside asks: a trace begins here. */
  begins?: true;
  /** What several have caused is a step of none of them, and linked to each. */
  causes?: readonly (string | undefined)[];
};

/** Where nobody asked for traces: nothing is loaded, measured or carried. */
export const noTracing: Tracing = {
  queue: undefined,
  carry: () => undefined,
  step: (_step, work) => work(),
  note: () => {},
  close: async () => {},
};
