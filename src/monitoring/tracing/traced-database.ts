import type { Database } from '../../database/database.js';
import { noTracing, type Tracing } from './tracing.js';

/** Each transaction is a span, from the wait for a connection to the commit. */
export function tracedDatabase(database: Database, tracing: Tracing): Database {
  if (tracing === noTracing) return database;
  const transact = database.$transaction.bind(database) as (...args: unknown[]) => Promise<unknown>;
  const traced = (...args: unknown[]) => tracing.step({ name: 'database transaction' }, () => transact(...args));
  return new Proxy(database, {
    get: (target, key) => {
      if (key === '$transaction') return traced;
      const value = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
