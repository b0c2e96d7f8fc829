import { readFileSync } from 'node:fs';

/** The settings of deploy/postgresql.conf. */
export function postgresSettings(): Record<string, string> {
  const lines = readFileSync('deploy/postgresql.conf', 'utf8').split('\n');
  const settings = lines.filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    settings.map((line) => {
      const found = /^(\w+) = '?([^']*)'?$/.exec(line);
      if (found === null) throw new Error(`Not a setting: ${line}`);
      return [found[1], found[2]];
    }),
  );
}
