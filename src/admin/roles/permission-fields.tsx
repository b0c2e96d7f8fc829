import { knownPermissions } from '../permissions.js';

/** The permissions of a role: a checkbox for each known one, a line of text for each other. */
export function PermissionFields({ permissions }: { permissions: readonly string[] }) {
  const isKnown = (one: string) => knownPermissions.some(({ name }) => name === one);
  return (
    <>
      <fieldset>
        <legend class="sr">Known permissions</legend>
        {knownPermissions.map(({ name, meaning }) => (
          <label key={name}>
            <input type="checkbox" name="permissions" value={name} checked={permissions.includes(name)} /> {name}
            <span class="quiet"> – {meaning}</span>
          </label>
        ))}
      </fieldset>
      <label>
        Others, one on each line, spelled as on the Roles page of Scanner
        <textarea name="morePermissions" rows={3} maxLength={5000}>
          {permissions.filter((one) => !isKnown(one)).join('\n')}
        </textarea>
      </label>
    </>
  );
}
