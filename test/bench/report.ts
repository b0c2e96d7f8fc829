import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { table } from '../../src/support/cli/table.js';
import type { Figure } from './measure.js';
import { plot } from './plot.js';

const page = 'test/bench/README.md';
const [begin, end] = ['<!-- bench: written by npm run bench -->', '<!-- /bench -->'];

/** What was measured, as a table to look at and as JSON; and of a whole run, the table and the plot of its document. */
export function report(figures: readonly Figure[], isWhole: boolean): void {
  console.log(`\n${table(headings, figures.map(rowOf))}\n`);
  mkdirSync('.local', { recursive: true });
  writeFileSync('.local/bench.json', `${JSON.stringify({ at: new Date().toISOString(), figures }, null, 2)}\n`);
  if (!isWhole) return;
  writeFileSync('test/bench/growth.svg', plot(figures));
  const [before, rest = ''] = readFileSync(page, 'utf8').split(begin);
  const [, after] = rest.split(end);
  if (after === undefined) throw new Error(`${page} has no lines ${begin} and ${end}.`);
  writeFileSync(page, `${before}${begin}\n${markdown(figures)}\n${end}${after}`);
}

const headings = ['Scenario', 'What', '    Value', 'Unit', 'To reach', ''];

function rowOf({ scenario, what, value, unit, reach = '', met }: Figure): string[] {
  return [scenario, what, inFigures(value).padStart(9), unit, reach, met === undefined ? '' : met ? '✓' : '✗'];
}

function markdown(figures: readonly Figure[]): string {
  const rows = figures.map(
    (figure) =>
      `| ${rowOf(figure)
        .map((cell) => cell.trim())
        .join(' | ')} |`,
  );
  return ['| scenario | what | value | unit | to reach | |', '|---|---|---:|---|---|---|', ...rows].join('\n');
}

function inFigures(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  return value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString('en-US');
}
