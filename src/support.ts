import type { Writable } from 'node:stream';
import { TransientError } from './errors/errors.js';
import { loadDotEnv } from './process/lifecycle.js';
import { ReaderGone, runVerb } from './support/cli/run-verb.js';

/** `npm run support -- <verb>`: one process for one verb. Its exit code is for programs. */
if (require.main === module) void main();

async function main(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {}); // the callback of write() gets the error
  const err = (text: string) => write(process.stderr, text).catch(() => {});
  const code = await runVerb(process.argv.slice(2), {
    environment: () => {
      loadDotEnv();
      return process.env;
    },
    width: process.stdout.columns ?? Number.POSITIVE_INFINITY,
    out: (text) => write(process.stdout, text),
    err,
  });
  await err(''); // after everything that was written before
  process.exit(code);
}

/** Node writes to a pipe in the background, and `process.exit` drops what is not written yet. */
function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (!error) return resolve();
      const code = 'code' in error ? String(error.code) : error.name;
      reject(code === 'EPIPE' ? new ReaderGone() : new TransientError(`The answer could not be written (${code}).`));
    });
  });
}
