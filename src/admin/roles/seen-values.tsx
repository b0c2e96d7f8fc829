import { isScimRole, type Miss, type NearMiss } from '../../directory/role-matching.js';
import type { SeenValue } from './rows.js';

/** Each name that the IdP sends, with its holders, and its role or near miss. */
export function SeenValues({ values, search }: { values: readonly SeenValue[]; search: string }) {
  if (values.length === 0) {
    return (
      <p class="quiet">
        {search === ''
          ? 'None so far. Push a group, or send the attribute for roles. The instructions are under Connection.'
          : `No name contains “${search}”.`}
      </p>
    );
  }
  return (
    <div class="table">
      <table class="named">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" class="short">
              Sent as
            </th>
            <th scope="col" class="short">
              People
            </th>
            <th scope="col">Scanner role</th>
          </tr>
        </thead>
        <tbody>
          {values.map((seen) => (
            <tr key={seen.value}>
              <td data-label="Name">
                <code>{seen.value}</code>
              </td>
              <td data-label="Sent as">{seen.via.map((via) => viaWords[via]).join(', ')}</td>
              <td data-label="People">
                <a href={`/settings/scim/people?${new URLSearchParams({ value: seen.value, status: 'active' })}`}>
                  {seen.holders.toLocaleString('en')}
                </a>
              </td>
              <td data-label="Scanner role">
                <RoleOf seen={seen} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const viaWords = { roles: 'role', groups: 'group', stytch_role: 'role of a group' };

/** The role, or the choices: create it, use an existing one, or ignore the name. */
function RoleOf({ seen: { value, role, nearMiss, ignored } }: { seen: SeenValue }) {
  if (role !== null) {
    return (
      <a href={`/settings/scim/roles/${role.id}`}>
        <code>{role.name}</code>
      </a>
    );
  }
  const query = new URLSearchParams({ value });
  return (
    <div>
      {nearMiss !== null && <Near value={value} nearMiss={nearMiss} />}
      <div class="choices-of">
        <a href={`/settings/scim/roles/new?${query}`} class="button small secondary">
          Create <code>scim:{value}</code>
        </a>
        <a href={`/settings/scim/roles/choose?${query}`}>
          Use an existing role<span class="sr"> for {value}</span>
        </a>
        <form method="post" action={`/settings/scim/roles/${ignored ? 'considered' : 'ignored'}`} data-once>
          <input type="hidden" name="value" value={value} />
          <button type="submit" class="link">
            {ignored ? 'Stop ignoring' : 'Ignore'}
            <span class="sr"> {value}</span>
          </button>
        </form>
      </div>
    </div>
  );
}

/** A near miss grants nothing. The fix: rename it if it is a SCIM role, else create a SCIM role with the same permissions. */
function Near({ value, nearMiss: { role, because } }: { value: string; nearMiss: NearMiss }) {
  const query = new URLSearchParams({ value });
  if (because.includes('list')) {
    return (
      <p class="near">
        <span class="badge warning">Near miss</span> <code>{role.name}</code> is the role of one of several names in
        this text, so it grants nothing. Configure your identity provider to send each name separately.
      </p>
    );
  }
  return (
    <p class="near">
      <span class="badge warning">Near miss</span> <code>{role.name}</code>{' '}
      {because.map((miss) => missWords[miss]).join(', ')}, so it grants nothing.{' '}
      {isScimRole(role.name) ? (
        <a href={`/settings/scim/roles/${role.id}?${query}`}>
          Rename it to <code>scim:{value}</code>
        </a>
      ) : (
        <a href={`/settings/scim/roles/new?${new URLSearchParams({ value, like: role.id })}`}>
          Create <code>scim:{value}</code> with the same permissions
        </a>
      )}
    </p>
  );
}

const missWords: Record<Miss, string> = {
  prefix: 'lacks the prefix',
  case: 'differs in upper and lower case',
  spaces: 'differs in spaces',
  punctuation: 'differs in punctuation',
  characters: 'has characters that only look the same',
  list: 'is one of several names in this text',
};
