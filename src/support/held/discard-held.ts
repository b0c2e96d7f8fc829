import { type ReasonedAct, recordAct } from '../../database/audit.js';
import { withDatabaseErrors } from '../../database/database.js';
import type { SupportParts } from '../parts.js';
import { openHold } from './held.js';

export type Discarded = { id: string; teamId: string; discarded: string[] };

/** The users stay as they are, and no sweep holds them again before it has seen them. */
export async function discardHeld(
  { database }: Pick<SupportParts, 'database'>,
  id: string,
  act: ReasonedAct,
): Promise<Discarded> {
  const hold = await openHold({ database }, id);
  const count = await resolveHold({ database }, hold.id, 'discarded', act, { users: hold.userIds.length });
  if (count === 0) await openHold({ database }, id); // somebody was quicker; says who
  return { id: hold.id, teamId: hold.teamId, discarded: hold.userIds };
}

/** Together with its row in the audit log. @returns 0 when it was not open any more */
export async function resolveHold(
  { database }: Pick<SupportParts, 'database'>,
  id: string,
  resolution: 'released' | 'discarded',
  act: ReasonedAct,
  details: Record<string, number>,
): Promise<number> {
  return withDatabaseErrors(() =>
    database.$transaction(async (tx) => {
      const count = await tx.$executeRaw`
        UPDATE held_changes SET resolution = ${resolution}, resolved_at = clock_timestamp()
        WHERE id = ${id}::uuid AND resolution IS NULL`;
      const action = resolution === 'released' ? 'release' : 'discard';
      if (count > 0) await recordAct(tx, act, { action, target: `hold ${id}`, details });
      return count;
    }),
  );
}
