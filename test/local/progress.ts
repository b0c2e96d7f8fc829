import type { Step } from './stack.js';

const waiting = '…';

/** Tells each step while it is taken, and how long it took. On a terminal the line is rewritten in place. */
export function progressOn(output: NodeJS.WriteStream): Step {
  return async (what, work) => {
    const started = performance.now();
    if (output.isTTY) output.write(`  ${waiting} ${what}`);
    const end = (mark: string) => {
      const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`.padStart(7);
      output.write(`${output.isTTY ? '\r' : ''}  ${mark} ${what.padEnd(62)} ${seconds}\n`);
    };
    try {
      const result = await work();
      end('✓');
      return result;
    } catch (error) {
      end('✗');
      throw error;
    }
  };
}
