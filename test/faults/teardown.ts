import globalTeardown from '../helpers/global-teardown.js';
import { writeTable } from './write-table.js';

/** After the faults: the table of what was measured, and PostgreSQL ended. */
export default async function teardown(): Promise<void> {
  writeTable();
  await globalTeardown();
}
