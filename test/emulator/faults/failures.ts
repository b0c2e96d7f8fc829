/** Which call fails next, and how. */
import type { Response } from 'express';
import type { CallName } from '../api/call-log.js';

/** lostReply: the call takes effect, then the connection breaks. */
export type FailureKind = '429' | '500' | 'html502' | 'hang' | 'reset' | 'lostReply' | CustomFailure;

export interface CustomFailure {
  readonly status: number;
  readonly error_type: string;
  readonly error_message?: string;
}

export interface Failures {
  failNext(call: CallName, kind: FailureKind, times?: number): void;
  /**
   * 'all' is the B2B API; the IdP's side, 'scim.protocol', only fails by its name. With a member, only calls that name
   * it. The answer ends it.
   */
  failWhile(call: CallName | 'all', kind: FailureKind, about?: { readonly memberId: string }): () => void;
}

interface Rule {
  readonly call: CallName | 'all';
  readonly memberId?: string;
  readonly kind: FailureKind;
  left: number;
}

export function createFailures() {
  const rules = new Set<Rule>();
  const hanging = new Set<Response>();

  function add(rule: Rule): () => void {
    rules.add(rule);
    return () => void rules.delete(rule);
  }

  const applies = (rule: Rule, call: CallName, memberId: string | undefined) =>
    (rule.call === call || (rule.call === 'all' && call !== 'scim.protocol')) &&
    (rule.memberId === undefined || rule.memberId === memberId);

  return {
    failNext(call: CallName, kind: FailureKind, times = 1): void {
      if (times > 0) add({ call, kind, left: times });
    },
    failWhile: (call: CallName | 'all', kind: FailureKind, about: { readonly memberId?: string } = {}) =>
      add({ call, kind, left: Number.POSITIVE_INFINITY, ...about }),
    /** @param memberId whom the call is about, if it is about one */
    failureOf(call: CallName, memberId?: string): FailureKind | undefined {
      const rule = [...rules].find((each) => applies(each, call, memberId));
      if (rule === undefined) return undefined;
      rule.left -= 1;
      if (rule.left === 0) rules.delete(rule);
      return rule.kind;
    },
    hang(response: Response): void {
      hanging.add(response);
      response.once('close', () => hanging.delete(response));
    },
    reset(): void {
      rules.clear();
      for (const response of hanging) response.destroy();
    },
  };
}
