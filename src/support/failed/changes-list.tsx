import type { Change } from '../../directory/change.js';
import { PartList } from '../../http/components/card.js';
import { changeText, tallyOf, tallyText } from './change-text.js';

/** Changes of one job that a page shows. A job may be about 1,000 members. */
const changesShown = 20;

/** What a page shows of the changes: all in numbers, and the first ones. */
export type ShownChanges = { tally: ReturnType<typeof tallyOf>; first: readonly Change[]; total: number };

export function shownChanges(changes: readonly Change[]): ShownChanges {
  return { tally: tallyOf(changes), first: changes.slice(0, changesShown), total: changes.length };
}

/** `+1 user -0 users +2 grants -0 grants`, and the changes. */
export function ChangesList({ changes: { tally, first, total } }: { changes: ShownChanges }) {
  if (total === 0) return <p class="good">Already right: nothing would change.</p>;
  return (
    <>
      <p>
        <strong>{tallyText(tally)}</strong>
      </p>
      <PartList items={first.map(changeText)} total={total} />
    </>
  );
}
