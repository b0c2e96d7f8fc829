import { lagTriggers } from '../directory/sync-event.js';
import { sql } from './database.js';

/**
 * The lag of a row of sync_events in seconds: from Stytch sending the event to our commit. Null when the row has none: nothing
 * changed, or no event caused it. The one definition for cards, rows and support.
 */
export const eventLag = sql.piece`CASE WHEN outcome = 'changed' AND trigger = ANY(${[...lagTriggers]}::text[])
  AND sent_at IS NOT NULL THEN GREATEST(0, extract(epoch FROM applied_at - sent_at))::float8 END`;
