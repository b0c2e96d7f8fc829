import { pluralize } from '../../text/pluralize.js';
import type { People } from './effects.js';

/** The rest of the sentence after “1 person” and after “5 people”. */
type Words = readonly [one: string, many: string];

/** People listed by name. The rest is a number. */
const namedMax = 10;

/** A number of people, with the names of the first ones. */
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
            {name !== '' && <bdi>{name}</bdi>} <bdi class="quiet">{email}</bdi>
          </li>
        ))}
        {total > named.length && <li class="quiet">and {(total - named.length).toLocaleString('en')} more</li>}
      </ul>
    </div>
  );
}
