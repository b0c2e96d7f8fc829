/** The member that a request names, wherever it does: in its path, its query or its body. */
import type { Request } from 'express';

export function memberIdOf({ params, query, body }: Request): string | undefined {
  const named: unknown = params.member_id ?? query.member_id ?? body?.member_id;
  return typeof named === 'string' ? named : undefined;
}
