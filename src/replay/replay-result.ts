import type { ReplayResult } from './replays.js';

/**
 * What a worker answered for a job -> what the person who replayed it is told. Pure.
 * A hint's answer is its outcome; a reread's is a count of changes.
 */
export function replayAnswer(answer: unknown): { result: ReplayResult | null; why: string | null } {
  const outcome = typeof answer === 'string' ? answer : null;
  if (outcome === 'changed' || changedCount(answer) > 0) return { result: 'changed', why: null };
  if (outcome === 'superseded') return { result: 'superseded', why: null };
  if (outcome === 'reread') return { result: 'read again', why: null };
  if (outcome === 'unknown_team') {
    return { result: null, why: 'no team has its organization; once one has (`enable`), a sweep reads it by itself' };
  }
  return { result: 'already right', why: null };
}

function changedCount(answer: unknown): number {
  const { changed } = (typeof answer === 'object' && answer !== null ? answer : {}) as { changed?: unknown };
  return typeof changed === 'number' ? changed : 0;
}

/** Where a job stands when a replay of it is asked for -> try it, or why not. Pure. */
export function judgeReplay(state: string): { retry: true } | { retry: false; why: string } {
  if (state === 'failed' || state === 'completed') return { retry: true };
  if (state === 'active') return { retry: false, why: 'a worker has it in hand right now' };
  return { retry: false, why: `it is ${state} already and will be tried by itself` };
}
