import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const table =
  readFileSync('deploy/failures.md', 'utf8').split('<!-- failures -->')[1]?.split('<!-- /failures -->')[0] ?? '';
const rows = table.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| what fails |'));

it('says for each failure what it costs, what repairs it, an alert, and a test that shows it', () => {
  expect(rows.length).toBeGreaterThan(15);
  const cell = '[^|]+';
  const whole = new RegExp(
    `^\\| ${cell} \\| ${cell} \\| ${cell} \\| ${cell} \\| \`[\\w/-]+\\.test\\.ts\`: \\*[^*]+\\* \\|$`,
  );
  expect(rows.filter((row) => !whole.test(row))).toEqual([]);
});

it.each(
  [...table.matchAll(/`([\w/-]+\.test\.ts)`: \*([^*]+)\*/g)].map(([, file, name]) => [String(file), String(name)]),
)('%s has a test "%s"', (file, name) => {
  const source = readFileSync(file, 'utf8').replaceAll("\\'", "'");
  expect(['"', "'", '`'].some((quote) => source.includes(quote + name))).toBe(true);
});

it('names a failure for each part of the compose file', () => {
  const { services } = parse(readFileSync('deploy/compose.yaml', 'utf8')) as { services: Record<string, object> };
  const words: Record<string, string> = {
    ...{ postgres: 'PostgreSQL', redis: 'Redis', server: 'HTTP process', worker: 'worker' },
  };
  const named = Object.keys(services).filter((name) => name !== 'migrate'); // it runs once; a deployment waits for it
  expect(named.filter((name) => !rows.some((row) => row.includes(words[name] ?? name)))).toEqual([]);
});
