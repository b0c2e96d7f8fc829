import type { Change } from '../../directory/change.js';
import { changeText, tallyText } from '../change-text.js';

/** `+1 user -0 users +2 grants -0 grants`, and each change. */
export function ChangesList({ changes }: { changes: readonly (Change & { memberId?: string })[] }) {
  if (changes.length === 0) return <p class="good">Already right: nothing would change.</p>;
  return (
    <>
      <p>
        <strong>{tallyText(changes)}</strong>
      </p>
      <ul>
        {changes.map((change) => (
          <li key={JSON.stringify(change)}>{changeText(change)}</li>
        ))}
      </ul>
    </>
  );
}
