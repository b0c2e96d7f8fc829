import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { progressOn } from '../local/progress.js';
import { startMachine } from './machine.js';
import type { Figure, Scenario } from './measure.js';
import { report } from './report.js';
import { growth } from './scenarios/growth.js';
import { idle } from './scenarios/idle.js';
import { leaver } from './scenarios/leaver.js';
import { receiver } from './scenarios/receiver.js';
import { reconcile } from './scenarios/reconcile.js';
import { steady } from './scenarios/steady.js';
import { largeStorm, storm } from './scenarios/storm.js';
import { sweep } from './scenarios/sweep.js';

const scenarios: Scenario[] = [receiver, reconcile, steady, leaver, sweep, idle, storm, growth];
const onDemand: Scenario[] = [largeStorm];
const all = [...scenarios, ...onDemand];

const help = `npm run bench [-- scenario …]

Measures this project on this machine: starts its own PostgreSQL, Redis and a local Stytch (150 ms latency, 100 searches
a minute), and puts what it is measured against beside it in the same run. Prints a table; .local/bench.json has the same, and a run of
all scenarios puts it into test/bench/README.md.

${all.map(({ name, about }) => `  ${name.padEnd(11)} ${about}`).join('\n')}

Without a scenario: all but the last, in less than fifteen minutes. Ratios hold on any machine; seconds are this one's.

  --profile  leave a .cpuprofile of each worker and receiver in .local/bench/profiles (it costs them some speed)`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { help: { type: 'boolean' }, profile: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (values.help) return console.log(help);
  const unknown = positionals.filter((name) => !all.some((one) => one.name === name));
  if (unknown.length > 0) throw new Error(`There is no scenario ${unknown.join(', ')}. See npm run bench -- --help.`);
  const wanted = positionals.length === 0 ? scenarios : all.filter(({ name }) => positionals.includes(name));
  const machine = await startMachine(values.profile ? { profiles: resolve('.local/bench/profiles') } : {});
  const figures: Figure[] = [];
  try {
    for (const scenario of wanted) {
      console.log(`${scenario.name}: ${scenario.about}`);
      figures.push(...(await scenario.run(machine, progressOn(process.stdout))));
    }
  } finally {
    await machine.stop();
  }
  report(figures, positionals.length === 0 && !values.profile);
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
