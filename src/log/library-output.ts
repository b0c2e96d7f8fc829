import type { EventEmitter } from 'node:events';
import type { Log } from './log.js';

type Console = Record<'log' | 'info' | 'warn' | 'error' | 'debug', (...words: unknown[]) => void>;

/** Different messages that one process logs in its life. */
const messagesMax = 50;

/**
 * Logs what libraries write to the console, and Node's warnings. Each message is logged once. A message that we know is
 * explained. For any other we log only its place in the code, because its text may quote personal data.
 */
export function logLibraryOutput(log: Log, output: Console = console, node: EventEmitter = process): void {
  const logged = new Set<string>();
  const logOnce = (what: string, error: string) => {
    if (logged.has(error) || logged.size >= messagesMax) return;
    logged.add(error);
    log.warn({ what, error }, 'library warning');
  };
  for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    output[name] = (first) => logOnce('console', explain(String(first)) ?? `console.${name} ${placeOf(new Error())}`);
  }
  node.removeAllListeners('warning'); // Node's own listener writes plain text
  node.on('warning', (warning: Error & { code?: string }) => {
    logOnce(
      'node',
      explain(warning.message) ?? [warning.name, warning.code, placeOf(warning)].filter(Boolean).join(' '),
    );
  });
}

const explanations: [text: RegExp, meaning: string][] = [
  [
    /Eviction policy is/,
    'Redis may delete jobs when its memory is full: set maxmemory-policy to noeviction (by CONFIG SET, and in its configuration file).',
  ],
  [/recommended to use a minimum Redis version/, 'Redis is older than 6.2, the oldest supported version: update it.'],
  [/Skipping the ready check/, 'The user of REDIS_URL may not run INFO: give it +info (deploy/make-secrets.sh).'],
  [/PostgreSQL \S+ or newer is recommended/, 'PostgreSQL is older than BullMQ recommends: update it.'],
  [
    /The SSL modes/,
    'sslmode in DATABASE_URL: prefer, require and verify-ca mean verify-full here. Write verify-full, or no-verify.',
  ],
  [/Using a custom 'env' value/, 'STYTCH_BASE_URL does not point at Stytch.'],
];

function explain(text: string): string | null {
  return explanations.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

/** The first stack line outside of Node and of this file. */
function placeOf({ stack = '' }: Error): string {
  const lines = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return lines.find((line) => !/node:|library-output\.[jt]s/.test(line))?.trim() ?? '';
}
