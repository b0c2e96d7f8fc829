import { types } from 'node:util';
import { certificateProblem } from '../errors/certificate.js';

/** Why Redis can't be used: its error code, what that means, and what to do. */
export type RedisProblem = { word: string; meaning: string; remedy: string };

/**
 * Explains an error of ioredis or BullMQ. Null when the error is not about Redis. Never holds the error's own message, which
 * may quote a command's arguments.
 */
export function redisProblem(error: unknown): RedisProblem | null {
  for (const one of causesOf(error)) {
    const word = wordOf(one);
    const [meaning, remedy] = words[word] ?? [];
    if (meaning !== undefined && remedy !== undefined) return { word, meaning, remedy };
    const certificate = certificateProblem(word);
    if (certificate !== null) return { word, meaning: 'its certificate is not accepted', remedy: certificate };
    if (one.name === 'ReplyError') return { word, meaning: 'it refuses a command of the queue', remedy: readItsLog };
  }
  return null;
}

/** One line for logs and for /readyz. */
export function redisProblemText({ word, meaning, remedy }: RedisProblem): string {
  return `Redis can't be used: ${meaning} (${word}). ${remedy}`;
}

/** ioredis 6's errors for a command that it can't send. They do not say why the connection was lost. */
const unsent =
  /^(Connection is closed|Stream isn't writeable|Cluster isn't ready|Cluster is disconnect|Node is disconnected|None of startup nodes)/;

/** The connection was lost for an unknown reason. Null for any other error. */
export function connectionLost(error: unknown): RedisProblem | null {
  const [meaning, remedy] = words.ECONNRESET ?? [];
  if (meaning === undefined || remedy === undefined || !causesOf(error).some(({ message }) => unsent.test(message)))
    return null;
  return { word: 'ECONNRESET', meaning, remedy };
}

const readItsLog = "Check Redis' log, and INFO.";
const rightAddress = 'Correct REDIS_URL, or start Redis there.';
const rightNetwork =
  'Check REDIS_URL (rediss:// is for a Redis with TLS, redis:// for one without), and the firewall between us and Redis.';

/** The first word of Redis' error, or the system's code -> what it means, what to do. */
const words: Record<string, [meaning: string, remedy: string]> = {
  READONLY: [
    'it is a read-only replica',
    'Point REDIS_URL at the master. If this one should be the master, run REPLICAOF NO ONE on it.',
  ],
  OOM: [
    'its memory is full, and it refuses writes',
    'Raise maxmemory (CONFIG SET maxmemory, and in its configuration file), or remove foreign data. `npm run support -- status` shows how much the queues hold.',
  ],
  NOAUTH: [
    'it requires a password, and REDIS_URL has none',
    'Put user and password into REDIS_URL, with / @ : and % percent-encoded: redis://user:password@host:6379.',
  ],
  WRONGPASS: [
    'it does not accept the user or the password in REDIS_URL',
    'Correct them in REDIS_URL, with / @ : and % percent-encoded.',
  ],
  NOPERM: [
    'the user of REDIS_URL may not run the commands, or use the keys, that the queue needs',
    'Give this user what deploy/make-secrets.sh gives: ~{scim}* &* +@all -@admin -@dangerous +info +config|get +client|list.',
  ],
  MISCONF: [
    'it can not save its data to disk, and refuses writes until then',
    "Check Redis' log: the disk is full, read-only or gone. Redis accepts writes again after the next successful save.",
  ],
  NOREPLICAS: [
    'it has fewer healthy replicas than min-replicas-to-write, and refuses writes',
    'Bring the replicas back, or lower min-replicas-to-write.',
  ],
  LOADING: [
    'it is starting, and loads its data from disk',
    'Wait. INFO persistence shows the remaining time (loading_eta_seconds).',
  ],
  MASTERDOWN: [
    'it is a replica that has lost its master, and answers no commands',
    'Point REDIS_URL at the master, or bring the master back. If this one should be the master, run REPLICAOF NO ONE on it.',
  ],
  CLUSTERDOWN: [
    'the Redis Cluster does not serve all of its slots',
    'Run redis-cli --cluster check. Bring back the missing master, or promote its replica.',
  ],
  MOVED: [
    'REDIS_URL names one node of a Redis Cluster, but our keys are on another',
    'Add ?cluster=true to REDIS_URL, or name several nodes, separated by commas.',
  ],
  BUSY: [
    'a script keeps it busy, and it answers no other commands',
    'Wait, or end the script with SCRIPT KILL. Find out who runs scripts there.',
  ],
  DENIED: [
    'it is in protected mode, and refuses connections from other machines',
    'Give it users and passwords (deploy/make-secrets.sh), and protected-mode no.',
  ],
  ECONNREFUSED: ['nothing listens at its address', rightAddress],
  ENOTFOUND: ['its host name is unknown', rightAddress],
  EAI_AGAIN: ['its host name can not be looked up at the moment', 'Check the DNS of this machine, and REDIS_URL.'],
  ETIMEDOUT: ['it does not answer in time', rightNetwork],
  EHOSTUNREACH: ['there is no route to its host', rightNetwork],
  ENETUNREACH: ['there is no route to its network', rightNetwork],
  ECONNRESET: ['it closed the connection', rightNetwork],
  EPIPE: ['it closed the connection', rightNetwork],
  ECONNABORTED: ['it closed the connection', rightNetwork],
};

/** Bounded, because an error can be its own cause. */
const causesMax = 5;

/** The error and its causes. A client that gives up wraps the original error. */
function causesOf(error: unknown): Error[] {
  const found: Error[] = [];
  let next = error;
  while (types.isNativeError(next) && found.length < causesMax) {
    found.push(next);
    const { lastNodeError, cause, errors } = next as Error & Record<'lastNodeError' | 'errors', unknown>;
    next = lastNodeError ?? cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return found;
}

/** `READONLY You can't …`. Redis 6 wraps the error of a script: `ERR Error running script …: -OOM command not …`. */
function wordOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (/^(Command timed out|connect ETIMEDOUT|Socket timeout|timeout$)/.test(error.message)) return 'ETIMEDOUT';
  const wrapped = /(?:^|\s)-([A-Z]{3,})\b/.exec(error.message)?.[1];
  return wrapped ?? /^[A-Z]{3,}\b/.exec(error.message)?.[0] ?? 'unknown';
}
