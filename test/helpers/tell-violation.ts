import type { AccessEntry } from './access-log.js';
import type { Story, Violation } from './never-again.js';

/** A violation for people: what is wrong, and all that is known of the member, in milliseconds from that moment. */
export function tellViolation({ atMs, memberId, what }: Violation, { truth, gets, entries }: Story): string {
  const lines = [
    ...truth.map((one) => ({ ...one, text: `the directory says: ${one.says} ${one.roles.join()}` })),
    ...gets.map((one) => ({ ...one, text: 'Stytch was asked directly' })),
    ...entries.map((one) => ({ ...one, text: one.entry === 'handled' ? handling(one) : writing(one) })),
  ].filter((line) => line.memberId === memberId);
  const story = lines
    .sort((a, b) => a.atMs - b.atMs)
    .map((line) => `${(line.atMs - atMs).toFixed(1).padStart(12)} ms  ${line.text.trimEnd()}`);
  return [`${memberId}: ${what}`, ...story].join('\n');
}

function handling({ eventType, outcome }: AccessEntry & { entry: 'handled' }): string {
  return `handled ${eventType}: ${outcome}`;
}

function writing({ row }: AccessEntry & { entry: 'row' }): string {
  return row === null ? 'the row is gone' : `the row says: ${row.status} ${row.scimRoles.join()}`;
}
