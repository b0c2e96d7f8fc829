import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, withDatabaseErrors } from '../../../database/database.js';
import { question } from '../question.js';
import { costly, fine, type Measurement } from './fact.js';
import type { Ground } from './ground.js';

/** No new type for this time: the rest does not come. */
const quietMs = 2_000;
const pauseMs = 500;

type Options = { database: Database; eventsWithinMs: number; since: Date };

/** Which webhooks came: those about the probe's members, and SCIM's of unknown teams. */
export function webhookMeasurements({ memberIds, signal }: Ground, options: Options): Measurement[] {
  const { database, eventsWithinMs, since } = options;
  const ask = async () => {
    const deadline = performance.now() + eventsWithinMs;
    let types = new Set<string>();
    for (let quietForMs = 0; performance.now() < deadline && (types.size === 0 || quietForMs < quietMs); ) {
      await sleep(pauseMs, undefined, { signal });
      const seen = await typesSince(database, since, memberIds());
      quietForMs = seen.size > types.size ? 0 : quietForMs + pauseMs;
      types = seen;
    }
    return [...types].sort().join(', ');
  };
  const next =
    'In the Stytch dashboard: an endpoint at PUBLIC_URL/webhooks/stytch with all event types; and a worker here.';
  return [
    question('webhooks that all this fired', ask, (types) =>
      types === '' ? costly('none arrived', next) : fine(types, 'They arrive, and are accepted.'),
    ),
  ];
}

async function typesSince(database: Database, since: Date, members: string[]): Promise<Set<string>> {
  const events = await withDatabaseErrors(() =>
    database.syncEvent.findMany({
      where: {
        receivedAt: { gte: since },
        OR: [{ stytchMemberId: { in: members } }, { outcome: 'unknown_team', eventType: { startsWith: 'scim.' } }],
      },
      select: { eventType: true },
      distinct: ['eventType'],
    }),
  );
  return new Set(events.map(({ eventType }) => String(eventType)));
}
