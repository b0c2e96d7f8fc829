import type { Database } from '../../database/database.js';
import { noTracing, type Tracing } from './tracing.js';

/** Each transaction is a step, from its wait for a connection to its commit. */
export function tracedDatabase(database: Database, tracing: Tracing): Database {
  if (tracing === noTracing) return database;
  const transact = database.$transaction.bind(database) as (...words: unknown[]) => Promise<unknown>;
  const traced = (...words: unknown[]) => tracing.step({ name: 'database transaction' }, () => transact(...words));
  return new Proxy(database, {
    get: (target, key) => {
      if (key === '$transaction') return traced;
      const value = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
