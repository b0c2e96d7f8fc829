import { appendFileSync, mkdirSync } from 'node:fs';

export const recordsFile = '.local/faults.jsonl';

export type FaultRecord = { fault: string; holds: string; lagSeconds: number; tookSeconds: number };

/** A fault as a test: tries it, and notes for README's table what was measured. */
export function fault(name: string, holds: string, tryIt: () => Promise<number>, timeoutMs = 900_000): void {
  it(
    `${name}: ${holds}`,
    async () => {
      const started = Date.now();
      const lagSeconds = await tryIt();
      const record: FaultRecord = { fault: name, holds, lagSeconds, tookSeconds: (Date.now() - started) / 1000 };
      mkdirSync('.local', { recursive: true });
      appendFileSync(recordsFile, `${JSON.stringify(record)}\n`);
    },
    timeoutMs,
  );
}
