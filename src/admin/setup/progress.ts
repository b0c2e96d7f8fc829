import type { Database } from '../../database/database.js';
import { readIdpStatus } from '../overview/idp-status.js';
import { readSignals } from '../overview/signals.js';
import type { Progress } from './steps.js';

/** What was seen of the connection. It reads our own rows only, and is cheap enough for every few seconds. */
export async function readProgress(database: Database, teamId: string): Promise<Progress> {
  const [idp, signals] = await Promise.all([readIdpStatus(database, teamId), readSignals(database, teamId)]);
  return { idp, signals };
}
