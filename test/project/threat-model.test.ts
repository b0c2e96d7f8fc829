import { readFileSync } from 'node:fs';

const page = readFileSync('deploy/threat-model.md', 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| threat |'));
const proofs = [...page.matchAll(/`([\w/-]+\.test\.ts)`: \*([^*]+)\*/g)].map(([, file, name]) => [
  String(file),
  String(name),
]);

it('names for each threat what holds, and a test', () => {
  expect(rows.length).toBeGreaterThan(20);
  const bare = rows.filter((row) => !/\| [^|]+ \| [^|]+ \| `[^|]+\.test\.ts`: \*[^|]+\* \|$/.test(row));
  expect(bare).toEqual([]);
});

it.each(proofs)('%s has a test "%s"', (file, name) => {
  const source = readFileSync(file, 'utf8').replaceAll("\\'", "'");
  expect(['"', "'", '`'].some((quote) => source.includes(`${quote}${name}${quote}`))).toBe(true);
});
