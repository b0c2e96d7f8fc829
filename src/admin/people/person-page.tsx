import { isScimRole, type Match } from '../../directory/role-matching.js';
import type { RoleValue } from '../../directory/role-values.js';
import { type Fact, Facts } from '../../http/components/facts.js';
import { Time } from '../../http/components/times.js';
import type { Admin } from '../authorize.js';
import { SettingsFrame } from '../frame.js';
import type { HeldRole } from './people.js';
import { Status } from './people-page.js';
import type { PersonDetails } from './person.js';

type MatchOf = (value: string) => Pick<Match<{ id: string; name: string }>, 'role' | 'nearMiss'>;
type Props = { admin: Admin; person: PersonDetails; matchOf: MatchOf; now: Date };

/** One person: whether they can use Scanner, their roles, and why. */
export function PersonPage({ admin, person, matchOf, now }: Props) {
  return (
    <SettingsFrame admin={admin} tab="people" title={person.name || person.email}>
      <div class="heading">
        <h1>
          <bdi>{person.name || person.email}</bdi>
        </h1>
        <Status person={person} now={now} />
      </div>
      <p class="lead">{statusText(person)}</p>
      <section class="card" aria-labelledby="roles">
        <h2 id="roles">Roles</h2>
        <Roles person={person} />
      </section>
      <section class="card" aria-labelledby="values">
        <h2 id="values">Sent by your identity provider</h2>
        <Values person={person} matchOf={matchOf} />
      </section>
      <section class="card" aria-labelledby="details">
        <h2 id="details">Details</h2>
        <Facts of={factsOf(person)} />
        <p>
          <a href={`/settings/scim/activity?${new URLSearchParams({ person: person.id, outcome: '' })}`}>
            All activity of this person
          </a>
        </p>
      </section>
    </SettingsFrame>
  );
}

function statusText({ status, memberId, deactivatedBecause }: PersonDetails): string {
  if (status === 'active') {
    return memberId === null
      ? 'Can use Scanner. Your identity provider has not sent this person.'
      : 'Can use Scanner, because your identity provider says that they are active.';
  }
  const reason = deactivatedBecause === null ? undefined : reasons[deactivatedBecause];
  return `Can not use Scanner. ${reason ?? 'The reason is older than the activity log.'}`;
}

const reasons: Record<string, string> = {
  says_gone: 'Your identity provider deactivated or removed them.',
  not_found: 'Your identity provider no longer lists them.',
  signed_event: 'Your identity provider reported that they left.',
  other_organization: 'They belong to another organization now.',
};

function factsOf({ email, memberId, externalId, lastReadAt }: PersonDetails): Fact[] {
  return [
    ['E-mail', email],
    ['External id', externalId ?? 'none'],
    ['Member id', memberId ?? 'none'],
    ['Last read from your identity provider', lastReadAt === null ? 'never' : <Time key="read" at={lastReadAt} />],
  ];
}

function Roles({ person: { roles, rolesTotal, lost } }: { person: PersonDetails }) {
  return (
    <>
      {roles.length === 0 ? (
        <p class="quiet">None.</p>
      ) : (
        <ul class="plain">
          {roles.map((role) => (
            <li key={`${role.id} ${role.source}`}>
              <RoleName role={role} />{' '}
              <span class="quiet">
                since <Time at={role.since} />
                {whyText(role)}
              </span>
            </li>
          ))}
          {rolesTotal > roles.length && (
            <li class="quiet">and {(rolesTotal - roles.length).toLocaleString('en')} more</li>
          )}
        </ul>
      )}
      {lost.length > 0 && (
        <>
          <p class="quiet">Lost:</p>
          <ul class="plain quiet">
            {lost.map(({ role, at }) => (
              <li key={role}>
                {role} on <Time at={at} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function RoleName({ role: { id, name } }: { role: HeldRole }) {
  if (!isScimRole(name)) return <strong>{name}</strong>;
  return (
    <a href={`/settings/scim/roles/${id}`}>
      <code>{name}</code>
    </a>
  );
}

function whyText({ source, via }: HeldRole): string {
  if (source === 'manual') return ', given by hand in Scanner';
  return via.length === 0
    ? '; your identity provider no longer sends it, so it is removed within a minute'
    : `, because your identity provider sends it as a ${via.map((one) => viaWords[one]).join(' and a ')}`;
}

const viaWords = { roles: 'role', groups: 'group', stytch_role: 'role of a group' };

function Values({ person: { values, valuesTotal }, matchOf }: { person: PersonDetails; matchOf: MatchOf }) {
  if (values.length === 0) return <p class="quiet">No roles and no groups.</p>;
  return (
    <ul class="plain">
      {values.map((one) => (
        <li key={`${one.via} ${one.value}`}>
          <a href={`/settings/scim/roles?${new URLSearchParams({ q: one.value, ignored: '' })}`}>
            <code>{one.value}</code>
          </a>{' '}
          <span class="quiet">{givenText(one, matchOf(one.value))}</span>
        </li>
      ))}
      {valuesTotal > values.length && (
        <li class="quiet">and {(valuesTotal - values.length).toLocaleString('en')} more</li>
      )}
    </ul>
  );
}

function givenText({ via }: Pick<RoleValue, 'via'>, { role, nearMiss }: ReturnType<MatchOf>): string {
  const what = `as a ${viaWords[via]}`;
  if (role !== null) return `${what}: grants ${role.name}`;
  if (nearMiss !== null) return `${what}: grants nothing, ${nearMiss.role.name} is a near miss`;
  return `${what}: grants nothing, because no role has its name`;
}
