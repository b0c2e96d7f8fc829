import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connectDatabase, type Database } from '../../src/database/database.js';
import { adminsOf, appointAdmins } from './admins.js';
import { type Company, playFirstDay } from './first-day.js';
import { progressOn } from './progress.js';
import { changesTable, peopleTable } from './report.js';
import { type LocalPerson, startSignIn } from './sign-in.js';
import { type Stack, type Step, startStack } from './stack.js';
import { supportOf } from './support-desk.js';

const help = `npm run dev [-- options]

Starts everything on this machine (PostgreSQL, queue, a local Stytch, receiver, worker), plays a company's first day
with SCIM, shows what became of it, and stays up until Ctrl-C. The data lies in .local/dev and outlives a restart.

  --once    play the day on fresh data, check it, show it, and exit: 0 if Scanner agreed with the directory
  --fresh   throw the data of earlier days away first
  --help    this text

PORT, REDIS_URL and LOG_LEVEL are taken from the environment if they are set.`;

type Options = { once: boolean; fresh: boolean };

async function main(): Promise<void> {
  const options = readOptions();
  console.warn = () => {}; // the Stytch SDK warns of every address that is not Stytch's own
  const interrupt = interruption();
  const folder = resolve('.local', options.once ? 'once' : 'dev');
  const stack = await startStack(folder, progressOn(process.stdout), {
    fresh: options.once || options.fresh,
    ...interrupt,
  });
  const database = connectDatabase(stack.config.DATABASE_URL, { connections: 2 });
  try {
    await live(stack, database, options, interrupt.signal);
  } finally {
    await database.$disconnect();
    await progressOn(process.stdout)('everything stopped', () => stack.stop());
  }
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: { once: { type: 'boolean' }, fresh: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    console.log(help);
    process.exit(0);
  }
  return { once: values.once ?? false, fresh: values.fresh ?? false };
}

async function live(stack: Stack, database: Database, { once }: Options, signal: AbortSignal): Promise<void> {
  const step = interruptible(progressOn(process.stdout), signal);
  const isFirstDay = (await database.team.count()) === 0;
  const company = isFirstDay ? await playFirstDay(stack, database, step) : null;
  const { text, lastId } = await changesTable(database);
  console.log(`\n${text}\n\n${await peopleTable(database)}\n`);
  if (once) return;
  await step('Acme has an admin, and Globex one who has it all before him', () => appointAdmins(stack, database));
  const people = async () => [
    ...(await adminsOf(stack.emulator, database, stack.url)),
    ...supportOf(stack.emulator, stack.config, stack.url),
  ];
  const signIn = await startSignIn(stack.emulator, people, Number(new URL(stack.config.SIGN_IN_URL ?? '').port));
  try {
    console.log(invitation(stack, company, await people(), signIn.url));
    await follow(database, lastId, signal);
  } finally {
    await signIn.stop();
  }
}

function invitation(
  { url, config, logFile, supportCommand }: Stack,
  company: Company | null,
  admins: readonly LocalPerson[],
  signInUrl: string,
): string {
  const lines = [
    'Settings > SCIM, and /support, signed in as',
    ...admins.map(({ title, memberId }) => `  ${title.padEnd(38)} ${signInUrl}/?as=${memberId}`),
    '',
    `Receiver   ${url}/webhooks/stytch   ${url}/readyz   ${url}/metrics`,
    `Database   ${config.DATABASE_URL}`,
    `Log        ${logFile}`,
    `Support    ${supportCommand}`,
  ];
  if (company) {
    lines.push(
      '',
      'You are the identity provider now. Let Ada leave, for example:',
      `  id=$(curl -s -H 'Authorization: Bearer ${company.bearerToken}' '${company.baseUrl}/Users?filter=userName%20eq%20%22ada@acme.example%22' | grep -o 'member-test-[0-9a-f-]*' | head -1)`,
      `  curl -X DELETE -H 'Authorization: Bearer ${company.bearerToken}' ${company.baseUrl}/Users/$id`,
    );
  }
  return `${lines.join('\n')}\n\nWhat changes is shown here. Ctrl-C stops everything.\n`;
}

async function follow(database: Database, sinceId: bigint, signal: AbortSignal): Promise<void> {
  for (let lastId = sinceId; !signal.aborted; ) {
    const changes = await changesTable(database, lastId);
    if (changes.lastId !== lastId) console.log(changes.text);
    lastId = changes.lastId;
    await sleep(500, undefined, { signal }).catch(() => {});
  }
}

/** The first Ctrl-C ends what is under way, in order; the second ends at once. */
function interruption(): { signal: AbortSignal } {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(1);
      controller.abort(new Error('Interrupted.'));
    });
  }
  return { signal: controller.signal };
}

/** For steps that leave nothing behind when they are not waited for. */
function interruptible(step: Step, signal: AbortSignal): Step {
  return (what, work) =>
    step(what, async () => {
      const interrupted = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
      return Promise.race([work(), interrupted]);
    });
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(`\n${error instanceof Error ? error.message : error}`);
    process.exit(1);
  },
);
