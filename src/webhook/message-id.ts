import { createHash } from 'node:crypto';
import { idOrNull } from '../directory/ids.js';

/** The message's id as we keep and tell it: Svix's own as it is, anything else as its hash, as it may be no id at all. */
export function messageIdOf(header: string): string {
  return idOrNull(header) ?? `sha256-${createHash('sha256').update(header).digest('hex')}`;
}
