import type { RedisExamination, RedisFacts } from '../../queue/examine-redis.js';
import type { SupportParts } from '../parts.js';
import { type Check, check, type Finding, ok, problem, seeDatabase, unknown, warning } from './check.js';

/** The queue: what Redis says, a trial write, and whether BullMQ can read it. */
export function queueChecks({ queues }: Pick<SupportParts, 'queues'>, isInRedis: boolean): Check[] {
  const read = () => queues.counts();
  const readable = (isRead: unknown) => (isRead ? [ok('queue', 'can be read')] : []);
  if (!isInRedis) return [check('queue', { next: seeDatabase }, read, readable)];
  const examined = queues.examineRedis();
  const isAway = async () => {
    const examination = await examined;
    return examination !== null && examination.problem !== null && examination.facts === null;
  };
  return [
    check(
      'redis',
      { next: askWhoRunsIt },
      () => examined,
      (found) => (found === null ? [] : redisFindings(found)),
    ),
    // When Redis is away, its own finding says why.
    check('queue', { next: 'See the findings on Redis.' }, async () => ((await isAway()) ? null : read()), readable),
  ];
}

/** Pure. */
export function redisFindings({ node, problem: refused, facts }: RedisExamination): Finding[] {
  if (refused !== null && facts === null) {
    return [problem('redis', `${node}: ${refused.meaning} (${refused.word})`, refused.remedy)];
  }
  const write =
    refused === null
      ? ok('redis write', 'a trial key was written and removed')
      : problem('redis write', `${node} refuses: ${refused.meaning} (${refused.word})`, refused.remedy);
  if (facts === null) return [write, unknown('redis', `${node} does not answer INFO`, askWhoRunsIt)];
  return [roleFinding(node, facts), write, memoryFinding(facts), policyFinding(facts), persistenceFinding(facts)];
}

const askWhoRunsIt = 'Ask who runs it: maxmemory-policy must be noeviction, and appendonly yes.';
const oldestVersion = [6, 2] as const;

function roleFinding(node: string, { version, role, hasMaster }: RedisFacts): Finding {
  const found = `Redis ${version ?? 'of unknown version'} at ${node}`;
  if (role === 'replica') {
    const link = hasMaster ? 'of a master that it reaches' : 'that has lost its master';
    return problem('redis', `${found} is a replica ${link}`, 'Point REDIS_URL at the master.');
  }
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  const isOld =
    version !== null && (major < oldestVersion[0] || (major === oldestVersion[0] && minor < oldestVersion[1]));
  if (isOld) return problem('redis', found, `Update it to ${oldestVersion.join('.')} or newer.`);
  return ok('redis', `${found}, a master`);
}

/** A storm of 250,000 hints takes about 400 MB, and a full Redis refuses every webhook. */
const memoryShareMax = 0.8;

function memoryFinding({ usedBytes, maxBytes }: RedisFacts): Finding {
  const used = `${mebibytes(usedBytes)} are used`;
  if (maxBytes === null) {
    const next = 'Set maxmemory below the memory of the machine (deploy/redis.conf), or the kernel may kill Redis.';
    return warning('redis memory', `${used}, without a limit (maxmemory 0)`, next);
  }
  const share = usedBytes / maxBytes;
  const found = `${used} of ${mebibytes(maxBytes)} (${Math.round(share * 100)} %)`;
  if (share <= memoryShareMax) return ok('redis memory', found);
  const next = 'Raise maxmemory, or see what fills it: `status`, `failed`. When it is full, every webhook is refused.';
  return (share < 1 ? warning : problem)('redis memory', found, next);
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)} MiB`;
}

function policyFinding({ evictionPolicy }: RedisFacts): Finding {
  if (evictionPolicy === null) return unknown('redis policy', 'Redis does not say what it is', askWhoRunsIt);
  if (evictionPolicy === 'noeviction') return ok('redis policy', 'noeviction');
  const next = 'CONFIG SET maxmemory-policy noeviction: with another one, Redis drops jobs when memory is short.';
  return problem('redis policy', evictionPolicy, next);
}

function persistenceFinding({ appendOnly, diskFailed }: RedisFacts): Finding {
  if (diskFailed) {
    const next =
      "Look at Redis' log, and at its disk: full, read-only or gone. A restart loses everything that is not on disk.";
    return problem('redis persistence', 'its last write to disk failed', next);
  }
  if (appendOnly === null)
    return unknown('redis persistence', 'Redis does not say whether it has an append-only file', askWhoRunsIt);
  if (appendOnly) return ok('redis persistence', 'append-only file on');
  const next = 'CONFIG SET appendonly yes: without it a restart loses jobs, until a sweep.';
  return warning('redis persistence', 'append-only file off', next);
}
