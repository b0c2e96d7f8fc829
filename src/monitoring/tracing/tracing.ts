import type { QueueTracing } from '../../queue/backend.js';

/**
 * Traces an event from its webhook to the commit, through the queue and across processes. Spans leave this system, so they
 * hold ids, counts and codes only.
 */
export type Tracing = {
  /** How BullMQ carries traces in its jobs. Undefined without tracing. */
  queue: QueueTracing | undefined;
  /** The current trace, as text for a job. */
  carry(): string | undefined;
  /** Runs the work as a span of the current trace, or of the traces that caused it. */
  step<T>(step: Step, work: () => Promise<T>): Promise<T>;
  /** Adds attributes to the current span. */
  note(facts: Facts): void;
  /** Sends the remaining spans. */
  close(): Promise<void>;
};

export type Facts = Record<string, string | number>;

export type Step = {
  name: string;
  facts?: Facts;
  /** An outside request: a trace starts here. */
  begins?: true;
  /** A step with several causes starts a trace of its own, linked to each of them. */
  causes?: readonly (string | undefined)[];
};

/** Tracing is off: nothing is loaded, measured or carried. */
export const noTracing: Tracing = {
  queue: undefined,
  carry: () => undefined,
  step: (_step, work) => work(),
  note: () => {},
  close: async () => {},
};
