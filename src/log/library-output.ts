import type { EventEmitter } from 'node:events';
import type { Log } from './log.js';

type Console = Record<'log' | 'info' | 'warn' | 'error' | 'debug', (...words: unknown[]) => void>;

/** So many different ones, each once, are told of in the life of a process. */
const toldMax = 50;

/**
 * What libraries write to the console, and Node's own warnings, as lines of the log: each once, in our words where we know
 * what it means. Of any other only the place is told, because its text may quote anything.
 */
export function logLibraryOutput(log: Log, heard: Console = console, node: EventEmitter = process): void {
  const told = new Set<string>();
  const tell = (what: string, error: string) => {
    if (told.has(error) || told.size >= toldMax) return;
    told.add(error);
    log.warn({ what, error }, 'a library warns');
  };
  for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    heard[name] = (first) => tell('console', known(String(first)) ?? `console.${name} ${placeOf(new Error())}`);
  }
  node.removeAllListeners('warning'); // Node's own listener writes plain text
  node.on('warning', (warning: Error & { code?: string }) => {
    tell('node', known(warning.message) ?? [warning.name, warning.code, placeOf(warning)].filter(Boolean).join(' '));
  });
}

const knownTexts: [text: RegExp, meaning: string][] = [
  [
    /Eviction policy is/,
    'Redis may forget jobs when its memory is full: set its maxmemory-policy to noeviction (CONFIG SET, and in its configuration file).',
  ],
  [/recommended to use a minimum Redis version/, 'Redis is older than 6.2, the oldest that is supported: update it.'],
  [/Skipping the ready check/, 'The user of REDIS_URL may not ask INFO: give it +info (deploy/make-secrets.sh).'],
  [/PostgreSQL \S+ or newer is recommended/, 'PostgreSQL is older than what BullMQ recommends: update it.'],
  [
    /The SSL modes/,
    'sslmode in DATABASE_URL: prefer, require and verify-ca are taken for verify-full. Say so, or no-verify.',
  ],
  [/Using a custom 'env' value/, 'STYTCH_BASE_URL points at something else than Stytch.'],
];

function known(text: string): string | null {
  return knownTexts.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

/** The first line of a stack that is neither Node's nor this file's. */
function placeOf({ stack = '' }: Error): string {
  const lines = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return lines.find((line) => !/node:|library-output\.[jt]s/.test(line))?.trim() ?? '';
}
