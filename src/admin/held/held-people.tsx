import { Pager, pagesAt } from '../../http/components/pager.js';
import { Table } from '../../http/components/table.js';
import { type HeldPeoplePage, type HeldPerson, heldPeoplePerPage } from '../../sync/holds/holds.js';

/** The people of a hold: search, pages, and the same as CSV. Settings > SCIM and support show it. */
export function HeldPeople(props: {
  page: HeldPeoplePage;
  q: string;
  /** Where the list is. */
  path: string;
  csv: string;
  /** The page of one person. */
  addressOf: (person: HeldPerson) => string;
}) {
  const { page, q, path, csv, addressOf } = props;
  const { people, from, total } = page;
  const address = q === '' ? path : `${path}?${new URLSearchParams({ q })}`;
  return (
    <section class="card" aria-labelledby="who">
      <div class="with-link">
        <h2 id="who">Who</h2>
        <a href={csv} download>
          All as CSV
        </a>
      </div>
      <form method="get" action={path} class="filter">
        <label>
          Person
          <input type="search" name="q" value={q} maxLength={200} placeholder="Name, e-mail or id" />
        </label>
        <button type="submit" class="secondary">
          Search
        </button>
      </form>
      {people.length === 0 ? (
        <p class="quiet">Nobody matches.</p>
      ) : (
        <Table head={['Name', 'E-mail', 'Status']} rows={people.map((person) => rowOf(person, addressOf))} />
      )}
      <Pager what="people" {...pagesAt(address, { from, shown: people.length, total, perPage: heldPeoplePerPage })} />
    </section>
  );
}

function rowOf(person: HeldPerson, addressOf: (person: HeldPerson) => string) {
  const { userId, name, email, status } = person;
  const label = name || email || userId;
  const cells = [
    status === 'removed' ? (
      <code key="id">{userId}</code>
    ) : (
      <a key="name" href={addressOf(person)}>
        <bdi>{label}</bdi>
      </a>
    ),
    email,
    statuses[status],
  ];
  return { key: userId, cells };
}

const statuses: Record<HeldPerson['status'], string> = {
  active: 'Active until you decide',
  deactivated: 'Deactivated already',
  removed: 'Removed from Scanner',
};
