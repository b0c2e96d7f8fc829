import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { eventually } from '../../helpers/eventually.js';
import { idleWorker, readyReceiver } from '../hints.js';
import type { Bench, CpuSeconds, Machine } from '../machine.js';
import type { Figure, Scenario } from '../measure.js';
import { mirrorTeam } from '../mirror.js';
import { peopleIn } from '../people.js';

/** A process writes its report every few seconds, and a team is swept every four minutes, so a minute shows everything. */
const countedSeconds = 60;
/** The last jobs of the start have ended by then. */
const settleSeconds = 15;
const membersPerTeam = 3;

/** What a minute costs in which nothing happens. It is counted, so it does not depend on the machine; CPU does. */
export const idle: Scenario = {
  name: 'idle',
  about: 'a minute without events, with no team and with 1,000: commands, bytes, statements and log lines',
  run: async (machine, step) => {
    const none = await step('no team', () => idleMinute(machine, 0));
    const many = await step('1,000 teams', () => idleMinute(machine, 1_000));
    return [
      figure('no team', 'Redis commands', none.commands, { unit: 'a minute', most: 600 }),
      figure('no team', 'Redis AOF', none.aofBytes, { unit: 'bytes a minute', most: 6_000 }),
      figure('no team', 'PostgreSQL statements', none.statements, { unit: 'a minute', most: 40 }),
      figure('no team', 'log lines', none.logLines, { unit: 'a minute' }),
      figure('no team', 'CPU, worker', none.cpu.worker, { unit: '%', most: 0.5 }),
      figure('no team', 'CPU, receiver', none.cpu.receiver, { unit: '%', most: 0.5 }),
      figure('1,000 teams', 'Redis commands', many.commands, { unit: 'a minute', most: 3_000 }),
      figure('1,000 teams', 'Redis AOF', many.aofBytes, { unit: 'bytes a minute' }),
      figure('1,000 teams', 'PostgreSQL statements', many.statements, { unit: 'a minute', most: 500 }),
      figure('1,000 teams', 'log lines', many.logLines, { unit: 'a minute', most: 10 }),
      figure('1,000 teams', 'CPU, worker', many.cpu.worker, { unit: '%' }),
    ];
  },
};

function figure(teams: string, what: string, value: number, { unit, most }: { unit: string; most?: number }): Figure {
  const reach = most === undefined ? {} : { reach: `<= ${most.toLocaleString('en-US')}`, met: value <= most };
  return { scenario: 'idle', what: `${teams}: ${what}`, value, unit, ...reach };
}

/** `cpu`: percent of one core. */
export type IdleMinute = {
  commands: number;
  aofBytes: number;
  statements: number;
  logLines: number;
  cpu: CpuSeconds;
};

async function idleMinute(machine: Machine, teams: number): Promise<IdleMinute> {
  const bench = await machine.bench();
  try {
    await mirrorTeams(bench, teams);
    await logEachStatement(bench);
    const env = { LOG_LEVEL: 'info' };
    await readyReceiver(bench, { env });
    await idleWorker(bench, env);
    await eventually(() => isSwept(bench, teams), 240_000);
    await sleep(settleSeconds * 1000);
    return await countIdle(bench);
  } finally {
    await bench.stop();
  }
}

async function mirrorTeams(bench: Bench, teams: number): Promise<void> {
  if (teams === 0) return;
  const people = await peopleIn(bench, { members: membersPerTeam, teams });
  for (const [n, { organizationId, memberIds }] of people.entries()) {
    const teamId = await bench.team(organizationId);
    await mirrorTeam(bench.database, { teamId, memberIds, domain: `t${n}.example` });
  }
}

/** The worker reads every team when it starts. */
async function isSwept({ database }: Bench, teams: number): Promise<boolean> {
  return (await database.teamSync.count({ where: { sweptAt: { not: null } } })) === teams;
}

/** For connections that are made from now on. The connection of the bench itself is older. */
async function logEachStatement({ database, databaseUrl }: Bench): Promise<void> {
  const name = new URL(databaseUrl).pathname.slice(1);
  await database.$executeRawUnsafe(`ALTER DATABASE ${name} SET log_statement = 'all'`);
}

async function countIdle(bench: Bench): Promise<IdleMinute> {
  const redis = new Redis(bench.redisUrl);
  try {
    const before = await countsOf(bench, redis);
    await sleep(countedSeconds * 1000);
    const after = await countsOf(bench, redis);
    const percent = (who: keyof CpuSeconds) => ((after.cpu[who] - before.cpu[who]) / countedSeconds) * 100;
    return {
      commands: after.commands - before.commands - infoCalls,
      aofBytes: after.aofBytes - before.aofBytes,
      statements: after.statements - before.statements,
      logLines: after.logLines - before.logLines,
      cpu: { ...after.cpu, worker: percent('worker'), receiver: percent('receiver') },
    };
  } finally {
    redis.disconnect();
  }
}

/** The bench's own commands between two counts. */
const infoCalls = 1;

async function countsOf({ logs, cpuSeconds }: Bench, redis: Redis) {
  const info = await redis.info();
  const numberIn = (field: string) => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1]);
  return {
    commands: numberIn('total_commands_processed'),
    aofBytes: numberIn('aof_current_size'),
    statements: linesIn(logs.postgres, /LOG: {2}(statement|execute \S+): /),
    logLines: linesIn(logs.processes, /^\{/),
    cpu: cpuSeconds(),
  };
}

function linesIn(file: string, pattern: RegExp): number {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => pattern.test(line)).length;
}
