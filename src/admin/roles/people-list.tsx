import { pluralize } from '../../text/pluralize.js';
import type { People } from './effects.js';

/** The rest of the sentence after “1 person” and after “5 people”. */
type Words = readonly [one: string, many: string];

/** People listed by name. The rest is a number. */
const namedMax = 10;

/** A number of people, with the names of the first ones. */
export function PeopleList(props: {
  people: People;
  words: Words;
  none: string;
  /** The page that lists all of them. */
  all: string;
}) {
  const {
    people: { total, people },
    words,
    none,
    all,
  } = props;
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
            <a href={`/settings/scim/people/${id}`}>
              <bdi>{name || email}</bdi>
            </a>{' '}
            {name !== '' && <bdi class="quiet">{email}</bdi>}
          </li>
        ))}
        {total > named.length && (
          <li>
            and <a href={all}>{(total - named.length).toLocaleString('en')} more</a>
          </li>
        )}
      </ul>
    </div>
  );
}

export function holdersOf(roleId: string, source?: 'scim' | 'manual'): string {
  return `/settings/scim/people?${new URLSearchParams({ role: roleId, ...(source === undefined ? {} : { source }) })}`;
}

export function activeWith(value: string): string {
  return `/settings/scim/people?${new URLSearchParams({ value, status: 'active' })}`;
}
