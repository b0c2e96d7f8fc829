import { createHash } from 'node:crypto';
import { idOrNull } from '../directory/ids.js';

/** The message's id as we store and log it: Svix's own id as it is, any other text as a hash, because it may be anything. */
export function messageIdOf(header: string): string {
  return idOrNull(header) ?? `sha256-${createHash('sha256').update(header).digest('hex')}`;
}
