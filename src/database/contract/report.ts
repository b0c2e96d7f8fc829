import { pluralize } from '../../text/pluralize.js';
import type { Verdict } from '../migrations.js';
import type { Finding } from './compare.js';
import { searchPath } from './homes.js';

/** 0: nothing is missing. 2: something has to be changed by hand. 3: `migrate` adds what is missing. */
export function exitOf({ findings, pending }: Verdict): 0 | 2 | 3 {
  if (findings.some(({ isRefused }) => isRefused)) return 2;
  return findings.length > 0 || pending.length > 0 ? 3 : 0;
}

/** A verdict as a script of SQL. Everything that is not SQL is a comment. */
export function reportOf(verdict: Verdict): string {
  const { findings, pending, kind } = verdict;
  const byHand = findings.filter(({ isRefused }) => isRefused);
  const added = findings.filter(({ isRefused }) => !isRefused);
  return [
    comment(headline(verdict)),
    ...(kind === 'ours' ? pending.map((name) => comment(`Pending: prisma/migrations/${name}/migration.sql`)) : []),
    ...(findings.length > 0 ? ['', `SET search_path = ${searchPath};`] : []),
    ...section('To be changed by hand. npm run migrate refuses to continue before that', byHand),
    ...section(kind === 'ours' ? 'Missing, although its migration was applied' : 'npm run migrate adds this', added),
  ].join('\n');
}

function headline({ kind, findings, pending, tables, columns }: Verdict): string {
  const size = `${pluralize(tables, 'table')} with ${pluralize(columns, 'column')}`;
  if (kind === 'new') return `The database has none of our ${size}. npm run migrate makes them.`;
  const differs = findings.length === 0 ? 'no difference' : pluralize(findings.length, 'difference');
  const waiting = pending.length === 0 ? '' : ` ${pluralize(pending.length, 'migration')} pending.`;
  const origin =
    kind === 'ours' ? 'Compared with what the applied migrations make' : 'Tables from elsewhere, compared with ours';
  return `${origin} (${size}): ${differs}.${kind === 'ours' ? waiting : ''}`;
}

function section(title: string, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  return [
    '',
    comment(`${title}:`),
    ...findings.flatMap(({ place, what, sql }) => ['', comment(`${place}: ${what}`), sql]),
  ];
}

function comment(text: string): string {
  return text.replaceAll(/^/gm, '-- ');
}
