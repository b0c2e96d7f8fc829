import { Rich } from '../../http/components/rich.js';
import type { Checked } from '../connection/guides/guide.js';

/** When and against what a guide was checked, and what could not be found. */
export function CheckedNote({ checked: { on, against, unknown } }: { checked: Checked }) {
  const day = new Date(on).toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
  return (
    <section class="checked" aria-label="Sources of this guide">
      <p>
        Checked on <time dateTime={on}>{day}</time> against these public documents:
      </p>
      <ul>
        {against.map(({ name, href }) => (
          <li key={href}>
            <a href={href} target="_blank" rel="noopener noreferrer">
              {name}
              <span class="sr"> (opens in a new tab)</span>
            </a>
          </li>
        ))}
      </ul>
      {unknown !== undefined && (
        <p>
          Not certain: <Rich text={unknown} />
        </p>
      )}
    </section>
  );
}
