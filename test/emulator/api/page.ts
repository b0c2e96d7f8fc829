/** Pages of a listing: limit 1 to 1000, default 100, and a cursor that only fits the listing it came from. */
import { createHash } from 'node:crypto';
import { apiError } from '../errors.js';

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1000;

export function limitOf(limit: unknown): number {
  if (limit === undefined || limit === null) return LIMIT_DEFAULT;
  const isValid = typeof limit === 'number' && Number.isInteger(limit) && limit >= 1 && limit <= LIMIT_MAX;
  if (!isValid) throw apiError('user_search_invalid_limit');
  return limit;
}

/** Where the next page starts, and the total that the first page counted. */
export interface Place {
  readonly position: number;
  readonly total: number;
}

export function encodeCursor(listing: unknown, { position, total }: Place): string {
  return Buffer.from(JSON.stringify([position, total, fingerprint(listing)])).toString('base64url');
}

/** Nothing, null and the empty string all mean the first page. */
export function decodeCursor(listing: unknown, cursor: unknown): Place | undefined {
  if (cursor === undefined || cursor === null || cursor === '') return undefined;
  const [position, total, print] = typeof cursor === 'string' ? parse(cursor) : [];
  if (!isCount(position) || !isCount(total) || print !== fingerprint(listing)) {
    throw apiError('user_search_invalid_cursor');
  }
  return { position, total };
}

function parse(cursor: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0;

const fingerprint = (listing: unknown): string =>
  createHash('sha256').update(JSON.stringify(listing)).digest('base64url').slice(0, 16);
