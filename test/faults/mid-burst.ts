import { eventually } from '../helpers/eventually.js';
import { type BackendName, backends } from '../helpers/queue.js';
import type { FaultLab } from './fault-lab.js';
import { patienceMs } from './patience.js';

/** So many people that a burst is still under way when a fault strikes; a queue on PostgreSQL needs fewer. */
export function many(backend: BackendName = backends[0]): { backend: BackendName; people: number } {
  return { backend, people: backend === 'redis' ? 400 : 150 };
}

export function handledHints({ database }: FaultLab): Promise<number> {
  return database.syncEvent.count({ where: { trigger: 'hint' } });
}

/** Some events are handled and most are not. */
export function inMidBurst(lab: FaultLab): Promise<void> {
  return eventually(async () => (await handledHints(lab)) > 50, patienceMs);
}
