import type { Request } from 'express';
import type { Refusal } from '../../http/refusal.js';
import { refusalOf } from '../../http/refusal-of.js';

/** The fields of a role's forms. They have a checkbox for each known permission, and a text field with one other a line. */
export function formOf({ body }: Request): { value: unknown; permissions: string[]; fingerprint?: string } {
  const { permissions = [], morePermissions = '', value, fingerprint } = body ?? {};
  const lines = String(morePermissions)
    .split('\n')
    .map((text) => text.trim())
    .filter((text) => text !== '');
  const all = [...[permissions].flat().map(String), ...lines];
  return { value, permissions: all, ...(typeof fingerprint === 'string' ? { fingerprint } : {}) };
}

export function roleIdOf({ params }: Request): string {
  return String(params.id);
}

/** A refusal that the person can fix on the form itself. Throws any other error, for the error page. */
export function requireFixable(error: unknown): Refusal {
  const refusal = refusalOf(error);
  if (!['bad_input', 'changed_meanwhile', 'role_exists'].includes(refusal.code)) throw error;
  return refusal;
}
