import { pluralize } from '../../text/pluralize.js';
import type { People } from './effects.js';

/** What becomes of one person, and of several. */
type Words = readonly [one: string, many: string];

/** Enough to recognize who is meant; the page says how many there are. */
const namedMax = 10;

/** Who it is about: names as far as they fit, a number for the rest. */
export function PeopleList({ people: { total, people }, words, none }: { people: People; words: Words; none: string }) {
  if (total === 0) return <p class="quiet">{none}</p>;
  const named = people.slice(0, namedMax);
  return (
    <div>
      <p>
        <strong>{pluralize(total, 'person', 'people')}</strong> {words[total === 1 ? 0 : 1]}
      </p>
      <ul class="people">
        {named.map(({ id, name, email }) => (
          <li key={id}>
            {name !== '' && <span>{name}</span>} <span class="quiet">{email}</span>
          </li>
        ))}
        {total > named.length && <li class="quiet">and {(total - named.length).toLocaleString('en')} more</li>}
      </ul>
    </div>
  );
}
