import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type FaultRecord, recordsFile } from './record.js';

const page = 'test/faults/README.md';
const [begin, end] = ['<!-- faults: written by npm run test:faults -->', '<!-- /faults -->'];

function rowOf({ fault, holds, lags, memory, tookSeconds }: FaultRecord): string {
  const leavers = lags.leavers === null ? '–' : `${lags.leavers.toFixed(1)} s`;
  const most = `${memory.worker ?? '–'}, ${memory.receiver ?? '–'} MiB`;
  return `| ${fault} | ${holds} | ${leavers} | ${lags.all.toFixed(1)} s | ${most} | ${tookSeconds.toFixed(0)} s |`;
}

/** The document's table of faults, from what a run has measured. A run of some faults replaces their rows only. */
export function writeTable(): void {
  if (!existsSync(recordsFile)) return;
  const lines = readFileSync(recordsFile, 'utf8').trim().split('\n');
  const [before, rest = ''] = readFileSync(page, 'utf8').split(begin);
  const [old = '', after] = rest.split(end);
  if (after === undefined) throw new Error(`${page} has no lines ${begin} and ${end}.`);
  const rows = new Map(
    old
      .split('\n')
      .filter(isRow)
      .map((row) => [nameOf(row), row]),
  );
  for (const line of lines) {
    const row = rowOf(JSON.parse(line));
    rows.set(nameOf(row), row);
  }
  const table = [
    '| fault | what must hold | leavers out after | all right after | worker, receiver at most | test took |',
    '|---|---|---|---|---|---|',
    ...[...rows.values()].sort(),
  ].join('\n');
  writeFileSync(page, `${before}${begin}\n${table}\n${end}${after}`);
  rmSync(recordsFile);
  console.log(`\n${table}`);
}

const columns = 6;

function isRow(line: string): boolean {
  return /^\| .* s \|$/.test(line) && line.split(' | ').length === columns;
}

function nameOf(row: string): string {
  return row.split(' | ')[0] ?? row;
}
