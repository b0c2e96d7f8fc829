import { appendFileSync, mkdirSync } from 'node:fs';
import { type FaultLab, type FaultLabOptions, startFaultLab } from './fault-lab.js';
import { peakMiB } from './memory.js';
import type { Lags } from './observe-rows.js';
import { expectOrderlyLogs } from './orderly-logs.js';

export const recordsFile = '.local/faults.jsonl';

export type FaultRecord = {
  fault: string;
  holds: string;
  lags: Lags;
  /** At most, in MiB. */
  memory: { worker: number | null; receiver: number | null };
  tookSeconds: number;
};

export type FaultOptions = FaultLabOptions & {
  /** The queue itself loses something it had accepted: then only the rows must be right. */
  queueForgets?: boolean;
};

/**
 * A fault as a test: tries it in a lab of its own and notes what was measured for the table in test/faults/README.md. At the end of each, what
 * was accepted is accounted for, the rows are still right, and the logs can be read.
 */
export function fault(
  name: string,
  holds: string,
  tryIt: (lab: FaultLab) => Promise<void>,
  options: FaultOptions = {},
): void {
  it(`${name}: ${holds}`, async () => {
    const started = Date.now();
    const lab = await startFaultLab(options);
    let memory: FaultRecord['memory'];
    try {
      await tryIt(lab);
      if (!options.queueForgets) await lab.accounted();
      await lab.right();
      await lab.neverAgain();
      expectOrderlyLogs([...lab.receivers, ...lab.workers]);
      memory = { worker: peakMiB(lab.workers), receiver: peakMiB(lab.receivers) };
      await lab.stop();
    } catch (error) {
      await lab.abandon();
      throw new Error(`${lab.search.text}: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
    write({ fault: name, holds, lags: lab.lags, memory, tookSeconds: (Date.now() - started) / 1000 });
  }, 900_000);
}

function write(record: FaultRecord): void {
  mkdirSync('.local', { recursive: true });
  appendFileSync(recordsFile, `${JSON.stringify(record)}\n`);
}
