import { type Names, nameText } from '../names.js';

/** A team by name, with its id beside it, linked to its page. */
export function TeamLink({ id, name }: { id: string | null; name: string | null }) {
  if (id === null) return <span class="quiet">no team</span>;
  return (
    <span class="named">
      <a href={`/support/teams/${id}`}>
        <bdi>{name ?? 'A team that was removed'}</bdi>
      </a>{' '}
      <code class="id">{id}</code>
    </span>
  );
}

/** A person by name, with the id beside it, linked to Why? @param props.id a user's id or a member's id */
export function PersonLink({ id, names, none }: { id: string | null; names: Names; none: string }) {
  if (id === null) return <span class="quiet">{none}</span>;
  const person = names.person(id);
  return (
    <span class="named">
      <a href={whyAddress(id)}>
        <bdi>{person === null ? 'Not in Scanner yet' : nameText(person)}</bdi>
      </a>{' '}
      <code class="id">{id}</code>
    </span>
  );
}

/** An address that can be shared: it has an id, and no e-mail that would stay in the logs of proxies. */
export function whyAddress(id: string): string {
  return `/support/why?${new URLSearchParams({ who: id })}`;
}
